// Where the programs of one behaviour meet, and what they found.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/port/calls.hpp"
#include "models/workload/program.hpp"

namespace ssi::conformance {

using workload::Program;
using workload::Self;

enum class Outcome : std::uint8_t { holds, weakened, missing };
std::string_view name_of(Outcome outcome);

class Stage {
 public:
  // A call that the behaviour cannot do without is there; if not, it is missing. False: give up.
  bool need(const Result& result, std::string_view what);
  // What one machine does; if not, it is weakened. False: give up.
  bool same(bool as_posix, std::string_view what);
  // ... which is an error.
  bool fails(const Result& result, Errno error, std::string_view what);
  void finish() { decide(Outcome::holds, ""); }   // nothing was found
  bool decided() const { return outcome_.has_value(); }
  Outcome outcome() const { return outcome_.value_or(Outcome::missing); }
  std::string why() const { return outcome_ ? why_ : "a call is never answered"; }

  // The program of a role, on a node.
  static Spawn spawn(std::uint32_t role, std::uint32_t node) { return {program(role), at(node)}; }
  static ProgramRef program(std::uint32_t role) { return {0, role, {}}; }
  static Placement at(std::uint32_t node) { return {Placement::Kind::node, NodeId{node}}; }
  static Sleep nap(const Self& self, int times = 1) { return {self.now + microseconds(200) * times}; }

  void mark(std::size_t what, std::uint64_t value = 1) { marks_.at(what) = value; }
  std::uint64_t marked(std::size_t what) const { return marks_.at(what); }
  Pid pid(std::size_t what) const { return Pid{marked(what)}; }
  // For `while (stage.waits_for(kReady)) co_await stage.nap(self);`, which is in vain once the outcome is known.
  bool waits_for(std::size_t what);

 private:
  void decide(Outcome outcome, std::string why);

  std::optional<Outcome> outcome_;
  std::string why_;
  std::array<std::uint64_t, 16> marks_{};
  std::uint32_t naps_ = 0;
};

using Role = Program (*)(Stage& stage, Self& self);

struct Behaviour {
  std::string_view name, serves, meaning;   // "kill.default", "process", one line
  std::vector<Role> roles;
  bool together = false;   // role 1 starts on node 1 when role 0 starts on node 0
};

const std::vector<Behaviour>& behaviours();   // all, in the order of the table
std::vector<Behaviour> process_behaviours();
std::vector<Behaviour> signal_behaviours();
std::vector<Behaviour> file_name_behaviours();
std::vector<Behaviour> file_content_behaviours();
std::vector<Behaviour> pipe_behaviours();
std::vector<Behaviour> socket_behaviours();
std::vector<Behaviour> segment_behaviours();

inline std::int32_t fd(const Result& result) { return static_cast<std::int32_t>(result.value); }

}   // namespace ssi::conformance

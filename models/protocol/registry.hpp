// Every coherence protocol, by hand, in one table, with its options: it drives `ssisim list protocols`, the parameters of strategies that
// host one, and the tests that every protocol passes. Invariant: a machine that `make` returns needs nothing but its place.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/config/fields.hpp"
#include "models/port/coherence.hpp"

namespace ssi::protocol {

struct ProtocolEntry {
  std::string_view name, help;   // one line
  coherence::Ordering ordering;
  // `options`: by the keys of `option_fields()`; what is not given has its default, what this protocol does not have is not looked at.
  std::unique_ptr<coherence::Machine> (*make)(const coherence::Place& place, const config::Values& options);
};

const std::vector<ProtocolEntry>& protocols();
const ProtocolEntry* find_protocol(std::string_view name);   // nullptr: no such protocol

// The options of all protocols; `needs` names the protocols that have it, or the option without which it has no effect.
const std::vector<config::Field>& option_fields();
std::vector<config::Field> options_of(std::string_view protocol);

// A protocol that was chosen, with its options.
struct Choice {
  const ProtocolEntry* protocol = nullptr;
  config::Values options;
  std::unique_ptr<coherence::Machine> make(const coherence::Place& place) const { return protocol->make(place, options); }
};

// The same as parameters of a strategy: PREFIXprotocol, which chooses, and each option behind the prefix. Keep it as long as its fields.
class Parameters {
 public:
  // sequential_only: for who needs one memory without annotations.
  Parameters(std::string_view prefix, std::string_view standard, bool sequential_only = false);
  Parameters(const Parameters&) = delete;
  const std::vector<config::Field>& fields() const { return fields_; }
  Choice choose(const config::Values& values) const;   // of the strategy's; others are not looked at

 private:
  std::string prefix_;
  std::deque<std::string> texts_;         // that fields refer to
  std::vector<std::string_view> names_;   // choices of PREFIXprotocol
  std::vector<config::Field> fields_;
};

}   // namespace ssi::protocol

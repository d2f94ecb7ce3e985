// What the programs of a plan call. Who will live to make a call is not known here: an op that has lost its meaning is skipped.
#pragma once
#include <map>
#include <vector>

#include "models/base/random.hpp"
#include "models/strategy/registry.hpp"
#include "sim/fuzz/plan.hpp"

namespace ssi::fuzz {

class OpsDraw {
 public:
  OpsDraw(Stream& draws, const Coverage& coverage, std::uint32_t nodes);
  std::vector<Op> draw(std::uint32_t calls);

 private:
  struct Program {
    std::uint32_t name, node;
    std::vector<std::uint32_t> outs{}, ins{}, listeners{}, files{}, segments{};   // ops that made them; of its ancestors too
  };
  Op& add(std::uint32_t by, std::string_view call);
  void begin_program(std::uint32_t name, std::uint32_t node, const Program* parent);
  void draw_one();
  void fill_process_op(Op& op, std::size_t program);
  void fill_channel_op(Op& op, Program& program);
  void fill_file_op(Op& op, Program& program);
  void fill_segment_op(Op& op, Program& program);
  std::uint32_t any_program();
  std::uint32_t any_node(const Program& program);
  std::uint32_t any_of(const std::vector<std::uint32_t>& names);
  std::string_view any_signal(std::string_view call);
  bool fits(std::string_view call, const Program& program) const;

  Stream& draws_;
  Coverage coverage_;
  std::uint32_t nodes_, next_ = 1;
  std::vector<std::uint64_t> weights_;   // of kOpKinds
  std::vector<Program> programs_;        // that may live
  std::vector<std::uint32_t> known_;     // names of all
  std::vector<Op> ops_;
};

}   // namespace ssi::fuzz

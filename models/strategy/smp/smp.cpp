#include "models/strategy/smp/smp.hpp"

#include "models/base/check.hpp"

namespace ssi::smp {

void Smp::on_event(Instant now, const Event& event, Effects& out) {
  SSI_CHECK(!std::holds_alternative<MessageEvent>(event), "one machine gets a message");
  kernel_.on_event(now, event, out);   // everything is here
}

std::unique_ptr<Strategy> make(const NodeSetup& setup, const config::Values&) { return std::make_unique<Smp>(setup); }

void check_cluster(std::span<const Strategy* const> nodes, Report& report) {
  if (nodes.size() != 1) report.add("one machine, but " + std::to_string(nodes.size()) + " kernels");
}

}   // namespace ssi::smp

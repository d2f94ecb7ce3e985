// The memories that a kernel can be put over: each sequentially consistent protocol, as it is and with what changes its messages,
// and each preset.
#pragma once
#include <string>
#include <vector>

#include "models/protocol/registry.hpp"
#include "models/strategy/registry.hpp"

namespace ssi::test {

struct Memory {
  std::string name;
  config::Values params;
};

inline std::vector<Memory> memories() {
  using std::string;
  std::vector<Memory> all;
  for (const protocol::ProtocolEntry& entry : protocol::protocols())
    if (entry.ordering == coherence::Ordering::sequential) all.push_back({string(entry.name), {{"protocol", string(entry.name)}}});
  const config::Value hold{std::int64_t{20'000}}, few{std::int64_t{4}};
  all.push_back({"directory that retries and relays one by one",
                 {{"busy", string("nack")}, {"forwarding", string("relayed")}, {"invalidations", string("serial")}}});
  all.push_back({"directory at one node with a small cache and prefetch",
                 {{"homes", string("one")}, {"cache_pages", few}, {"prefetch", few}, {"hold", hold}}});
  all.push_back({"ivy_dynamic whose reads move",
                 {{"protocol", string("ivy_dynamic")}, {"reads_move", true}, {"forwarding", string("relayed")}, {"hold", hold}}});
  all.push_back({"threads that follow their pages", {{"on_fault", string("thread")}, {"placement", string("one_per_page")}}});
  all.push_back({"ivy_central, threads or pages by cost",
                 {{"protocol", string("ivy_central")}, {"on_fault", string("cost")}, {"thread_cost", std::int64_t{2}}}});
  for (const config::Preset& preset : find_strategy("dsm_first")->presets)
    all.push_back({string(preset.name), {{"preset", string(preset.name)}}});
  return all;
}

}   // namespace ssi::test

#include "models/conformance/stage.hpp"

namespace ssi::conformance {
namespace {

constexpr std::uint32_t kNaps = 2000;   // of all programs of a behaviour, while no call that is needed succeeds: 0.4 simulated seconds

}   // namespace

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::holds: return "holds";
    case Outcome::weakened: return "weakened";
    case Outcome::missing: return "missing";
  }
  return "";
}

bool Stage::need(const Result& result, std::string_view what) {
  if (!result.good()) decide(Outcome::missing, std::string(what) + ": " + std::string(ssi::name_of(result.error)));
  else naps_ = 0;   // it goes on, however slow the disk is
  return result.good();
}

bool Stage::same(bool as_posix, std::string_view what) {
  if (!as_posix) decide(Outcome::weakened, "not so: " + std::string(what));
  return as_posix;
}

bool Stage::fails(const Result& result, Errno error, std::string_view what) {
  if (result.error == Errno::enosys) return need(result, what);   // there is no such call
  const bool so = !result.good() && result.error == error;
  const std::string_view got = result.good() ? "success" : ssi::name_of(result.error);
  if (!so) decide(Outcome::weakened, std::string(what) + ": " + std::string(got) + " instead of " + std::string(ssi::name_of(error)));
  return so;
}

bool Stage::waits_for(std::size_t what) {
  if (marked(what) != 0 || decided()) return false;
  if (++naps_ < kNaps) return true;
  decide(Outcome::missing, "a call is never answered");
  return false;
}

void Stage::decide(Outcome outcome, std::string why) {
  if (outcome_) return;
  outcome_ = outcome;
  why_ = std::move(why);
}

const std::vector<Behaviour>& behaviours() {
  static const std::vector<Behaviour> kAll = [] {
    std::vector<Behaviour> all;
    for (auto part : {process_behaviours, signal_behaviours, file_name_behaviours, file_content_behaviours, pipe_behaviours,
                      socket_behaviours, segment_behaviours})
      for (Behaviour& behaviour : part()) all.push_back(std::move(behaviour));
    return all;
  }();
  return kAll;
}

}   // namespace ssi::conformance

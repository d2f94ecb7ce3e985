// How ssisim ends. Scripts rely on these numbers; see README for which one wins when several apply.
#pragma once
#include <stdexcept>

namespace ssi::cli {

enum ExitCode : int {
  kDone = 0,
  kBug = 1,
  kUserError = 2,
  kInvariant = 3,
  kNoProgress = 4,
  kMissed = 5,
  kSignal = 128,   // + the number of the signal that interrupted
};

// The user's mistake, or the user's disk: exit 2 with this text.
struct UserError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}   // namespace ssi::cli

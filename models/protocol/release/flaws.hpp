// Bugs that tests plant, to see that they are found; none of them in any run.
#pragma once

namespace ssi::release {

struct Flaws {
  bool tells_own_only = false;   // write notices are not transitive
  bool early_barrier = false;    // a barrier lets go before the last has come
  bool heeds_no_floor = false;   // what overtakes a DEPART does not wait for it
};

}   // namespace ssi::release

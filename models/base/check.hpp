// Two kinds of "this cannot be": our own bug (SSI_CHECK, exit 1) and a design's broken invariant
// (SSI_INVARIANT, exit 3). Both stay on in release builds. They throw; only the host catches, adds simulated
// time, node, event and the seed to replay, and ends the run. Machines never catch.
#pragma once
#include <stdexcept>
#include <string>

namespace ssi {

struct CheckFailed : std::logic_error {
  using std::logic_error::logic_error;
};
struct InvariantBroken : std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] void check_failed(const char* file, int line, const char* expression, const std::string& what);
[[noreturn]] void invariant_broken(const char* file, int line, const char* expression, const std::string& what);

}   // namespace ssi

#define SSI_CHECK(condition, what)                               \
  do {                                                           \
    if (!(condition)) [[unlikely]]                               \
      ::ssi::check_failed(__FILE__, __LINE__, #condition, what); \
  } while (false)
#define SSI_INVARIANT(condition, what)                               \
  do {                                                               \
    if (!(condition)) [[unlikely]]                                   \
      ::ssi::invariant_broken(__FILE__, __LINE__, #condition, what); \
  } while (false)

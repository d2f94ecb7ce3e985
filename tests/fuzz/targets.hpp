// What is fuzzed: each target takes any bytes, gives them to a reader, and says what that reader then did wrong. The same
// functions are run by libFuzzer and, over the committed corpus, by a plain test. Nothing is written to disk.
#pragma once
#include <string>
#include <string_view>

namespace ssi::fuzz {

// Each returns "" when the reader kept its promises: either problems that say where and what to do, or settings whose echo
// echoes itself; never both, never an abort.
std::string try_scenario(std::string_view bytes);   // a scenario file
std::string try_platform(std::string_view bytes);   // the platform file of a scenario that is good
// First line: the name of a metric; second: a limit; the rest: a run as results hold it.
std::string try_results(std::string_view bytes);

}   // namespace ssi::fuzz

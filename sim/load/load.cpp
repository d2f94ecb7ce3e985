#include "sim/load/load.hpp"

#include <new>

#include "sim/load/inputs.hpp"
#include "sim/load/reader.hpp"

namespace ssi::load {

Loaded load_scenario(const std::string& path, const Overrides& overrides) {
  Loaded loaded;
  try {
    Inputs inputs;
    gather(path, overrides, inputs);
    if (inputs.scenario != nullptr) loaded.scenario = read_scenario(inputs, loaded.expect_places);
    loaded.problems = inputs.problems.sorted();
    if (loaded.problems.empty()) loaded.echo = echo_of(loaded.scenario, inputs.xml_shown);
  } catch (const std::bad_alloc&) {
    loaded = {};
    loaded.problems.push_back(
        {path, 0, 0, {}, "there is not enough memory to read it (scenarios are small: check that this is the right file)"});
  }
  return loaded;
}

}   // namespace ssi::load

// The JSON value of this room: keys keep the order in which they were added. Only forward declared here.
#pragma once
#include <nlohmann/json_fwd.hpp>

namespace ssi::report {
using Json = nlohmann::ordered_json;
}

// Says in our words why JSON text is not JSON, once nlohmann has refused it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/load/document.hpp"
#include "sim/load/scanner.hpp"

namespace ssi::load {

// What the parser had accepted last.
struct Accepted {
  enum class Kind : std::uint8_t { nothing, opened, key, value } kind = Kind::nothing;
  const Node* open = nullptr;   // innermost array or object that is not closed
  std::string_view token;       // text of the last accepted token
};

// `scanner` stands behind the last accepted token and is moved to the place of the mistake.
std::string syntax_error(const Accepted& accepted, Scanner& scanner);

}   // namespace ssi::load

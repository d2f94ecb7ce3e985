// JSON text into a document tree. Comments (// and /* */) and a byte order mark are accepted.
#pragma once
#include <string_view>

#include "sim/load/document.hpp"
#include "sim/load/problems.hpp"

namespace ssi::load {

// The root; nullptr: the text is not JSON, nests deeper than 64, has more than a million values, holds a NUL, or is not
// UTF-8, and a problem says where. Duplicate keys and numbers that lose precision are problems too, but the tree stands.
Node* parse_json(std::string_view text, const Source& source, Document& document, Problems& problems);

}   // namespace ssi::load

// Contents of files, pages and messages: real bytes, shared and never changed once made.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

namespace ssi {

using Bytes = std::shared_ptr<const std::vector<std::byte>>;

inline std::size_t size_of(const Bytes& bytes) { return bytes ? bytes->size() : 0; }

}   // namespace ssi

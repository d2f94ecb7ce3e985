// Reads a whole input: at most 64 MiB, whatever it is (file, pipe, device, "-" for standard input).
#pragma once
#include <optional>
#include <string>

#include "sim/load/problems.hpp"

namespace ssi::load {

// nullopt: exactly one problem has been added. An empty result is a problem too. Never blocks on a FIFO that nobody writes to.
std::optional<std::string> read_text(const std::string& path, const Source& source, Problems& problems);

// The file exists and can be opened for reading; if not, what is wrong and what to do, else empty.
std::string why_unreadable(const std::string& path);

}   // namespace ssi::load

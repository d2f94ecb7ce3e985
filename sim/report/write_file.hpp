// Files that are there whole or not at all.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

namespace ssi::report {

// The user's disk or permissions: what() is "PATH: reason".
struct WriteError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Writes a temporary file beside `path`, syncs it, renames it over `path`, and syncs the folder. Throws WriteError.
void write_file(const std::string& path, std::string_view content);

// Makes what was renamed in `folder` durable. Throws WriteError.
void sync_folder(const std::string& folder);

}   // namespace ssi::report

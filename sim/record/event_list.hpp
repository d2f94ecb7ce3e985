// The list of delivered events that --repeat-check compares: fixed-size binary records, and the names of the kinds in a
// file beside it. Host byte order: both lists are written and read on one machine within one command.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/base/ids.hpp"
#include "models/base/time.hpp"
#include "sim/record/stream_file.hpp"

namespace ssi::record {

// One observed event, as the fingerprint and --repeat-check see it.
struct Delivered {
  Instant at;
  NodeId from, to;
  std::uint64_t kind;   // hash of the event's or message's name
  std::string_view name;
};

class EventList {
 public:
  explicit EventList(const std::string& path) : records_(path), names_(path.empty() ? path : names_of(path)) {}
  void add(const Delivered& event);
  void close();
  std::string error() const { return records_.error().empty() ? names_.error() : records_.error(); }

  static std::string names_of(const std::string& path) { return path + ".names"; }

 private:
  StreamFile records_, names_;
  std::vector<std::uint64_t> named_;   // kinds that names_ has
};

// The first place where two lists differ, as one line of text for each list ("(end)" where a list is shorter).
struct Difference {
  std::uint64_t index{};   // from 0
  std::string first, second;
};

// nullopt: the lists are equal. Throws std::runtime_error when a list cannot be read.
std::optional<Difference> first_difference(const std::string& first_path, const std::string& second_path);

}   // namespace ssi::record

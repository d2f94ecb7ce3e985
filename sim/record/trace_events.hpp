// The Chrome Trace Event format, as Perfetto reads it: one method for each phase, nothing of what the events mean. Times are
// microseconds with three decimals, durations have a fourth (see put_duration). Closing makes the document whole; so does the destructor, after an exception.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/base/time.hpp"
#include "sim/record/line.hpp"
#include "sim/record/stream_file.hpp"

namespace ssi::record {

// pid and tid are never 0, and no tid is any process's pid or used in two processes: viewers take that for a main thread.
struct Track {
  std::uint32_t pid{}, tid{};
};

struct TraceArgument {
  std::string_view key;
  std::int64_t number{};
  std::string_view text{};   // not empty: instead of the number
};
using TraceArguments = std::initializer_list<TraceArgument>;

class TraceEvents {
 public:
  using Metadata = std::vector<std::pair<std::string, std::string>>;   // "what": "value", at the head of the document

  TraceEvents(const std::string& path, const Metadata& metadata);
  ~TraceEvents() { close(); }
  TraceEvents(const TraceEvents&) = delete;
  TraceEvents& operator=(const TraceEvents&) = delete;

  void name_process(Track any, std::string_view name, std::uint32_t order);   // `any` track of it
  void name_track(Track track, std::string_view name, std::uint32_t order);
  void slice(Track track, std::string_view category, std::string_view name, Instant from, Instant to, TraceArguments arguments);
  void async_begin(Track track, std::string_view category, std::string_view name, std::uint64_t id, Instant at, TraceArguments arguments);
  void async_end(Track track, std::string_view category, std::string_view name, std::uint64_t id, Instant at);
  // Both ends lie inside slices of their tracks; (category, name, id) is never used again.
  void flow_start(Track track, std::string_view category, std::string_view name, std::uint64_t id, Instant at, TraceArguments arguments);
  void flow_end(Track track, std::string_view category, std::string_view name, std::uint64_t id, Instant at);
  void counter(std::uint32_t pid, std::string_view name, Instant at, std::int64_t value);
  void instant(Track track, std::string_view name, Instant at, char scope);   // 't' its track, 'p' its process, 'g' all

  void close();
  const std::string& error() const { return file_.error(); }
  std::uint64_t count() const { return count_; }

 private:
  Line begin(std::string_view category, std::string_view name, char phase, Instant at);
  void end(Line& line);
  void describe(Track track, std::string_view what, std::string_view key, std::string_view value);

  StreamFile file_;
  std::uint64_t count_ = 0;
};

}   // namespace ssi::record

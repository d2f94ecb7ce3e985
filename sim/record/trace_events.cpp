#include "sim/record/trace_events.hpp"

namespace ssi::record {
namespace {

void put_track(Line& line, Track track) { line.put(",\"pid\":").put(track.pid).put(",\"tid\":").put(track.tid); }

void put_id(Line& line, std::uint64_t id) { line.put(",\"id\":").put(id); }

void put_arguments(Line& line, TraceArguments arguments) {
  if (arguments.size() == 0) return;
  std::string_view before = ",\"args\":{\"";
  for (const TraceArgument& argument : arguments) {
    line.put(before).put(argument.key).put("\":");
    if (argument.text.empty()) line.put(argument.number);
    else line.put("\"").put(argument.text).put("\"");
    before = ",\"";
  }
  line.put("}");
}

// 0.1 ns short, as a fourth decimal: viewers in JavaScript subtract and add times as doubles, and a slice that ends a bit later than the
// next one begins makes them (speedscope) nest the two. Perfetto counts in nanoseconds.
void put_duration(Line& line, Duration time) {
  line.put(",\"dur\":").microseconds(time.ns > 0 ? time - nanoseconds(1) : time);
  if (time.ns > 0) line.put("9");
}

}   // namespace

TraceEvents::TraceEvents(const std::string& path, const Metadata& metadata) : file_(path) {
  std::string head = "{\"metadata\":{";
  for (const auto& [key, value] : metadata) head += (head.back() == '{' ? "" : ",") + quoted(key) + ":" + quoted(value);
  file_.write(head + "},\n\"traceEvents\":[");
}

void TraceEvents::close() {
  if (file_.on()) file_.write("\n]}\n");
  file_.close();
}

Line TraceEvents::begin(std::string_view category, std::string_view name, char phase, Instant at) {
  Line line;
  line.put(count_++ == 0 ? "\n{\"ph\":\"" : ",\n{\"ph\":\"").put(std::string_view(&phase, 1)).put("\",\"name\":\"").put(name);
  if (!category.empty()) line.put("\",\"cat\":\"").put(category);
  line.put("\",\"ts\":").microseconds(at - Instant{});
  return line;
}

void TraceEvents::end(Line& line) { file_.write(line.put("}").text()); }

void TraceEvents::describe(Track track, std::string_view what, std::string_view key, std::string_view value) {
  Line line;
  line.put(count_++ == 0 ? "\n" : ",\n").put("{\"ph\":\"M\",\"name\":\"").put(what).put("\"");
  put_track(line, track);
  line.put(",\"args\":{\"").put(key).put("\":").put(value).put("}");
  end(line);
}

void TraceEvents::name_process(Track any, std::string_view name, std::uint32_t order) {
  describe(any, "process_name", "name", quoted(name));
  describe(any, "process_sort_index", "sort_index", std::to_string(order));
}

void TraceEvents::name_track(Track track, std::string_view name, std::uint32_t order) {
  describe(track, "thread_name", "name", quoted(name));
  describe(track, "thread_sort_index", "sort_index", std::to_string(order));
}

void TraceEvents::slice(Track track, std::string_view category, std::string_view name, Instant from, Instant to, TraceArguments arguments) {
  Line line = begin(category, name, 'X', from);
  put_duration(line, to - from);
  put_track(line, track);
  put_arguments(line, arguments);
  end(line);
}

void TraceEvents::async_begin(Track track, std::string_view category, std::string_view name, std::uint64_t id, Instant at,
                              TraceArguments arguments) {
  Line line = begin(category, name, 'b', at);
  put_track(line, track);
  put_id(line, id);
  put_arguments(line, arguments);
  end(line);
}

void TraceEvents::async_end(Track track, std::string_view category, std::string_view name, std::uint64_t id, Instant at) {
  Line line = begin(category, name, 'e', at);
  put_track(line, track);
  put_id(line, id);
  end(line);
}

void TraceEvents::flow_start(Track track, std::string_view category, std::string_view name, std::uint64_t id, Instant at,
                             TraceArguments arguments) {
  Line line = begin(category, name, 's', at);
  put_track(line, track);
  put_id(line, id);
  put_arguments(line, arguments);
  end(line);
}

void TraceEvents::flow_end(Track track, std::string_view category, std::string_view name, std::uint64_t id, Instant at) {
  Line line = begin(category, name, 'f', at);
  line.put(",\"bp\":\"e\"");
  put_track(line, track);
  put_id(line, id);
  end(line);
}

void TraceEvents::counter(std::uint32_t pid, std::string_view name, Instant at, std::int64_t value) {
  Line line = begin({}, name, 'C', at);
  line.put(",\"pid\":").put(pid).put(",\"args\":{\"value\":").put(value).put("}");
  end(line);
}

void TraceEvents::instant(Track track, std::string_view name, Instant at, char scope) {
  Line line = begin({}, name, 'i', at);
  line.put(",\"s\":\"").put(std::string_view(&scope, 1)).put("\"");
  put_track(line, track);
  end(line);
}

}   // namespace ssi::record

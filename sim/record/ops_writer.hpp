// ops.jsonl: one line per finished call, in the order in which calls were settled.
#pragma once
#include <cstdint>
#include <string>
#include <utility>

#include "sim/record/finished_call.hpp"
#include "sim/record/stream_file.hpp"
#include "sim/record/trace_filter.hpp"

namespace ssi::record {

class OpsWriter {
 public:
  OpsWriter(const std::string& path, TraceFilter filter) : file_(path), filter_(std::move(filter)) {}
  bool on() const { return file_.on(); }
  void write(const FinishedCall& call, std::uint32_t messages);
  void close() { file_.close(); }
  const std::string& error() const { return file_.error(); }

 private:
  StreamFile file_;
  TraceFilter filter_;
};

}   // namespace ssi::record

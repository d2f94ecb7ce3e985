// ops.jsonl: one line per finished call, in the order in which calls were settled.
#pragma once
#include <cstdint>
#include <string>

#include "sim/record/finished_call.hpp"
#include "sim/record/stream_file.hpp"

namespace ssi::record {

class OpsWriter {
 public:
  explicit OpsWriter(const std::string& path) : file_(path) {}
  bool on() const { return file_.on(); }
  void write(const FinishedCall& call, std::uint32_t messages);
  void close() { file_.close(); }
  const std::string& error() const { return file_.error(); }

 private:
  StreamFile file_;
};

}   // namespace ssi::record

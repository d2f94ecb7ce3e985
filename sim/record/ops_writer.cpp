#include "sim/record/ops_writer.hpp"

#include <array>
#include <cinttypes>
#include <cstdio>
#include <string_view>

#include "models/base/check.hpp"

namespace ssi::record {

// t_ns is when the call was asked; it ended latency_ns later.
void OpsWriter::write(const FinishedCall& call, std::uint32_t messages) {
  const std::string_view name = kCallNames[call.kind];
  const std::string_view error = name_of(call.error);
  const char* quote = error.empty() ? "" : "\"";
  std::array<char, 320> line;
  const int size = std::snprintf(
      line.data(), line.size(),
      "{\"t_ns\":%" PRId64 ",\"node\":%" PRIu32 ",\"pid\":%" PRIu64 ",\"call\":\"%.*s\",\"served\":\"%s\",\"node_served\":%" PRIu32
      ",\"latency_ns\":%" PRId64 ",\"messages\":%" PRIu32 ",\"error\":%s%.*s%s}\n",
      call.issued.ns, call.node.value, call.caller.value, static_cast<int>(name.size()), name.data(),
      call.served == call.node ? "local" : "remote", call.served.value, (call.answered - call.issued).ns, messages, quote,
      error.empty() ? 4 : static_cast<int>(error.size()), error.empty() ? "null" : error.data(), quote);
  SSI_CHECK(size > 0 && static_cast<std::size_t>(size) < line.size(), "a line of ops.jsonl is too long");
  file_.write({line.data(), static_cast<std::size_t>(size)});
}

}   // namespace ssi::record

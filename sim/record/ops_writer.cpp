#include "sim/record/ops_writer.hpp"

#include "sim/record/line.hpp"

namespace ssi::record {

// t_ns is when the call was asked; it ended latency_ns later.
void OpsWriter::write(const FinishedCall& call, std::uint32_t messages) {
  if (!filter_.keeps(call.issued, call.node, call.kind)) return;
  Line line;
  line.put("{\"t_ns\":").put(call.issued.ns).put(",\"node\":").put(call.node.value).put(",\"pid\":").put(call.caller.value);
  line.put(",\"call\":\"").put(kCallNames[call.kind]).put(call.served == call.node ? "\",\"served\":\"local" : "\",\"served\":\"remote");
  line.put("\",\"node_served\":").put(call.served.value).put(",\"latency_ns\":").put((call.answered - call.issued).ns);
  line.put(",\"messages\":").put(messages).put(",\"error\":");
  if (const std::string_view error = name_of(call.error); error.empty()) line.put("null}\n");
  else line.put("\"").put(error).put("\"}\n");
  file_.write(line.text());
}

}   // namespace ssi::record

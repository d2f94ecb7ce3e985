#include <fmt/format.h>
#include <filesystem>

#include "models/config/shape.hpp"
#include "sim/load/reader.hpp"
#include "sim/load/settings.hpp"
#include "sim/load/wording.hpp"

namespace ssi::load {
namespace {

using config::Field;
using config::Platform;

constexpr std::string_view kInterconnectExample = "{\"bandwidth\": \"10Gbps\", \"latency\": \"1us\"}";

// An object inside the platform by its table. Absent and not required: all defaults.
template <class S>
S read_block(const Node& platform, const std::string& key, std::span<const config::Bound<S>> table, const std::string& required_because,
             std::string_view example, Problems& problems) {
  const Node* node = platform.find(key);
  if (node == nullptr && !required_because.empty())
    problems.missing(platform, key, fmt::format("missing key \"{}\" (add \"{}\": {}; {})", key, key, example, required_because));
  if (node == nullptr || !expect_object(*node, example, problems)) return config::bind<S>(table, {});
  return config::bind<S>(table, read_settings(*node, config::plain<S>(table), {.with_sources = true}, problems));
}

void check_sockets(const Node& platform, const Platform& read, Problems& problems) {
  if (read.sockets == 0 || read.cores == 0 || read.cores % read.sockets == 0) return;
  const Node* cores = platform.find("cores");
  problems.at_value(cores == nullptr ? platform : *cores,
                    fmt::format("{} cannot be spread evenly over {} (write a multiple of {})", plural(read.cores, "core"),
                                plural(read.sockets, "socket"), read.sockets));
}

// A program that runs needs some pages at once.
void check_memory(const Node& platform, const config::NodeMemory& read, Problems& problems) {
  constexpr std::uint64_t kLeastPages = 16, kLeast = 65536;
  const Node* memory = platform.find("memory");
  const Node* capacity = memory == nullptr ? nullptr : memory->find("capacity");
  if (capacity == nullptr || read.capacity == 0 || read.capacity >= std::max(kLeast, kLeastPages * read.page)) return;
  problems.at_value(*capacity, fmt::format("is too little for a kernel and a program (write \"{}B\" or more, or \"0B\": no limit)",
                                           std::max(kLeast, kLeastPages * read.page)));
}

// The shape must be one of the topology's form and have as many places as there are nodes.
void check_shape(const Node& platform, const Platform& read, Problems& problems) {
  const Node* net = platform.find("interconnect");
  if (net == nullptr) return;
  const Node* shape = net->find("shape");
  const Node& place = shape == nullptr ? *net : *shape;
  config::Shape found;
  const std::string problem = config::read_shape(read.interconnect.topology, read.interconnect.shape, found);
  if (!problem.empty()) return problems.at_value(place, problem);
  if (read.interconnect.shape.empty() || found.nodes == read.nodes) return;
  problems.at_value(place,
                    fmt::format("the shape has {}, but \"nodes\" is {} (change one of them)", plural(found.nodes, "place"), read.nodes));
}

}   // namespace

Platform read_platform(const Node& platform, Inputs& inputs) {
  Problems& problems = inputs.problems;
  if (!expect_object(platform, "{\"file\": \"../platforms/rack4-10gbe.json\"}", problems)) return {};
  check_schema_key(platform, problems);
  bool xml = !inputs.xml_file.empty();
  std::vector<Field> table = config::plain<Platform>(config::platform_fields());
  const std::string stem = std::filesystem::path(inputs.xml_file).stem().string();
  for (Field& field : table)
    if (xml && field.key == "name") field.fallback = std::string_view(stem);
  std::vector<std::string> others{xml ? "file" : "interconnect", "costs", "disk", "nic", "memory", "$schema"};
  std::size_t before = problems.size();
  Platform read = config::bind<Platform>(config::platform_fields(), read_settings(platform, table, {std::move(others), true}, problems));
  if (problems.size() == before) check_sockets(platform, read, problems);
  read.xml_file = inputs.xml_file;
  read.interconnect =
      xml ? config::bind<config::Interconnect>(config::interconnect_fields(), {})
          : read_block(platform, "interconnect", config::interconnect_fields(), "how the nodes are joined", kInterconnectExample, problems);
  read.costs = read_block(platform, "costs", config::cost_fields(),
                          xml ? "an XML platform does not say what kernel work costs; {} takes the defaults" : "",
                          "{\"syscall\": \"100ns\"}", problems);
  read.nic = read_block(platform, "nic", config::nic_fields(), "", "{\"message_rate\": 2000000}", problems);
  read.disk = read_block(platform, "disk", config::disk_fields(), "", "{\"access\": \"8ms\"}", problems);
  read.memory = read_block(platform, "memory", config::memory_fields(), "", "{\"capacity\": \"4GiB\"}", problems);
  if (problems.size() == before) check_memory(platform, read.memory, problems);
  if (!xml && problems.size() == before) check_shape(platform, read, problems);
  return read;
}

}   // namespace ssi::load

#include "sim/record/event_list.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <fstream>
#include <map>
#include <stdexcept>

namespace ssi::record {
namespace {

struct Record {
  std::int64_t at_ns;
  std::uint32_t from, to;
  std::uint64_t kind;
  friend bool operator==(const Record&, const Record&) = default;
};
static_assert(sizeof(Record) == 24);
using Bytes = std::array<char, sizeof(Record)>;

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path), file_(path, std::ios::binary) {
    if (!file_) throw std::runtime_error("cannot read " + path);
  }

  std::optional<Record> next() {
    Bytes bytes;
    if (!file_.read(bytes.data(), bytes.size())) return std::nullopt;
    return std::bit_cast<Record>(bytes);
  }

  std::string text(const std::optional<Record>& record) const {
    if (!record) return "(end)";
    return "t=" + std::to_string(record->at_ns) + "ns " + std::to_string(record->from) + "->" + std::to_string(record->to) + " " +
           name_of_kind(record->kind);
  }

 private:
  std::string name_of_kind(std::uint64_t kind) const {
    std::ifstream names(EventList::names_of(path_));
    std::uint64_t found = 0;
    for (std::string name; names >> found && std::getline(names, name);)
      if (found == kind) return name.substr(1);   // after the blank
    return "kind " + std::to_string(kind);
  }

  std::string path_;
  std::ifstream file_;
};

}   // namespace

void EventList::add(const Delivered& event) {
  if (!records_.on()) return;
  const auto bytes = std::bit_cast<Bytes>(Record{event.at.ns, event.from.value, event.to.value, event.kind});
  records_.write({bytes.data(), bytes.size()});
  if (std::find(named_.begin(), named_.end(), event.kind) != named_.end()) return;
  named_.push_back(event.kind);
  names_.write(std::to_string(event.kind) + " " + std::string(event.name) + "\n");
}

void EventList::close() {
  records_.close();
  names_.close();
}

std::optional<Difference> first_difference(const std::string& first_path, const std::string& second_path) {
  Reader first(first_path);
  Reader second(second_path);
  for (std::uint64_t index = 0;; ++index) {
    const auto a = first.next();
    const auto b = second.next();
    if (a != b) return Difference{index, first.text(a), second.text(b)};
    if (!a) return std::nullopt;
  }
}

}   // namespace ssi::record

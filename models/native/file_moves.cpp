// Open files of a process that starts on another node, or moves there: reopened by their handles, where files are the same on every node.
#include "models/native/file_part.hpp"

namespace ssi::native {
namespace {

struct OpenFiles final : Luggage {
  struct One {
    vnode::FileId file{};
    OpenFlags flags;
    bool directory = false;
    std::uint64_t offset{};
    std::vector<std::int32_t> numbers{};
  };
  std::map<std::uint64_t, One> all;   // by their entry there
  std::uint64_t bytes() const override {
    std::uint64_t sum = 0;
    for (const auto& [entry, one] : all) sum += 20 + 4 * one.numbers.size();
    return sum;
  }
};

}   // namespace

std::shared_ptr<const Luggage> FilePart::pack(Pid pid, NodeId, bool, PartContext& at) {
  if (!switch_.of_all_nodes) return nullptr;
  auto out = std::make_shared<OpenFiles>();
  for (const auto& [number, description] : at.descriptors.of(pid)) {
    if (description.part != CallClass::file) continue;
    const Entry& entry = entries_.at(description.entry);
    OpenFiles::One& one = out->all[description.entry];
    one.file = entry.file;
    one.flags = entry.flags;
    one.directory = entry.directory;
    one.offset = entry.offset;
    one.numbers.push_back(number);
  }
  if (out->all.empty()) return nullptr;
  return out;
}

// Who uses a descriptor before its file is open waits for its turn.
void FilePart::unpack(Pid pid, const Luggage& luggage, NodeId, PartContext& at) {
  for (const auto& [there, one] : dynamic_cast<const OpenFiles&>(luggage).all) {
    const std::uint64_t id = (std::uint64_t{self_.value} << 40) | ++made_;
    Entry entry{.file = one.file, .flags = one.flags, .directory = one.directory, .busy = true, .offset = one.offset};
    entry.references = static_cast<std::uint32_t>(one.numbers.size()) + 1;
    entries_.emplace(id, std::move(entry));
    for (const std::int32_t number : one.numbers) at.descriptors.install_at(pid, number, {CallClass::file, id});
    const std::uint64_t token =
        enter({.step = Doing::Step::reopen, .call = kNoCall, .caller = kNoPid, .request = Call(Open{}), .entry = id});
    begin(token, vnode::Open{one.file, one.flags.write}, kNoCall, at);
  }
  drain(at);
}

// A file that is gone by now answers ESTALE to whoever uses it.
void FilePart::reopened(std::uint64_t token, const vnode::Answer& answer, PartContext& at) {
  const std::uint64_t id = doing_.at(token).entry;
  ++entries_.at(id).references;   // it lives until the turn has been given
  finish(token, {}, answer.served, at);
  give_turn(id, at);
  drop(id, 0, kNoCall, at);
}

}   // namespace ssi::native

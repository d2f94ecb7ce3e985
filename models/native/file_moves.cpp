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
    std::uint64_t shared{};
    std::vector<std::int32_t> numbers{};
  };
  std::map<std::uint64_t, One> all;   // by their entry there
  std::uint64_t bytes() const override {
    std::uint64_t sum = 0;
    for (const auto& [entry, one] : all) sum += 28 + 4 * one.numbers.size();
    return sum;
  }
};

}   // namespace

// From now on the entry's offset is where it is used; `to` is about to have it too.
std::uint64_t FilePart::share(std::uint64_t id, Entry& entry, NodeId to, PartContext& at) {
  if (!offsets_ || entry.directory) return 0;
  if (entry.shared == 0) {
    entry.shared = id;
    shared_.emplace(id, id);
    offsets_->share(id, entry.offset, entry.busy);
  }
  offsets_->hold(entry.shared, to, 1, at.out);
  return entry.shared;
}

std::shared_ptr<const Luggage> FilePart::pack(Pid pid, NodeId to, bool, PartContext& at) {
  if (!switch_.of_all_nodes) return nullptr;
  auto out = std::make_shared<OpenFiles>();
  for (const auto& [number, description] : at.descriptors.of(pid)) {
    if (description.part != CallClass::file) continue;
    Entry& entry = entries_.at(description.entry);
    const auto [place, is_new] = out->all.try_emplace(description.entry);
    OpenFiles::One& one = place->second;
    if (is_new) one.shared = share(description.entry, entry, to, at);
    one.file = entry.file;
    one.flags = entry.flags;
    one.directory = entry.directory;
    one.offset = entry.offset;
    one.numbers.push_back(number);
  }
  if (out->all.empty()) return nullptr;
  return out;
}

// Who uses a descriptor before its file is open waits for its turn. An entry that this node has already is not opened again.
void FilePart::unpack(Pid pid, const Luggage& luggage, NodeId, PartContext& at) {
  for (const auto& [there, one] : dynamic_cast<const OpenFiles&>(luggage).all) {
    if (one.shared != 0) offsets_->arrived(one.shared, one.offset);
    if (const auto here = shared_.find(one.shared); here != shared_.end()) {
      entries_.at(here->second).references += static_cast<std::uint32_t>(one.numbers.size());
      for (const std::int32_t number : one.numbers) at.descriptors.install_at(pid, number, {CallClass::file, here->second});
      continue;
    }
    const std::uint64_t id = (std::uint64_t{self_.value} << 40) | ++made_;
    Entry entry{.file = one.file, .flags = one.flags, .directory = one.directory, .busy = true, .offset = one.offset};
    entry.references = static_cast<std::uint32_t>(one.numbers.size()) + 1;
    entry.shared = one.shared;
    if (one.shared != 0) shared_.emplace(one.shared, id);
    entries_.emplace(id, std::move(entry));
    for (const std::int32_t number : one.numbers) at.descriptors.install_at(pid, number, {CallClass::file, id});
    const std::uint64_t token =
        enter({.step = Doing::Step::reopen, .call = kNoCall, .caller = kNoPid, .request = Call(Open{}), .entry = id});
    begin(token, vnode::Open{one.file, one.flags.write}, kNoCall, at);
  }
  drain(at);
}

// It did not get there.
void FilePart::taken_back(const Luggage& luggage, NodeId to, PartContext& at) {
  for (const auto& [there, one] : dynamic_cast<const OpenFiles&>(luggage).all)
    if (one.shared != 0) offsets_->hold(one.shared, to, -1, at.out);
}

void FilePart::offset_came(std::uint64_t name, PartContext& at) {
  Entry& entry = entries_.at(shared_.at(name));
  entry.offset = offsets_->offset(name);
  use_offset(entry.using_it, at);
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

// Segments: names, attachments, and access to their bytes.
#include "models/native/segments.hpp"

#include "models/base/check.hpp"

namespace ssi::native {

struct Segments::Request {
  Segments& node;
  const CallEvent& event;
  PartContext& at;

  void end(Result result) const { at.out.complete(event.id, std::move(result), node.self_); }
  void fail(Errno error) const { end(Result::fail(error)); }

  void operator()(const SegmentGet& get) const { node.get(event, get, at); }
  void operator()(const SegmentRemove& remove) const { node.remove(event, remove.segment, at); }
  void operator()(const Attach& attach) const {
    const auto found = node.segments_.find(attach.segment);
    if (found == node.segments_.end()) return fail(Errno::einval);
    if (found->second.removed) return fail(Errno::eidrm);
    ++found->second.attached[event.caller];
    end(Result::ok());
  }
  void operator()(const Detach& detach) const { node.detach(event, detach.segment, at); }
  void operator()(const Load& load) const {
    const Segment* segment = node.in_use(event.caller, load.segment, load.offset, load.count);
    if (segment == nullptr) return fail(Errno::einval);
    const std::span bytes(segment->bytes.data() + load.offset, load.count);
    node.charge_copy(load.count, at);
    Result result = Result::of(load.count <= 8 ? static_cast<std::int64_t>(word_in(bytes)) : static_cast<std::int64_t>(load.count));
    if (load.count > 8) result.more = std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
    end(std::move(result));
  }
  void operator()(const Store& store) const {
    const std::uint64_t count = store.data ? size_of(store.data) : 8;
    Segment* segment = node.in_use(event.caller, store.segment, store.offset, count);
    if (segment == nullptr) return fail(Errno::einval);
    const std::span bytes(segment->bytes.data() + store.offset, count);
    if (store.data) std::copy(store.data->begin(), store.data->end(), bytes.begin());
    else put_word(bytes, store.word);
    node.charge_copy(count, at);
    end(Result::ok());
  }
  void operator()(const Atomic& atomic) const {
    Segment* segment = node.in_use(event.caller, atomic.segment, atomic.offset, 8);
    if (segment == nullptr || atomic.offset % 8 != 0) return fail(Errno::einval);
    const std::span bytes(segment->bytes.data() + atomic.offset, 8);
    const std::uint64_t before = word_in(bytes);
    put_word(bytes, after(atomic, before));
    end(Result::of(static_cast<std::int64_t>(before)));
  }
  void operator()(const Down& down) const { node.down(event, down, at); }
  void operator()(const Up& up) const { node.up(event, up, at); }
  void operator()(const Mutex& mutex) const { mutex.lock ? node.lock(event, mutex.key, at) : node.unlock(event, mutex.key, at); }
  void operator()(const Barrier& barrier) const { node.meet(event, barrier, at); }
  template <class C>
  void operator()(const C&) const {
    SSI_CHECK(false, "a call of another class");
  }
};

void Segments::call(const CallEvent& event, PartContext& at) {
  at.out.work(settings_.operation);
  std::visit(Request{*this, event, at}, *event.call);
}

void Segments::get(const CallEvent& event, const SegmentGet& get, PartContext& at) {
  const auto end = [&](Result result) { at.out.complete(event.id, std::move(result), self_); };
  const auto found = keys_.find(get.key);
  if (get.key != kPrivate && found != keys_.end()) {
    if (get.create && get.exclusive) return end(Result::fail(Errno::eexist));
    if (get.bytes > segments_.at(found->second).bytes.size()) return end(Result::fail(Errno::einval));
    return end(Result::of(static_cast<std::int64_t>(found->second)));
  }
  if (get.key != kPrivate && !get.create) return end(Result::fail(Errno::enoent));
  if (get.bytes == 0) return end(Result::fail(Errno::einval));
  if (get.bytes > settings_.bytes_max) return end(Result::fail(Errno::enomem));
  const std::uint64_t id = ++next_;
  segments_.emplace(id, Segment{get.key, std::vector<std::byte>(get.bytes)});
  if (get.key != kPrivate) keys_.emplace(get.key, id);
  end(Result::of(static_cast<std::int64_t>(id)));
}

// The key is free at once; the bytes stay for who is attached (IPC_RMID of shmctl in POSIX.1-2017).
void Segments::remove(const CallEvent& event, std::uint64_t id, PartContext& at) {
  const auto found = segments_.find(id);
  const bool there = found != segments_.end() && !found->second.removed;
  at.out.complete(event.id, there ? Result::ok() : Result::fail(found == segments_.end() ? Errno::einval : Errno::eidrm), self_);
  if (!there) return;
  if (found->second.key != kPrivate) keys_.erase(found->second.key);
  found->second.key = kPrivate;
  found->second.removed = true;
  free_if_unused(id);
}

void Segments::detach(const CallEvent& event, std::uint64_t id, PartContext& at) {
  const auto found = segments_.find(id);
  const bool attached = found != segments_.end() && found->second.attached.contains(event.caller);
  at.out.complete(event.id, attached ? Result::ok() : Result::fail(Errno::einval), self_);
  if (!attached) return;
  if (--found->second.attached[event.caller] == 0) found->second.attached.erase(event.caller);
  free_if_unused(id);
}

void Segments::detach_all(Pid pid) {
  std::vector<std::uint64_t> unused;
  for (auto& [id, segment] : segments_)
    if (segment.attached.erase(pid) > 0) unused.push_back(id);
  for (std::uint64_t id : unused) free_if_unused(id);
}

void Segments::free_if_unused(std::uint64_t id) {
  const Segment& segment = segments_.at(id);
  if (segment.removed && segment.attached.empty()) segments_.erase(id);
}

Segments::Segment* Segments::in_use(Pid pid, std::uint64_t id, std::uint64_t offset, std::uint64_t count) {
  const auto found = segments_.find(id);
  if (found == segments_.end() || !found->second.attached.contains(pid)) return nullptr;
  const std::uint64_t size = found->second.bytes.size();
  return count > 0 && offset <= size && count <= size - offset ? &found->second : nullptr;
}

void Segments::forked(Pid parent, Pid child, PartContext&) {
  for (auto& [id, segment] : segments_)
    if (const auto own = segment.attached.find(parent); own != segment.attached.end()) segment.attached[child] = own->second;
}

void Segments::executed(Pid pid, PartContext&) { detach_all(pid); }

void Segments::charge_copy(std::uint64_t bytes, PartContext& at) const {
  at.out.work(Duration{settings_.copy_per_kib.ns * static_cast<std::int64_t>(bytes) / 1024});
}

}   // namespace ssi::native

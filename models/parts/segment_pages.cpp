// Loads, stores and atomic operations on segments: page by page through the coherence machine.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/parts/cluster_segments.hpp"

namespace ssi::parts {

using coherence::Access;
using native::PartContext;

const ClusterSegments::Local* ClusterSegments::in_use(Pid pid, std::uint64_t id, std::uint64_t offset, std::uint64_t count) const {
  const auto found = attached_.find(id);
  if (found == attached_.end() || !found->second.times.contains(pid)) return nullptr;
  const std::uint64_t size = found->second.bytes;
  return count > 0 && offset <= size && count <= size - offset ? &found->second : nullptr;
}

// A word within one page is one access; whatever crosses pages is a range of each.
void ClusterSegments::start(const CallEvent& event, std::uint64_t id, std::uint64_t offset, std::uint64_t count, Access access,
                            PartContext& at) {
  if (in_use(event.caller, id, offset, count) == nullptr) return at.out.complete(event.id, Result::fail(Errno::einval), self_);
  at.out.work(Duration{settings_.copy_per_kib.ns * static_cast<std::int64_t>(count) / 1024});
  if (choices_.page_bytes < kHardwarePage) at.out.work(choices_.instrumentation);
  const std::uint64_t page = choices_.page_bytes, ticket = ++tickets_;
  Running running{event.id, event.caller};
  const bool crosses = offset / page != (offset + count - 1) / page;
  if (crosses && access.kind == Access::Kind::load) access.kind = Access::Kind::read_range;
  if (crosses && access.kind == Access::Kind::store) {
    std::vector<std::byte> word(8);
    native::put_word(word, access.operand);
    access.kind = Access::Kind::write_range;
    access.data = std::make_shared<const std::vector<std::byte>>(std::move(word));
  }
  running.range = access.kind == Access::Kind::read_range;
  for (std::uint64_t done = 0; done < count;) {
    const std::uint64_t where = offset + done, in_page = where % page, now = std::min(count - done, page - in_page);
    Access one = access;
    one.page = PageId{id << kPageBits | where / page};
    one.offset = static_cast<std::uint32_t>(in_page);
    one.bytes = static_cast<std::uint32_t>(now);
    if (one.kind == Access::Kind::write_range) {
      const auto from = access.data->begin() + static_cast<std::ptrdiff_t>(done);
      one.data = std::make_shared<const std::vector<std::byte>>(from, from + static_cast<std::ptrdiff_t>(now));
    }
    running.todo.push_back(std::move(one));
    done += now;
  }
  running_.emplace(ticket, std::move(running));
  go_on(ticket, at);
  settle_pages(at);
}

void ClusterSegments::go_on(std::uint64_t ticket, PartContext& at) {
  for (auto found = running_.find(ticket); found != running_.end(); found = running_.find(ticket)) {
    const Access access = found->second.todo.front();
    const auto answer = pages_->access(coherence::Ticket{ticket}, access, {at.now, at.out, outcome_});
    choices_.tests.here(SegmentTest::page, answer.has_value(), at.out);
    if (!answer) return;
    if (!page_came(found->second, *answer)) continue;
    const auto over = running_.extract(ticket);
    return finish(over.mapped(), at);
  }
}

void ClusterSegments::finish(const Running& done, PartContext& at) {
  if (at.processes.find(done.pid) == nullptr) return;   // it died meanwhile; what it stored is stored
  Result result = Result::of(static_cast<std::int64_t>(done.value));
  if (done.range && done.got.size() <= 8) result.value = static_cast<std::int64_t>(native::word_in(done.got));
  if (done.range && done.got.size() > 8) {
    result.value = static_cast<std::int64_t>(done.got.size());
    result.more = std::make_shared<const std::vector<std::byte>>(done.got);
  }
  at.out.complete(done.call, std::move(result), self_);
}

// True: it was the last.
bool ClusterSegments::page_came(Running& running, const coherence::Answer& answer) {
  const bool stores = running.todo.front().kind == Access::Kind::store || running.todo.front().kind == Access::Kind::write_range;
  if (!stores) running.value = answer.value;
  if (answer.bytes) running.got.insert(running.got.end(), answer.bytes->begin(), answer.bytes->end());
  running.todo.pop_front();
  return running.todo.empty();
}

void ClusterSegments::settle_pages(PartContext& at) {
  while (!outcome_.done.empty()) {
    const auto done = std::exchange(outcome_.done, {});
    for (const auto& [ticket, answer] : done) {
      if (const auto over = ordering_.extract(ticket.value); !over.empty()) {
        ordered(over.mapped(), at);
        continue;
      }
      const auto found = running_.find(ticket.value);
      SSI_CHECK(found != running_.end(), "a page came for nobody");
      at.out.waited(found->second.call, AfterWork::Waited::On::turn);   // if it was another that had asked for it
      if (!page_came(found->second, answer)) {
        go_on(ticket.value, at);
        continue;
      }
      Running last = std::move(found->second);
      running_.erase(found);
      finish(last, at);
    }
  }
  for (PageNote& note : outcome_.notes) {
    note.table = "segment_data";
    note.writable = pages_->right(note.page) == coherence::Right::write;
    at.out.note(note);
  }
  outcome_.clear();
}

bool ClusterSegments::timer(const TimerEvent& timer, PartContext& at) {
  if (!pages_->mine(timer.key)) return false;
  pages_->on_timer(timer.key, timer.generation, {at.now, at.out, outcome_});
  settle_pages(at);
  return true;
}

void ClusterSegments::check_invariants() const {
  home_.check_invariants();
  pages_->check_invariants();
  for (const auto& [id, local] : attached_) SSI_INVARIANT(!local.times.empty() && local.registrations > 0, "attached for nobody");
  for (const auto& [ticket, running] : running_) SSI_INVARIANT(!running.todo.empty(), "an access that is over");
}

void ClusterSegments::hash_into(StateHash& hash) const {
  home_.hash_into(hash);
  Digest digest;
  pages_->hash_into(digest);
  hash.add(digest.value());
  for (const auto& [id, local] : attached_) {
    hash.add(id);
    hash.add(local.registrations);
    for (const auto& [pid, times] : local.times) {
      hash.add(pid);
      hash.add(times);
    }
  }
  hash.add(pending_.size());
  hash.add(running_.size());
}

void ClusterSegments::describe(StateDump& out) const {
  for (const auto& [id, local] : attached_)
    out.add("attached to " + std::to_string(id), std::to_string(local.times.size()) + " processes here");
  for (const auto& [ticket, pending] : pending_)
    out.add("segment operation " + std::to_string(ticket),
            "kind " + std::to_string(static_cast<int>(pending.kind)) + " at node " + std::to_string(pending.asked.value));
  pages_->describe(out);
}

}   // namespace ssi::parts

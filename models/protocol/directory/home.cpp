#include "models/protocol/directory/home.hpp"

#include <string>

#include "models/base/check.hpp"

namespace ssi::directory {

using coherence::Out;
using coherence::Right;
using enum HomeState;
using NoteKind = coherence::Outcome::Note::Kind;

Home::Entry& Home::entry(PageId page) {
  SSI_CHECK(place_.homes.of(page) == place_.self, "a request reached a node that is not the page's home");
  const auto [at, fresh] = entries_.try_emplace(page);
  if (fresh) at->second.memory = PageData(place_.page_bytes);
  return at->second;
}

Verdict Home::step(Work& w, HomeEvent on) {
  const auto where = [&] { return "home " + std::to_string(place_.self.value) + ", page " + std::to_string(w.page.value) + ": state"; };
  w.out.note_step(*rules_, w.page, w.entry.state, on);
  return rules_->step(hits_, w.entry.state, on, where, [&](auto todo) { act(w, todo); });
}

// What a request means is decided when it is served: a busy home does not look into it.
HomeEvent Home::classify(const Entry& e, const Request& request) const {
  const bool busy = is_busy(e.state);
  if (std::holds_alternative<GetRead>(request.message)) return HomeEvent::get_read;
  if (std::holds_alternative<GetWrite>(request.message)) {
    const bool only = !busy && e.state != owned && e.sharers.without(request.from).empty();
    return only ? HomeEvent::get_write_only : HomeEvent::get_write;
  }
  if (std::get<Put>(request.message).owned)
    return e.state == owned && e.owner == request.from ? HomeEvent::put_owned : HomeEvent::put_stale;
  return !busy && e.sharers == NodeSet{request.from} ? HomeEvent::put_last : HomeEvent::put_shared;
}

void Home::on_request(PageId page, Request request, Out out, Loopback<Message>& loop) {
  Work w{page, entry(page), out, loop};
  out.effects.work(place_.costs.lookup);
  serve(w, std::move(request));
  go_on(w);
}

void Home::serve(Work& w, Request request) {
  const HomeEvent event = classify(w.entry, request);
  if (rules_->cell(w.entry.state, event).verdict == Verdict::stall) {
    step(w, event);
    return refuse(w, std::move(request));
  }
  w.entry.now = std::move(request);
  step(w, event);
}

void Home::refuse(Work& w, Request request) {
  if (settings_.busy == Settings::Busy::queue) return w.entry.queue.push_back(std::move(request));
  w.loop.send(request.from, request.txn, Nack{w.page}, w.out.effects, request.cause);
}

void Home::go_on(Work& w) {
  while (!is_busy(w.entry.state) && !w.entry.queue.empty()) {
    Request next = std::move(w.entry.queue.front());
    w.entry.queue.pop_front();
    serve(w, std::move(next));
  }
  if (!is_busy(w.entry.state)) w.entry.now = {};
}

void Home::on_write_back(TxnId txn, const WriteBack& m, Out out, Loopback<Message>& loop) {
  Work w{m.page, entry(m.page), out, loop, &m};
  SSI_INVARIANT(txn == w.entry.now.txn, "D7: WRITE_BACK of no transaction under way");
  step(w, HomeEvent::write_back);
  go_on(w);
}

void Home::on_ack(NodeId from, TxnId txn, const InvalidateAck& m, Out out, Loopback<Message>& loop) {
  Work w{m.page, entry(m.page), out, loop, nullptr, from};
  SSI_INVARIANT(txn == w.entry.now.txn && w.entry.sharers.contains(from), "D7: an acknowledgement that nobody awaits");
  const bool last = w.entry.sharers.without(w.entry.now.from).size() == 1;
  if (last) w.entry.sharers.erase(from);
  step(w, last ? HomeEvent::last_ack : HomeEvent::ack);
  go_on(w);
}

void Home::on_confirm(TxnId txn, const Confirm& m, Out out, Loopback<Message>& loop) {
  Work w{m.page, entry(m.page), out, loop};
  SSI_INVARIANT(txn == w.entry.now.txn, "D7: CONFIRM of no transaction under way");
  step(w, HomeEvent::confirm);
  go_on(w);
}

bool Home::awaits(PageId page, TxnId txn) const {
  const auto found = entries_.find(page);
  return found != entries_.end() && found->second.state == invalidating && found->second.now.txn == txn;
}

}   // namespace ssi::directory

// Cluster: whose pages make room, and the way of pages to the disk or to another node's memory and back.
#include <algorithm>

#include "models/base/overload.hpp"
#include "sim/cluster/cluster.hpp"
#include "sim/cluster/paging.hpp"

namespace ssi::sim {
namespace {

constexpr std::uint64_t kSwapArea = std::uint64_t{1} << 40;   // first block of it, beyond all files
constexpr std::uint64_t kReads = std::uint64_t{1} << 41;      // where in the area a page lies is not kept: every read seeks
constexpr Duration kRefused = milliseconds(1000);             // when no node had a slab, they are asked again after this

}   // namespace

PagingWork& Cluster::paging_work(Service& service) {
  if (service.paging == kNone) service.paging = paging_->works.take();
  return paging_->works[service.paging];
}

// Enough for the faults that wait, and for what is over the limit.
void Cluster::make_room(Service& service) {
  NodePages& memory = paging_->nodes[service.node.value];
  const auto wanted = static_cast<std::int64_t>(memory.waiting.size());
  while (memory.free() + static_cast<std::int64_t>(memory.leaving) < wanted) {
    const std::uint32_t victim = paging_->whose_pages(service.node);
    if (victim == kNone) return;   // all frames are coming or leaving: when one has, there is another look
    Computation& computation = paging_->computations[victim];
    const WorkingSet::Gone gone =
        computation.set.give_up(paging_->step(), paging_->settings.reclaim == "lru", paging_->draws[service.node.value]);
    memory.resident -= gone.pages;
    memory.stats.given_up += gone.pages;
    out_.work(paging_->settings.give_up * static_cast<std::int64_t>(gone.pages));
    if (gone.dirty > 0) page_out(computation, gone.dirty, service);
    touches_change(programs_.in_slot(victim), computation);
  }
}

// A program that computes looks anew when its next fault will be, once what it misses has doubled.
void Cluster::touches_change(Running& program, const Computation& computation) {
  if (!program.computing) return;
  if (computation.faults && computation.set.pages() - computation.set.resident() < 2 * computation.missing) return;
  compute(program, std::max(break_off(program), Duration{1}));
}

void Cluster::page_out(Computation& whose, std::uint64_t pages, Service& service) {
  NodePages& memory = paging_->nodes[service.node.value];
  memory.leaving += pages;
  memory.stats.out += pages;
  const std::uint32_t io = paging_->ios.take();
  const std::uint64_t known = std::max(std::min(whose.slots + pages, whose.set.pages()), whose.slots);
  paging_->ios[io] = {.kind = PageIo::Kind::out, .node = service.node, .pages = pages, .unplaced = known - whose.slots};
  whose.slots = known;
  find_place(io, service);
}

// For pages that leave: a slab with room for those that have no place yet, else the disk.
void Cluster::find_place(std::uint32_t slot, Service& service) {
  PageIo& io = paging_->ios[slot];
  NodePages& memory = paging_->nodes[service.node.value];
  for (std::uint32_t i = 1; i < memory.places.size(); ++i)
    if (memory.places[i].room - memory.places[i].stored >= io.unplaced) io.place = i;
  const bool may_ask = memory.asked + 1 < nodes_.size() || now() >= memory.ask_again;
  const bool remote = paging_->settings.paging == "remote" && nodes_.size() > 1;
  if (io.place == 0 && remote && (memory.asking || may_ask)) {
    memory.held.push_back(slot);
    if (!memory.asking) ask_for_slab(service);
    return;
  }
  memory.places[io.place].stored += io.unplaced;
  issue(slot, service);
}

void Cluster::ask_for_slab(Service& service) {
  NodePages& memory = paging_->nodes[service.node.value];
  const auto count = static_cast<std::uint32_t>(nodes_.size());
  if (memory.asked + 1 >= count) memory.asked = 0;
  memory.asking = true;
  const NodeId whom{(service.node.value + 1 + memory.asked) % count};
  const paging::SlabAsk ask{paging_->settings.slab / paging_->settings.page};
  out_.send(whom, {}, paging::Message(ask));
}

void Cluster::slab_answered(NodeId lender, std::uint64_t pages, Service& service) {
  NodePages& memory = paging_->nodes[service.node.value];
  if (pages == 0 && ++memory.asked + 1 < nodes_.size()) return ask_for_slab(service);
  memory.asking = false;
  if (pages == 0) memory.ask_again = now() + kRefused;
  else memory.places.push_back({.lender = lender, .room = pages});
  for (const std::uint32_t held : std::exchange(memory.held, {})) find_place(held, service);
}

// Which place is not kept page by page: any page that is out may be the one.
void Cluster::page_in(std::uint32_t fault, Service& service) {
  NodePages& memory = paging_->nodes[service.node.value];
  const std::uint32_t slot = paging_->ios.take();
  PageIo& io = paging_->ios[slot] = {.kind = PageIo::Kind::in, .node = service.node, .pages = 1, .subject = fault};
  io.place = paging_->any_place(service.node);
  ++memory.stats.in;
  issue(slot, service);
}

// Its request leaves when the work is done, of which it has its share.
void Cluster::issue(std::uint32_t slot, Service& service) {
  const PageIo& io = paging_->ios[slot];
  NodePages& memory = paging_->nodes[service.node.value];
  const std::uint64_t bytes = io.pages * paging_->settings.page;
  if (io.place != 0) memory.stats.remote += io.pages;
  if (io.place != 0 && !setup_.verbs) {
    const NodeId lender = memory.places[io.place].lender;
    if (io.kind == PageIo::Kind::out) return out_.send(lender, {}, paging::Message(paging::PageOut{slot, bytes}));
    return out_.send(lender, {}, paging::Message(paging::PageIn{slot, bytes}));
  }
  out_.work(io.place == 0 ? setup_.costs.disk_request : setup_.costs.verb);
  paging_work(service).ios.push_back(slot);
}

void Cluster::carry_out_paging(Service& service) {
  const std::uint32_t slot = std::exchange(service.paging, kNone);
  PagingWork work;
  std::swap(work, paging_->works[slot]);
  paging_->works.give_back(slot);
  for (const std::uint32_t io : work.ios) begin_io(io);
  for (const std::uint32_t fault : work.resumed) resume_faulted(fault);
}

void Cluster::begin_io(std::uint32_t slot) {
  const PageIo& io = paging_->ios[slot];
  NodePages& memory = paging_->nodes[io.node.value];
  const std::uint64_t bytes = io.pages * paging_->settings.page;
  const bool out = io.kind == PageIo::Kind::out;
  if (!out || io.place != 0) ++foreground_;
  if (io.place != 0) return post_pages(slot, memory.places[io.place].lender, bytes);
  const std::uint64_t block = out ? kSwapArea + memory.written_to : kReads + 2 * memory.reads++;
  const DiskRequest request{.kind = out ? DiskRequest::Kind::write : DiskRequest::Kind::read, .block = block, .bytes = bytes};
  if (out) memory.written_to = request.next_block() - kSwapArea;
  const Token token = accesses_.take();
  accesses_[token] = {.node = io.node, .background = out, .life = at(io.node).life, .page_io = slot};
  backend_.start_disk(io.node, request, token);
}

// What file contents take has changed.
void Cluster::page_cache_is(std::uint64_t bytes, Service& service) {
  NodePages& memory = paging_->nodes[service.node.value];
  memory.cached = (bytes + paging_->settings.page - 1) / paging_->settings.page;
  if (memory.free() < 0) make_room(service);
}

// Pages have arrived, or have left.
void Cluster::io_ends(std::uint32_t slot, bool background) {
  if (!background) --foreground_;   // the item counts
  paging_due(paging_->ios[slot].node, {PagingDue::Kind::io_done, slot}, background);
}

void Cluster::take_pages(std::uint32_t slot, Service& service) {
  const PageIo io = paging_->ios[slot];
  paging_->ios.give_back(slot);
  if (io.kind == PageIo::Kind::moves) return enqueue(service.node, {.since = now(), .subject = io.subject, .kind = Item::Kind::frozen});
  if (io.kind == PageIo::Kind::in) {
    out_.work(setup_.costs.wakeup);
    return paging_work(service).resumed.push_back(io.subject);
  }
  paging_->nodes[service.node.value].leaving -= io.pages;
  make_room(service);
  serve_waiting(service);
}

void Cluster::handle_page_message(const Message& message, Service& service) {
  service.trail.where.queue += (now() - service.trail.mark).ns;
  service.trail.mark = now();
  out_.begin(service.trail.cause, true);
  NodePages& memory = paging_->nodes[service.node.value];
  const NodeId from = message.header.from;
  std::visit(Overload{[&](const paging::SlabAsk& ask) {
                        const bool given = memory.free() >= static_cast<std::int64_t>(ask.pages + paging_->step());
                        if (given) memory.lent += ask.pages;
                        out_.send(from, {}, paging::Message(paging::SlabAnswer{given ? ask.pages : 0}));
                      },
                      [&](const paging::SlabAnswer& answer) { slab_answered(from, answer.pages, service); },
                      [&](const paging::PageIn& in) {
                        out_.send(from, {}, paging::Message(paging::PageInDone{in.io, in.bytes}));
                      },
                      [&](const paging::PageOut& out) { out_.send(from, {}, paging::Message(paging::PageOutDone{out.io})); },
                      [&](const paging::PageInDone& done) { take_pages(done.io, service); },
                      [&](const paging::PageOutDone& done) { take_pages(done.io, service); }},
             message.body.get<paging::Message>());
  check_now_and_then(service.node);
  if (trace_) trace_->work_begins(now(), service.node, {.category = "message", .name = message.body.type().name});
  carry_out(service, &message.header);
}

}   // namespace ssi::sim

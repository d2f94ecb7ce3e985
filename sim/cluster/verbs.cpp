// Cluster: one-sided operations. There and back they are transfers like others; in between no core of the other node is asked.
#include <algorithm>

#include "sim/cluster/cluster.hpp"

namespace ssi::sim {
namespace {

constexpr MessageType kRequests[]{named("VERB_READ"), named("VERB_WRITE"), named("VERB_CAS")};
constexpr MessageType kReply = named("VERB_REPLY");
constexpr std::uint64_t kWord = 8;

// Of pages, which have no contents, the count is known.
std::uint64_t request_bytes(const Verb& verb) {
  if (verb.kind == Verb::Kind::write) return kVerbHeaderBytes + std::max(size_of(verb.data), verb.count);
  return kVerbHeaderBytes + (verb.kind == Verb::Kind::compare_and_swap ? 2 * kWord : 0);
}

std::uint64_t reply_bytes(const Verb& verb, const VerbDone& done) {
  if (verb.kind == Verb::Kind::compare_and_swap) return kVerbReplyBytes + kWord;
  return kVerbReplyBytes + size_of(done.data);
}

VerbDone carried_out(RegisteredMemory* memory, const Verb& verb) {
  VerbDone done{.token = verb.token, .data = {}};
  if (memory == nullptr) {
    done.failed = true;
  } else if (verb.kind == Verb::Kind::read) {
    const auto data = memory->read(verb.region, verb.offset, verb.count);
    done.failed = !data;
    if (data) done.data = *data;
  } else if (verb.kind == Verb::Kind::write) {
    done.failed = !memory->write(verb.region, verb.offset, verb.data);
  } else {
    const auto word = memory->compare_and_swap(verb.region, verb.offset, verb.expected, verb.desired);
    done.failed = !word;
    done.word = word.value_or(0);
  }
  return done;
}

}   // namespace

void Cluster::post(const Service& service, const Verb& verb) {
  SSI_CHECK(setup_.verbs, "a one-sided operation on a platform without verbs");
  const Token token = packets_.take();
  Packet& packet = packets_[token];
  const CallId cause = verb.cause == kNoCall ? service.trail.cause : verb.cause;
  OpenCall* const call = ledger_.find(cause);
  if (call) ++call->under_way, ++call->messages;
  packet.trail = trail_for(cause, service.trail, call);
  ++packet.trail.hops;
  packet.background = service.background && cause == kNoCall;
  if (!packet.background) ++foreground_;
  packet.verb = verbs_.take();
  verbs_[packet.verb] = {verb, {}, false};
  packet.message.header = {.from = service.node,
                           .to = verb.to,
                           .from_incarnation = net_.incarnation(service.node),
                           .to_incarnation = net_.incarnation(verb.to),
                           .cause = cause,
                           .bytes = request_bytes(verb)};
  recorder_.message_sent(now(), packet.message.header, kRequests[static_cast<std::size_t>(verb.kind)]);
  if (trace_) trace_->message_leaves(packet.message.header, token);
  transmit(token);
}

// Pages of programs, at the host's own request.
void Cluster::post_pages(std::uint32_t io, NodeId lender, std::uint64_t bytes) {
  const bool out = paging_->ios[io].kind == PageIo::Kind::out;
  const Token token = packets_.take();
  Packet& packet = packets_[token];
  packet.trail = {.mark = now()};
  packet.verb = verbs_.take();
  const Verb verb{.kind = out ? Verb::Kind::write : Verb::Kind::read, .to = lender, .count = bytes};
  verbs_[packet.verb] = {verb, {}, false, io};
  const NodeId from = paging_->ios[io].node;
  packet.message.header = {.from = from,
                           .to = lender,
                           .from_incarnation = net_.incarnation(from),
                           .to_incarnation = net_.incarnation(lender),
                           .bytes = request_bytes(verb)};
  recorder_.message_sent(now(), packet.message.header, kRequests[static_cast<std::size_t>(verb.kind)]);
  if (trace_) trace_->message_leaves(packet.message.header, token);
  transmit(token);
}

// The card has put them into memory.
void Cluster::pages_posted(Token token) {
  Packet& packet = packets_[token];
  if (trace_) trace_->carried_out(now(), packet.message.header.to, kReply.name, token);
  const std::uint32_t io = std::exchange(verbs_[packet.verb].page_io, kNone);
  verbs_.give_back(std::exchange(packet.verb, kNoVerb));
  packets_.give_back(token);
  io_ends(io, false);
}

// A request at its target's card, or a reply at the card of who asked.
void Cluster::verb_arrives(Token token) {
  Packet& packet = packets_[token];
  OneSided& verb = verbs_[packet.verb];
  Header& header = packet.message.header;
  packet.trail.where.wire += (now() - packet.trail.mark).ns;
  packet.trail.mark = now();
  const bool pages = verb.page_io != kNone;
  if (verb.replied && pages) return pages_posted(token);
  if (verb.replied)
    return wait_for_service(header.to, {.since = now(), .subject = token, .kind = Item::Kind::verb, .background = packet.background},
                            false);
  if (!pages) verb.done = carried_out(at(header.to).machine->registered_memory(), verb.asked);
  verb.replied = true;
  if (trace_) trace_->carried_out(now(), header.to, kRequests[static_cast<std::size_t>(verb.asked.kind)].name, token);
  std::swap(header.from, header.to);
  std::swap(header.from_incarnation, header.to_incarnation);
  packet.losses = 0;
  header.bytes = reply_bytes(verb.asked, verb.done) + (pages && verb.asked.kind == Verb::Kind::read ? verb.asked.count : 0);
  ++packet.trail.hops;
  if (OpenCall* call = ledger_.find(packet.trail.cause)) ++call->messages;
  recorder_.message_sent(now(), header, kReply);
  if (trace_) trace_->message_leaves(header, token);
  transmit(token);
}

void Cluster::handle_verb(Token token, Service& service) {
  Packet& packet = packets_[token];
  recorder_.delivered({now(), packet.message.header.from, service.node, kReply.hash, kReply.name});
  service.trail = packet.trail;
  if (trace_) trace_->message_taken(packet.message.header, token);
  const VerbDone done = std::move(verbs_[packet.verb].done);
  verbs_[packet.verb] = {};
  verbs_.give_back(std::exchange(packet.verb, kNoVerb));
  packets_[token].losses = 0;
  packets_.give_back(token);
  run_machine(done, service);
}

}   // namespace ssi::sim

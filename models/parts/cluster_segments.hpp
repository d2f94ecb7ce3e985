// Shared memory of the whole cluster: keys, attachments and what orders accesses at their homes (models/protocol/segment), pages by a
// coherence machine (any of models/protocol/registry.hpp). Invariant: a call waits for one reply or one page at a time; who only waits for
// a page, or for an answer that is sure to come, cannot be interrupted and does not count as blocked.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "models/base/cloned.hpp"
#include "models/native/segments.hpp"
#include "models/parts/locality_tests.hpp"
#include "models/port/coherence.hpp"
#include "models/protocol/registry.hpp"
#include "models/protocol/segment/home.hpp"
#include "models/protocol/segment/messages.hpp"

namespace ssi::parts {

// Where native code touched shared memory that may now be elsewhere.
enum class SegmentTest : std::uint32_t { key, segment, page, semaphore, mutex, barrier };
inline constexpr std::uint32_t kSegmentTests = 6;

struct SegmentChoices {
  std::uint32_t nodes = 1;
  bool by_hash = true;   // where a key lies
  NodeId fixed{};
  std::uint32_t page_bytes = 4096;
  Duration instrumentation{};   // of an access, where pages are smaller than the hardware's
  bool robust_mutexes = false;
  protocol::Choice protocol{};
  bool library = false;   // who made a segment keeps the records of all its pages (Mirage); else they are spread, page by page
  LocalityTests tests{};
};
inline constexpr std::uint32_t kHardwarePage = 4096;
inline constexpr std::uint32_t kPageBits = 32;   // of a page's number: where in its segment; above them the segment's id

class ClusterSegments final : public native::Part {
 public:
  ClusterSegments(NodeId self, const native::SegmentSettings& settings, const SegmentChoices& choices);

  void call(const CallEvent& event, native::PartContext& at) override;
  void broken_off(CallId call, native::PartContext& at) override;
  void forked(Pid parent, Pid child, native::PartContext& at) override;
  void executed(Pid pid, native::PartContext& at) override;
  void ended(Pid gone, native::PartContext& at) override;
  void left(Pid gone, native::PartContext& at) override;
  bool keeps(Pid pid) const override;
  std::shared_ptr<const Luggage> pack(Pid pid, NodeId to, bool exec, native::PartContext& at) override;
  void unpack(Pid pid, const Luggage& luggage, NodeId from, native::PartContext& at) override;
  void taken_back(const Luggage& luggage, NodeId to, native::PartContext& at) override;
  bool message(const Message& message, native::PartContext& at) override;
  bool timer(const TimerEvent& timer, native::PartContext& at) override;
  void circuit_broken(const CircuitBroken& broken, native::PartContext& at) override;
  void check_invariants() const override;
  std::unique_ptr<native::Part> clone() const override { return std::make_unique<ClusterSegments>(*this); }
  void hash_into(StateHash& hash) const override;
  void describe(StateDump& out) const override;

  struct Local {   // a segment to which processes here are attached
    std::uint64_t bytes = 0;
    std::uint32_t registrations = 0;   // that the segment's node counts for this one
    std::map<Pid, std::uint32_t> times{};
  };
  const segment::Home& home() const { return home_; }
  const std::map<std::uint64_t, Local>& attached() const { return attached_; }
  const coherence::Machine& pages() const { return *pages_; }
  bool idle() const { return pending_.empty() && running_.empty() && ordering_.empty(); }

 private:
  struct Request;   // an overload for each call
  enum class Kind : std::uint8_t { get, remove, attach, up, unlock, down, lock, meet };
  struct Pending {   // an operation at a home
    Kind kind;
    CallId call;
    Pid pid;
    NodeId asked;
    std::uint64_t object{};
    bool given_up = false;   // the reply is not for the caller any more
  };
  struct Running {   // a load, store or atomic, page by page
    CallId call;
    Pid pid;
    std::deque<coherence::Access> todo{};
    std::vector<std::byte> got{};
    std::uint64_t value = 0;
    bool range = false;
  };

  // Under release consistency the protocol's own locks and barriers order accesses: release_segments.cpp.
  struct Ordering {
    CallId call;
    Pid pid;
    std::uint64_t mutex;   // key
    bool locks;
  };
  bool releases() const { return pages_->ordering() == coherence::Ordering::release; }
  void order(const CallEvent& event, const Mutex& mutex, native::PartContext& at);
  void order(const CallEvent& event, const Barrier& barrier, native::PartContext& at);
  void ordered(const Ordering& done, native::PartContext& at);
  void unlock(std::uint64_t key, Pid holder, native::PartContext& at);

  NodeId home_of(std::uint64_t key) const;
  static SegmentTest test_of(Kind kind);
  static bool waits(Kind kind) { return kind == Kind::down || kind == Kind::lock || kind == Kind::meet; }
  template <class M>
  void ask(const CallEvent& event, Kind kind, NodeId at_node, std::uint64_t object, M message, native::PartContext& at);
  template <class M>
  void tell(NodeId to, const M& message, native::PartContext& at);   // no answer
  void deliver(const segment::Home::Replies& replies, native::PartContext& at);
  void reply(const segment::Reply& reply, native::PartContext& at);
  void give_back(const Pending& pending, native::PartContext& at);
  void detach(Pid pid, std::uint64_t id, bool all, native::PartContext& at);
  void detach_all(Pid pid, native::PartContext& at);

  const Local* in_use(Pid pid, std::uint64_t id, std::uint64_t offset, std::uint64_t count) const;
  void start(const CallEvent& event, std::uint64_t id, std::uint64_t offset, std::uint64_t count, coherence::Access access,
             native::PartContext& at);
  void go_on(std::uint64_t ticket, native::PartContext& at);
  void finish(const Running& done, native::PartContext& at);
  bool page_came(Running& running, const coherence::Answer& answer);
  void settle_pages(native::PartContext& at);   // what has come in the machine's outcome

  NodeId self_;
  native::SegmentSettings settings_;
  SegmentChoices choices_;
  segment::Home home_;
  Cloned<coherence::Machine> pages_;
  coherence::Outcome outcome_;   // empty between events
  std::uint64_t tickets_ = 0;
  std::map<std::uint64_t, Local> attached_;
  std::map<std::uint64_t, Pending> pending_;
  std::map<std::uint64_t, Running> running_;
  std::map<Pid, std::set<std::uint64_t>> held_;   // mutexes of processes here
  std::map<std::uint64_t, Ordering> ordering_;    // lock and barrier of the protocol, by ticket
};

}   // namespace ssi::parts

// Shared memory of one node: System V segments by key with real bytes, semaphores, mutexes and barriers by key.
//
// Invariants: a segment that is removed has somebody attached and no key; a semaphore that is waited for is zero; a mutex that is
// waited for is held. Access outside a segment, or to one that the caller is not attached to, is EINVAL (a program would get SIGSEGV).
#pragma once
#include <algorithm>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "models/native/part.hpp"
#include "models/native/shared_word.hpp"

namespace ssi::native {

struct SegmentSettings {
  Duration operation{};   // CPU time of one, besides copying
  Duration copy_per_kib{};
  std::uint64_t bytes_max = std::uint64_t{1} << 30;   // of one segment; more is ENOMEM
  // What happens when the holder of a mutex dies. false: it stays locked (PTHREAD_MUTEX_STALLED, the default of POSIX.1-2017);
  // true: the next one gets it, with status kOwnerDied (PTHREAD_MUTEX_ROBUST, EOWNERDEAD).
  bool robust_mutexes = false;

  template <class C>
  static SegmentSettings of(const C& costs) {
    SegmentSettings out;
    out.operation = costs.ipc_operation;
    out.copy_per_kib = costs.copy_per_kib;
    return out;
  }
};

inline constexpr std::int32_t kOwnerDied = 1;   // Result::status of a lock that was taken over from a dead holder

class Segments : public Part {
 public:
  Segments(NodeId self, const SegmentSettings& settings) : self_(self), settings_(settings) {}

  void call(const CallEvent& event, PartContext& at) override;
  void broken_off(CallId call, PartContext& at) override;
  void forked(Pid parent, Pid child, PartContext& at) override;
  void executed(Pid pid, PartContext& at) override;
  void ended(Pid gone, PartContext& at) override;
  void check_invariants() const override;
  std::unique_ptr<Part> clone() const override { return std::make_unique<Segments>(*this); }
  void hash_into(StateHash& hash) const override;
  void describe(StateDump& out) const override;

  struct Segment {
    std::uint64_t key{};   // kPrivate: none
    std::vector<std::byte> bytes;
    std::map<Pid, std::uint32_t> attached{};
    bool removed = false;
  };
  const std::map<std::uint64_t, Segment>& segments() const { return segments_; }

 private:
  struct Request;   // an overload for each call
  struct Waiting {
    CallId call;
    Pid pid;
  };
  struct Semaphore {
    std::uint64_t value = 0;
    std::deque<Waiting> waiting{};
  };
  struct Lock {
    Pid holder = kNoPid;
    std::deque<Waiting> waiting{};
  };
  struct Meeting {
    std::uint32_t parties = 0;
    std::deque<Waiting> waiting{};
  };

  void get(const CallEvent& event, const SegmentGet& get, PartContext& at);
  void remove(const CallEvent& event, std::uint64_t id, PartContext& at);
  void detach(const CallEvent& event, std::uint64_t id, PartContext& at);
  void detach_all(Pid pid);
  void free_if_unused(std::uint64_t id);
  Segment* in_use(Pid pid, std::uint64_t id, std::uint64_t offset, std::uint64_t count);   // nullptr: EINVAL
  void down(const CallEvent& event, const Down& down, PartContext& at);
  void up(const CallEvent& event, const Up& up, PartContext& at);
  void lock(const CallEvent& event, std::uint64_t key, PartContext& at);
  void unlock(const CallEvent& event, std::uint64_t key, PartContext& at);
  void pass_on(Lock& lock, std::int32_t status, PartContext& at);
  void meet(const CallEvent& event, const Barrier& barrier, PartContext& at);
  void wait(const CallEvent& event, std::deque<Waiting>& queue, PartContext& at);
  void answer(const Waiting& waiting, Result result, PartContext& at);
  void charge_copy(std::uint64_t bytes, PartContext& at) const;

  NodeId self_;
  SegmentSettings settings_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, Segment> segments_;
  std::map<std::uint64_t, std::uint64_t> keys_;   // to ids
  std::map<std::uint64_t, Semaphore> semaphores_;
  std::map<std::uint64_t, Lock> mutexes_;
  std::map<std::uint64_t, Meeting> barriers_;
};

inline constexpr std::uint64_t kPrivate = 0;   // IPC_PRIVATE: each segment_get makes another one

}   // namespace ssi::native

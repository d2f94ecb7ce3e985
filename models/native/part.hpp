// A part of a node's system serves one class of calls: files, channels or segments, as a single node does or for the cluster.
// `Parts` has one of each and brings every event to those that it concerns; a strategy has a Parts beside its processes.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "models/base/cloned.hpp"
#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/base/time.hpp"
#include "models/native/descriptors.hpp"
#include "models/native/processes.hpp"
#include "models/port/effects.hpp"
#include "models/port/event.hpp"
#include "models/port/luggage.hpp"
#include "models/port/strategy.hpp"

namespace ssi::native {

struct Raised {
  Pid pid;
  Signal signal;
};

// What a part has at hand during one event.
struct PartContext {
  Instant now;
  Processes& processes;   // block() and unblock() for calls that wait; never signal() or exit()
  Descriptors& descriptors;
  std::vector<Raised>& raised;   // signals to processes here (SIGPIPE): posted by whoever has the parts, after the handler
  Effects& out;
};

class Part {
 public:
  virtual ~Part() = default;
  // A call of this part's class by a process here that lives; charges its own work. Ends it now, or blocks the caller and later
  // completes the call and unblocks it.
  virtual void call(const CallEvent& event, PartContext& at) = 0;
  virtual void broken_off(CallId, PartContext&) {}                      // a handler or death ended a call that waits here: do not answer it
  virtual void forked(Pid /*parent*/, Pid /*child*/, PartContext&) {}   // descriptors are copied already
  virtual void executed(Pid, PartContext&) {}   // a new image: what belonged to the old one is gone; descriptors stay
  virtual void ended(Pid, PartContext&) {}      // after broken_off; its descriptors are dropped afterwards
  // It has moved away.
  virtual void left(Pid pid, PartContext& at) { ended(pid, at); }
  // It must not move now: a call of its waits here without blocking it, or it holds what is this node's.
  virtual bool keeps(Pid) const { return false; }
  // A copy of this process is about to start on `to` (a spawn), or it moves there: what it has of this part, after exec if it is one;
  // nullptr: nothing. It stays here as it is; who moves ends here after it has arrived. `taken_back`: it did not get there.
  virtual std::shared_ptr<const Luggage> pack(Pid, NodeId /*to*/, bool /*exec*/, PartContext&) { return nullptr; }
  virtual void unpack(Pid, const Luggage&, NodeId /*from*/, PartContext&) {}   // before its program's first call here
  virtual void taken_back(const Luggage&, NodeId /*to*/, PartContext&) {}
  virtual bool message(const Message&, PartContext&) { return false; }   // false: of another protocol
  virtual bool timer(const TimerEvent&, PartContext&) { return false; }
  virtual void disk_done(const DiskDone&, PartContext&) {}
  virtual void verb_done(const VerbDone&, PartContext&) {}
  virtual void circuit_broken(const CircuitBroken&, PartContext&) {}
  virtual void boot(PartContext&) {}
  virtual std::shared_ptr<const Durable> durable() const { return nullptr; }   // what its disk would hold after a crash now

  virtual void check_invariants() const = 0;
  virtual std::unique_ptr<Part> clone() const = 0;
  virtual void hash_into(StateHash& hash) const = 0;
  virtual void describe(StateDump& out) const = 0;
};

class Parts {
 public:
  void set(CallClass serves, std::unique_ptr<Part> part) { parts_[index_of(serves)] = std::move(part); }
  Part* part(CallClass serves) const { return parts_[index_of(serves)].get(); }

  // False: no part serves that call. Close, read and write go to the part that made the descriptor.
  bool call(const CallEvent& event, Processes& processes, Instant now, Effects& out);
  void forked(Pid parent, Pid child, bool exec, Processes& processes, Instant now, Effects& out);
  void executed(Pid pid, Processes& processes, Instant now, Effects& out);
  // One of them keeps the process here; blocked callers apart, which the process table knows.
  bool keep(Pid pid) const;
  // For a process that starts on another node or moves there; `left`: it has arrived, so nothing of it is here any more.
  std::shared_ptr<const Luggage> pack(Pid pid, NodeId to, bool exec, Processes& processes, Instant now, Effects& out);
  void unpack(Pid pid, const Luggage& luggage, NodeId from, Processes& processes, Instant now, Effects& out);
  void taken_back(const Luggage& luggage, NodeId to, Processes& processes, Instant now, Effects& out);
  void left(Pid pid, Processes& processes, Instant now, Effects& out);
  bool event(const Event& event, Processes& processes, Instant now, Effects& out);   // all but calls; false: nobody's
  // After each event: tells the parts which processes ended and which of their calls were broken off, and has `post(pid, signal)` do
  // what they raised, which may end further ones. Of the program orders those from `told` on; returns how many are told then.
  template <class Post>
  std::size_t settle(Processes& processes, Instant now, Effects& out, Post&& post, std::size_t told = 0) {
    for (;;) {
      if (told < out.programs.size() || processes.has_broken_off()) told = tell_ended(told, processes, now, out);
      if (raised_.empty()) return told;
      for (const Raised& raised : std::exchange(raised_, {}))
        if (processes.find(raised.pid) != nullptr) post(raised.pid, raised.signal);
    }
  }

  std::shared_ptr<const Durable> durable() const {   // files are the only part with a disk
    const Part* files = part(CallClass::file);
    return files == nullptr ? nullptr : files->durable();
  }
  const Descriptors& descriptors() const { return descriptors_; }
  void check_invariants() const;
  void hash_into(StateHash& hash) const;
  void describe(StateDump& out) const;

 private:
  static constexpr std::size_t index_of(CallClass serves) { return static_cast<std::size_t>(serves); }
  template <class F>
  void each(F&& tell) const {
    for (const auto& part : parts_)
      if (part) tell(*part);
  }

  PartContext context(Processes& processes, Instant now, Effects& out) { return {now, processes, descriptors_, raised_, out}; }
  std::size_t tell_ended(std::size_t told, Processes& processes, Instant now, Effects& out);

  std::vector<Raised> raised_;   // empty between events
  Descriptors descriptors_;
  std::array<Cloned<Part>, kCallClasses> parts_;
};

}   // namespace ssi::native

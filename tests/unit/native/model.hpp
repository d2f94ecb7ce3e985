// A slow, obvious model of one kernel's processes: one flat list of everybody, the dead too, searched from end to end,
// and waiters that are looked at again after everything. The quick test holds the real table against it.
#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/native/processes.hpp"

namespace ssi::native {

struct Being {
  Pid pid, parent, group, session;
  bool here = true, dead = false, gone = false;   // dead and not gone: a zombie
  bool stopped = false;
  std::int32_t status = 0;
  std::map<Signal, Disposition> actions{};
  std::vector<Signal> held{};
  std::optional<Blocked> waits{};
};

class Model {
 public:
  explicit Model(Pid init) : init_(init) { everybody.push_back({init, kNoPid, init, init}); }

  std::vector<Being> everybody;
  std::vector<std::pair<CallId, std::string>> answers;
  std::vector<std::string> orders;
  std::vector<Pid> orphans;   // living children elsewhere of those who died here

  // Now and then, for speed: those who are gone change nothing any more.
  void forget() {
    if (everybody.size() > 60) std::erase_if(everybody, [](const Being& being) { return being.gone; });
  }

  Being* living(Pid pid) {
    for (Being& being : everybody)
      if (being.pid == pid && being.here && !being.dead && !being.gone) return &being;
    return nullptr;
  }

  void born(Pid pid, Pid parent, Pid group, Pid session, std::map<Signal, Disposition> actions) {
    Being being{pid, parent, group, session};
    being.actions = std::move(actions);
    everybody.push_back(being);
    orders.push_back(text("start", pid));
  }
  void born_elsewhere(Pid pid, Pid parent) { everybody.push_back({pid, parent, kNoPid, kNoPid, false}); }

  void die(Pid pid, std::int32_t status) {
    orders.push_back(text("end", pid));
    for (Being& child : everybody) {
      if (child.parent != pid || child.gone) continue;
      if (child.dead) child.gone = true;
      else if (child.here) child.parent = init_;
      else {
        child.gone = true;
        orphans.push_back(child.pid);
      }
    }
    ended(pid, status);
  }

  // A process here or elsewhere has ended: what its parent notices.
  void ended(Pid pid, std::int32_t status) {
    Being& being = *std::find_if(everybody.begin(), everybody.end(), [&](const Being& b) { return b.pid == pid; });
    being.dead = true;
    being.status = status;
    const Pid parent = being.parent;
    if (living(parent) == nullptr || parent == init_ || action(parent, Signal::chld) == Disposition::ignore) being.gone = true;
    look_at_waiters();
    if (living(parent) != nullptr) post(parent, Signal::chld);
  }

  void post(Pid pid, Signal signal) {
    Being& being = *living(pid);
    const Disposition disposition = action(pid, signal);
    if (signal == Signal::cont) {
      if (being.stopped) orders.push_back(text("resume", pid));
      being.stopped = false;
      if (disposition == Disposition::handler) being.held.push_back(signal);
      release(pid);
    } else if (signal == Signal::none || (pid == init_ && disposition != Disposition::handler) || disposition == Disposition::ignore ||
               (signal == Signal::chld && disposition == Disposition::standard)) {
      return;
    } else if (signal == Signal::kill) {
      die(pid, 128 + 9);
    } else if (signal == Signal::stop) {
      if (!being.stopped) orders.push_back(text("stop", pid));
      being.stopped = true;
    } else if (being.stopped) {
      being.held.push_back(signal);
    } else {
      act(pid, signal);
    }
  }

  void call_wait(CallId call, Pid pid, Pid child, bool no_hang) {
    living(pid)->waits = Blocked{call, Blocked::In::wait, child};
    const bool stopped = std::exchange(living(pid)->stopped, false);   // a call that begins is looked at once in any case
    look_at_waiters();
    living(pid)->stopped = stopped;
    if (!no_hang || !living(pid)->waits) return;
    living(pid)->waits.reset();
    answers.emplace_back(call, "ok");
  }

  void set_action(Pid pid, Signal signal, Disposition disposition) {
    Being& being = *living(pid);
    being.actions[signal] = disposition;
    const bool ignored =
        disposition == Disposition::ignore || (disposition == Disposition::standard && (signal == Signal::chld || pid == init_));
    if (ignored) std::erase(being.held, signal);
  }

  Errno set_group(Pid caller, Pid pid, Pid group) {
    Being* being = living(pid);
    if (being == nullptr || (pid != caller && being->parent != caller)) return Errno::esrch;
    if (being->session == pid || being->session != living(caller)->session) return Errno::eperm;
    for (const Being& other : everybody)
      if (other.here && !other.dead && !other.gone && other.group == group && pid != group && other.session != being->session)
        return Errno::eperm;
    being->group = group;
    return Errno::none;
  }

  Errno set_session(Pid pid) {
    for (const Being& other : everybody)
      if (other.here && !other.dead && other.group == pid) return Errno::eperm;
    living(pid)->group = living(pid)->session = pid;
    return Errno::none;
  }

  Disposition action(Pid pid, Signal signal) {
    const auto& actions = living(pid)->actions;
    const auto found = actions.find(signal);
    return found == actions.end() ? Disposition::standard : found->second;
  }

 private:
  static std::string text(const char* what, Pid pid, Signal signal = Signal::none) {
    std::string out(what);
    out.append(" ").append(std::to_string(pid.value));
    if (signal != Signal::none) out.append(" ").append(name_of(signal));
    return out;
  }

  void act(Pid pid, Signal signal) {
    if (action(pid, signal) != Disposition::handler) return die(pid, 128 + static_cast<int>(signal));
    orders.push_back(text("interrupt", pid, signal));
    if (auto& waits = living(pid)->waits) answers.emplace_back(waits->call, "EINTR");
    living(pid)->waits.reset();
  }

  void release(Pid pid) {
    std::vector<Signal> held = std::exchange(living(pid)->held, {});
    std::sort(held.begin(), held.end());
    held.erase(std::unique(held.begin(), held.end()), held.end());
    for (Signal signal : held)
      if (living(pid) != nullptr) act(pid, signal);
    look_at_waiters();
  }

  void look_at_waiters() {
    for (Being& parent : everybody) {
      if (!parent.waits || parent.waits->in != Blocked::In::wait || parent.stopped || parent.dead || parent.gone) continue;
      Being* ready = nullptr;
      bool any = false;
      for (Being& child : everybody) {
        if (child.gone || child.parent != parent.pid || (parent.waits->child != kNoPid && child.pid != parent.waits->child)) continue;
        any = true;
        if (child.dead && (ready == nullptr || child.pid < ready->pid)) ready = &child;
      }
      if (any && ready == nullptr) continue;
      answers.emplace_back(parent.waits->call,
                           any ? std::to_string(ready->pid.sequence()) + "=" + std::to_string(ready->status) : "ECHILD");
      if (any) ready->gone = true;
      parent.waits.reset();
    }
  }

  Pid init_;
};

}   // namespace ssi::native

#include "sim/cli/children.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <exception>

#include "sim/cli/exit_code.hpp"
#include "sim/cli/interrupt.hpp"

namespace ssi::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kPollMilliseconds = 200;   // how late an interrupt may be seen that comes just before the wait
constexpr std::size_t kHeadBytes = 1 + sizeof(std::uint64_t);

struct Child {
  std::size_t job;
  pid_t pid;
  int descriptor;
  Clock::time_point started;
  std::string received;
};

[[noreturn]] void live_as_child(std::size_t job, int descriptor, pid_t parent, const std::function<void(std::size_t, ChildPipe&)>& body) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kBug);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);   // standard output holds results only, and the parent writes them
  catch_interrupts_in_child();
  ChildPipe pipe(descriptor);
  try {
    body(job, pipe);
  } catch (const std::exception& failed) { pipe.send(kFailedFrame, failed.what()); }
  ::_exit(0);   // no destructors of the parent's objects, no SimGrid shutdown
}

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; }

class Nursery {
 public:
  Nursery(const std::function<void(std::size_t, ChildPipe&)>& body, const ChildWatch& watch) : body_(body), watch_(watch) {}

  std::size_t running() const { return children_.size(); }

  void start(std::size_t job) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw UserError(std::string("cannot make a pipe: ") + std::strerror(errno));
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) throw UserError(std::string("cannot start a process: ") + std::strerror(errno));
    if (pid == 0) {
      ::close(ends[0]);
      for (const Child& other : children_) ::close(other.descriptor);
      live_as_child(job, ends[1], parent, body_);
    }
    ::close(ends[1]);
    children_.push_back({job, pid, ends[0], Clock::now(), {}});
  }

  void tell_all_to_end() {
    for (const Child& child : children_) ::kill(child.pid, SIGTERM);
  }

  // Waits for something to happen, a short time at most.
  void step() {
    std::vector<pollfd> polls;
    for (const Child& child : children_) polls.push_back({child.descriptor, POLLIN, 0});
    if (::poll(polls.data(), polls.size(), kPollMilliseconds) <= 0) return;
    for (std::size_t i = polls.size(); i-- > 0;)
      if (polls[i].revents != 0 && !receive(children_[i])) bury(i);
  }

 private:
  // false: the child has closed its end.
  bool receive(Child& child) {
    char buffer[65536];
    const ssize_t size = ::read(child.descriptor, buffer, sizeof buffer);
    if (size < 0) return errno == EINTR || errno == EAGAIN;
    if (size == 0) return false;
    child.received.append(buffer, static_cast<std::size_t>(size));
    take_frames(child);
    return true;
  }

  void take_frames(Child& child) {
    std::size_t at = 0;
    while (child.received.size() - at >= kHeadBytes) {
      std::uint64_t size = 0;
      std::memcpy(&size, child.received.data() + at + 1, sizeof size);
      if (child.received.size() - at - kHeadBytes < size) break;
      watch_.frame(child.job, {child.received[at], child.received.substr(at + kHeadBytes, size)});
      at += kHeadBytes + size;
    }
    child.received.erase(0, at);
  }

  void bury(std::size_t index) {
    const Child child = std::move(children_[index]);
    children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(index));
    ::close(child.descriptor);
    ChildEnd end{.job = child.job};
    rusage used{};
    while (::wait4(child.pid, &end.wait_status, 0, &used) < 0 && errno == EINTR) {}
    end.wall_seconds = std::chrono::duration<double>(Clock::now() - child.started).count();
    end.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
    end.peak_memory_bytes = std::int64_t{used.ru_maxrss} * 1024;
    watch_.ended(end);
  }

  const std::function<void(std::size_t, ChildPipe&)>& body_;
  const ChildWatch& watch_;
  std::vector<Child> children_;
};

}   // namespace

// A parent that is gone ends this child (PR_SET_PDEATHSIG), so an error has nobody to be told to.
void ChildPipe::send(char kind, std::string_view payload) {
  std::string frame(1, kind);
  const std::uint64_t size = payload.size();
  frame.append(reinterpret_cast<const char*>(&size), sizeof size).append(payload);
  std::string_view rest = frame;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) ::_exit(kBug);
    rest.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
}

std::string ChildEnd::how() const {
  if (WIFSIGNALED(wait_status))
    return fmt::format("was killed by signal {} ({})", WTERMSIG(wait_status), ::strsignal(WTERMSIG(wait_status)));
  return fmt::format("exited with {}", WEXITSTATUS(wait_status));
}

void run_children(std::size_t jobs, std::size_t at_once, const std::function<void(std::size_t, ChildPipe&)>& body,
                  const ChildWatch& watch) {
  Nursery nursery(body, watch);
  bool told = false;
  for (std::size_t next = 0; (next < jobs && interrupted() == 0) || nursery.running() > 0;) {
    while (next < jobs && nursery.running() < at_once && interrupted() == 0) nursery.start(next++);
    if (interrupted() != 0 && !told) nursery.tell_all_to_end();
    told = interrupted() != 0;
    if (nursery.running() > 0) nursery.step();
  }
}

}   // namespace ssi::cli

// Jobs in forked children, some at once. What a child has to say comes as frames through a pipe; how it ended comes from
// the kernel. A child that dies takes nothing with it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ssi::cli {

// The child's end of the pipe.
class ChildPipe {
 public:
  explicit ChildPipe(int descriptor) : descriptor_(descriptor) {}
  void send(char kind, std::string_view payload);

 private:
  int descriptor_;
};

inline constexpr char kFailedFrame = 'E';   // an exception left the body; the payload is its text

struct Frame {
  char kind{};
  std::string payload;
};

struct ChildEnd {
  std::size_t job{};
  int wait_status{};   // as waitpid gives it
  double wall_seconds{}, cpu_seconds{};
  std::int64_t peak_memory_bytes{};
  bool clean() const { return wait_status == 0; }
  std::string how() const;   // "was killed by signal 9 (Killed)", "exited with 1"
};

struct ChildWatch {
  std::function<void(std::size_t job, Frame frame)> frame;
  std::function<void(const ChildEnd& end)> ended;   // after the job's last frame
};

// body(job, pipe) runs in a child for each job from 0, in order, at most `at_once` together. After an interrupt no job is
// started any more and those that run are told to end. Returns when none runs.
void run_children(std::size_t jobs, std::size_t at_once, const std::function<void(std::size_t, ChildPipe&)>& body, const ChildWatch& watch);

}   // namespace ssi::cli

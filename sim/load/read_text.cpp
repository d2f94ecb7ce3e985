#include "sim/load/read_text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <vector>

namespace ssi::load {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20;

class Descriptor {
 public:
  explicit Descriptor(const std::string& path)
      : own_(path != "-"), fd_(own_ ? ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC) : 0) {}
  ~Descriptor() {
    if (own_ && fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  bool own_;
  int fd_;
};

std::string cannot_open(int error) {
  switch (error) {
    case ENOENT: return "no such file (check the path)";
    case ENOTDIR: return "a part of this path is not a folder (check the path)";
    case EACCES: return "permission denied (make it readable: chmod +r, or check the folders above it)";
    case ENAMETOOLONG: return "the file name is too long (check the path)";
    case ELOOP: return "too many symbolic links (check where the link points)";
    default: return fmt::format("cannot be opened: {} (give a readable file)", std::strerror(error));
  }
}

std::string not_a_file(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return fmt::format("cannot be read: {} (give a readable file)", std::strerror(errno));
  if (S_ISDIR(status.st_mode)) return "is a folder, not a file (name a file in it)";
  return {};
}

// One read that waits for data where there is a writer. 0: end; below 0: error.
ssize_t read_some(int fd, char* into, std::size_t most) {
  while (true) {
    ssize_t got = ::read(fd, into, most);
    if (got >= 0) return got;
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return -1;
    pollfd wait{fd, POLLIN, 0};
    ::poll(&wait, 1, -1);
  }
}

std::string read_all(int fd, std::string& text) {
  std::vector<char> buffer(std::size_t{1} << 16);
  while (true) {
    ssize_t got = read_some(fd, buffer.data(), buffer.size());
    if (got < 0)
      return errno == EISDIR ? "is a folder, not a file (name a file in it)"
                             : fmt::format("cannot be read: {} (give a readable file)", std::strerror(errno));
    if (got == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > kMostBytes) return "is larger than 64 MiB (scenarios and platforms are small: check that this is the right file)";
  }
  return {};
}

std::string nothing_in(int fd) {
  struct stat status {};
  bool pipe = ::fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
  return pipe ? "is a pipe that nothing was written to (start the writer first)" : "is empty (write a JSON object: { ... })";
}

}   // namespace

std::string why_unreadable(const std::string& path) {
  Descriptor file(path);
  return file.get() < 0 ? cannot_open(errno) : not_a_file(file.get());
}

std::optional<std::string> read_text(const std::string& path, const Source& source, Problems& problems) {
  if (path.empty()) {
    problems.whole(source, "the file name is empty (name a file, or - for standard input)");
    return std::nullopt;
  }
  std::string text, trouble;
  Descriptor file(path);
  if (file.get() < 0) trouble = cannot_open(errno);
  if (trouble.empty()) trouble = not_a_file(file.get());
  if (trouble.empty()) trouble = read_all(file.get(), text);
  if (trouble.empty() && text.empty()) trouble = nothing_in(file.get());
  if (trouble.empty()) return text;
  problems.whole(source, std::move(trouble));
  return std::nullopt;
}

}   // namespace ssi::load

#include "sim/cli/stdio.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "sim/cli/exit_code.hpp"

namespace ssi::cli {
namespace {

// 0, or errno of the write that failed.
int write_all(int descriptor, std::string_view rest) {
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) return errno;
    rest.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
  return 0;
}

// What a terminal would obey, made visible: a message quotes what users wrote.
std::string tame(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool obeyed = (byte < 0x20 && c != '\n') || byte == 0x7f;
    out += obeyed ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return out;
}

}   // namespace

void guard_standard_descriptors() {
  for (int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(descriptor, F_GETFD) < 0) ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  std::signal(SIGPIPE, SIG_IGN);
}

void write_output(std::string_view text) {
  const int reason = write_all(STDOUT_FILENO, text);
  if (reason != 0 && reason != EPIPE) throw UserError(std::string("standard output: ") + std::strerror(reason));
}

void complain(std::string_view text) { write_all(STDERR_FILENO, "ssisim: " + tame(text) + "\n"); }

bool error_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

}   // namespace ssi::cli

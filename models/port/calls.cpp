#include "models/port/calls.hpp"

namespace ssi {

namespace {

constexpr std::array<std::string_view, kErrnos> kErrnoNames{
    // in the order of the enumeration
    "",       "ESRCH",  "ECHILD", "EINVAL",  "EPERM",      "EINTR",        "EAGAIN",     "ENOSYS", "EHOSTDOWN",
    "EIO",    "ENOENT", "EEXIST", "ENOTDIR", "EISDIR",     "ENOTEMPTY",    "EBADF",      "EMFILE", "ENOSPC",
    "ENOMEM", "EFBIG",  "ESTALE", "EPIPE",   "EADDRINUSE", "ECONNREFUSED", "ECONNRESET", "EIDRM",  "EDEADLK"};

}   // namespace

std::string_view name_of(Errno error) { return kErrnoNames[static_cast<std::size_t>(error)]; }

std::string_view name_of(Signal signal) {
  switch (signal) {
    case Signal::none: return "0";
    case Signal::hup: return "SIGHUP";
    case Signal::interrupt: return "SIGINT";
    case Signal::kill: return "SIGKILL";
    case Signal::usr1: return "SIGUSR1";
    case Signal::usr2: return "SIGUSR2";
    case Signal::pipe: return "SIGPIPE";
    case Signal::term: return "SIGTERM";
    case Signal::chld: return "SIGCHLD";
    case Signal::cont: return "SIGCONT";
    case Signal::stop: return "SIGSTOP";
  }
  return "?";
}

}   // namespace ssi

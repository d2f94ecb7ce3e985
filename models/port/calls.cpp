#include "models/port/calls.hpp"

namespace ssi {

std::string_view name_of(Errno error) {
  switch (error) {
    case Errno::none: return "";
    case Errno::esrch: return "ESRCH";
    case Errno::echild: return "ECHILD";
    case Errno::einval: return "EINVAL";
    case Errno::eperm: return "EPERM";
    case Errno::eintr: return "EINTR";
    case Errno::eagain: return "EAGAIN";
    case Errno::enosys: return "ENOSYS";
    case Errno::ehostdown: return "EHOSTDOWN";
    case Errno::eio: return "EIO";
  }
  return "?";
}

std::string_view name_of(Signal signal) {
  switch (signal) {
    case Signal::none: return "0";
    case Signal::hup: return "SIGHUP";
    case Signal::interrupt: return "SIGINT";
    case Signal::kill: return "SIGKILL";
    case Signal::usr1: return "SIGUSR1";
    case Signal::usr2: return "SIGUSR2";
    case Signal::term: return "SIGTERM";
    case Signal::chld: return "SIGCHLD";
    case Signal::cont: return "SIGCONT";
    case Signal::stop: return "SIGSTOP";
  }
  return "?";
}

}   // namespace ssi

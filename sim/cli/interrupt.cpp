#include "sim/cli/interrupt.hpp"

#include <csignal>
#include <initializer_list>

namespace ssi::cli {
namespace {

std::atomic<int> g_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);   // so a handler may set it

void on_first(int signal) {
  g_signal = signal;
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

void on_any(int signal) { g_signal = signal; }

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);   // without SA_RESTART: waiting calls return
}

}   // namespace

const std::atomic<int>& interrupted() { return g_signal; }

// A signal that the caller chose to ignore stays ignored (nohup, a shell's background job).
void catch_interrupts() {
  for (int signal : {SIGINT, SIGTERM}) {
    struct sigaction now {};
    sigaction(signal, nullptr, &now);
    if (now.sa_handler != SIG_IGN) handle(signal, on_first);
  }
}

void catch_interrupts_in_child() {
  sigset_t from_terminal;
  sigemptyset(&from_terminal);
  sigaddset(&from_terminal, SIGINT);
  sigprocmask(SIG_BLOCK, &from_terminal, nullptr);   // it reaches the parent too
  handle(SIGTERM, on_any);
}

}   // namespace ssi::cli

// SIGINT and SIGTERM: the first asks for an early, orderly end; a second ends at once.
#pragma once
#include <csignal>

namespace ssi::cli {

// The signal that came, or 0. What an orderly end looks at.
const volatile std::sig_atomic_t& interrupted();

void catch_interrupts();            // in the parent
void catch_interrupts_in_child();   // SIGTERM only, as often as it comes: the parent forwards, and decides when it is enough

}   // namespace ssi::cli

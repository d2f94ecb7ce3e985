// SIGINT and SIGTERM: the first asks for an early, orderly end; a second ends at once.
#pragma once
#include <atomic>

namespace ssi::cli {

// The signal that came, or 0. What an orderly end looks at; a run may do so on a thread of SimGrid's.
const std::atomic<int>& interrupted();

void catch_interrupts();            // in the parent
void catch_interrupts_in_child();   // SIGTERM only, as often as it comes: the parent forwards, and decides when it is enough

}   // namespace ssi::cli

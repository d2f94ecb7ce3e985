// Who waits for something, in the order of arrival: two words of an object, its first waiter and its last, behind the object's lock.
#pragma once
#include "models/strategy/dsm_first/proc.hpp"

namespace ssi::dsm_first {

Code<> join(Thread& t, Word queue);                                       // the caller's process
Code<> leave(Thread& t, Word queue);                                      // wherever it stands
Code<bool> is_first(Thread& t, Word queue);                               // the caller's process
Code<> wake_first(Thread& t, Word queue);                                 // which finds out whether it can go on
Code<bool> grant_to_first(Thread& t, Word queue, std::uint64_t status);   // takes it out: what it waits for is its own; false: nobody waits

}   // namespace ssi::dsm_first

// Locks of the kernel: two words of shared memory. The parameter `lock` says what they do with them: test-and-set (who waits reads),
// tickets, or a queue whose waiters each spin on a word of their own (MCS). A spin on a word is a wait for its page's invalidation.
#pragma once
#include "models/strategy/dsm_first/thread.hpp"

namespace ssi::dsm_first {

inline constexpr std::uint32_t kLockWords = 2;

// What the holder has to bring back.
using Held = std::uint64_t;

Code<Held> lock(Thread& t, Word lock);
Code<> unlock(Thread& t, Word lock, Held held);

// Objects of a table, from a free list that is shared by all nodes, or (first touch) one for each node.
Code<Object> allocate(Thread& t, Table table);
Code<> release(Thread& t, Table table, Object object);

}   // namespace ssi::dsm_first

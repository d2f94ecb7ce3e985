// Shared memory of programs and what orders it: System V segments, whose bytes are pages of the same memory as the kernel's; semaphores,
// mutexes and barriers by key, which are words of the kernel.
#pragma once
#include "models/strategy/dsm_first/proc.hpp"

namespace ssi::dsm_first {

// ---- segments.cpp

Code<> do_segment_get(Thread& t, const SegmentGet& get);
Code<> do_segment_remove(Thread& t, const SegmentRemove& remove);
Code<> do_attach(Thread& t, const Attach& attach);
Code<> do_detach(Thread& t, const Detach& detach);
Code<> inherit_attachments(Thread& t, Object mother, Object child);
Code<> detach_all(Thread& t, Object process);

// ---- words.cpp: the caller's accesses

Code<> do_load(Thread& t, const Load& load);
Code<> do_store(Thread& t, const Store& store);
Code<> do_atomic(Thread& t, const Atomic& atomic);

// ---- semaphores.cpp

Code<> do_down(Thread& t, const Down& down);
Code<> do_up(Thread& t, const Up& up);
Code<> do_mutex(Thread& t, const Mutex& mutex);
Code<> do_barrier(Thread& t, const Barrier& barrier);

// The attachment of the caller's process to a segment; kNone: it is not attached.
Code<Object> attachment_of(Thread& t, Object process, std::uint64_t id);
Code<std::uint64_t> bytes_of_attached(Thread& t, Object attachment);

}   // namespace ssi::dsm_first

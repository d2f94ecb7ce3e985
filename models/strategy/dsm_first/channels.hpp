// Descriptors, and the calls on pipes and stream sockets: rings of bytes on shared pages, ends behind open-file entries.
#pragma once
#include "models/strategy/dsm_first/proc.hpp"

namespace ssi::dsm_first {

inline Word entry_of(Thread& t, Object entry) { return t.at(Table::open_file, entry); }

// ---- descriptors (descriptors.cpp); of the caller's process, without a lock

Code<Object> described(Thread& t, std::int32_t number);                           // kNone: EBADF
Code<std::int64_t> install(Thread& t, Object entry);                              // -1: EMFILE
Code<Object> new_entry(Thread& t, open_file::Kind kind, Object in, Object out);   // with one reference
Code<> drop(Thread& t, Object entry);                                             // a reference; the last one closes
Code<> do_close(Thread& t, std::int32_t number);
Code<> inherit_descriptors(Thread& t, Object mother, Object child);
Code<> close_all(Thread& t, Object process);

// ---- streams (streams.cpp)

Code<Object> make_channel(Thread& t, std::uint64_t capacity, std::uint64_t atomic);   // one reader, one writer
Code<> drop_side(Thread& t, Object channel, channel::Field side);
Code<> read_channel(Thread& t, Object channel, std::uint64_t count);   // these end the call
Code<> write_channel(Thread& t, Object channel, const Bytes& data);
Code<> do_pipe(Thread& t);

// ---- sockets (sockets.cpp)

Code<> do_listen(Thread& t, const Listen& listen);
Code<> do_connect(Thread& t, const Connect& connect);
Code<> do_accept(Thread& t, const Accept& accept);
Code<> drop_listener(Thread& t, Object entry);

}   // namespace ssi::dsm_first

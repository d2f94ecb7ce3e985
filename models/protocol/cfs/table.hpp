// A client's token of one page or inode: readable by many nodes or writable by one (OpenSSI README.cfs).
#pragma once
#include "models/port/table.hpp"

namespace ssi::cfs {

enum class State : std::uint8_t {
  none,
  none_to_read,    // WANT sent, GRANT awaited
  read,            // a copy; others may have one
  none_to_write,   // WANT for writing sent
  read_to_write,   // ... with a copy, which may be invalidated meanwhile
  write,           // nobody else has a copy
  write_to_none,   // evicted: RELEASE sent, DONE awaited
};
inline constexpr std::size_t kStates = 7;

enum class On : std::uint8_t {
  want_read,
  want_write,
  granted_read,
  granted_write,
  invalidate,   // of the grant that is held, or is on its way
  downgrade,    // likewise: give the contents back, keep a copy
  stale,        // invalidate or downgrade of a grant that is not held any more
  evict,
  released,
};
inline constexpr std::size_t kEvents = 9;

using TokenRow = Row<State, On>;
inline constexpr std::array kTable{
    TokenRow{State::none, On::want_read, Verdict::go, State::none_to_read},
    TokenRow{State::none, On::want_write, Verdict::go, State::none_to_write},
    TokenRow{State::none, On::granted_read, Verdict::never, State::none},
    TokenRow{State::none, On::granted_write, Verdict::never, State::none},
    TokenRow{State::none, On::invalidate, Verdict::never, State::none},
    TokenRow{State::none, On::downgrade, Verdict::never, State::none},
    TokenRow{State::none, On::stale, Verdict::go, State::none},   // a copy was dropped without a word: acknowledged
    TokenRow{State::none, On::evict, Verdict::never, State::none},
    TokenRow{State::none, On::released, Verdict::never, State::none},

    TokenRow{State::none_to_read, On::want_read, Verdict::ignore, State::none_to_read},   // asked already
    // Calls on one file go one after the other, and none wants to write what it has not got to read: an upgrade begins in `read`.
    TokenRow{State::none_to_read, On::want_write, Verdict::never, State::none_to_read},
    TokenRow{State::none_to_read, On::granted_read, Verdict::go, State::read},
    TokenRow{State::none_to_read, On::granted_write, Verdict::never, State::none_to_read},
    TokenRow{State::none_to_read, On::invalidate, Verdict::stall, State::none_to_read},   // has overtaken the GRANT
    TokenRow{State::none_to_read, On::downgrade, Verdict::never, State::none_to_read},
    TokenRow{State::none_to_read, On::stale, Verdict::go, State::none_to_read},
    TokenRow{State::none_to_read, On::evict, Verdict::never, State::none_to_read},
    TokenRow{State::none_to_read, On::released, Verdict::never, State::none_to_read},

    TokenRow{State::read, On::want_read, Verdict::ignore, State::read},   // had already
    TokenRow{State::read, On::want_write, Verdict::go, State::read_to_write},
    TokenRow{State::read, On::granted_read, Verdict::never, State::read},
    TokenRow{State::read, On::granted_write, Verdict::never, State::read},
    TokenRow{State::read, On::invalidate, Verdict::go, State::none},
    TokenRow{State::read, On::downgrade, Verdict::never, State::read},
    TokenRow{State::read, On::stale, Verdict::go, State::read},
    TokenRow{State::read, On::evict, Verdict::go, State::none},   // the server is not told
    TokenRow{State::read, On::released, Verdict::never, State::read},

    TokenRow{State::none_to_write, On::want_read, Verdict::ignore, State::none_to_write},
    TokenRow{State::none_to_write, On::want_write, Verdict::ignore, State::none_to_write},
    TokenRow{State::none_to_write, On::granted_read, Verdict::never, State::none_to_write},
    TokenRow{State::none_to_write, On::granted_write, Verdict::go, State::write},
    TokenRow{State::none_to_write, On::invalidate, Verdict::stall, State::none_to_write},   // has overtaken the GRANT
    TokenRow{State::none_to_write, On::downgrade, Verdict::stall, State::none_to_write},
    TokenRow{State::none_to_write, On::stale, Verdict::go, State::none_to_write},
    TokenRow{State::none_to_write, On::evict, Verdict::never, State::none_to_write},
    TokenRow{State::none_to_write, On::released, Verdict::never, State::none_to_write},

    TokenRow{State::read_to_write, On::want_read, Verdict::ignore, State::read_to_write},
    TokenRow{State::read_to_write, On::want_write, Verdict::ignore, State::read_to_write},
    TokenRow{State::read_to_write, On::granted_read, Verdict::never, State::read_to_write},
    TokenRow{State::read_to_write, On::granted_write, Verdict::go, State::write},
    // At once: the server waits for this before it looks at the WANT. That of the GRANT itself waits for it.
    TokenRow{State::read_to_write, On::invalidate, Verdict::go, State::none_to_write},
    TokenRow{State::read_to_write, On::downgrade, Verdict::stall, State::read_to_write},
    TokenRow{State::read_to_write, On::stale, Verdict::go, State::read_to_write},
    TokenRow{State::read_to_write, On::evict, Verdict::never, State::read_to_write},
    TokenRow{State::read_to_write, On::released, Verdict::never, State::read_to_write},

    TokenRow{State::write, On::want_read, Verdict::ignore, State::write},
    TokenRow{State::write, On::want_write, Verdict::ignore, State::write},
    TokenRow{State::write, On::granted_read, Verdict::never, State::write},
    TokenRow{State::write, On::granted_write, Verdict::never, State::write},
    TokenRow{State::write, On::invalidate, Verdict::go, State::none},
    TokenRow{State::write, On::downgrade, Verdict::go, State::read},
    TokenRow{State::write, On::stale, Verdict::go, State::write},
    TokenRow{State::write, On::evict, Verdict::go, State::write_to_none},
    TokenRow{State::write, On::released, Verdict::never, State::write},

    TokenRow{State::write_to_none, On::want_read, Verdict::stall, State::write_to_none},
    TokenRow{State::write_to_none, On::want_write, Verdict::stall, State::write_to_none},
    TokenRow{State::write_to_none, On::granted_read, Verdict::never, State::write_to_none},
    TokenRow{State::write_to_none, On::granted_write, Verdict::never, State::write_to_none},
    TokenRow{State::write_to_none, On::invalidate, Verdict::ignore, State::write_to_none},   // the RELEASE is the answer
    TokenRow{State::write_to_none, On::downgrade, Verdict::ignore, State::write_to_none},    // likewise
    TokenRow{State::write_to_none, On::stale, Verdict::go, State::write_to_none},
    TokenRow{State::write_to_none, On::evict, Verdict::never, State::write_to_none},
    TokenRow{State::write_to_none, On::released, Verdict::go, State::none},
};
static_assert(covers_every_pair(kTable, kStates, kEvents));

}   // namespace ssi::cfs

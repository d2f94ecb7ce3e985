// The whole protocol: what a node does with a page. One writer or several readers; the owner knows who has copies; a node that
// waits for a page lets requests for it wait. Li, Hudak, "Memory Coherence in Shared Virtual Memory Systems" (TOCS 1989), sections
// 3.1 (improved centralized) to 3.2 (fixed and dynamic distributed managers). `poisoned` is what a network takes that reorders.
#pragma once
#include <cstddef>
#include <cstdint>

#include "models/port/rules.hpp"

namespace ssi::ivy {

// clang-format off
enum class State : std::uint8_t {
  absent, reader,   // no copy; a copy to read, somebody else is the owner
  owner,            // the owner, may read; `copies` says who may, too
  writer,           // the owner, may write; nobody else has a copy
  reading,          // READ sent; PAGE is awaited
  poisoned,         // the same, and INVALIDATE came first: what PAGE brings serves the loads that wait, once
  writing,          // WRITE sent without a copy; PAGE is awaited
  upgrading,        // WRITE sent with a copy, which is still read; PAGE is awaited
  collecting,       // owner: INVALIDATE sent to `copies`; acknowledgements are awaited
};
enum class Event : std::uint8_t {
  load, store, evict,
  page, page_owner,            // PAGE for a READ: a copy; with ownership
  page_write, page_sole,       // PAGE for a WRITE: others have copies; nobody has
  invalidate, ack, last_ack,
  read, write,                 // somebody's request
};
enum class Act : std::uint8_t {
  none, ask_read, ask_write, perform,
  install, install_once,       // what came is the copy now; or serves who waited before INVALIDATE, once
  take,                        // ownership and, if it came, the page
  invalidate_copies, collect,  // send INVALIDATE; take note of an acknowledgement (serial: send the next)
  drop, poison, acknowledge,
  follow,                      // the sender of INVALIDATE is the owner, as far as we know
  share, hand_over, give,      // a copy; a copy and ownership; the page and ownership
  forward,                     // the request, to the probable owner
  rest,                        // forget the request that is over
};
// clang-format on
inline constexpr std::size_t kStates = 9, kEvents = 12;
using Table = Rules<State, Event, Act, kStates, kEvents>;

// moves: a read fault moves ownership too.
// clang-format off
constexpr Table rules(bool moves) {
  using enum State; using enum Event; using enum Act;
  Table t;
  t.stay ({reader, owner, writer, upgrading, collecting}, load,           {perform});
  t.go   (absent,                 load,                       reading,    {ask_read});
  t.stall({reading, poisoned, writing}, load);
  t.stay (writer,                 store,                                  {perform});
  t.go   (owner,                  store,                      collecting, {invalidate_copies});
  t.go   (reader,                 store,                      upgrading,  {ask_write});
  t.go   (absent,                 store,                      writing,    {ask_write});
  t.stall({reading, poisoned, writing, upgrading, collecting}, store);
  t.go   (reader,                 evict,                      absent,     {drop});   // silently: `copies` may name too many
  t.ignore({absent, owner, writer, reading, poisoned, writing, upgrading, collecting}, evict);   // an owner has the only sure copy

  t.go   (reading,                page,                       reader,     {install, rest});
  t.go   (poisoned,               page,                       absent,     {install_once, rest});
  t.go   ({reading, poisoned},    page_owner,                 owner,      {take, install, rest});   // poisoned by an older INVALIDATE
  t.go   ({writing, upgrading},   page_write,                 collecting, {take, invalidate_copies});
  t.go   ({writing, upgrading},   page_sole,                  writer,     {take, install, rest});
  t.stay (collecting,             ack,                                    {collect});
  t.go   (collecting,             last_ack,                   writer,     {install, rest});
  t.never({absent, reader, owner, writer, writing, upgrading, collecting}, {page, page_owner});
  t.never({absent, reader, owner, writer, reading, poisoned, collecting}, {page_write, page_sole});
  t.never({absent, reader, owner, writer, reading, poisoned, writing, upgrading}, {ack, last_ack});

  t.go   (reader,                 invalidate,                 absent,     {drop, acknowledge, follow});
  t.go   (upgrading,              invalidate,                 writing,    {drop, acknowledge, follow});   // at once, else two wait for each other
  t.go   ({reading, poisoned},    invalidate,                 poisoned,   {poison, acknowledge, follow});
  t.stay ({absent, writing},      invalidate,                             {acknowledge, follow});   // the copy was evicted before
  t.never({owner, writer, collecting}, invalidate);

  if (moves) t.go({owner, writer}, read,                      reader,     {hand_over});
  else       t.go({owner, writer}, read,                      owner,      {share});
  t.go   ({owner, writer},        write,                      absent,     {give, drop});
  t.stay ({absent, reader},       {read, write},                          {forward});
  if (moves) t.stall({reading, poisoned}, {read, write});   // it will be the owner
  else       t.stay ({reading, poisoned}, {read, write},                  {forward});
  t.stall({writing, upgrading, collecting}, {read, write});
  return t;
}
// clang-format on
static_assert(rules(false).complete() && rules(true).complete(), "a (state, event) pair is missing or double");

}   // namespace ssi::ivy

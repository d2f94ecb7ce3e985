// The whole protocol: what a node does with a page, and what the page's manager does. Li, Hudak, "Memory Coherence in Shared
// Virtual Memory Systems" (TOCS 1989), section 3.1: the manager knows the owner and all copies, invalidates, and serves one
// request for a page at a time, until its requester has confirmed. So no two messages about a page race.
#pragma once
#include <cstddef>
#include <cstdint>

#include "models/port/rules.hpp"

namespace ssi::ivy_central {

// clang-format off
enum class State : std::uint8_t {
  absent, reader,
  owner, writer,   // the owner: others may have copies; nobody else has one
  reading,         // READ sent; PAGE is awaited
  writing,         // WRITE sent without a copy; PAGE is awaited
  upgrading,       // WRITE sent with a copy, which is still read; PAGE is awaited
  raising,         // the owner has sent WRITE; FORWARD to itself is awaited
};
enum class Event : std::uint8_t {
  load, store, evict,
  page_read, page_write,
  forward_read, forward_write, forward_self,   // of the manager, to the owner: for another node, for itself
  invalidate,
};
enum class Act : std::uint8_t { none, ask_read, ask_write, perform, install, confirm, share, give, drop, acknowledge, rest };
inline constexpr std::size_t kStates = 8, kEvents = 9;
using NodeRules = Rules<State, Event, Act, kStates, kEvents>;

constexpr NodeRules node_rules() {
  using enum State; using enum Event; using enum Act;
  NodeRules t;
  t.stay ({reader, owner, writer, upgrading, raising}, load,              {perform});
  t.go   (absent,                      load,           reading,           {ask_read});
  t.stall({reading, writing}, load);
  t.stay (writer,                      store,                             {perform});
  t.go   (owner,                       store,          raising,           {ask_write});
  t.go   (reader,                      store,          upgrading,         {ask_write});
  t.go   (absent,                      store,          writing,           {ask_write});
  t.stall({reading, writing, upgrading, raising}, store);
  t.go   (reader,                      evict,          absent,            {drop});   // silently: the manager may know of too many copies
  t.ignore({absent, owner, writer, reading, writing, upgrading, raising}, evict);    // an owner has the only sure copy

  t.go   (reading,                     page_read,      reader,            {install, confirm, rest});
  t.go   ({writing, upgrading},        page_write,     writer,            {install, confirm, rest});
  t.go   (raising,                     forward_self,   writer,            {install, confirm, rest});
  t.never({absent, reader, owner, writer, writing, upgrading, raising}, page_read);
  t.never({absent, reader, owner, writer, reading, raising}, page_write);
  t.never({absent, reader, owner, writer, reading, writing, upgrading}, forward_self);

  t.go   ({owner, writer},             forward_read,   owner,             {share});
  t.stay (raising,                     forward_read,                      {share});
  t.go   ({owner, writer},             forward_write,  absent,            {give, drop});
  t.go   (raising,                     forward_write,  writing,           {give, drop});   // another's WRITE came first
  t.never({absent, reader, reading, writing, upgrading}, {forward_read, forward_write});
  t.go   (reader,                      invalidate,     absent,            {drop, acknowledge});
  t.go   (upgrading,                   invalidate,     writing,           {drop, acknowledge});
  t.stay ({absent, reading, writing},  invalidate,                        {acknowledge});   // the copy was evicted before
  t.never({owner, writer, raising}, invalidate);
  return t;
}
inline constexpr NodeRules kNodeRules = node_rules();
static_assert(kNodeRules.complete(), "a (state, event) pair is missing or double");

enum class ManagerState : std::uint8_t {
  free,
  invalidating,   // INVALIDATE sent to all copies; acknowledgements are awaited
  confirming,     // FORWARD sent to the owner; the requester's CONFIRM is awaited
};
enum class ManagerEvent : std::uint8_t {
  read,
  write, write_only,   // somebody besides requester and owner has a copy; nobody has
  ack, last_ack, confirm,
};
enum class ManagerAct : std::uint8_t { none, forward, list, own, invalidate, collect };
using ManagerRules = Rules<ManagerState, ManagerEvent, ManagerAct, 3, 6>;

constexpr ManagerRules manager_rules() {
  using enum ManagerState; using enum ManagerEvent; using enum ManagerAct;
  ManagerRules t;
  t.go   (free,                        read,           confirming,        {forward, list});
  t.go   (free,                        write_only,     confirming,        {forward, own});
  t.go   (free,                        write,          invalidating,      {ManagerAct::invalidate});
  t.stay (invalidating,                ack,                               {collect});
  t.go   (invalidating,                last_ack,       confirming,        {forward, own});
  t.go   (confirming,                  confirm,        free);
  t.stall({invalidating, confirming}, {read, write});
  t.never({invalidating, confirming}, write_only);   // told apart when it is served
  t.never({free, confirming}, {ack, last_ack});
  t.never({free, invalidating}, confirm);
  return t;
}
// clang-format on
inline constexpr ManagerRules kManagerRules = manager_rules();
static_assert(kManagerRules.complete(), "a (state, event) pair is missing or double");

}   // namespace ssi::ivy_central

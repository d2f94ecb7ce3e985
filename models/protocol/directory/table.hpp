// The whole protocol: what a node does with its copy of a page, and what the page's home does. Messages may overtake one
// another, also between the same two nodes. MSI and MESI, after Sorin, Hill, Wood, "A Primer on Memory Consistency and Cache
// Coherence" (2011), ch. 8, made safe without ordered channels: `poisoned`, `gone` and `yielding` are what that takes.
#pragma once
#include <cstddef>
#include <cstdint>

#include "models/port/rules.hpp"

namespace ssi::directory {

// clang-format off
enum class CacheState : std::uint8_t {
  invalid, shared, exclusive, modified,
  reading,     // GET_READ sent; DATA is awaited
  poisoned,    // the same, and INVALIDATE came first: what DATA brings serves the loads that wait, once
  writing,     // GET_WRITE sent without a copy; DATA and acknowledgements are awaited
  upgrading,   // GET_WRITE sent with a copy, which is still read; DATA (a grant) and acknowledgements are awaited
  evicting,    // PUT of an owned page sent; PUT_ACK is awaited, the page is kept for a FORWARD that crosses it
  leaving,     // PUT of a shared page sent; PUT_ACK is awaited
  gone,        // PUT sent, and the page was given away or invalidated since; PUT_ACK is awaited
  yielding,    // PUT was answered `stale`: a FORWARD was sent before and is awaited
};
enum class CacheEvent : std::uint8_t {
  load, store, evict,
  forget,           // evict, of a shared copy that the home need not hear of
  data,             // DATA to read
  data_exclusive,   // DATA to read, nobody else has it
  part, whole,      // DATA to write, or an INVALIDATE_ACK: something is still awaited, or that was the last
  invalidate, forward_read, forward_write,
  put_ack, put_stale, nack,
  retry,            // the timer after NACK
};
enum class CacheAct : std::uint8_t {
  none, ask_read, ask_write, put,   // the requests
  install,             // what has come is the copy now, and serves who waits
  install_once,        // it serves the loads that waited before the last INVALIDATE, and is dropped
  perform,             // the access, on the copy
  keep,                // what came, until the rest has come
  confirm,             // to the home, if it waits for that
  drop, acknowledge,   // the copy; the INVALIDATE
  poison,              // mark who waits now
  share, give,         // the page to who asked: to read, with ownership
  back_off, rest,      // set the timer; forget the request that is over
};
// clang-format on
inline constexpr std::size_t kCacheStates = 12, kCacheEvents = 15;
using CacheRules = Rules<CacheState, CacheEvent, CacheAct, kCacheStates, kCacheEvents>;

// clang-format off
constexpr void add_accesses(CacheRules& t) {
  using enum CacheState; using enum CacheEvent; using enum CacheAct;
  t.stay ({shared, exclusive, modified, upgrading}, load,                      {perform});
  t.go   (invalid,                       load,                      reading,   {ask_read});
  t.stall({reading, poisoned, writing, evicting, leaving, gone, yielding}, load);
  t.go   ({exclusive, modified},         store,                     modified,  {perform});   // MESI: nobody is told
  t.go   (shared,                        store,                     upgrading, {ask_write});
  t.go   (invalid,                       store,                     writing,   {ask_write});
  t.stall({reading, poisoned, writing, upgrading, evicting, leaving, gone, yielding}, store);
  t.go   ({exclusive, modified},         evict,                     evicting,  {put});
  t.go   (shared,                        evict,                     leaving,   {put});
  t.go   (shared,                        forget,                    invalid,   {drop});
  t.ignore({invalid, reading, poisoned, writing, upgrading, evicting, leaving, gone, yielding}, evict);   // no victim: in transition
  t.never({invalid, exclusive, modified, reading, poisoned, writing, upgrading, evicting, leaving, gone, yielding}, forget);
}
constexpr void add_answers(CacheRules& t) {
  using enum CacheState; using enum CacheEvent; using enum CacheAct;
  t.go   (reading,                       data,                      shared,    {install, rest});
  t.go   (poisoned,                      data,                      invalid,   {install_once, rest});
  t.go   ({reading, poisoned},           data_exclusive,            exclusive, {install, rest});   // poisoned by an older INVALIDATE
  t.stay ({writing, upgrading},          part,                                 {keep});
  t.go   ({writing, upgrading},          whole,                     modified,  {keep, confirm, install, rest});
  t.never({invalid, shared, exclusive, modified, writing, upgrading, evicting, leaving, gone, yielding}, {data, data_exclusive});
  t.never({invalid, shared, exclusive, modified, reading, poisoned, evicting, leaving, gone, yielding}, {part, whole});

  t.stay ({reading, writing, upgrading, evicting, leaving}, nack,              {back_off});
  t.go   (poisoned,                      nack,                      reading,   {back_off});   // not served yet: an older INVALIDATE
  t.go   (gone,                          nack,                      invalid,   {rest});       // nothing is left to put
  t.stay (reading,                       retry,                                {ask_read});
  t.go   (poisoned,                      retry,                     reading,   {ask_read});
  t.stay ({writing, upgrading},          retry,                                {ask_write});
  t.stay ({evicting, leaving},           retry,                                {put});
  t.go   (gone,                          retry,                     invalid,   {rest});
  t.never({invalid, shared, exclusive, modified, yielding}, {nack, retry});
}
constexpr void add_orders(CacheRules& t) {   // of the home
  using enum CacheState; using enum CacheEvent; using enum CacheAct;
  // An upgrade acknowledges at once, else two writers wait for each other.
  t.go   (shared,                        invalidate,                invalid,   {drop, acknowledge});
  t.go   (upgrading,                     invalidate,                writing,   {drop, acknowledge});
  t.go   (leaving,                       invalidate,                gone,      {drop, acknowledge});
  t.go   ({reading, poisoned},           invalidate,                poisoned,  {poison, acknowledge});
  t.stay ({invalid, writing, gone},      invalidate,                           {acknowledge});   // the copy was forgotten before
  t.never({exclusive, modified, evicting, yielding}, invalidate);

  t.go   ({exclusive, modified},         forward_read,              shared,    {share});
  t.go   (evicting,                      forward_read,              gone,      {share, drop});
  t.go   ({exclusive, modified},         forward_write,             invalid,   {give, drop});
  t.go   (evicting,                      forward_write,             gone,      {give, drop});
  t.go   (yielding,                      forward_write,             invalid,   {give, drop, rest});
  t.stall({reading, poisoned, writing, upgrading}, {forward_read, forward_write});   // it overtook the DATA that makes us owner
  t.never({invalid, shared, leaving, gone}, {forward_read, forward_write});
  t.never(yielding, forward_read);   // the home is busy until WRITE_BACK, so no PUT is answered between

  t.go   (evicting,                      put_ack,                   invalid,   {drop, rest});
  t.go   (leaving,                       put_ack,                   invalid,   {drop, rest});
  t.go   (gone,                          {put_ack, put_stale},      invalid,   {rest});
  t.go   (evicting,                      put_stale,                 yielding);
  t.never({invalid, shared, exclusive, modified, reading, poisoned, writing, upgrading, yielding}, {put_ack, put_stale});
  t.never(leaving, put_stale);
}
constexpr CacheRules cache_rules() {
  CacheRules t;
  add_accesses(t);
  add_answers(t);
  add_orders(t);
  return t;
}
inline constexpr CacheRules kCacheRules = cache_rules();
static_assert(kCacheRules.complete(), "a (state, event) pair is missing or double");

// clang-format off
enum class HomeState : std::uint8_t {
  uncached,       // memory is current, nobody has a copy
  shared,         // memory is current; `sharers` is no less than who has a copy
  owned,          // `owner` has the page exclusive or modified
  reading_back,   // FORWARD to read was sent to the owner; WRITE_BACK is awaited
  taking_back,    // relayed: FORWARD to write was sent; WRITE_BACK is awaited
  invalidating,   // relayed: INVALIDATE was sent to sharers; their acknowledgements are awaited
  settling,       // confirmed: a new owner collects what it needs; CONFIRM is awaited
};
constexpr bool is_busy(HomeState at) { return at > HomeState::owned; }
enum class HomeEvent : std::uint8_t {
  get_read,
  get_write,                // somebody else has a copy
  get_write_only,           // nobody else has
  put_shared, put_last,     // of a sharer; of the only one
  put_owned, put_stale,     // by the owner; by who was it
  write_back, ack, last_ack, confirm,
};
enum class HomeAct : std::uint8_t {
  none, list, unlist,             // the sender among the sharers
  send_shared, send_exclusive,    // DATA from memory to who asked
  send_shared_here,               // the same if that is this node: WRITE_BACK brought the page for both roles
  send_owned,                     // DATA or a grant; who asked is the owner from now on, and nobody else is listed
  forward, invalidate,            // to the owner; to the sharers
  own,                            // who asked is the owner from now on
  store,                          // what came into memory
  list_both,                      // the former owner and who asked are the sharers
  confirm_ack, stale_ack,         // PUT_ACK
  collect,                        // take note of an acknowledgement; serial: the next INVALIDATE
};
// clang-format on
inline constexpr std::size_t kHomeStates = 7, kHomeEvents = 11;
using HomeRules = Rules<HomeState, HomeEvent, HomeAct, kHomeStates, kHomeEvents>;

// exclusive: MESI, else MSI. relayed: pages and acknowledgements go through the home. confirmed (not relayed): the home waits
// until a new owner has all it needs. A stall is put into the home's queue, or refused by NACK.
struct Variant {
  bool exclusive, relayed, confirmed;
};
// clang-format off
constexpr HomeRules home_rules(Variant v) {
  using enum HomeState; using enum HomeEvent; using enum HomeAct;
  HomeRules t;
  if (v.exclusive) t.go(uncached,        get_read,                  owned,        {send_exclusive, own});
  else             t.go(uncached,        get_read,                  shared,       {list, send_shared});
  t.go   (shared,                        get_read,                  shared,       {list, send_shared});
  t.go   (owned,                         get_read,                  reading_back, {forward});
  t.go   ({uncached, shared},            get_write_only,            owned,        {send_owned});
  if (v.relayed)        t.go(shared,     get_write,                 invalidating, {invalidate});
  else if (v.confirmed) t.go(shared,     get_write,                 settling,     {invalidate, send_owned});
  else                  t.go(shared,     get_write,                 owned,        {invalidate, send_owned});
  if (v.relayed)        t.go(owned,      get_write,                 taking_back,  {forward});
  else if (v.confirmed) t.go(owned,      get_write,                 settling,     {forward, own});
  else                  t.go(owned,      get_write,                 owned,        {forward, own});
  t.never(uncached, get_write);
  t.never(owned, get_write_only);
  t.stay (shared,                        put_shared,                              {unlist, confirm_ack});
  t.go   (shared,                        put_last,                  uncached,     {unlist, confirm_ack});
  t.stay ({uncached, owned},             put_shared,                              {confirm_ack});   // INVALIDATE is on its way to it
  t.never({uncached, owned}, put_last);
  t.go   (owned,                         put_owned,                 uncached,     {store, confirm_ack});
  t.never({uncached, shared}, put_owned);
  t.stay ({uncached, shared, owned},     put_stale,                               {unlist, stale_ack});
  t.stall({reading_back, taking_back, invalidating, settling}, {get_read, get_write, put_shared, put_stale});
  t.never({reading_back, taking_back, invalidating, settling}, {get_write_only, put_last, put_owned});   // told apart when they are served

  if (v.relayed) t.go(reading_back,      write_back,                shared,       {store, list_both, send_shared});
  else           t.go(reading_back,      write_back,                shared,       {store, list_both, send_shared_here});
  t.go   (taking_back,                   write_back,                owned,        {store, send_owned});
  t.never({uncached, shared, owned, invalidating, settling}, write_back);
  t.stay (invalidating,                  ack,                                     {collect});
  t.go   (invalidating,                  last_ack,                  owned,        {send_owned});
  t.never({uncached, shared, owned, reading_back, taking_back, settling}, {ack, last_ack});
  t.go   (settling,                      confirm,                   owned);
  t.never({uncached, shared, owned, reading_back, taking_back, invalidating}, confirm);
  return t;
}
// clang-format on
static_assert(home_rules({}).complete() && home_rules({.relayed = true}).complete() && home_rules({.confirmed = true}).complete());
static_assert(home_rules({.exclusive = true}).complete());

}   // namespace ssi::directory

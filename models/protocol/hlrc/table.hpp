// What a node does with its copy of a page under home-based lazy release consistency: several writers at once, each with a twin;
// nothing is invalidated until a synchronisation brings a write notice. Zhou, Iftode, Li, "Performance Evaluation of Two
// Home-Based Lazy Release Consistency Protocols" (OSDI 1996), section 2 (HLRC).
#pragma once
#include <cstddef>
#include <cstdint>

#include "models/port/rules.hpp"

namespace ssi::hlrc {

// clang-format off
enum class PageState : std::uint8_t {
  invalid,    // a write notice says that the copy is out of date, or there is none
  clean,      // may be read
  dirty,      // written since the last end of an interval; the twin is what it was before
  fetching,   // FETCH sent; PAGE is awaited. At the page's home: the FLUSH of a write notice is awaited
};
enum class PageEvent : std::uint8_t {
  load, store,
  end,          // of the interval: a release, a barrier, or a write notice
  notice,       // a write notice of somebody else
  page, old,    // PAGE has, has not all that the notices ask for by now
  complete,     // at the home: FLUSH has come of all that the notices ask for
  evict,
};
enum class PageAct : std::uint8_t { none, fetch, perform, twin, flush, drop, install };
// clang-format on
inline constexpr std::size_t kPageStates = 4, kPageEvents = 8;
using PageRules = Rules<PageState, PageEvent, PageAct, kPageStates, kPageEvents>;

// clang-format off
constexpr PageRules page_rules() {
  using enum PageState; using enum PageEvent; using enum PageAct;
  PageRules t;
  t.stay ({clean, dirty},        load,             {perform});
  t.go   (clean,                 store,  dirty,    {twin, perform});
  t.stay (dirty,                 store,            {perform});
  t.go   (invalid,       {load, store},  fetching, {fetch});
  t.stall(fetching,      {load, store});
  t.go   (dirty,                 end,    clean,    {flush});      // to the home, which is not waited for
  t.never({invalid, clean, fetching}, end);
  t.go   (clean,                 notice, invalid,  {drop});
  t.stay ({invalid, fetching},   notice,           {});           // more is needed
  t.never(dirty,                 notice);                         // the interval has been ended before
  t.go   (fetching,              page,   clean,    {install});
  t.stay (fetching,              old,              {fetch});
  t.never({invalid, clean, dirty}, {page, old});
  t.go   (invalid,            complete,  clean);
  t.go   (fetching,           complete,  clean,    {install});
  t.ignore({clean, dirty},    complete);
  t.go   (clean,                 evict,  invalid,  {drop});
  t.ignore({invalid, dirty, fetching}, evict);                    // a dirty page goes home at the next release
  return t;
}
// clang-format on
inline constexpr PageRules kPageRules = page_rules();
static_assert(kPageRules.complete(), "a (state, event) pair is missing or double");

}   // namespace ssi::hlrc

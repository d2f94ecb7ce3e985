// What a node does with its copy of a page under homeless lazy release consistency: several writers at once, each with a twin; what they
// have changed stays with them as diffs, made when somebody asks. Keleher et al., "TreadMarks" (USENIX 1994), sections 2 and 3.
#pragma once
#include <cstddef>
#include <cstdint>

#include "models/port/rules.hpp"

namespace ssi::lrc {

// clang-format off
enum class PageState : std::uint8_t {
  invalid,    // a write notice says that the copy is out of date, or there is none
  clean,      // may be read
  dirty,      // written in this interval; the twin is what it was before
  written,    // may be read; written in an interval that has ended, whose diff was not asked for yet: the twin is still there
  fetching,   // GET_DIFFS, GET_COPY sent; DIFFS, COPY are awaited
};
enum class PageEvent : std::uint8_t {
  load, store,
  end,                // of the interval: somebody is told what was written
  notice,             // a write notice of somebody else
  asked,              // GET_DIFFS wants the diff that was not made yet
  part, more, whole,  // an answer has come: others are awaited; nothing is, and it does not do (a notice came meanwhile); it does
  validate,           // a collection: the copy has to be current
  collected,          // the twin's interval is known to all, and nobody will ask
};
enum class PageAct : std::uint8_t { none, ask, perform, twin, close, diff, drop, install, forget };
// clang-format on
inline constexpr std::size_t kPageStates = 5, kPageEvents = 10;
using PageRules = Rules<PageState, PageEvent, PageAct, kPageStates, kPageEvents>;

// clang-format off
constexpr PageRules page_rules() {
  using enum PageState; using enum PageEvent; using enum PageAct;
  PageRules t;
  t.stay ({clean, dirty, written}, load,             {perform});
  t.go   (clean,                   store,  dirty,    {twin, perform});
  t.stay (dirty,                   store,            {perform});
  t.go   (written,                 store,  dirty,    {diff, twin, perform});   // a twin is of one interval
  t.go   (invalid,         {load, store},  fetching, {ask});
  t.stall(fetching,        {load, store});
  t.go   (dirty,                   end,    written,  {close});                 // no diff: perhaps nobody asks
  t.never({invalid, clean, written, fetching}, end);
  t.go   (clean,                   notice, invalid,  {drop});
  t.go   (written,                 notice, invalid,  {diff, drop});            // before others' bytes come between
  t.stay ({invalid, fetching},     notice,           {});                      // more is needed
  t.never(dirty,                   notice);                                    // the interval has been ended before
  t.go   (written,                 asked,  clean,    {diff});
  t.never({invalid, clean, dirty, fetching}, asked);
  t.stay (fetching,                part,             {});
  t.stay (fetching,                more,             {ask});
  t.go   (fetching,                whole,  clean,    {install});
  t.never({invalid, clean, dirty, written}, {part, more, whole});
  t.go   (invalid,               validate, fetching, {ask});
  t.ignore(fetching,             validate);                                    // it will be
  t.never({clean, dirty, written}, validate);                                  // it is
  t.go   (written,              collected, clean,    {forget});
  t.never({invalid, clean, dirty, fetching}, collected);
  return t;
}
// clang-format on
inline constexpr PageRules kPageRules = page_rules();
static_assert(kPageRules.complete(), "a (state, event) pair is missing or double");

}   // namespace ssi::lrc

// A node's token of one shared offset: valid on one node at a time, kept until another asks for it (LOCUS, file offset token).
#pragma once
#include <array>
#include <cstdint>

#include "models/port/table.hpp"

namespace ssi::offset {

enum class State : std::uint8_t {
  away,
  wanted,   // WANT was sent, GRANT is awaited
  held,
  used,            // by a call
  used_recalled,   // ... after which it is given up
};
enum class On : std::uint8_t {
  take,   // a call wants to use it
  granted,
  put,   // the call has used it
  recalled,
  lost,   // the manager's circuit broke: the node goes on with the offset that it last knew, for itself
};
inline constexpr std::size_t kStates = 5, kEvents = 5;

namespace rows {
using enum State;
using enum On;
using enum Verdict;
using R = Row<State, On>;
// clang-format off
inline constexpr std::array<R, kStates * kEvents> kTable{{
    {away,          take,     go,     wanted},
    {away,          granted,  never,  away},
    {away,          put,      never,  away},
    {away,          recalled, ignore, away},             // given back by RELEASE, and inherited again since
    {away,          lost,     go,     held},
    {wanted,        take,     never,  wanted},           // one call at a time uses an entry
    {wanted,        granted,  go,     used},
    {wanted,        put,      never,  wanted},
    {wanted,        recalled, ignore, wanted},           // given back by RELEASE, and inherited and wanted again since
    {wanted,        lost,     go,     used},
    {held,          take,     go,     used},
    {held,          granted,  never,  held},
    {held,          put,      never,  held},
    {held,          recalled, go,     away},
    {held,          lost,     ignore, held},
    {used,          take,     never,  used},
    {used,          granted,  never,  used},
    {used,          put,      go,     held},
    {used,          recalled, go,     used_recalled},
    {used,          lost,     ignore, used},
    {used_recalled, take,     never,  used_recalled},
    {used_recalled, granted,  never,  used_recalled},
    {used_recalled, put,      go,     away},
    {used_recalled, recalled, never,  used_recalled},
    {used_recalled, lost,     go,     used},             // nobody asks for it any more
}};
// clang-format on
static_assert(covers_every_pair(kTable, kStates, kEvents));
}   // namespace rows

}   // namespace ssi::offset

// Simulated time in whole nanoseconds: exact, so that traces compare byte for byte.
#pragma once
#include <compare>
#include <cstdint>

namespace ssi {

struct Duration {
  std::int64_t ns{};
  friend constexpr auto operator<=>(Duration, Duration) = default;
};

struct Instant {
  std::int64_t ns{};
  friend constexpr auto operator<=>(Instant, Instant) = default;
};

constexpr Instant operator+(Instant t, Duration d) { return {t.ns + d.ns}; }
constexpr Duration operator-(Instant a, Instant b) { return {a.ns - b.ns}; }
constexpr Duration operator+(Duration a, Duration b) { return {a.ns + b.ns}; }
constexpr Duration operator-(Duration a, Duration b) { return {a.ns - b.ns}; }
constexpr Duration operator*(Duration d, std::int64_t n) { return {d.ns * n}; }
constexpr Duration& operator+=(Duration& a, Duration b) {
  a.ns += b.ns;
  return a;
}

constexpr Duration nanoseconds(std::int64_t n) { return {n}; }
constexpr Duration microseconds(std::int64_t n) { return {n * 1'000}; }
constexpr Duration milliseconds(std::int64_t n) { return {n * 1'000'000}; }

}   // namespace ssi

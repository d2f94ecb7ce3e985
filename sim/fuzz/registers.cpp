#include "sim/fuzz/registers.hpp"

#include <algorithm>

namespace ssi::fuzz {
namespace {

// All accesses of one value: between the first that ends and the last that begins it must have been there (forward), or it was there
// at some instant between the two (backward).
struct Zone {
  Step first_end = world::kNever, last_begin = 0, written = world::kNever;
  bool is_written = false, is_read = false;
  bool forward() const { return first_end < last_begin; }
  Step low() const { return std::min(first_end, last_begin); }
  Step high() const { return std::max(first_end, last_begin); }
};

std::string at(const Zone& zone) { return " [" + std::to_string(zone.low()) + ", " + std::to_string(zone.high()) + "]"; }

}   // namespace

void Registers::wrote(const Place& place, std::uint64_t value, Step from, Step to) {
  accesses_[place].push_back({value, from + 1, to == world::kNever ? to : to + 1, true});
}
void Registers::read(const Place& place, std::uint64_t value, Step from, Step to) {
  accesses_[place].push_back({value, from + 1, to + 1, false});
}
void Registers::added(const Place& place, std::uint64_t before, Step from, Step to) {
  additions_[place].push_back({before, from, to, true});
}

std::vector<std::string> Registers::problems() const {
  std::vector<std::string> out;
  for (const auto& [place, accesses] : accesses_) {
    const std::string where = place.first + " at " + std::to_string(place.second);
    std::map<std::uint64_t, Zone> zones;
    zones[0] = {.first_end = 0, .written = 0, .is_written = true};   // zeros from the start
    for (const Access& access : accesses) {
      Zone& zone = zones[access.value];
      zone.first_end = std::min(zone.first_end, access.to);
      zone.last_begin = std::max(zone.last_begin, access.from);
      (access.write ? zone.is_written : zone.is_read) = true;
      if (access.write) zone.written = access.from;
    }
    std::vector<std::pair<std::uint64_t, Zone>> known;
    for (const auto& [value, zone] : zones) {
      if (!zone.is_written) out.push_back(where + ": " + std::to_string(value) + " was read, which nobody wrote" + at(zone));
      else if (zone.first_end < zone.written)
        out.push_back(where + ": " + std::to_string(value) + " was read before it was written" + at(zone));
      else if (zone.is_read || zone.first_end != world::kNever) known.emplace_back(value, zone);
    }
    for (const auto& [a, one] : known)
      for (const auto& [b, other] : known) {
        if (a == b || !one.forward()) continue;
        const bool both = other.forward() && a < b && one.low() < other.high() && other.low() < one.high();
        const bool inside = !other.forward() && one.low() < other.low() && other.high() < one.high();
        if (both || inside)
          out.push_back(where + ": " + std::to_string(a) + at(one) + " and " + std::to_string(b) + at(other) +
                        " cannot both be one copy's");
      }
  }
  for (const auto& [place, additions] : additions_) {
    std::map<std::uint64_t, std::size_t> found;
    for (const Access& one : additions)
      if (++found[one.value] == 2)
        out.push_back(place.first + " at " + std::to_string(place.second) + ": two additions found " + std::to_string(one.value));
  }
  return out;
}

Bytes word_of(std::uint64_t value) {
  std::vector<std::byte> bytes;
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
  return std::make_shared<const std::vector<std::byte>>(std::move(bytes));
}

std::uint64_t word_in(const Bytes& bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(8, size_of(bytes)); ++i) word |= std::to_integer<std::uint64_t>((*bytes)[i]) << (8 * i);
  return word;
}

}   // namespace ssi::fuzz

#include "sim/cluster/memory.hpp"

#include <algorithm>

#include "models/base/check.hpp"
#include "models/base/math.hpp"

namespace ssi::sim {
namespace {

constexpr std::uint64_t kOne = std::uint64_t{1} << 32;   // certainty
constexpr std::uint64_t kThousand = 1000;

std::uint64_t scaled(std::uint64_t value, std::uint64_t by, std::uint64_t to) {
  return static_cast<std::uint64_t>(static_cast<unsigned __int128>(value) * by / to);
}

// Touches up to and with the first that misses.
std::uint64_t geometric(Stream& draws, std::uint64_t chance) {
  if (chance >= kOne) return 1;
  constexpr double kMost = 1e18;
  const double p = static_cast<double>(chance) / static_cast<double>(kOne);
  const double drawn = draws.unit();
  const double before = portable_log(1 - drawn) / (-p * log1p_ratio(-p));
  return before < kMost ? 1 + static_cast<std::uint64_t>(before) : static_cast<std::uint64_t>(kMost);
}

}   // namespace

void WorkingSet::begin(const Compute& compute, std::uint64_t page_bytes) {
  const std::uint64_t here = resident(), size = pages();
  const std::uint64_t footprint = (compute.footprint + page_bytes - 1) / page_bytes;
  locality_ = std::clamp<std::uint16_t>(compute.locality, 1, kThousand - 1);
  read_share_ = std::min<std::uint16_t>(compute.read_share, kThousand);
  touches_ = compute.touch_rate == 0 ? footprint : compute.touch_rate;
  in_ns_ = compute.touch_rate == 0 ? static_cast<std::uint64_t>(compute.cpu.ns) : 1'000'000'000;
  fresh_ += footprint > size ? footprint - size : 0;
  parts_[kHot].pages = (footprint * (kThousand - locality_) + kThousand - 1) / kThousand;
  parts_[kCold].pages = footprint - parts_[kHot].pages;
  parts_[kIdle].pages = std::max(footprint, size) - footprint;
  std::uint64_t left = here;
  for (Part& part : parts_) left -= part.resident = std::min(left, part.pages);
}

std::uint64_t WorkingSet::take_fresh(std::uint64_t room) {
  const std::uint64_t taken = std::min(room, fresh_);
  std::uint64_t left = taken;
  fresh_ -= taken;
  for (Part& part : parts_) {
    const std::uint64_t here = std::min(left, part.pages - part.resident);
    part.resident += here;
    left -= here;
  }
  return taken;
}

// That a touch goes to this kind and misses. A footprint of one page has no cold ones.
std::uint64_t WorkingSet::chance(Kind kind) const {
  if (parts_[kind].pages == 0) return 0;
  std::uint64_t share = kind == kHot ? locality_ : kThousand - locality_;
  if (kind == kHot && parts_[kCold].pages == 0) share = kThousand;
  return scaled(scaled(kOne, missing_of(kind), parts_[kind].pages), share, kThousand);
}

std::uint64_t WorkingSet::miss_chance() const {
  if (parts_[kHot].pages + parts_[kCold].pages == 0) return 0;
  const bool whole = missing_of(kHot) == parts_[kHot].pages && missing_of(kCold) == parts_[kCold].pages;
  return whole ? kOne : chance(kHot) + chance(kCold);
}

std::optional<Duration> WorkingSet::until_fault(Stream& draws, Duration most) const {
  const std::uint64_t chance_of_any = miss_chance();
  if (chance_of_any == 0 || touches_ == 0) return std::nullopt;
  const std::uint64_t touches = geometric(draws, chance_of_any);
  const auto time = static_cast<unsigned __int128>(touches) * in_ns_ / touches_;
  if (time > static_cast<std::uint64_t>(most.ns)) return std::nullopt;
  return Duration{std::max<std::int64_t>(static_cast<std::int64_t>(time), 1)};
}

// Each writing touch of a clean page makes it dirty: of w, w (resident - dirty) / resident, while w is small beside what is resident.
void WorkingSet::touched(Duration worked) {
  const std::uint64_t here = parts_[kHot].resident + parts_[kCold].resident;
  if (here == 0 || worked.ns <= 0) return;
  const std::uint64_t touches = scaled(static_cast<std::uint64_t>(worked.ns), touches_, in_ns_);
  const std::uint64_t written = std::min(scaled(touches * kUnit, kThousand - read_share_, kThousand), here * kUnit);
  const std::uint64_t clean = here * kUnit - std::min(dirty_, here * kUnit);
  dirty_ += scaled(written, clean, here * kUnit);
}

WorkingSet::Kind WorkingSet::missing(Stream& draws) const {
  const std::uint64_t hot = chance(kHot), all = hot + chance(kCold);
  if (all == 0) return missing_of(kHot) > 0 ? kHot : kCold;
  const std::uint64_t drawn = draws.below(all);
  return drawn < hot ? kHot : kCold;
}

bool WorkingSet::is_fresh(Stream& draws) const {
  const std::uint64_t gone = pages() - resident();
  if (fresh_ == 0 || fresh_ == gone) return fresh_ != 0;
  const std::uint64_t drawn = draws.below(gone);
  return drawn < fresh_;
}

void WorkingSet::came(Kind kind, bool was_fresh, Stream& draws) {
  if (missing_of(kind) == 0) kind = kind == kHot ? kCold : kHot;   // a new computation has sorted the pages anew
  if (missing_of(kind) == 0) return;
  ++parts_[kind].resident;
  if (was_fresh && fresh_ > 0) --fresh_;
  fresh_ = std::min(fresh_, pages() - resident());
  const std::uint64_t drawn = draws.below(kThousand);
  if (drawn >= read_share_) dirty_ += kUnit;
}

void WorkingSet::all_came() {
  for (Part& part : parts_) part.resident = part.pages;
  fresh_ = 0;
}

void WorkingSet::take_out(Kind kind, std::uint64_t pages) { parts_[kind].resident -= pages; }

// The least recent are the idle ones, then the cold: a hot page is touched more often, if there is a difference.
WorkingSet::Gone WorkingSet::give_up(std::uint64_t pages, bool least_recent, Stream& draws) {
  const std::uint64_t here = resident();
  pages = std::min(pages, here);
  if (pages == 0) return {};
  const std::uint64_t dirty_before = dirty_;
  std::uint64_t left = pages;
  if (least_recent) {
    for (Kind kind : {kIdle, kCold, kHot}) {
      const std::uint64_t some = std::min(left, parts_[kind].resident);
      take_out(kind, some);
      left -= some;
    }
  } else {
    for (; left > 0; --left) {
      const std::uint64_t drawn = draws.below(resident());
      take_out(drawn < parts_[kHot].resident ? kHot : drawn < parts_[kHot].resident + parts_[kCold].resident ? kCold : kIdle, 1);
    }
  }
  dirty_ = scaled(dirty_, here - pages, here);
  return {pages, std::min(pages, dirty_before / kUnit - dirty_ / kUnit)};
}

void WorkingSet::check_invariants() const {
  for (const Part& part : parts_) SSI_CHECK(part.resident <= part.pages, "more pages are here than there are");
  SSI_CHECK(fresh_ <= pages() - resident(), "a page that is here was never touched");
  SSI_CHECK(dirty_ <= resident() * kUnit, "more pages are dirty than are here");
}

}   // namespace ssi::sim

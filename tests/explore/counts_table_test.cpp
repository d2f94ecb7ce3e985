// What each fault costs in each protocol, over 2 to 16 nodes: PROTOCOLS 2.0, 2.8 and 2.16 as tables. Path and total; who coincides
// with whom is said by the roles (cases.hpp).
#include <gtest/gtest.h>

#include "tests/explore/world/cases.hpp"
#include "tests/explore/world/designs.hpp"

namespace ssi::test {
namespace {

using enum Role;
using Turns = std::vector<Turn>;

constexpr Formula kHit = always(0, 0), kRoundTrip = always(2, 2);
// For each sharer INVALIDATE and its acknowledgement: all at once, or one round trip after the other.
constexpr Formula at_once(Cost none, Cost some) { return {none, some, {0, 2}}; }
constexpr Formula one_by_one(Cost none, Cost some) { return {none, some, {2, 2}}; }

// ---- directory: confirmed, unconfirmed, relayed, relayed and serial

std::vector<Design> directories(bool exclusive) {
  using directory::Settings;
  const auto relayed = Settings::Forwarding::relayed;
  Settings confirmed{.exclusive = exclusive}, unconfirmed{.exclusive = exclusive, .confirmed = false},
      through_home{.exclusive = exclusive, .forwarding = relayed},
      serial{.exclusive = exclusive, .forwarding = relayed, .invalidations = Settings::Invalidations::serial};
  return {directory_design("confirmed", confirmed), directory_design("unconfirmed", unconfirmed), directory_design("relayed", through_home),
          directory_design("serial", serial)};
}

std::vector<CountCase> directory_cases() {
  return {
      {"read, nobody has it", {}, reads(q), {kRoundTrip, kRoundTrip, kRoundTrip, kRoundTrip}},
      {"read, q = h", {}, reads(home), {kHit, kHit, kHit, kHit}},
      {"write, q = h", {}, writes(home), {kHit, kHit, kHit, kHit}},
      {"a hit", {writes(q)}, reads(q), {kHit, kHit, kHit, kHit}},
      {"a write hit", {writes(q)}, writes(q), {kHit, kHit, kHit, kHit}},
      {"read, o has it", {writes(o)}, reads(q), {always(3, 4), always(3, 4), always(4, 4), always(4, 4)}},
      {"read, o = h", {writes(home)}, reads(q), {kRoundTrip, kRoundTrip, kRoundTrip, kRoundTrip}},
      {"read, q = h, o has it", {writes(o)}, reads(home), {kRoundTrip, kRoundTrip, kRoundTrip, kRoundTrip}},
      {"write, nobody has it", {}, writes(q), {kRoundTrip, kRoundTrip, kRoundTrip, kRoundTrip}},
      {"write, o has it", {writes(o)}, writes(q), {always(3, 4), always(3, 3), always(4, 4), always(4, 4)}},
      {"write, o = h", {writes(home)}, writes(q), {always(2, 3), kRoundTrip, kRoundTrip, kRoundTrip}},
      {"write, q = h, o has it", {writes(o)}, writes(home), {kRoundTrip, kRoundTrip, kRoundTrip, kRoundTrip}},
  };
}

std::vector<CountCase> shared_cases() {   // MSI: who reads shares
  const Formula confirmed = at_once({2, 2}, {3, 3}), plain = at_once({2, 2}, {3, 2}), relayed = at_once({2, 2}, {4, 2}),
                serial = one_by_one({2, 2}, {2, 2});
  const Turns shared{reads(Role::sharers)};
  const Formula at_home = at_once({0, 0}, {2, 0}), serial_at_home = one_by_one({0, 0}, {0, 0});
  return {
      {"read, S share it", shared, reads(q), {kRoundTrip, kRoundTrip, kRoundTrip, kRoundTrip}},
      {"write, S share it", shared, writes(q), {confirmed, plain, relayed, serial}},
      {"upgrade, S share it too", {reads(q), reads(Role::sharers)}, writes(q), {confirmed, plain, relayed, serial}},
      {"write, q = h, S share it", shared, writes(home), {at_home, at_home, at_home, serial_at_home}},
      {"upgrade, q = h, S share it too", {reads(home), reads(Role::sharers)}, writes(home), {at_home, at_home, at_home, serial_at_home}},
      {"a shared copy is evicted", {reads(q)}, evicts(q), {kHit, kHit, kHit, kHit}},
      {"the owner evicts", {writes(q)}, evicts(q), {always(0, 2), always(0, 2), always(0, 2), always(0, 2)}},
      {"the owner evicts, o = h", {writes(home)}, evicts(home), {kHit, kHit, kHit, kHit}},
  };
}

TEST(CountTable, DirectoryMsi) {
  expect_counts(directories(false), directory_cases());
  expect_counts(directories(false), shared_cases());
  expect_counts(directories(false), directory_cases(), true);
  expect_counts(directories(false), {{"write after read", {reads(q)}, writes(q), {kRoundTrip, kRoundTrip, kRoundTrip, kRoundTrip}}});
}

TEST(CountTable, DirectoryMesi) {
  expect_counts(directories(true), directory_cases());
  expect_counts(directories(true), {
      {"write after read: nobody is told", {reads(q)}, writes(q), {kHit, kHit, kHit, kHit}},
      {"read, o has read it alone", {reads(o)}, reads(q), {always(3, 4), always(3, 4), always(4, 4), always(4, 4)}},
      {"write, o has read it alone", {reads(o)}, writes(q), {always(3, 4), always(3, 3), always(4, 4), always(4, 4)}},
      {"a copy that one alone has is evicted", {reads(q)}, evicts(q), {always(0, 2), always(0, 2), always(0, 2), always(0, 2)}},
      {"S share what o wrote", {writes(o), reads(Role::sharers)}, reads(q),
       {{{3, 4}, {2, 2}, {0, 0}}, {{3, 4}, {2, 2}, {0, 0}}, {{4, 4}, {2, 2}, {0, 0}}, {{4, 4}, {2, 2}, {0, 0}}}},
  });
}

// Node 1 reads while the home is busy with node 2's write of a shared page: messages on its behalf.
std::uint64_t read_at_a_busy_home(directory::Settings::Busy busy, std::uint32_t nodes) {
  const Design design = directory_design("busy", {.exclusive = false, .busy = busy});
  Cluster cluster(design, {.nodes = nodes, .page_bytes = 4096, .homes = {coherence::Homes::Kind::single, nodes, {0}}});
  for (std::uint32_t n = 3; n < nodes; ++n) cluster.begin({n}, load(kPage));
  cluster.deliver_all();
  cluster.begin({2}, store(kPage, 1));
  cluster.deliver(0);   // GET_WRITE
  const coherence::Ticket asked = cluster.begin({1}, load(kPage));
  const auto last = [&] { return cluster.flights().size() - 1; };
  cluster.deliver(last());   // GET_READ, which waits there or is refused
  if (cluster.flights()[last()].message.body.type().name == directory::Nack::kName) cluster.deliver(last());
  cluster.deliver_all();
  return cluster.sent(asked);
}

TEST(CountTable, DirectoryRefusalIsOneRoundTripMore) {
  for (std::uint32_t n = 4; n <= 16; ++n) {
    EXPECT_EQ(read_at_a_busy_home(directory::Settings::Busy::queue, n), 4U) << "GET_READ, FORWARD, DATA; WRITE_BACK";
    EXPECT_EQ(read_at_a_busy_home(directory::Settings::Busy::nack, n), 6U) << "GET_READ, NACK before";
  }
}

// ---- IVY: the basic centralized manager; the improved one, and its fixed distribution

std::vector<Design> central() {
  using ivy_central::Settings;
  const auto design = [](const char* name, const Settings& settings) {
    return ivy_central_design(name, settings, ivy_central::kNodeRules, ivy_central::kManagerRules);
  };
  return {design("parallel", {}), design("serial", {.invalidations = Settings::Invalidations::serial, .grant = false})};
}

TEST(CountTable, IvyCentralBasic) {
  const Turns shared{writes(o), reads(Role::sharers)};
  const std::vector<CountCase> cases{
      {"read", {writes(o)}, reads(q), {always(3, 4), always(3, 4)}},
      {"read, o = m", {}, reads(q), {always(2, 3), always(2, 3)}},
      {"read, q = m", {writes(o)}, reads(home), {kRoundTrip, kRoundTrip}},
      {"read, q = o = m", {}, reads(home), {kHit, kHit}},
      {"write", shared, writes(q), {at_once({3, 4}, {5, 4}), one_by_one({3, 4}, {3, 4})}},
      {"write, q shares too", {writes(o), reads(q), reads(Role::sharers)}, writes(q),
       {at_once({3, 4}, {5, 4}), one_by_one({3, 4}, {3, 4})}},
      {"write, o = m", {reads(Role::sharers)}, writes(q), {at_once({2, 3}, {4, 3}), one_by_one({2, 3}, {2, 3})}},
      {"write, q = m", shared, writes(home), {at_once({2, 2}, {4, 2}), one_by_one({2, 2}, {2, 2})}},
      {"the owner writes", {writes(q), reads(Role::sharers)}, writes(q), {at_once({0, 0}, {4, 3}), one_by_one({0, 0}, {2, 3})}},
      {"the owner writes, q = o = m", {reads(Role::sharers)}, writes(home), {at_once({0, 0}, {2, 0}), one_by_one({0, 0}, {0, 0})}},
      {"a hit", {writes(q)}, reads(q), {kHit, kHit}},
      {"a reader evicts", {writes(o), reads(q)}, evicts(q), {kHit, kHit}},
  };
  expect_counts(central(), cases);
  expect_counts(central(), cases, true);
}

std::vector<Design> managed() {
  using ivy::Settings;
  const auto serial = Settings::Invalidations::serial;
  return {ivy_design("parallel", {.locate = Settings::Locate::manager}),
          ivy_design("serial", {.locate = Settings::Locate::manager, .invalidations = serial}),
          ivy_design("relayed", {.locate = Settings::Locate::manager, .forwarding = Settings::Forwarding::relayed})};
}

std::vector<CountCase> managed_cases() {
  const Turns shared{writes(o), reads(Role::sharers)};
  return {
      {"read", {writes(o)}, reads(q), {always(3, 3), always(3, 3), always(4, 4)}},
      {"read, o = m", {}, reads(q), {kRoundTrip, kRoundTrip, kRoundTrip}},
      {"read, q = m", {writes(o)}, reads(home), {kRoundTrip, kRoundTrip, kRoundTrip}},
      {"write", shared, writes(q), {at_once({3, 3}, {5, 3}), one_by_one({3, 3}, {3, 3}), at_once({4, 4}, {6, 4})}},
      {"write, q shares too", {writes(o), reads(q), reads(Role::sharers)}, writes(q),
       {at_once({3, 3}, {5, 3}), one_by_one({3, 3}, {3, 3}), at_once({4, 4}, {6, 4})}},
      {"write, o = m", {reads(Role::sharers)}, writes(q),
       {at_once({2, 2}, {4, 2}), one_by_one({2, 2}, {2, 2}), at_once({2, 2}, {4, 2})}},
      {"write, q = m", shared, writes(home), {at_once({2, 2}, {4, 2}), one_by_one({2, 2}, {2, 2}), at_once({2, 2}, {4, 2})}},
      {"the owner writes", {writes(q), reads(Role::sharers)}, writes(q),
       {at_once({0, 0}, {2, 0}), one_by_one({0, 0}, {0, 0}), at_once({0, 0}, {2, 0})}},
      {"a hit", {writes(q)}, writes(q), {kHit, kHit, kHit}},
      {"a reader evicts", {writes(o), reads(q)}, evicts(q), {kHit, kHit, kHit}},
  };
}

TEST(CountTable, IvyCentralImproved) { expect_counts(managed(), managed_cases()); }
TEST(CountTable, IvyFixed) { expect_counts(managed(), managed_cases(), true); }

}   // namespace
}   // namespace ssi::test

// Calls on shared memory whose key and pages are on the caller's node: no message.
#include "tests/unit/vproc/rig.hpp"

namespace ssi::test {
namespace {

TEST(SegmentCount, AtTheHomeOfKeyAndPageNothing) {
  constexpr std::uint64_t kNumber = 7;
  Rig rig(3, {{"cover", std::vector<std::string>{"process", "segment"}}, {"name_server", std::string("fixed")}});
  const Pid one = rig.start(0);
  const auto nothing = [&](Call call) {
    const auto& trace = rig.call(one, call);
    EXPECT_TRUE(trace.result && trace.result->good()) << kCallNames[call.index()];
    EXPECT_EQ(count(trace), (Count{0, 0})) << kCallNames[call.index()];
    return trace.result->value;
  };
  std::uint64_t id = 1;
  for (std::uint64_t key = kNumber; (id << 32) % 3 != 0; ++key)   // until the page's home is node 0
    id = static_cast<std::uint64_t>(nothing(SegmentGet{key, 64}));
  nothing(Attach{id});
  nothing(Store{id, 0, 5, {}});
  nothing(Load{id, 0});
  nothing(Atomic{id, 0, Atomic::Kind::add, 1, 0});
  nothing(Detach{id});
  nothing(SegmentRemove{id});
  nothing(Up{kNumber, 1});
  nothing(Down{kNumber});
  nothing(Mutex{kNumber, true});
  nothing(Mutex{kNumber, false});
  nothing(Barrier{kNumber, 1});
}

}   // namespace
}   // namespace ssi::test

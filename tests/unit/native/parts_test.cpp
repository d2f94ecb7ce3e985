// Descriptors, and how Parts brings events to the parts of a kernel.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/native/part.hpp"

namespace ssi::native {
namespace {

constexpr Pid kFirst = Pid::make({0}, {1}, 2), kSecond = Pid::make({0}, {1}, 3);

TEST(Descriptors, TheLowestFreeNumberIsTakenAndForkCopiesThem) {
  Descriptors descriptors;
  for (std::uint64_t entry = 0; entry < 3; ++entry)
    EXPECT_EQ(descriptors.install(kFirst, {CallClass::file, entry}), static_cast<std::int32_t>(entry));
  EXPECT_EQ(descriptors.remove(kFirst, 1)->entry, 1U);
  EXPECT_EQ(descriptors.find(kFirst, 1), nullptr);
  descriptors.copy(kFirst, kSecond);
  EXPECT_EQ(descriptors.install(kFirst, {CallClass::channel, 9}), 1);
  EXPECT_EQ(descriptors.of(kSecond).size(), 2U);
  descriptors.drop(kFirst);
  EXPECT_TRUE(descriptors.of(kFirst).empty());
  EXPECT_EQ(descriptors.find(kSecond, 2)->entry, 2U);
}

TEST(Descriptors, TooManyAreRefused) {
  Descriptors descriptors;
  for (std::int32_t i = 0; i < kMaxDescriptors; ++i) ASSERT_TRUE(descriptors.install(kFirst, {}));
  EXPECT_FALSE(descriptors.install(kFirst, {}));
}

// Writes down what it is told. `close` raises SIGPIPE; every other call blocks.
class Scribe final : public Part {
 public:
  Scribe(std::string name, std::vector<std::string>& log) : name_(std::move(name)), log_(log) {}
  void call(const CallEvent& event, PartContext& at) override {
    say(std::string(kCallNames[event.call->index()]));
    if (std::holds_alternative<Close>(*event.call)) at.raised.push_back({event.caller, Signal::pipe});
    else at.processes.block(event.id, event.caller);
  }
  void broken_off(CallId call, PartContext&) override { say("broken off " + std::to_string(call.value)); }
  void forked(Pid, Pid child, PartContext& at) override { say("forked with " + std::to_string(at.descriptors.of(child).size())); }
  void ended(Pid gone, PartContext& at) override { say("ended with " + std::to_string(at.descriptors.of(gone).size())); }
  void check_invariants() const override {}
  std::unique_ptr<Part> clone() const override { return std::make_unique<Scribe>(*this); }
  void hash_into(StateHash&) const override {}
  void describe(StateDump&) const override {}

 private:
  void say(const std::string& what) { log_.push_back(name_ + " " + what); }
  std::string name_;
  std::vector<std::string>& log_;
};

class PartsTest : public testing::Test {
 protected:
  PartsTest() {
    parts.set(CallClass::file, std::make_unique<Scribe>("file", log));
    parts.set(CallClass::channel, std::make_unique<Scribe>("channel", log));
    pid = processes.allocate();
    processes.create(pid, processes.heritage(processes.init(), false), {}, out);
    out.begin(kNoCall, false);
  }
  bool call(Call request, std::uint64_t id = 1) { return parts.call({CallId{id}, pid, &request}, processes, {}, out); }
  void settle() {
    parts.settle(processes, {}, out, [this](Pid to, Signal signal) {
      log.push_back("post " + std::string(name_of(signal)));
      processes.signal(to, signal, out);
    });
  }

  std::vector<std::string> log;
  Processes processes{{0}, {1}};
  Parts parts;
  Effects out;
  Pid pid{};
};

TEST_F(PartsTest, ACallGoesToTheClassThatServesItAndASharedOneToWhoMadeTheDescriptor) {
  EXPECT_TRUE(call(Open{"/a", {}}));
  processes.unblock(pid);
  EXPECT_TRUE(call(Pipe{}));
  EXPECT_FALSE(call(Attach{}));
  EXPECT_EQ(log, (std::vector<std::string>{"file open", "channel pipe"}));
}

TEST_F(PartsTest, AHandlerBreaksOffABlockedCallAndThePartIsTold) {
  call(Pipe{}, 7);
  processes.set_action(pid, Signal::usr1, Disposition::handler);
  processes.signal(pid, Signal::usr1, out);
  settle();
  EXPECT_EQ(log.back(), "channel broken off 7");   // every part is told; the one that knows the call acts
  ASSERT_EQ(out.completions.size(), 1U);
  EXPECT_EQ(out.completions[0].result.error, Errno::eintr);
  EXPECT_FALSE(processes.find(pid)->blocked);
}

TEST_F(PartsTest, ARaisedSignalThatEndsTheProcessIsToldOnce) {
  call(Close{0});
  settle();
  EXPECT_EQ(log, (std::vector<std::string>{"file close", "post SIGPIPE", "file ended with 0", "channel ended with 0"}));
  EXPECT_EQ(processes.find(pid), nullptr);
}

}   // namespace
}   // namespace ssi::native

// Rows of a client's token that need messages to overtake each other across priority classes, or an eviction to end at one instant: the
// client alone, told what its server says in just that order. The other rows are reached by the random worlds of cfs_test.cpp.
#include <gtest/gtest.h>

#include "models/protocol/cfs/client.hpp"

namespace ssi::test {
namespace {

using namespace cfs;

constexpr vnode::FileId kFile = 5;
constexpr Key kSize{kFile, kInode}, kFirst{kFile, 0}, kSecond{kFile, 1};

// A client of a file of two pages, whose inode it may read. It has written both pages, and has evicted the first one for want of room.
class TheClient : public testing::Test {
 protected:
  TheClient() {
    write(0, 10);
    grant(kSize, false);
    grant(kFirst, true);
    write(kPage, 10);
    grant(kSecond, true);
    mail_.clear();
  }

  void write(std::uint64_t offset, std::size_t bytes) {
    client_.begin(++asked_, vnode::Write{kFile, offset, std::make_shared<const std::vector<std::byte>>(bytes)}, kNoCall, wire_);
    for (const Mail& mail : mail_)
      if (std::holds_alternative<Release>(mail.message)) release_ = mail.txn;
  }
  void grant(Key key, bool write) {
    Grant grant{key, write, key.index != kInode};
    grant.attributes = {.file = kFile, .size = 2 * kPage};
    grant.data = std::make_shared<const std::vector<std::byte>>(kPage);
    client_.on(client_.tokens().at(key).want, grant, wire_);
    for (const Mail& mail : mail_)
      if (std::holds_alternative<Release>(mail.message)) release_ = mail.txn;
  }
  void evicted() { client_.on(release_, Done{std::make_shared<const vnode::Reply>()}, wire_); }
  State state(Key key) const { return client_.tokens().at(key).state; }
  std::uint64_t times(State at, On on) const {
    const auto found = client_.rows().find(row_of(kTable, at, on));
    return found == client_.rows().end() ? 0 : found->second;
  }
  // Of a grant that was given up by a RELEASE and is named by a RECALL that this, its DONE and the next grant have overtaken.
  void expect_stale(Key key) {
    const State before = state(key);
    mail_.clear();
    client_.on(TxnId{99}, Recall{key, TxnId{1'000'000}}, kNoCall, wire_);
    EXPECT_EQ(state(key), before);
    ASSERT_EQ(mail_.size(), 1U);
    EXPECT_EQ(std::get<Surrender>(mail_[0].message).granted, TxnId{1'000'000});   // acknowledged, without contents
    EXPECT_EQ(std::get<Surrender>(mail_[0].message).data, nullptr);
    EXPECT_EQ(times(before, On::stale), 1U);
    client_.check_invariants();
  }

  Client client_{NodeId{1}, NodeId{0}, {}, 2, std::nullopt};
  Effects out_;
  std::vector<vnode::Answer> answers_;
  vnode::Context context_{{}, out_, answers_};
  std::vector<Mail> mail_;
  Wire wire_{context_, mail_};
  std::uint64_t asked_ = 0;
  TxnId release_{};
};

TEST_F(TheClient, AcknowledgesARecallThatEverythingHasOvertakenAndKeepsWhatItHas) {
  ASSERT_EQ(state(kSize), State::read);
  expect_stale(kSize);
  ASSERT_EQ(state(kSecond), State::write);
  expect_stale(kSecond);
  ASSERT_EQ(state(kFirst), State::write_to_none);
  expect_stale(kFirst);
  write(2 * kPage, 10);   // behind the end
  ASSERT_EQ(state(kSize), State::read_to_write);
  expect_stale(kSize);
}

TEST_F(TheClient, DoesNotAskAgainWhenAnEvictionEndsDuringAnUpgrade) {
  write(2 * kPage, 10);
  ASSERT_EQ(state(kSize), State::read_to_write);
  mail_.clear();
  evicted();
  EXPECT_TRUE(mail_.empty());
  EXPECT_EQ(times(State::read_to_write, On::want_read), 1U);
}

TEST_F(TheClient, NorWhenTheCopyWasInvalidatedMeanwhile) {
  write(2 * kPage, 10);
  client_.on(TxnId{99}, Recall{kSize, client_.tokens().at(kSize).granted}, kNoCall, wire_);
  ASSERT_EQ(state(kSize), State::none_to_write);
  mail_.clear();
  evicted();
  EXPECT_TRUE(mail_.empty());
  EXPECT_EQ(times(State::none_to_write, On::want_read), 1U);
}

}   // namespace
}   // namespace ssi::test

// Pipes and sockets of one node: against the model under random operations, and what POSIX says by name.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "models/base/random.hpp"
#include "models/native/channels.hpp"
#include "models/native/kernel.hpp"
#include "tests/unit/native/channel_model.hpp"
#include "tests/unit/native/node.hpp"

namespace ssi::native {
namespace {

class Duel {
 public:
  explicit Duel(std::uint64_t seed) : draws_(seed) {
    for (int i = 0; i < 5; ++i) born(node_.start());
  }

  void step() {
    const bool ready = draws_.below(12) > 0;
    std::vector<int> able;
    for (std::size_t i = 0; i < pids_.size(); ++i)
      if (node_.alive(pids_[i]) && !(ready && node_.blocked(pids_[i]))) able.push_back(static_cast<int>(i));
    if (able.empty()) return disturb_all();
    const int pid = able[draws_.below(able.size())];
    const Pid real = pids_[static_cast<std::size_t>(pid)];
    if (node_.blocked(real)) return disturb(pid, real);
    const std::uint64_t kind = draws_.below(100);
    if (kind < 6) pipe(pid, real);
    else if (kind < 10) listen(pid, real);
    else if (kind < 20) connect(pid, real);
    else if (kind < 28) accept(pid, real);
    else if (kind < 55) send(pid, real);
    else if (kind < 84) receive(pid, real);
    else if (kind < 91) close(pid, real);
    else if (kind < 98) fork(pid, real);
    else end(pid, real, Exit{0});
  }

  // Everything that was answered, and who is alive and waits.
  void compare() {
    for (const auto& [call, text] : std::exchange(model_.answers, {})) {
      expected_.insert(call);
      const auto real = node_.answer(call);
      if (dead_callers_.contains(call)) continue;   // SIGPIPE took the answer along
      EXPECT_TRUE(real) << call << " waits; expected: " << text;
      if (real) { EXPECT_EQ(text_of(*real), text) << "call " << call; }
      if (text.size() > 5 && text.starts_with("read ")) ++bytes_read_;
      reached_.insert(text.substr(0, text.find(' ')));
    }
    std::size_t unexpected = 0;
    for (const auto& [call, result] : node_.answers())
      if (channel_calls_.contains(call)) unexpected += !expected_.contains(call);
    EXPECT_EQ(unexpected, 0U);
    for (std::size_t i = 0; i < pids_.size(); ++i) EXPECT_EQ(node_.alive(pids_[i]), model_.open.contains(static_cast<int>(i))) << i;
    std::size_t open = 0;
    for (const auto& [pid, own] : model_.open) open += own.size();
    if (open == 0) {
      EXPECT_TRUE(node_.part<Channels>(CallClass::channel).ends().empty() && node_.part<Channels>(CallClass::channel).streams().empty());
      reached_.insert("nothing open");
    }
  }
  const std::set<std::string>& reached() const { return reached_; }
  std::uint64_t reads() const { return bytes_read_; }   // that got bytes

 private:
  static std::string text_of(const Result& result) {
    if (!result.good()) return std::string(name_of(result.error));
    if (std::holds_alternative<Bytes>(result.more)) return "read " + text_of_bytes(result.bytes());
    return "count " + std::to_string(result.value);
  }
  std::uint64_t make(Pid real, Call call) {
    const std::uint64_t id = node_.call(real, std::move(call));
    channel_calls_.insert(id);
    return id;
  }
  void born(Pid real) {
    model_.open[static_cast<int>(pids_.size())];
    pids_.push_back(real);
    node_.call(real, SetAction{Signal::usr1, Disposition::handler});
    if (draws_.below(2) == 0) return;
    node_.call(real, SetAction{Signal::pipe, Disposition::ignore});
    model_.ignores_pipe.insert(static_cast<int>(pids_.size()) - 1);
  }
  void expect(std::uint64_t call, std::string text) {
    if (text.starts_with("fd ")) text = "count " + text.substr(3);
    model_.answers[call] = std::move(text);
  }
  // Everybody is tried again, and who dies of SIGPIPE closes what he has.
  void settle() {
    for (model_.try_all(); !model_.to_die.empty(); model_.try_all()) {
      const int dying = *model_.to_die.begin();
      model_.to_die.erase(dying);
      model_.forget(dying, false);
      model_.open.erase(dying);
    }
    for (auto& [call, text] : model_.answers)
      if (text.starts_with("fd ")) text = "count " + text.substr(3);
  }
  // A descriptor, of an end that is `fit` mostly.
  template <class F>
  int any_end(int pid, F&& fit) {
    std::vector<int> numbers;
    for (const auto& [number, end] : model_.open[pid])
      if (fit(model_.ends[static_cast<std::size_t>(end)])) numbers.push_back(number);
    if (numbers.empty() || draws_.below(20) == 0) return static_cast<int>(draws_.below(4));
    return numbers[draws_.below(numbers.size())];
  }

  void pipe(int pid, Pid real) {
    const int line = static_cast<int>(model_.lines.size());
    model_.lines.push_back({16, 6});
    model_.ends.push_back({.in = line});
    const int reading = model_.install(pid, static_cast<int>(model_.ends.size()) - 1);
    model_.ends.push_back({.out = line});
    const int writing = model_.install(pid, static_cast<int>(model_.ends.size()) - 1);
    const std::uint64_t call = make(real, Pipe{});
    expect(call, "fd " + std::to_string(reading));
    EXPECT_EQ(node_.answer(call)->status, writing);
  }
  void listen(int pid, Pid real) {
    const std::string name(1, static_cast<char>('a' + draws_.below(2)));
    const auto backlog = static_cast<std::uint32_t>(1 + draws_.below(2));
    const std::uint64_t call = make(real, Listen{name, backlog});
    if (model_.listener(name) >= 0) return expect(call, "EADDRINUSE");
    model_.ends.push_back({.listens = name, .backlog = backlog});
    expect(call, "fd " + std::to_string(model_.install(pid, static_cast<int>(model_.ends.size()) - 1)));
  }
  void connect(int pid, Pid real) {
    const std::string name(1, static_cast<char>('a' + draws_.below(2)));
    const std::uint64_t call = make(real, Connect{name});
    const int at = model_.listener(name);
    if (at < 0 || model_.ends[static_cast<std::size_t>(at)].arrived.size() >= model_.ends[static_cast<std::size_t>(at)].backlog)
      return expect(call, "ECONNREFUSED");
    const int up = static_cast<int>(model_.lines.size());
    model_.lines.push_back({12, 1});
    model_.lines.push_back({12, 1});
    model_.ends.push_back({.in = up + 1, .out = up});
    expect(call, "fd " + std::to_string(model_.install(pid, static_cast<int>(model_.ends.size()) - 1)));
    model_.ends.push_back({.in = up, .out = up + 1});
    model_.ends[static_cast<std::size_t>(at)].arrived.push_back(static_cast<int>(model_.ends.size()) - 1);
    settle();
  }
  void accept(int pid, Pid real) {
    const int number = any_end(pid, [](const auto&end) { return !end.listens.empty(); }), end = model_.end_at(pid, number);
    const std::uint64_t call = make(real, Accept{number});
    if (end < 0) return expect(call, "EBADF");
    auto& listener = model_.ends[static_cast<std::size_t>(end)];
    if (listener.listens.empty()) return expect(call, "EINVAL");
    listener.accepting.push_back({call, pid, {}});
    settle();
  }
  void send(int pid, Pid real) {
    const int number = any_end(pid, [](const auto&end) { return end.out >= 0; }), end = model_.end_at(pid, number);
    std::string text(draws_.below(30), ' ');
    for (char& c : text) c = static_cast<char>('a' + counter_++ % 26);
    const std::uint64_t call = make(real, Send{number, bytes_of_text(text)});
    const int line = end < 0 ? -1 : model_.ends[static_cast<std::size_t>(end)].out;
    if (line < 0) return expect(call, "EBADF");
    if (text.empty()) return expect(call, "count 0");
    model_.lines[static_cast<std::size_t>(line)].writers.push_back({call, pid, text});
    settle();
    if (!model_.open.contains(pid)) dead_callers_.insert(call);
  }
  void receive(int pid, Pid real) {
    const int number = any_end(pid, [](const auto&end) { return end.in >= 0; }), end = model_.end_at(pid, number);
    const std::size_t count = 1 + draws_.below(20);
    const std::uint64_t call = make(real, Receive{number, count});
    const int line = end < 0 ? -1 : model_.ends[static_cast<std::size_t>(end)].in;
    if (line < 0) return expect(call, "EBADF");
    model_.lines[static_cast<std::size_t>(line)].readers.push_back({call, pid, {}, 0, count});
    settle();
  }
  void close(int pid, Pid real) {
    const int number = any_end(pid, [](const auto&) { return true; });
    if (model_.open[pid].erase(number) == 0) return;   // of a class that is not here
    expect(make(real, Close{number}), "count 0");
    settle();
  }
  void fork(int pid, Pid real) {
    if (model_.open.size() > 8) return;
    const Pid child = node_.answer(node_.call(real, Fork{}))->pid;
    const int number = static_cast<int>(pids_.size());
    model_.open[number] = model_.open[pid];
    if (model_.ignores_pipe.contains(pid)) model_.ignores_pipe.insert(number);
    pids_.push_back(child);
  }
  void end(int pid, Pid real, Call how) {
    node_.call(pids_.empty() ? real : (std::holds_alternative<Exit>(how) ? real : node_.init()), std::move(how));
    model_.forget(pid, false);
    model_.open.erase(pid);
    settle();
    if (model_.open.size() < 4) born(node_.start());
  }
  // Somebody who waits is signalled.
  void disturb(int pid, Pid real) {
    const std::uint64_t kind = draws_.below(60);
    if (kind == 0) return end(pid, real, Kill{real, Signal::kill});
    if (kind <= 8) interrupt(pid, real);
  }
  // Everybody waits.
  void disturb_all() {
    for (std::size_t i = 0; i < pids_.size(); ++i)
      if (node_.alive(pids_[i]) && draws_.below(2) == 0 && node_.blocked(pids_[i])) interrupt(static_cast<int>(i), pids_[i]);
  }
  void interrupt(int pid, Pid real) {
    node_.call(node_.init(), Kill{real, Signal::usr1});
    model_.forget(pid, true);
    settle();
  }

  Stream draws_;
  Node node_ = small_node();
  ChannelModel model_;
  std::vector<Pid> pids_;
  std::set<std::uint64_t> channel_calls_, dead_callers_, expected_;
  std::uint64_t counter_ = 0, bytes_read_ = 0;
  std::set<std::string> reached_;
};

TEST(Channels, TheKernelDoesWhatTheModelDoes) {
  std::set<std::string> reached;
  std::uint64_t reads = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Duel duel(seed);
    for (int step = 1; step <= 1'500; ++step) {
      duel.step();
      if (step % 10 == 0) duel.compare();
      ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << ", step " << step;
    }
    reads += duel.reads();
    reached.insert(duel.reached().begin(), duel.reached().end());
  }
  EXPECT_EQ(reached,
            (std::set<std::string>{"count", "read", "EBADF", "EINVAL", "EADDRINUSE", "ECONNREFUSED", "EPIPE", "EINTR", "nothing open"}));
  EXPECT_GT(reads, 1'000U);
}

}   // namespace
}   // namespace ssi::native

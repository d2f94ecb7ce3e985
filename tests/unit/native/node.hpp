// A kernel of one node with one part, for tests of the part: calls, answers, who waits.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <string>

#include "models/native/byte_stream.hpp"
#include "models/native/channels.hpp"
#include "models/native/kernel.hpp"

namespace ssi::native {

inline Bytes bytes_of_text(const std::string& text) {
  std::vector<std::byte> out;
  for (char c : text) out.push_back(static_cast<std::byte>(c));
  return bytes_from(std::move(out));
}
inline std::string text_of_bytes(const Bytes& bytes) {
  std::string out;
  if (bytes)
    for (std::byte b : *bytes) out.push_back(static_cast<char>(b));
  return out;
}

// A kernel with one part, and what became of each call.
inline constexpr NodeId kNodeZero{0};

class Node {
 public:
  explicit Node(CallClass serves, std::unique_ptr<Part> part) : kernel_(kNodeZero, Incarnation{1}, {}, parts(serves, std::move(part))) {}

  Pid init() const { return kernel_.processes().init(); }
  std::uint64_t call(Pid pid, Call what) {
    const CallId id{++calls_};
    out_.begin(id, false);
    kernel_.on_event({}, CallEvent{id, pid, &what}, out_);
    kernel_.check_invariants();
    for (const auto& completion : out_.completions) {
      EXPECT_FALSE(answers_.contains(completion.call.value)) << "answered twice";
      answers_[completion.call.value] = completion.result;
    }
    for (const auto& order : out_.programs)
      if (order.kind == ProgramOrder::Kind::end) ended_.insert(order.pid);
    return id.value;
  }
  std::optional<Result> answer(std::uint64_t call) const {
    const auto found = answers_.find(call);
    return found == answers_.end() ? std::nullopt : std::optional(found->second);
  }
  Result now(Pid pid, Call what) {
    const auto result = answer(call(pid, std::move(what)));
    EXPECT_TRUE(result) << "it waits";
    return result.value_or(Result::fail(Errno::eio));
  }
  Pid start() { return now(init(), Fork{}).pid; }
  bool blocked(Pid pid) const { return kernel_.processes().find(pid)->blocked.has_value(); }
  bool alive(Pid pid) const { return kernel_.processes().find(pid) != nullptr; }
  template <class P>
  const P& part(CallClass serves) const {
    return dynamic_cast<const P&>(*kernel_.parts().part(serves));
  }
  const std::map<std::uint64_t, Result>& answers() const { return answers_; }

 private:
  static Parts parts(CallClass serves, std::unique_ptr<Part> part) {
    Parts out;
    out.set(serves, std::move(part));
    return out;
  }
  Kernel kernel_;
  Effects out_;
  std::uint64_t calls_ = 0;
  std::map<std::uint64_t, Result> answers_;
  std::set<Pid> ended_;
};

// With channels of little room.
inline Node small_node() {
  ChannelSettings settings;
  settings.pipe_capacity = 16;
  settings.pipe_atomic = 6;
  settings.socket_capacity = 12;
  return Node(CallClass::channel, std::make_unique<Channels>(kNodeZero, settings));
}

}   // namespace ssi::native

// Programs: C++20 coroutines that co_await calls. The host resumes one with the result of its call and gets the next
// call; it never sees anything else of it. A program cannot be copied: fork names what the child runs.
#pragma once
#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "models/base/ids.hpp"
#include "models/base/random.hpp"
#include "models/base/time.hpp"
#include "models/port/calls.hpp"

namespace ssi::workload {

// What the host keeps for a running program and what the program may look at.
struct Self {
  Pid pid;
  std::uint32_t node{};          // as the scenario numbers nodes (for `smp`: the socket)
  Instant now;                   // set before each step
  std::vector<Signal> handled;   // handlers that ran since the program last looked, oldest first

  // One unit of the workload's useful work is done; it should have begun at `intended`. Takes no time.
  void done(Instant intended) const { finished->push_back(intended); }
  std::vector<Instant>* finished = nullptr;   // the host's, who takes it after each step
};

class Program {
 public:
  struct promise_type {
    std::variant<Result, Call> exchanged;   // what the last call came to, until the program takes it; then its next call
    std::exception_ptr error;
    Program get_return_object() { return Program(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { error = std::current_exception(); }
    struct Awaiter {
      promise_type& promise;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<>) const noexcept {}
      Result await_resume() const { return std::move(std::get<Result>(promise.exchanged)); }
    };
    template <class C>
    Awaiter await_transform(C&& next) {
      exchanged.template emplace<Call>(std::forward<C>(next));
      return {*this};
    }
  };

  Program(Program&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Program& operator=(Program other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Program(const Program&) = delete;
  ~Program() {
    if (handle_) handle_.destroy();
  }

  // Runs to the next call; nullptr: the program has returned, which means exit(0). `last` answers the call before. The call stays
  // where it is until the program is resumed or destroyed.
  const Call* resume(Result&& last) {
    promise_type& promise = handle_.promise();
    promise.exchanged.template emplace<Result>(std::move(last));
    handle_.resume();
    if (promise.error) std::rethrow_exception(promise.error);
    return handle_.done() ? nullptr : &std::get<Call>(promise.exchanged);
  }

 private:
  explicit Program(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

}   // namespace ssi::workload

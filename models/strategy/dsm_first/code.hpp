// Kernel code as coroutines: text that reads as any kernel's, and is suspended where a page has to come. A function of it takes the
// kernel thread that runs it first and is awaited by its caller; nothing runs before that.
#pragma once
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace ssi::dsm_first {

template <class T>
class Code;

namespace detail {

struct PromiseBase {
  std::coroutine_handle<> caller;
  std::exception_ptr error;

  struct Return {   // to the caller, at the end
    bool await_ready() const noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) const noexcept {
      const std::coroutine_handle<> caller = self.promise().caller;
      return caller ? caller : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };
  std::suspend_always initial_suspend() noexcept { return {}; }
  Return final_suspend() noexcept { return {}; }
  void unhandled_exception() { error = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Code<T> get_return_object();
  void return_value(T result) { value = std::move(result); }
  T take() { return std::move(*value); }
};

template <>
struct Promise<void> : PromiseBase {
  Code<void> get_return_object();
  void return_void() {}
  void take() {}
};

}   // namespace detail

template <class T = void>
class [[nodiscard]] Code {
 public:
  using promise_type = detail::Promise<T>;

  Code() = default;
  explicit Code(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Code(Code&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Code& operator=(Code&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Code(const Code&) = delete;
  ~Code() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
    handle_.promise().caller = caller;
    return handle_;
  }
  T await_resume() {
    if (handle_.promise().error) std::rethrow_exception(handle_.promise().error);
    return handle_.promise().take();
  }

  // Of the outermost one: begins it; it has come to its end, and whatever it threw is thrown here.
  std::coroutine_handle<> handle() const { return handle_; }
  bool done() const {
    if (handle_.promise().error) std::rethrow_exception(handle_.promise().error);
    return handle_.done();
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

namespace detail {

template <class T>
Code<T> Promise<T>::get_return_object() {
  return Code<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Code<void> Promise<void>::get_return_object() { return Code<void>(std::coroutine_handle<Promise<void>>::from_promise(*this)); }

}   // namespace detail

}   // namespace ssi::dsm_first

// A pointer whose copy is a copy of what it points to, for state that is cloned with its owner.
#pragma once
#include <memory>

namespace ssi {

template <class T>   // has `std::unique_ptr<T> clone() const`
class Cloned {
 public:
  Cloned() = default;
  Cloned(std::unique_ptr<T> owned) : owned_(std::move(owned)) {}   // NOLINT(google-explicit-constructor): stands for the pointer
  Cloned(const Cloned& other) : owned_(other.owned_ ? other.owned_->clone() : nullptr) {}
  Cloned(Cloned&&) noexcept = default;
  Cloned& operator=(Cloned other) noexcept {
    owned_ = std::move(other.owned_);
    return *this;
  }
  ~Cloned() = default;

  T* get() const { return owned_.get(); }
  T* operator->() const { return owned_.get(); }
  T& operator*() const { return *owned_; }
  explicit operator bool() const { return owned_ != nullptr; }

 private:
  std::unique_ptr<T> owned_;
};

}   // namespace ssi

// A message as the transport sees it: a header that every message has, and one protocol's closed variant as body.
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "models/base/check.hpp"
#include "models/base/hash.hpp"
#include "models/base/ids.hpp"

namespace ssi {

// Two classes of the transport. A message sent while a request is served is raised, so that a nested request never
// queues behind the requests that wait for it (OpenSSI ICS: priority channels).
enum class Priority : std::uint8_t { normal, raised };
inline constexpr std::size_t kPriorities = 2;

// What is known of a message type at compile time. Its address is its identity.
struct MessageType {
  enum class Role : std::uint8_t { plain, waits, answer };
  std::string_view name;
  std::uint64_t hash;
  Role role = Role::plain;
};
constexpr MessageType named(std::string_view name) { return {name, hash_of(name)}; }   // of what is not a message's struct
// kRole, where a message has it. `waits`: a request whose server thread waits, with whatever requests that takes, until an answer leaves
// or the request is passed on, both with its txn; others are over with their handler, whatever record they leave. `answer`: carries the
// txn of a request of the node that it goes to, where somebody waits for it.
template <class T>
constexpr MessageType::Role role_of() {
  if constexpr (requires { T::kRole; }) return T::kRole;
  else return MessageType::Role::plain;
}
template <class T>
inline constexpr MessageType kMessageType{T::kName, hash_of(T::kName), role_of<T>()};

// An alternative of a protocol's variant: a small struct with kName, and bytes_of() beside it (wire size in bytes).
template <class T>
concept MessageStruct = requires(const T& t) {
  { T::kName } -> std::convertible_to<std::string_view>;
  { bytes_of(t) } -> std::convertible_to<std::uint64_t>;
};

// Holds any one protocol's variant without allocation, so that the transport and the host need not know protocols. What the host
// asks of every message (type, bytes) is found out once, when it is made.
class Body {
 public:
  static constexpr std::size_t kInlineBytes = 112;

  Body() = default;
  template <class V>
  requires(!std::same_as<std::remove_cvref_t<V>, Body>)
      // NOLINTNEXTLINE(bugprone-forwarding-reference-overload): the requirement above excludes Body
      explicit Body(V&& variant) {
    hold(std::forward<V>(variant));
  }
  Body(const Body& other) : ops_(other.ops_), type_(other.type_), bytes_(other.bytes_), plain_(other.plain_) {
    if (ops_) ops_->copy(&other.storage_, &storage_);
  }
  Body(Body&& other) noexcept { take(other); }
  Body& operator=(const Body& other) { return *this = Body(other); }
  Body& operator=(Body&& other) noexcept {
    if (this == &other) return *this;
    reset();
    take(other);
    return *this;
  }
  ~Body() { reset(); }

  // Of an empty body.
  template <class V>
  void hold(V&& variant) {
    using T = std::remove_cvref_t<V>;
    static_assert(sizeof(T) <= kInlineBytes && std::is_nothrow_move_constructible_v<T>, "put what is large behind a shared_ptr<const T>");
    SSI_CHECK(ops_ == nullptr, "a body is made twice");
    std::visit(
        [this]<MessageStruct M>(const M& m) {
          type_ = &kMessageType<M>;
          bytes_ = bytes_of(m);
          plain_ = std::is_trivially_destructible_v<M>;
        },
        variant);
    ::new (static_cast<void*>(&storage_)) T(std::forward<V>(variant));
    ops_ = &kOps<T>;
  }
  void reset() noexcept {
    if (ops_ && !plain_) ops_->destroy(&storage_);
    ops_ = nullptr;
  }

  template <class V>
  bool is() const {
    return ops_ == &kOps<V>;
  }
  template <class V>
  const V& get() const {
    SSI_CHECK(is<V>(), "a message reached a machine of another protocol");
    return *std::launder(reinterpret_cast<const V*>(&storage_));
  }
  const MessageType& type() const { return *type_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  struct Ops {
    void (*copy)(const void*, void*);
    void (*move)(void*, void*) noexcept;
    void (*destroy)(void*) noexcept;
  };
  template <class V>
  static constexpr Ops kOps{[](const void* from, void* to) { ::new (to) V(*static_cast<const V*>(from)); },
                            [](void* from, void* to) noexcept { ::new (to) V(std::move(*static_cast<V*>(from))); },
                            [](void* at) noexcept { static_cast<V*>(at)->~V(); }};
  void take(Body& other) noexcept {
    ops_ = other.ops_;
    type_ = other.type_;
    bytes_ = other.bytes_;
    plain_ = other.plain_;
    if (ops_) ops_->move(&other.storage_, &storage_);
  }

  const Ops* ops_ = nullptr;
  const MessageType* type_ = nullptr;
  std::uint64_t bytes_ = 0;
  bool plain_ = true;   // nothing to destroy
  alignas(std::max_align_t) std::byte storage_[kInlineBytes];
};

// Wire size of what every message carries: source, destination, incarnations, epoch, view, transaction, type.
inline constexpr std::uint64_t kHeaderBytes = 48;

struct Header {
  NodeId from, to;
  Incarnation from_incarnation, to_incarnation;
  std::uint32_t circuit_epoch{};
  ViewId view;                // the view it was sent in
  std::uint64_t sequence{};   // within circuit and priority class
  TxnId txn;
  CallId cause;   // on whose behalf it was sent; kNoCall: background
  Priority priority = Priority::normal;
  std::uint64_t bytes{};   // on the wire, header included
};

struct Message {
  Header header;
  Body body;
};

}   // namespace ssi

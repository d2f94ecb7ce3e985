// Events that wait until their node may serve them: for a view or set that it is still to hear of, a lease, or for what the others tell it.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "models/port/effects.hpp"
#include "models/port/event.hpp"

namespace ssi::parts {

class HeldEvents {
 public:
  enum class Fate : std::uint8_t { serve, wait, drop };   // of an event, as things stand now

  bool empty() const { return held_.empty(); }
  std::size_t size() const { return held_.size(); }
  void hold(const Event& event, const Effects& out) {
    Held held{event, nullptr, nullptr, out.cause, out.serving};
    if (const auto* call = std::get_if<CallEvent>(&event)) {
      held.call = std::make_shared<const Call>(*call->call);
      held.event = CallEvent{call->id, call->caller, held.call.get(), call->memory};
    } else if (const auto* arrived = std::get_if<MessageEvent>(&event)) {
      held.message = std::make_shared<const Message>(*arrived->message);
      held.event = MessageEvent{held.message.get()};
    }
    held_.push_back(std::move(held));
  }
  // In the order of their coming, as if each came now. fate_of(event) is asked of each; handle(event) serves it.
  template <class FateOf, class Handle>
  void serve(Effects& out, FateOf fate_of, Handle handle) {
    const CallId cause = out.cause;
    const bool serving = out.serving;
    for (Held& held : std::exchange(held_, {})) {
      const Fate fate = fate_of(held.event);
      if (fate == Fate::wait) held_.push_back(std::move(held));
      if (fate != Fate::serve) continue;
      out.cause = held.cause;
      out.serving = held.serving;
      handle(held.event);
    }
    out.cause = cause;
    out.serving = serving;
  }
  void forget_messages_from(NodeId node) {
    std::erase_if(held_, [node](const Held& held) { return held.message && held.message->header.from == node; });
  }

 private:
  struct Held {
    Event event;   // points to what is here
    std::shared_ptr<const Call> call;
    std::shared_ptr<const Message> message;
    CallId cause;
    bool serving = false;
  };
  std::deque<Held> held_;
};

}   // namespace ssi::parts

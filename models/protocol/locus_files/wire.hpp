// What a role has at hand during one event. Mail to the own site is delivered without a message: that is how messages vanish where roles
// coincide.
#pragma once
#include <utility>
#include <vector>

#include "models/port/vnode.hpp"
#include "models/protocol/locus_files/messages.hpp"
#include "models/protocol/locus_files/settings.hpp"

namespace ssi::locus {

class Storing;

struct Mail {
  NodeId to;
  TxnId txn;
  Message message;
  CallId cause;
};
struct Wire {
  NodeId self;
  const Settings& settings;
  vnode::Context& at;
  std::vector<Mail>& mail;
  const Storing& own;   // this site's

  void send(NodeId to, TxnId txn, Message message, CallId cause) { mail.push_back({to, txn, std::move(message), cause}); }
  // A locality test: charged, numbered and noted.
  bool here(Test test, bool is_here) {
    at.out.work(settings.costs.test, Work::dispatch);
    if (settings.first_site) {
      const std::uint32_t site = *settings.first_site + static_cast<std::uint32_t>(test);
      at.out.note(Note::Kind::locality_test, site);
      if (!is_here) at.out.note(Note::Kind::shipped, site);
    }
    return is_here;
  }
  // ... and the request goes to wherever that is.
  void request(Test test, NodeId to, TxnId txn, Message message, CallId cause) {
    here(test, to == self);
    send(to, txn, std::move(message), cause);
  }
};

}   // namespace ssi::locus

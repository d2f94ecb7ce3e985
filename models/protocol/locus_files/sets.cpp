// A site in another partition set. What is lost is cleaned up; then all members tell each other what they have open and stored, and each
// CSS builds its tables from that. Until all have told, nothing is asked of a CSS or by one.
#include "models/base/overload.hpp"
#include "models/protocol/locus_files/node.hpp"

namespace ssi::locus {

// Between using or storage sites and a CSS: void in another set, since the CSS knows nothing of it.
bool is_of_a_css(const Message& message) {
  const auto is = [&]<class... M>(std::type_identity<M>...) { return (std::holds_alternative<M>(message) || ...); };
  using std::type_identity;
  return is(type_identity<OpenRequest>(), type_identity<CreateRequest>(), type_identity<Redirected>(), type_identity<LockRequest>(),
            type_identity<Withdraw>(), type_identity<OpenOk>(), type_identity<Redirect>(), type_identity<Locked>(),
            type_identity<BeStorageSite>(), type_identity<MakeFile>(), type_identity<Accept>(), type_identity<Refuse>(),
            type_identity<StorageClose>(), type_identity<Closed>(), type_identity<Reported>(), type_identity<Revoke>(),
            type_identity<Spread>(), type_identity<Prevail>(), type_identity<MergeCopies>(), type_identity<MergedCopies>());
}

// In the first set there is nothing to tell: everybody begins with the same.
void Node::begin_set(const NewSet& set, Wire& wire) {
  const bool first = settings_.members.empty() && set.members.size() == settings_.nodes;
  for (std::uint32_t node = 0; node < settings_.nodes; ++node)
    if (const NodeId site{node}; settings_.is_member(site) && !set.members.contains(site)) {
      storing_.site_lost(site, wire);
      using_.site_lost(site, wire);
    }
  settings_.members = set.members;
  set_ = set.number;
  if (first) return;
  held_.clear();
  awaited_ = set.members;
  synchronizing_.begin_set();
  storing_.begin_set(wire);
  for (const NodeId member : set.members) {
    Report report;
    using_.tell(member, report, settings_);
    storing_.tell(member, report, settings_);
    wire.send(member, {}, Reported{std::make_shared<const Report>(std::move(report))}, kNoCall);
  }
  using_.start_again(wire);
}

void Node::told(NodeId from, const ReportPtr& report, Wire& wire) {
  if (awaited_.erase(from) == 0) return;
  storing_.has_open(from, report->at_you, wire);
  synchronizing_.take(from, report);
  if (!awaited_.empty()) return;
  synchronizing_.rebuild(wire);
  wire.at.out.note(Note::Kind::rebuilt, set_);
  for (const Held& held : std::exchange(held_, {})) take(held.mail, held.from, wire);
}

bool Node::waits_for_reports(TxnId txn, const Message& message) const {
  if (awaited_.empty() || std::holds_alternative<Reported>(message)) return false;
  const bool makes = std::holds_alternative<MakeFile>(message) || std::holds_alternative<Accept>(message);
  if (makes && role_of(txn) == Role::using_site) return false;   // on this site only
  return is_of_a_css(message) && !std::holds_alternative<OpenOk>(message) && !std::holds_alternative<Locked>(message);
}

}   // namespace ssi::locus

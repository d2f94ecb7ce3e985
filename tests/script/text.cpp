// Messages in words: name and fields.
#include "tests/script/story.hpp"

namespace ssi::test {
namespace {

std::string number(std::uint64_t n) { return std::to_string(n); }
std::string route(vproc::Route r) { return (r.moves == 0 ? "" : " after moves " + number(r.moves)) + (r.missed ? " missed" : ""); }
std::string parent(Pid p) { return p == kNoPid ? "" : " parent " + text(p); }
std::string moves(std::uint32_t m) { return m == 0 ? "" : " moves " + number(m); }
std::string error(Errno e) { return e == Errno::none ? " ok" : " " + std::string(name_of(e)); }

struct Fields {
  std::string operator()(const vproc::Create& m) const {
    return " child " + text(m.child) + " parent " + text(m.parent) + " group " + text(m.group) + " seen " + number(m.seen) +
           (m.exec ? "" : " copy") + (m.registered ? " registered" : "") +
           (m.under_way ? " under way " + std::string(name_of(m.news)) : "");
  }
  std::string operator()(const vproc::Created& m) const { return " child " + text(m.child) + error(m.error); }
  std::string operator()(const vproc::Kill& m) const {
    return " pid " + text(m.pid) + " " + std::string(name_of(m.signal)) + " asker " + number(m.asker.value) + route(m.route);
  }
  std::string operator()(const vproc::Killed& m) const {
    return " pid " + text(m.pid) + error(m.error) + (m.lives_here ? " lives here" : "") + moves(m.moves);
  }
  std::string operator()(const vproc::NotHere& m) const { return " pid " + text(m.pid) + moves(m.moves); }
  std::string operator()(const vproc::Redirect& m) const {
    return " pid " + text(m.pid) + " node " + number(m.place.node.value) + moves(m.place.moves);
  }
  std::string operator()(const vproc::ExitNotice& m) const {
    return " child " + text(m.child) + " parent " + text(m.parent) + " status " + std::to_string(m.status) +
           (m.passed_on ? " asker " + number(m.asker.value) : "") + (m.moves == 1 ? "" : moves(m.moves)) + route(m.route);
  }
  std::string operator()(const vproc::ExitAck& m) const {
    return " child " + text(m.child) + (m.accepted ? " accepted" : " no parent") + (m.accepted && !m.kept ? " and reaped" : "");
  }
  std::string operator()(const vproc::Reparent& m) const { return " child " + text(m.child) + parent(m.parent) + route(m.route); }
  std::string operator()(const vproc::Adopt& m) const {
    return " child " + text(m.child) + " node " + number(m.place.node.value) + moves(m.place.moves);
  }
  std::string operator()(const vproc::Gone& m) const { return " pid " + text(m.pid); }
  std::string operator()(const vproc::Join& m) const {
    constexpr std::array kPurposes{"arrival", "member", "leader", "session"};
    return " group " + text(m.group) + " session " + text(m.session) + " as " + kPurposes[static_cast<std::size_t>(m.purpose)];
  }
  std::string operator()(const vproc::Joined& m) const {
    return " group " + text(m.group) + error(m.error) + " done " + number(m.done) +
           (m.active != 0 ? " under way " + number(m.active) + " " + std::string(name_of(m.signal)) : "");
  }
  std::string operator()(const vproc::Leave& m) const { return " group " + text(m.group) + " registrations " + number(m.registrations); }
  std::string operator()(const vproc::KillGroupRequest& m) const {
    return " group " + text(m.group) + " " + std::string(name_of(m.signal));
  }
  std::string operator()(const vproc::KillGroupDone& m) const { return " group " + text(m.group) + error(m.error); }
  std::string operator()(const vproc::GroupSignal& m) const {
    return " group " + text(m.group) + " broadcast " + number(m.number) + " " + std::string(name_of(m.signal));
  }
  std::string operator()(const vproc::GroupSignalled& m) const {
    return " group " + text(m.group) + " broadcast " + number(m.number) + (m.reached ? " reached" : " nobody here");
  }
  std::string operator()(const vproc::SetGroupRequest& m) const {
    return " pid " + text(m.pid) + " group " + text(m.group) + " caller " + text(m.caller) +
           (m.passed_on ? " asker " + number(m.asker.value) : "") + route(m.route);
  }
  std::string operator()(const vproc::SetGroupDone& m) const { return " pid " + text(m.pid) + error(m.error); }
  std::string operator()(const vproc::ListRequest&) const { return ""; }
  std::string operator()(const vproc::Listed& m) const {
    std::string out;
    for (const ProcessInfo& info : *m.processes) out += " " + text(info.pid) + (info.zombie ? "(zombie)" : "");
    return out;
  }
  std::string operator()(const vproc::Move& m) const {
    return " pid " + text(m.pid) + " to " + number(m.to.value) + " asker " + number(m.asker.value) + route(m.route);
  }
  std::string operator()(const vproc::MoveTaken& m) const { return " pid " + text(m.pid) + error(m.error) + moves(m.moves); }
  std::string operator()(const vproc::Migrate& m) const {
    return " pid " + text(m.pid) + " group " + text(m.group) + " seen " + number(m.seen) + moves(m.moves) +
           (m.registered ? " registered" : "") + (m.under_way ? " under way " + std::string(name_of(m.news)) : "");
  }
  std::string operator()(const vproc::Migrated& m) const { return " pid " + text(m.pid) + error(m.error); }
  std::string operator()(const vproc::MigrateStatus& m) const { return " pid " + text(m.pid); }
  std::string operator()(const vproc::Location& m) const {
    return " pid " + text(m.pid) + " node " + number(m.place.node.value) + moves(m.place.moves) + " stub " + number(m.stub.value);
  }
  std::string operator()(const vproc::Reregister& m) const {
    std::string out = " dead " + number(m.dead.value);
    for (const auto& [pid, moved] : m.what->processes) out += " " + text(pid) + moves(moved);
    for (const auto& [group, known] : m.what->groups) out += " group " + text(group) + " registrations " + number(known.registrations);
    for (Pid pid : m.what->missed) out += " missed " + text(pid);
    return out;
  }
  std::string operator()(const vproc::Reregistered& m) const {
    std::string out = " dead " + number(m.dead.value);
    for (const auto& [pid, place] : m.verdicts->living) out += " " + text(pid) + "@" + number(place.node.value) + moves(place.moves);
    for (Pid pid : m.verdicts->dead) out += " lost " + text(pid);
    return out;
  }
  std::string operator()(const vproc::Lost& m) const { return " at " + number(m.dead.value); }
  std::string operator()(const vproc::Hello& m) const { return " view " + number(m.view); }
  std::string operator()(const vproc::Welcome& m) const {
    std::string out = " view " + number(m.view);
    if (m.duties == nullptr) return out;
    for (const auto& [node, duty] : *m.duties) out += " " + number(node.value) + " by " + number(duty.surrogate.value);
    return out;
  }
  std::string operator()(const vproc::Located& m) const { return " pid " + text(m.pid) + moves(m.moves); }
};

}   // namespace

std::string text(Pid pid) { return pid == kNoPid ? "-" : number(pid.origin().value) + ":" + number(pid.sequence()); }

std::string text(const Message& message) {
  const Header& header = message.header;
  return number(header.from.value) + " -> " + number(header.to.value) + " " + std::string(message.body.type().name) +
         (message.body.is<vproc::Message>() ? std::visit(Fields{}, message.body.get<vproc::Message>()) : "");
}

}   // namespace ssi::test

#include "models/protocol/registry.hpp"

#include <algorithm>

#include "models/base/check.hpp"
#include "models/config/words.hpp"
#include "models/protocol/directory/directory.hpp"
#include "models/protocol/hlrc/hlrc.hpp"
#include "models/protocol/ivy/ivy.hpp"
#include "models/protocol/ivy_central/ivy_central.hpp"
#include "models/protocol/lrc/lrc.hpp"
#include "models/protocol/options.hpp"

namespace ssi::protocol {
namespace {

using coherence::Machine;
using coherence::Ordering;
using coherence::Place;
using config::Values;

Options bound(const Values& values) { return config::bind<Options>(bound_options(), values); }

Place with_one_home(Place place, std::uint32_t node) {
  place.homes = {coherence::Homes::Kind::single, place.nodes, NodeId{std::min(node, place.nodes - 1)}};
  return place;
}
Place placed(const Place& place, const Options& o) { return o.homes == "one" ? with_one_home(place, o.home_node) : place; }

// Serial invalidations are the home's, which then relays.
std::unique_ptr<Machine> make_directory(const Place& place, const Values& values) {
  using S = directory::Settings;
  const Options o = bound(values);
  return std::make_unique<directory::Directory>(
      placed(place, o), S{.exclusive = o.exclusive,
                          .busy = o.busy == "nack" ? S::Busy::nack : S::Busy::queue,
                          .confirmed = o.confirmed,
                          .forwarding = o.relayed() || o.serial() ? S::Forwarding::relayed : S::Forwarding::cut_through,
                          .invalidations = o.serial() ? S::Invalidations::serial : S::Invalidations::parallel,
                          .grant = o.grant,
                          .tell_shared = o.tell_shared,
                          .hold = o.hold,
                          .retry = o.retry,
                          .prefetch = o.prefetch,
                          .cache_pages = o.cache_pages});
}

std::unique_ptr<Machine> make_ivy(const Place& place, ivy::Settings::Locate locate, const Options& o) {
  using S = ivy::Settings;
  return std::make_unique<ivy::Ivy>(place, S{.locate = locate,
                                             .reads_move = o.reads_move,
                                             .forwarding = o.relayed() ? S::Forwarding::relayed : S::Forwarding::cut_through,
                                             .invalidations = o.serial() ? S::Invalidations::serial : S::Invalidations::parallel,
                                             .grant = o.grant,
                                             .hold = o.hold});
}
std::unique_ptr<Machine> make_ivy_dynamic(const Place& place, const Values& values) {
  const Options o = bound(values);
  return make_ivy(placed(place, o), ivy::Settings::Locate::probable_owner, o);
}
std::unique_ptr<Machine> make_ivy_fixed(const Place& place, const Values& values) {
  const Options o = bound(values);
  return make_ivy(placed(place, o), ivy::Settings::Locate::manager, o);
}
// One node manages all pages, and owns them at first.
std::unique_ptr<Machine> make_ivy_improved(const Place& place, const Values& values) {
  const Options o = bound(values);
  return make_ivy(with_one_home(place, o.manager), ivy::Settings::Locate::manager, o);
}

std::unique_ptr<Machine> make_ivy_central(const Place& place, const Values& values) {
  using S = ivy_central::Settings;
  const Options o = bound(values);
  const S settings{o.serial() ? S::Invalidations::serial : S::Invalidations::parallel, o.grant, o.hold};
  return std::make_unique<ivy_central::IvyCentral>(with_one_home(place, o.manager), settings);
}

std::unique_ptr<Machine> make_hlrc(const Place& place, const Values& values) {
  const Options o = bound(values);
  return std::make_unique<hlrc::Hlrc>(placed(place, o), hlrc::Settings{o.twin, o.make_diff, o.apply_diff});
}

std::unique_ptr<Machine> make_lrc(const Place& place, const Values& values) {
  const Options o = bound(values);
  return std::make_unique<lrc::Lrc>(placed(place, o), lrc::Settings{o.twin, o.make_diff, o.apply_diff, o.collect});
}

constexpr std::string_view kChooser = "protocol";

bool has_option(std::string_view protocol, const config::Field& field) {
  const std::vector<config::Field>& all = option_fields();
  if (field.needs.key == kChooser) return config::has_word(field.needs.value, protocol);
  const auto needed = std::find_if(all.begin(), all.end(), [&](const config::Field& f) { return f.key == field.needs.key; });
  return needed == all.end() || has_option(protocol, *needed);
}

}   // namespace

const std::vector<ProtocolEntry>& protocols() {
  static const std::vector<ProtocolEntry> kAll{
      {"directory", "a home directory for each page, MESI or MSI: one writer or many readers", Ordering::sequential, make_directory},
      {"ivy_dynamic", "IVY's dynamic distributed manager: requests follow beliefs about who owns a page", Ordering::sequential,
       make_ivy_dynamic},
      {"ivy_fixed", "IVY's fixed distributed manager: each page's home knows its owner", Ordering::sequential, make_ivy_fixed},
      {"ivy_improved", "IVY's improved centralized manager: one node knows all owners, who know the copies", Ordering::sequential,
       make_ivy_improved},
      {"ivy_central", "IVY's basic centralized manager: one node knows all copies, invalidates, and is told when it is done",
       Ordering::sequential, make_ivy_central},
      {"hlrc", "home-based lazy release consistency: several writers, whose changes go to the page's home at a release", Ordering::release,
       make_hlrc},
      {"lrc", "lazy release consistency as TreadMarks: several writers, who keep their changes until somebody asks for them",
       Ordering::release, make_lrc},
  };
  return kAll;
}

const ProtocolEntry* find_protocol(std::string_view name) {
  for (const ProtocolEntry& entry : protocols())
    if (entry.name == name) return &entry;
  return nullptr;
}

const std::vector<config::Field>& option_fields() {
  static const std::vector<config::Field> kAll = config::plain<Options>(bound_options());
  return kAll;
}

std::vector<config::Field> options_of(std::string_view protocol) {
  std::vector<config::Field> found;
  for (const config::Field& field : option_fields())
    if (has_option(protocol, field)) found.push_back(field);
  return found;
}

Parameters::Parameters(std::string_view prefix, std::string_view standard, bool sequential_only) : prefix_(prefix) {
  const auto with_prefix = [&](std::string_view key) -> std::string_view { return texts_.emplace_back(prefix_ + std::string(key)); };
  for (const ProtocolEntry& entry : protocols())
    if (!sequential_only || entry.ordering == Ordering::sequential) names_.push_back(entry.name);
  fields_.push_back({.key = with_prefix(kChooser),
                     .kind = config::Kind::choice,
                     .fallback = standard,
                     .choices = names_,
                     .meaning = "the coherence protocol of its pages (ssisim list protocols)",
                     .source = "choice"});
  for (config::Field field : option_fields()) {
    if (std::none_of(names_.begin(), names_.end(), [&](std::string_view name) { return has_option(name, field); })) continue;
    field.key = with_prefix(field.key);
    field.needs.key = with_prefix(field.needs.key);
    fields_.push_back(field);
  }
}

Choice Parameters::choose(const Values& values) const {
  Choice choice{find_protocol(std::get<std::string>(config::default_of(fields_.front()))), {}};
  for (const auto& [key, value] : values) {
    const auto known = [&](const config::Field& field) { return field.key == key; };
    if (std::none_of(fields_.begin(), fields_.end(), known)) continue;
    if (key == fields_.front().key) choice.protocol = find_protocol(std::get<std::string>(value));
    else choice.options.emplace_back(key.substr(prefix_.size()), value);
  }
  SSI_CHECK(choice.protocol != nullptr, "no such protocol");
  return choice;
}

}   // namespace ssi::protocol

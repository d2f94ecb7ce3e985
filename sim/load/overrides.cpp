#include "sim/load/overrides.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <optional>

#include "sim/load/parse.hpp"
#include "sim/load/wording.hpp"

namespace ssi::load {
namespace {

using Type = Node::Type;

// "/a/b~1c" or "a.b"; empty: neither.
std::vector<std::string> split_path(std::string_view path) {
  bool pointer = path.starts_with('/');
  if (pointer) path.remove_prefix(1);
  std::vector<std::string> out{""};
  for (std::size_t i = 0; i < path.size(); ++i) {
    bool escape = pointer && path[i] == '~' && i + 1 < path.size() && (path[i + 1] == '0' || path[i + 1] == '1');
    if (path[i] == (pointer ? '/' : '.')) out.emplace_back();
    else if (escape) out.back() += path[++i] == '1' ? '/' : '~';
    else out.back() += path[i];
  }
  bool hole = std::find(out.begin(), out.end(), "") != out.end();
  return hole ? std::vector<std::string>{} : out;
}

// Positions inside an option's value say nothing to its user.
void forget_positions(Node& node) {
  node.line = node.column = node.key_line = node.key_column = 0;
  for (Node* child : node.children) forget_positions(*child);
}

std::string shown_path(const Set& set, std::size_t steps) {
  std::string out;
  for (std::size_t i = 0; i < steps; ++i) out.append(1, '/').append(pointer_token(set.path[i]));
  return out;
}

void complain(const Set& set, std::size_t steps, std::string text, Inputs& inputs) {
  inputs.problems.at(*set.source, 0, 0, shown_path(set, steps), std::move(text));
}

// As JSON if it is JSON, else as a string, so that 5us needs no quotes on the command line; nullptr: a problem was added.
Node* read_option_value(const Set& set, Inputs& inputs) {
  Problems found;
  Node* node = parse_json(set.value, *set.source, inputs.document, found);
  if (node != nullptr && found.empty()) return node;
  bool meant_as_json = set.value.starts_with('{') || set.value.starts_with('[') || set.value.starts_with('"');
  if (!meant_as_json) return inputs.document.make_text(set.source, nullptr, {}, set.value);
  for (const Problem& problem : found.sorted())
    complain(set, set.path.size(), fmt::format("character {}: {}", problem.column, problem.text), inputs);
  return nullptr;
}

std::optional<std::size_t> index_of(const std::string& token) {
  std::size_t index = 0;
  auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (error != std::errc{} || end != token.data() + token.size()) return std::nullopt;
  return index;
}

Node* element(Node& array, const Set& set, std::size_t step, Inputs& inputs) {
  std::optional<std::size_t> index = index_of(set.path[step]);
  std::size_t count = array.children.size();
  if (index && *index < count) return array.children[*index];
  std::string allowed = count == 0   ? "the list is empty"
                        : count == 1 ? "the only entry is 0"
                                     : fmt::format("entries are 0 to {}", count - 1);
  complain(set, step + 1,
           fmt::format("there is no entry {} ({}; to replace the whole list give it as JSON)", in_quotes(set.path[step]), allowed), inputs);
  return nullptr;
}

// A strategy that is only named becomes {"name": ...}, so that its params can be set.
void open_name(Node& node, Inputs& inputs) {
  bool strategy = node.is(Type::string) && node.parent != nullptr && node.parent->is(Type::array) && node.parent->key == "strategies";
  if (!strategy) return;
  Node* name = inputs.document.make_text(node.source, &node, "name", std::move(node.text));
  name->line = name->key_line = node.line;
  name->column = name->key_column = node.column;
  node.type = Type::object;
  node.text.clear();
  node.children = {name};
}

// The child of `at` that the path names, made when it is missing; nullptr: a problem was added.
Node* descend(Node& at, const Set& set, std::size_t step, Inputs& inputs) {
  open_name(at, inputs);
  if (at.is(Type::array)) return element(at, set, step, inputs);
  if (!at.is(Type::object)) {
    complain(set, step + 1,
             fmt::format("{} has nothing inside that could be set: it is {} (set {} itself)", shown_path(set, step), describe(at),
                         shown_path(set, step)),
             inputs);
    return nullptr;
  }
  if (Node* child = at.find(set.path[step])) return child;
  Node* made = inputs.document.make(set.source, &at);
  made->type = Type::object;
  put(at, *made, set.path[step]);
  return made;
}

void set_option(const char* option, const char* key, const std::optional<std::string>& value, Inputs& inputs) {
  if (!value) return;
  const Source* source = inputs.document.add_source(option);
  apply_set({source, {key}, *value}, inputs);
}

bool named(const Node& entry, const std::string& name) {
  if (!entry.is(Type::object)) return entry.is(Type::string) && entry.text == name;
  const Node* label = entry.find("label");
  const Node* given = entry.find("name");
  return (label != nullptr && label->text == name) || (given != nullptr && given->text == name);
}

void remember_labels(const Node& strategies, Inputs& inputs) {
  for (const Node* entry : strategies.children) {
    if (entry->is(Type::string)) inputs.labels_before.push_back(entry->text);
    const Node* label = entry->find("label");
    const Node* shown = label != nullptr ? label : entry->find("name");
    if (shown != nullptr) inputs.labels_before.push_back(shown->text);
  }
}

// A name that the scenario's list has (as label or name) keeps that entry with its params.
void replace_strategies(const std::vector<std::string>& names, Inputs& inputs) {
  if (names.empty()) return;
  const Source* source = inputs.document.add_source("--strategy");
  Node* list = inputs.document.make(source, inputs.scenario);
  list->type = Type::array;
  const Node* before = inputs.scenario->find("strategies");
  if (before != nullptr) remember_labels(*before, inputs);
  for (const std::string& name : names) {
    std::size_t count = list->children.size();
    if (before != nullptr)
      for (Node* entry : before->children)
        if (named(*entry, name)) list->children.push_back(entry);
    if (list->children.size() == count) list->children.push_back(inputs.document.make_text(source, list, {}, name));
  }
  put(*inputs.scenario, *list, "strategies");
  for (std::size_t i = 0; i < list->children.size(); ++i)
    if (list->children[i]->source == source) list->children[i]->index = i;
}

// --fidelity queue,flow
void replace_fidelity(const std::string& words, Inputs& inputs) {
  const Source* source = inputs.document.add_source("--fidelity");
  Node* list = inputs.document.make(source, inputs.scenario);
  list->type = Type::array;
  for (std::size_t start = 0; start <= words.size();) {
    std::size_t comma = std::min(words.find(',', start), words.size());
    Node* word = inputs.document.make_text(source, list, {}, words.substr(start, comma - start));
    word->index = list->children.size();
    list->children.push_back(word);
    start = comma + 1;
  }
  put(*inputs.scenario, *list, "fidelity");
}

}   // namespace

std::vector<Set> split_sets(const std::vector<std::string>& sets, Inputs& inputs) {
  std::vector<Set> out;
  const Source* source = sets.empty() ? nullptr : inputs.document.add_source("--set");
  for (const std::string& text : sets) {
    std::size_t equals = text.find('=');
    std::vector<std::string> path = split_path(text.substr(0, std::min(equals, text.size())));
    if (equals == std::string::npos || path.empty())
      inputs.problems.whole(*source, fmt::format("{} is not PATH=VALUE (write platform.nodes=16 or /platform/nodes=16)", in_quotes(text)));
    else if (first_bad_utf8(text) != std::string::npos)
      inputs.problems.whole(*source, fmt::format("{} is not UTF-8 (write it in UTF-8)", in_quotes(text)));
    else out.push_back({source, std::move(path), text.substr(equals + 1)});
  }
  return out;
}

void apply_set(const Set& set, Inputs& inputs) {
  Node* at = inputs.scenario;
  for (std::size_t step = 0; step + 1 < set.path.size() && at != nullptr; ++step) at = descend(*at, set, step, inputs);
  if (at == nullptr) return;
  std::size_t last = set.path.size() - 1;
  Node* old = at->is(Type::array) || !at->is(Type::object) ? descend(*at, set, last, inputs) : nullptr;
  bool as_object = at->is(Type::object);   // descend may have opened a strategy's name
  if (old == nullptr && !as_object) return;
  Node* value = read_option_value(set, inputs);
  if (value == nullptr) return;
  forget_positions(*value);
  if (as_object) {
    put(*at, *value, set.path[last]);
    return;
  }
  value->parent = at;
  value->index = old->index;
  *std::find(at->children.begin(), at->children.end(), old) = value;
}

void apply_options(const Overrides& overrides, Inputs& inputs) {
  set_option("--seed", "seed", overrides.seed, inputs);
  set_option("--replicates", "replicates", overrides.replicates, inputs);
  if (overrides.fidelity) replace_fidelity(*overrides.fidelity, inputs);
  replace_strategies(overrides.strategies, inputs);
}

}   // namespace ssi::load

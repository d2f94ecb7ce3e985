#include "sim/load/inputs.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <filesystem>

#include "sim/load/overrides.hpp"
#include "sim/load/parse.hpp"
#include "sim/load/read_text.hpp"
#include "sim/load/settings.hpp"
#include "sim/load/wording.hpp"

namespace ssi::load {
namespace {

namespace fs = std::filesystem;
using Type = Node::Type;

bool is_xml(const std::string& file) { return fs::path(file).extension() == ".xml"; }

// `file` as the scenario means it: from the scenario's folder, whatever the current folder is.
std::string beside(const std::string& scenario, const std::string& file) {
  fs::path joined = scenario == "-" ? fs::path(file) : fs::path(scenario).parent_path() / file;
  fs::path short_form = joined.lexically_normal();
  std::error_code failed;   // with symbolic links the short form may be another file
  bool same = fs::equivalent(joined, short_form, failed);
  return same && !failed ? short_form.string() : joined.string();
}

void remove(Node& object, std::string_view key) {
  std::erase_if(object.children, [&](const Node* child) { return child->key == key; });
}

// The platform file's tree becomes the scenario's platform.
void graft(const std::string& path, Inputs& inputs) {
  Node* root = read_document(path, inputs);
  inputs.platform_broken = root == nullptr;
  if (root == nullptr) return;
  root->document_root = true;
  put(*inputs.scenario, *root, "platform");
}

void use_xml(std::string path, std::string shown, const Source& named_by, const Node* place, Inputs& inputs) {
  std::string trouble = why_unreadable(path);
  if (!trouble.empty()) {
    std::string text = fmt::format("{}: {}", in_quotes(path), trouble);
    if (place != nullptr) inputs.problems.at_value(*place, text);
    else inputs.problems.whole(named_by, text);
  }
  inputs.xml_file = std::move(path);
  inputs.xml_shown = std::move(shown);
}

// {"file": ...} as the scenario (or an early --set) has it.
void follow_file(const std::string& scenario_path, Inputs& inputs) {
  Node* platform = inputs.scenario->find("platform");
  const Node* file = platform == nullptr ? nullptr : platform->find("file");
  if (file == nullptr) return;
  inputs.platform_broken = true;
  if (!file->is(Type::string) || file->text.empty()) {
    inputs.problems.at_value(*file, fmt::format("must be a file name, not {} (write \"../platforms/rack4-10gbe.json\")", describe(*file)));
    return;
  }
  std::string path = beside(scenario_path, file->text);
  if (is_xml(path)) {
    inputs.platform_broken = false;
    use_xml(path, fs::path(file->text).is_absolute() ? fs::path(path).filename().string() : file->text, *file->source, file, inputs);
    return;
  }
  for (const Node* other : platform->children)
    if (other != file)
      inputs.problems.at_key(
          *other, fmt::format("{} cannot stand beside the platform file (write it into that file, or give --set platform.{}=...)",
                              in_quotes(other->key), printable(other->key)));
  std::string trouble = why_unreadable(path);
  if (!trouble.empty()) inputs.problems.at_value(*file, fmt::format("{}: {}", in_quotes(path), trouble));
  else graft(path, inputs);
}

// --platform: ours replaces the scenario's; an XML file brings hosts and routes, while counts and costs stay.
void replace_platform(const std::string& file, const std::string& scenario_path, Inputs& inputs) {
  const Source* source = inputs.document.add_source("--platform");
  if (!is_xml(file)) {
    std::string trouble = file.empty() ? "the file name is empty (name a file)" : why_unreadable(file);
    inputs.platform_broken = !trouble.empty();
    if (!trouble.empty()) inputs.problems.whole(*source, fmt::format("{}: {}", in_quotes(file), trouble));
    else graft(file, inputs);
    return;
  }
  Node* before = inputs.scenario->find("platform");
  const Node* named = before == nullptr ? nullptr : before->find("file");
  if (named != nullptr && !is_xml(named->text)) follow_file(scenario_path, inputs);
  Node* platform = inputs.scenario->find("platform");
  if (platform == nullptr || !platform->is(Type::object)) {
    platform = inputs.document.make(source, inputs.scenario);
    platform->type = Type::object;
    put(*inputs.scenario, *platform, "platform");
  }
  for (const char* key : {"file", "interconnect", "name", "description"}) remove(*platform, key);
  use_xml(file, fs::path(file).filename().string(), *source, nullptr, inputs);
}

// Where the platform comes from must be known before its values can be set.
bool names_platform(const Set& set) {
  return set.path[0] == "platform" && (set.path.size() == 1 || (set.path.size() == 2 && set.path[1] == "file"));
}

}   // namespace

Node* read_document(const std::string& path, Inputs& inputs) {
  const Source* source = inputs.document.add_source(path == "-" ? "<stdin>" : path);
  std::optional<std::string> text = read_text(path, *source, inputs.problems);
  return text ? parse_json(*text, *source, inputs.document, inputs.problems) : nullptr;
}

void gather(const std::string& path, const Overrides& overrides, Inputs& inputs) {
  Node* root = overrides.text.empty() ? read_document(path, inputs)
                                      : parse_json(overrides.text, *inputs.document.add_source(path), inputs.document, inputs.problems);
  if (root == nullptr || !expect_object(*root, "{ \"name\": ..., ... }", inputs.problems)) return;
  inputs.scenario = root;
  apply_options(overrides, inputs);
  std::vector<Set> sets = split_sets(overrides.sets, inputs);
  for (const Set& set : sets)
    if (names_platform(set)) apply_set(set, inputs);
  if (overrides.platform_file) replace_platform(*overrides.platform_file, path, inputs);
  else follow_file(path, inputs);
  for (const Set& set : sets)
    if (!names_platform(set) && !(inputs.platform_broken && set.path[0] == "platform")) apply_set(set, inputs);
}

}   // namespace ssi::load

#include "sim/load/document.hpp"

#include <algorithm>

#include "sim/load/wording.hpp"

namespace ssi::load {

Node* Node::find(std::string_view wanted) const {
  for (Node* child : children)
    if (child->key == wanted) return child;
  return nullptr;
}

std::string pointer_token(std::string_view key) {
  std::string out;
  for (char c : key) {
    if (c == '~') out += "~0";
    else if (c == '/') out += "~1";
    else out += c;
  }
  return out;
}

std::string pointer_of(const Node& node) {
  std::string out;
  for (const Node* at = &node; at->parent != nullptr; at = at->parent) {
    if (at->document_root && at->source == node.source) break;
    out.insert(0, at->parent->is(Node::Type::array) ? std::to_string(at->index) : pointer_token(at->key)).insert(0, 1, '/');
  }
  return out;
}

const Source* Document::add_source(std::string name) {
  sources_.push_back({std::move(name), sources_.size()});
  return &sources_.back();
}

Node* Document::make(const Source* source, Node* parent) {
  Node& node = nodes_.emplace_back();
  node.source = source;
  node.parent = parent;
  return &node;
}

Node* Document::make_text(const Source* source, Node* parent, std::string key, std::string text) {
  Node* node = make(source, parent);
  node->type = Node::Type::string;
  node->text = std::move(text);
  node->key = std::move(key);
  return node;
}

void put(Node& object, Node& node, std::string key) {
  node.parent = &object;
  node.key = std::move(key);
  auto same = std::find_if(object.children.begin(), object.children.end(), [&](const Node* child) { return child->key == node.key; });
  if (same == object.children.end()) object.children.push_back(&node);
  else *same = &node;
}

std::string describe(const Node& node) {
  switch (node.type) {
    case Node::Type::null: return "null";
    case Node::Type::boolean: return node.boolean ? "true" : "false";
    case Node::Type::integer:
    case Node::Type::big_integer:
    case Node::Type::real: return "the number " + printable(node.text);
    case Node::Type::string: return "the string " + in_quotes(node.text);
    case Node::Type::array: return node.children.empty() ? "an empty list" : "a list";
    case Node::Type::object: return "an object";
  }
  return "nothing";
}

}   // namespace ssi::load

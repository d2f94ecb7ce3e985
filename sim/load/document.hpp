// The document tree: every value and key knows the source it came from, its line and column (from 1, in characters) and
// its JSON pointer. Nodes live in a Document and never move; a node's parent outlives it. No JSON library in sight.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace ssi::load {

// A file, or a command line option that stands in for one.
struct Source {
  std::string name;
  std::size_t order = 0;   // problems are reported in this order of sources
};

struct Node {
  enum class Type : std::uint8_t { null, boolean, integer, big_integer, real, string, array, object };
  Type type = Type::null;
  bool boolean = false;
  bool document_root = false;    // a platform file's root has a parent too: the scenario that names it
  std::int64_t integer = 0;      // type integer
  double real = 0;               // types integer, big_integer (above 2^63 - 1) and real
  std::string text;              // type string: decoded; types of numbers: as written
  std::vector<Node*> children;   // arrays and objects, in order
  Node* parent = nullptr;
  std::string key;         // in an object
  std::size_t index = 0;   // in an array
  const Source* source = nullptr;
  std::size_t line = 0, column = 0;
  std::size_t key_line = 0, key_column = 0;

  bool is(Type wanted) const { return type == wanted; }
  bool is_number() const { return type == Type::integer || type == Type::big_integer || type == Type::real; }
  Node* find(std::string_view wanted) const;   // nullptr: no such key
};

// JSON pointer (RFC 6901) within the source that the node came from.
std::string pointer_of(const Node& node);
std::string pointer_token(std::string_view key);   // "~" and "/" escaped

class Document {
 public:
  const Source* add_source(std::string name);
  Node* make(const Source* source, Node* parent);
  Node* make_text(const Source* source, Node* parent, std::string key, std::string text);

 private:
  std::deque<Source> sources_;
  std::deque<Node> nodes_;
};

// Puts `node` under `key` of `object`, in place of what was there.
void put(Node& object, Node& node, std::string key);

// What a message calls it: `the string "5us"`, `the number 2.5`, `true`, `a list`.
std::string describe(const Node& node);

}   // namespace ssi::load

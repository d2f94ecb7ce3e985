#include "sim/load/parse.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "sim/load/scanner.hpp"
#include "sim/load/syntax_error.hpp"
#include "sim/load/wording.hpp"

namespace ssi::load {
namespace {

using Type = Node::Type;
constexpr std::size_t kDeepest = 64;
constexpr std::size_t kMostValues = 1'000'000;

// nlohmann's SAX events into nodes. Each event's token is found again by the scanner, which gives its position.
class Builder {
 public:
  Builder(std::string_view text, const Source& source, Document& document, Problems& problems)
      : scanner_(text), source_(source), document_(document), problems_(problems) {}

  bool null() { return add(Type::null) != nullptr; }
  bool boolean(bool value) {
    Node* node = add(Type::boolean);
    if (node != nullptr) node->boolean = value;
    return node != nullptr;
  }
  bool number_integer(std::int64_t value) {
    Node* node = add(Type::integer);
    if (node == nullptr) return false;
    node->integer = value;
    node->real = static_cast<double>(value);
    return true;
  }
  bool number_unsigned(std::uint64_t value) {
    if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return number_integer(static_cast<std::int64_t>(value));
    Node* node = add(Type::big_integer);
    if (node != nullptr) node->real = static_cast<double>(value);
    return node != nullptr;
  }
  bool number_float(double value, const std::string& written);
  bool string(std::string& value) {
    Node* node = add(Type::string);
    if (node == nullptr) return false;
    node->text = std::move(value);
    if (node->text.find('\0') != std::string::npos) problems_.at_value(*node, "the string holds a NUL, \\u0000 (remove it)");
    return true;
  }
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(Type::object); }
  bool start_array(std::size_t) { return open(Type::array); }
  bool key(std::string& name);
  bool end_object() {
    report_doubles(*open_.back());
    return close();
  }
  bool end_array() { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) {
    std::string text = syntax_error({last_, open_.empty() ? nullptr : open_.back(), token_}, scanner_);
    std::string pointer = open_.empty() ? "" : pointer_of(*open_.back());
    if (last_ == Last::key) pointer.append(1, '/').append(pointer_token(key_));
    problems_.at(source_, scanner_.line(), scanner_.column(), std::move(pointer), std::move(text));
    return false;
  }

  Node* root() const { return root_; }

 private:
  using Last = Accepted::Kind;

  Node* add(Type type);
  bool open(Type type);
  bool close();
  void report_doubles(const Node& object);

  Scanner scanner_;
  const Source& source_;
  Document& document_;
  Problems& problems_;
  std::vector<Node*> open_;
  Node* root_ = nullptr;
  Last last_ = Last::nothing;
  std::string_view token_;
  std::string key_;
  std::size_t key_line_ = 0, key_column_ = 0, values_ = 0;
};

Node* Builder::add(Type type) {
  scanner_.skip_separators();
  Node* parent = open_.empty() ? nullptr : open_.back();
  if (++values_ > kMostValues) {
    problems_.at(source_, scanner_.line(), scanner_.column(), parent == nullptr ? "" : pointer_of(*parent),
                 "more than a million values (scenarios and platforms are small: check that this is the right file)");
    return nullptr;
  }
  Node* node = document_.make(&source_, parent);
  node->type = type;
  node->line = node->key_line = scanner_.line();
  node->column = node->key_column = scanner_.column();
  token_ = scanner_.take_token();
  last_ = Last::value;
  if (type == Type::integer || type == Type::big_integer || type == Type::real) node->text = token_;
  if (parent == nullptr) {
    root_ = node;
    return node;
  }
  if (parent->is(Type::object)) {
    node->key = std::move(key_);
    node->key_line = key_line_;
    node->key_column = key_column_;
  } else {
    node->index = parent->children.size();
  }
  parent->children.push_back(node);
  return node;
}

bool Builder::open(Type type) {
  Node* node = add(type);
  if (node == nullptr) return false;
  if (open_.size() == kDeepest) {
    problems_.at_value(*node, fmt::format("nested deeper than {} (scenarios and platforms are flat: check the brackets)", kDeepest));
    return false;
  }
  open_.push_back(node);
  last_ = Last::opened;
  return true;
}

bool Builder::close() {
  scanner_.skip_separators();
  token_ = scanner_.take_token();
  open_.pop_back();
  last_ = Last::value;
  return true;
}

bool Builder::key(std::string& name) {
  scanner_.skip_separators();
  key_line_ = scanner_.line();
  key_column_ = scanner_.column();
  token_ = scanner_.take_token();
  key_ = std::move(name);
  last_ = Last::key;
  return true;
}

bool Builder::number_float(double value, const std::string& written) {
  Node* node = add(Type::real);
  if (node == nullptr) return false;
  node->real = value;
  bool whole = written.find_first_of(".eE") == std::string::npos;
  bool digits = written.substr(0, written.find_first_of("eE")).find_first_of("123456789") != std::string::npos;
  if (whole) problems_.at_value(*node, fmt::format("{} does not fit into 64 bits (write a smaller number)", printable(written)));
  else if (digits && (value == 0 || std::fpclassify(value) == FP_SUBNORMAL))
    problems_.at_value(
        *node, fmt::format("{} is too close to 0 for a number and would lose digits (write 0 or a larger one)", printable(written)));
  return true;
}

void Builder::report_doubles(const Node& object) {
  std::vector<const Node*> sorted(object.children.begin(), object.children.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const Node* a, const Node* b) { return a->key < b->key; });
  for (std::size_t i = 1, first = 0; i < sorted.size(); ++i) {
    if (sorted[i]->key != sorted[first]->key) {
      first = i;
      continue;
    }
    problems_.at_key(*sorted[i], fmt::format("the key {} stands twice, first at {}:{} (remove one)", in_quotes(sorted[i]->key),
                                             sorted[first]->key_line, sorted[first]->key_column));
  }
}

// Line and column of a byte.
Scanner place_of(std::string_view text, std::size_t offset) {
  Scanner scanner(text);
  scanner.advance(offset);
  return scanner;
}

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool refuse_bytes(std::string_view text, const Source& source, Problems& problems) {
  std::size_t nul = text.find('\0');
  std::size_t broken = first_bad_utf8(text);
  std::size_t bad = std::min(nul, broken);
  if (bad == std::string_view::npos) return false;
  Scanner place = place_of(text, bad);
  bool utf16 = text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") || (bad == nul && bad <= 1);
  std::string why =
      bad == nul ? "a NUL byte (remove it; is this a text file?)"
                 : fmt::format("the byte 0x{:02x} is not UTF-8 here (save the file as UTF-8)", static_cast<unsigned char>(text[bad]));
  if (utf16) why = "this is not UTF-8; it looks like UTF-16 or binary data (save the file as UTF-8)";
  problems.at(source, place.line(), place.column(), {}, std::move(why));
  return true;
}

}   // namespace

Node* parse_json(std::string_view text, const Source& source, Document& document, Problems& problems) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.starts_with(kByteOrderMark)) {   // nlohmann would pass over this one too, and the scanner would not
    problems.at(source, 1, 1, {}, "a second byte order mark (remove it)");
    return nullptr;
  }
  if (refuse_bytes(text, source, problems)) return nullptr;
  Builder builder(text, source, document, problems);
  constexpr bool kStrict = true, kIgnoreComments = true;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder, nlohmann::json::input_format_t::json, kStrict, kIgnoreComments))
    return nullptr;
  return builder.root();
}

}   // namespace ssi::load

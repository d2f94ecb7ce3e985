#include "sim/load/syntax_error.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <utility>

#include "sim/load/units.hpp"
#include "sim/load/wording.hpp"

namespace ssi::load {
namespace {

constexpr std::string_view kWordEnds = " \t\r\n,:[]{}\"'/";

std::string_view word_at(std::string_view text) { return text.substr(0, text.find_first_of(kWordEnds)); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string bad_number(std::string_view word) {
  std::string shown = printable(word);
  if (number_length(word) == word.size()) return fmt::format("{} is beyond what a 64-bit number can hold (write a smaller one)", shown);
  if (is_quantity(word)) return fmt::format("a quantity with a unit stands in quotes (write \"{}\")", shown);
  std::string_view digits = word.substr(word.starts_with('-') || word.starts_with('+') ? 1 : 0);
  if (digits.starts_with("0x") || digits.starts_with("0X")) return fmt::format("{} is hexadecimal (write the number in decimal)", shown);
  if (word.starts_with('+')) return fmt::format("{} starts with a plus sign (write {})", shown, printable(digits));
  if (digits.starts_with('.')) return fmt::format("{} starts with a point (write 0{})", shown, printable(digits));
  if (digits.size() > 1 && digits[0] == '0' && is_digit(digits[1])) return fmt::format("{} has a leading zero (write it without)", shown);
  return fmt::format("{} is not a number (write digits, as in 12 or 0.5, or a string in quotes)", shown);
}

std::string bad_word(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kMeant{
      {{"True", "true"}, {"TRUE", "true"}, {"False", "false"}, {"FALSE", "false"}, {"None", "null"}}};
  std::string shown = printable(word);
  for (auto [wrong, right] : kMeant)
    if (word == wrong) return fmt::format("{} is not JSON (write {})", shown, right);
  std::string_view bare = word.substr(word.starts_with('-') ? 1 : 0);
  if (bare == "NaN" || bare == "nan" || bare == "Infinity" || bare == "inf" || bare == "Inf")
    return fmt::format("{} is not a number that can be used here (write a finite number)", shown);
  return fmt::format("{} stands without quotes (write \"{}\", or a number, true or false)", shown, shown);
}

// Moves to the byte of the string at the scanner that JSON does not allow.
std::string bad_string(Scanner& scanner) {
  std::string_view text = scanner.rest();
  for (std::size_t at = 1; at < text.size(); ++at) {
    auto c = static_cast<unsigned char>(text[at]);
    if (c == '"') break;
    if (c < 0x20) {
      scanner.advance(at);
      bool newline = c == '\n' || c == '\r';
      return newline ? "the line ends inside a string (close it with \" or write \\n)"
                     : "a control character inside a string (write it as \\t or \\u00xx)";
    }
    if (c != '\\') continue;
    std::size_t start = at++;
    char escape = at < text.size() ? text[at] : '\0';
    auto hexadecimal = [&](std::size_t i) {
      return i < text.size() && std::string_view("0123456789abcdefABCDEF").find(text[i]) != std::string_view::npos;
    };
    bool four = hexadecimal(at + 1) && hexadecimal(at + 2) && hexadecimal(at + 3) && hexadecimal(at + 4);
    if (escape == 'u' && four) {
      if (text[at + 1] != 'd' && text[at + 1] != 'D') continue;
      if (text[at + 2] < '8') continue;
      scanner.advance(start);
      return "half of a surrogate pair, or one out of order (write the character itself, or both halves: \\ud83d\\ude00)";
    }
    if (std::string_view("\"\\/bfnrt").find(escape) != std::string_view::npos && escape != '\0') continue;
    scanner.advance(start);
    return fmt::format("{} is not an escape (write \\\\ for a backslash; known: \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX)",
                       in_quotes(text.substr(start, escape == 'u' ? 6 : 2)));
  }
  return "this string is never closed (end it with \")";
}

std::string where_opened(const Node* open) {
  if (open == nullptr) return {};
  return fmt::format("the {} opened at {}:{}", open->is(Node::Type::array) ? "'['" : "'{'", open->line, open->column);
}

std::string closer(const Node* open) { return open->is(Node::Type::array) ? "]" : "}"; }

// What should stand at a place, and how to put it right.
struct Wanted {
  std::string what, remedy;
};

Wanted value_or(std::string_view other) {
  return {fmt::format("a value{}", other), "write text in quotes, a number, true, false, [...] or {...}"};
}
Wanted key_or(std::string_view other) { return {fmt::format("a key in quotes{}", other), "write \"key\": value"}; }

// What stands at the scanner instead.
std::string unexpected(const Accepted& accepted, const Scanner& scanner, const Wanted& wanted) {
  if (scanner.at_end()) {
    std::string open = accepted.open == nullptr ? "" : fmt::format(", but {} is not closed", where_opened(accepted.open));
    return fmt::format("the text ends{}: expected {} ({})", open, wanted.what, wanted.remedy);
  }
  if (scanner.peek() == '/') return "a comment that is not closed, or a stray / (comments are // to the end of the line or /* ... */)";
  if (scanner.peek() == '#') return "'#' does not start a comment here (write // instead)";
  if (scanner.peek() == '\'') return "single quotes do not make a string (write \" instead)";
  if (scanner.peek() == '<') return "'<' cannot start JSON; this looks like XML (a SimGrid platform's file name must end in .xml)";
  std::string_view word = word_at(scanner.rest());
  std::string shown = word.empty() ? fmt::format("'{}'", scanner.peek()) : printable(word);
  return fmt::format("found {}, expected {} ({})", shown, wanted.what, wanted.remedy);
}

std::string bad_value(const Accepted& accepted, Scanner& scanner, const Wanted& wanted) {
  std::string_view word = word_at(scanner.rest());
  char first = scanner.peek();
  if (scanner.at_end()) return unexpected(accepted, scanner, wanted);
  if (first == '"') return bad_string(scanner);
  bool signed_word = (first == '-' || first == '+') && word.size() > 1 && !is_digit(word[1]) && word[1] != '.';
  if (is_digit(first) || first == '.' || ((first == '-' || first == '+') && !signed_word)) return bad_number(word);
  if (signed_word || std::isalpha(static_cast<unsigned char>(first)) != 0) return bad_word(word);
  return unexpected(accepted, scanner, wanted);
}

std::string bad_key(const Accepted& accepted, Scanner& scanner, const Wanted& wanted) {
  if (scanner.peek() == '"') return bad_string(scanner);
  std::string_view word = word_at(scanner.rest());
  bool name = !word.empty() && (std::isalpha(static_cast<unsigned char>(word[0])) != 0 || word[0] == '_');
  if (name) return fmt::format("keys stand in quotes (write \"{}\")", printable(word));
  return unexpected(accepted, scanner, wanted);
}

// After a whole value inside an array or object.
std::string bad_continuation(const Accepted& accepted, Scanner& scanner) {
  const std::string close = closer(accepted.open);
  bool in_object = accepted.open->is(Node::Type::object);
  bool glued = !accepted.token.empty() && (is_digit(accepted.token[0]) || accepted.token[0] == '-') && !scanner.at_end() &&
               !word_at(scanner.rest()).empty();
  if (glued) {   // "5us" and "07" arrive as a number and something that touches it
    std::string_view word = word_at({accepted.token.data(), accepted.token.size() + scanner.rest().size()});
    return bad_number(word);
  }
  scanner.skip_blanks();
  if (!scanner.skip_one(','))
    return unexpected(accepted, scanner, {fmt::format("',' or '{}'", close), "is a comma, a quote or a bracket missing before this?"});
  scanner.skip_blanks();
  if (scanner.peek() == close[0]) return fmt::format("a comma before '{}' (remove the comma)", close);
  return in_object ? bad_key(accepted, scanner, key_or("")) : bad_value(accepted, scanner, value_or(""));
}

}   // namespace

std::string syntax_error(const Accepted& accepted, Scanner& scanner) {
  if (accepted.kind == Accepted::Kind::value && accepted.open != nullptr) return bad_continuation(accepted, scanner);
  scanner.skip_blanks();
  if (accepted.kind == Accepted::Kind::value)
    return unexpected(accepted, scanner, {"the end of the text", "remove what follows the last bracket"});
  if (accepted.kind == Accepted::Kind::key) {
    if (!scanner.skip_one(':')) return unexpected(accepted, scanner, {"':' after the key", "write \"key\": value"});
    scanner.skip_blanks();
    return bad_value(accepted, scanner, value_or(""));
  }
  if (accepted.kind == Accepted::Kind::nothing && scanner.at_end())
    return "there is nothing but blanks and comments (write a JSON object: { ... })";
  if (accepted.kind == Accepted::Kind::nothing) return bad_value(accepted, scanner, value_or(""));
  if (accepted.open->is(Node::Type::object)) return bad_key(accepted, scanner, key_or(" or '}'"));
  return bad_value(accepted, scanner, value_or(" or ']'"));
}

}   // namespace ssi::load

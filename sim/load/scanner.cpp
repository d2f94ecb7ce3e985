#include "sim/load/scanner.hpp"

#include <algorithm>

namespace ssi::load {
namespace {

// Bytes of the comment at the start of `text`; 0: none, or one that is not closed.
std::size_t comment_length(std::string_view text) {
  if (text.starts_with("//")) return std::min(text.find_first_of("\r\n"), text.size());
  if (!text.starts_with("/*")) return 0;
  std::size_t end = text.find("*/", 2);
  return end == std::string_view::npos ? 0 : end + 2;
}

std::size_t string_length(std::string_view text) {
  std::size_t at = 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return std::min(at + 1, text.size());
}

std::size_t digits(std::string_view text) { return std::min(text.find_first_not_of("0123456789"), text.size()); }

}   // namespace

std::size_t number_length(std::string_view text) {
  auto tail = [&](std::size_t from) { return text.substr(std::min(from, text.size())); };
  std::size_t at = text.starts_with('-') ? 1 : 0;
  std::size_t whole = tail(at).starts_with('0') ? 1 : digits(tail(at));
  if (whole == 0) return 0;
  at += whole;
  if (tail(at).starts_with('.') && digits(tail(at + 1)) > 0) at += 1 + digits(tail(at + 1));
  if (tail(at).starts_with('e') || tail(at).starts_with('E')) {
    std::size_t sign = tail(at + 1).starts_with('+') || tail(at + 1).starts_with('-') ? 1 : 0;
    std::size_t exponent = digits(tail(at + 1 + sign));
    if (exponent > 0) at += 1 + sign + exponent;
  }
  return at;
}

void Scanner::advance(std::size_t bytes) {
  for (std::size_t end = std::min(offset_ + bytes, text_.size()); offset_ < end; ++offset_) {
    bool newline = text_[offset_] == '\n';
    bool continues = (static_cast<unsigned char>(text_[offset_]) & 0xc0U) == 0x80;
    if (newline) ++line_;
    column_ = newline ? 1 : column_ + (continues ? 0 : 1);
  }
}

void Scanner::skip_blanks() {
  while (!at_end()) {
    std::size_t blank = std::min(rest().find_first_not_of(" \t\r\n"), rest().size());
    if (blank == 0) blank = comment_length(rest());
    if (blank == 0) return;
    advance(blank);
  }
}

bool Scanner::skip_one(char c) {
  if (peek() != c || at_end()) return false;
  advance(1);
  return true;
}

void Scanner::skip_separators() {
  do skip_blanks();
  while (skip_one(',') || skip_one(':'));
}

std::string_view Scanner::take_token() {
  std::size_t length = 1;
  char first = peek();
  if (first == '"') length = string_length(rest());
  else if (first >= 'a' && first <= 'z') length = std::min(rest().find_first_not_of("abcdefghijklmnopqrstuvwxyz"), rest().size());
  else length = std::max<std::size_t>(number_length(rest()), 1);
  std::string_view token = rest().substr(0, length);
  advance(length);
  return token;
}

}   // namespace ssi::load

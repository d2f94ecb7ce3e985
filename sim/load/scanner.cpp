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

}  // namespace

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
  else if (std::string_view("{}[]").find(first) == std::string_view::npos)
    length = std::min(rest().find_first_not_of("+-.0123456789abcdefghijklmnopqrstuvwxyzE"), rest().size());
  std::string_view token = rest().substr(0, length);
  advance(length);
  return token;
}

}  // namespace ssi::load

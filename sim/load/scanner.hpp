// Walks over JSON text beside nlohmann's parser and knows where each token starts. nlohmann says what the text means,
// the scanner says where: its own line and column, which nlohmann 3.11 does not offer to SAX handlers.
#pragma once
#include <cstddef>
#include <string_view>

namespace ssi::load {

// Bytes of the longest JSON number at the start of `text`; 0: none.
std::size_t number_length(std::string_view text);

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  void skip_blanks();              // white space and comments; stops before a comment that is not closed
  bool skip_one(char c);           // true: `c` was next and is passed
  void skip_separators();          // blanks, ',' and ':'
  std::string_view take_token();   // passes the token that starts here (text that nlohmann has accepted)
  void advance(std::size_t bytes);

  bool at_end() const { return offset_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[offset_]; }
  std::string_view rest() const { return text_.substr(offset_); }
  std::size_t offset() const { return offset_; }
  std::size_t line() const { return line_; }
  std::size_t column() const { return column_; }   // in characters

 private:
  std::string_view text_;
  std::size_t offset_ = 0, line_ = 1, column_ = 1;
};

}   // namespace ssi::load

// Text for people: quantities with units, columns that line up.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ssi::report {

std::string human_time(double ns);                            // "850 ns", "1.53 ms", "12.3 s": three significant digits
std::string human_bytes(double bytes);                        // "512 B", "1.50 KiB"
std::string human_number(double value);                       // "0.25", "12.3", "4711"
std::string shortened(std::string text, std::size_t width);   // ends in "~" where it was cut; counts characters, not bytes

// Rows of cells; numbers (all but the first `left` columns, and the last when `left_end`) are aligned to the right.
class Columns {
 public:
  Columns(std::vector<std::string> head, std::size_t left, bool left_end) : left_(left), left_end_(left_end) { add(std::move(head)); }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string text() const;   // a line a row, two blanks between columns, no blanks at the end

 private:
  bool to_the_left(std::size_t column, std::size_t columns) const { return column < left_ || (left_end_ && column + 1 == columns); }

  std::vector<std::vector<std::string>> rows_;
  std::size_t left_;
  bool left_end_;
};

}   // namespace ssi::report

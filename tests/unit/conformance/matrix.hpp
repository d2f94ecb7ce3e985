// MATRIX.md as the tests read it.
#pragma once
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace ssi::test {

// The cells of a line of a Markdown table, without the blanks around them.
inline std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) {
    const auto first = cell.find_first_not_of(' '), last = cell.find_last_not_of(' ');
    cells.push_back(first == std::string::npos ? "" : cell.substr(first, last + 1 - first));
  }
  return cells;
}

// MATRIX.md: outcomes by design, then behaviour.
using Matrix = std::map<std::string, std::map<std::string, std::string>>;
inline Matrix golden() {
  std::ifstream file(std::string(SSISIM_SOURCE_DIR) + "/models/conformance/MATRIX.md");
  Matrix matrix;
  std::vector<std::string> head;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| ") || line.starts_with("| ---")) continue;
    const std::vector<std::string> cells = cells_of(line);
    if (head.empty()) head = cells;
    else
      for (std::size_t i = 1; i + 1 < head.size(); ++i) matrix[head[i]][cells[0]] = cells[i];
  }
  return matrix;
}

}   // namespace ssi::test

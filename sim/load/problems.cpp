#include "sim/load/problems.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <tuple>

#include "sim/load/wording.hpp"

namespace ssi::load {
namespace {
constexpr std::size_t kMostProblems = 1000;
constexpr std::size_t kMostKept = 20'000;
constexpr std::size_t kLongestShown = 400;   // of a file name or a pointer, in characters
}   // namespace

std::string to_string(const Problem& problem) {
  std::string out = printable(problem.file, kLongestShown);
  if (problem.line > 0) out += fmt::format(":{}:{}", problem.line, problem.column);
  if (problem.line > 0 || !problem.pointer.empty())
    out += ": " + (problem.pointer.empty() ? "/" : printable(problem.pointer, kLongestShown));
  return out.empty() ? problem.text : out + ": " + problem.text;
}

void Problems::at(const Source& source, std::size_t line, std::size_t column, std::string pointer, std::string text) {
  if (entries_.size() == kMostKept) {
    ++not_kept_;
    return;
  }
  entries_.push_back({source.order, {source.name, line, column, std::move(pointer), std::move(text)}});
}

void Problems::at_value(const Node& node, std::string text) { at(*node.source, node.line, node.column, pointer_of(node), std::move(text)); }

void Problems::at_key(const Node& node, std::string text) {
  at(*node.source, node.key_line, node.key_column, pointer_of(node), std::move(text));
}

void Problems::missing(const Node& object, const std::string& key, std::string text) {
  at(*object.source, object.line, object.column, pointer_of(object) + "/" + pointer_token(key), std::move(text));
}

void Problems::whole(const Source& source, std::string text) { at(source, 0, 0, {}, std::move(text)); }

std::vector<Problem> Problems::sorted() const {
  std::vector<Entry> entries = entries_;
  auto position = [](const Entry& e) { return std::tuple(e.order, e.problem.line, e.problem.column); };
  std::stable_sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) { return position(a) < position(b); });
  std::vector<Problem> out;
  for (Entry& entry : entries) {
    if (out.size() == kMostProblems) break;
    out.push_back(std::move(entry.problem));
  }
  if (size() > out.size())
    out.push_back({out.back().file, 0, 0, {}, fmt::format("and {} more problems (correct those above first)", size() - out.size())});
  return out;
}

}   // namespace ssi::load

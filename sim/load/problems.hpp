// Collects problems of all sources; hands them out sorted by source and position.
#pragma once
#include <string>
#include <vector>

#include "sim/load/document.hpp"
#include "sim/load/load.hpp"

namespace ssi::load {

class Problems {
 public:
  void at_value(const Node& node, std::string text);                            // position of the value
  void at_key(const Node& node, std::string text);                              // position of its key
  void missing(const Node& object, const std::string& key, std::string text);   // position of the object, pointer of the key
  void at(const Source& source, std::size_t line, std::size_t column, std::string pointer, std::string text);
  void whole(const Source& source, std::string text);   // the whole file or option

  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size() + not_kept_; }
  std::vector<Problem> sorted() const;   // at most 1000, then one that says how many more

 private:
  struct Entry {
    std::size_t order;
    Problem problem;
  };
  std::vector<Entry> entries_;
  std::size_t not_kept_ = 0;   // a file of a million mistakes must not fill the memory
};

}   // namespace ssi::load

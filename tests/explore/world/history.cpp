#include "tests/explore/world/history.hpp"

#include <deque>
#include <map>

namespace ssi::test {
namespace {

std::string text_of(const Seen& op) {
  std::string text = "thread " + std::to_string(op.thread);
  if (op.read) text += " reads " + std::to_string(*op.read);
  if (op.wrote) text += " writes " + std::to_string(*op.wrote);
  return text + " at " + std::to_string(op.word.page.value) + "+" + std::to_string(op.word.offset);
}

class Order {
 public:
  Order(const History& history, const Ledger& ledger, bool per_word) : history_(history), ledger_(ledger), after_(history.size()) {
    find_writers();
    std::map<std::pair<std::uint32_t, Word>, std::size_t> last;   // of a thread; per word, or of any
    for (std::size_t i = 0; i < history.size(); ++i) {
      const auto key = std::pair(history[i].thread, per_word ? history[i].word : Word{});
      if (const auto before = last.find(key); before != last.end()) after_[before->second].push_back(i);
      last[key] = i;
      add_values(i);
    }
  }

  std::string verdict() const {
    if (!unknown_.empty()) return unknown_;
    std::vector<std::size_t> before(history_.size(), 0);
    for (const auto& next : after_)
      for (const std::size_t to : next) ++before[to];
    std::deque<std::size_t> ready;
    for (std::size_t i = 0; i < before.size(); ++i)
      if (before[i] == 0) ready.push_back(i);
    std::size_t done = 0;
    for (; !ready.empty(); ready.pop_front(), ++done)
      for (const std::size_t to : after_[ready.front()])
        if (--before[to] == 0) ready.push_back(to);
    if (done == history_.size()) return {};
    for (std::size_t i = 0; i < before.size(); ++i)
      if (before[i] != 0)
        if (std::string cycle = cycle_from(i); !cycle.empty()) return cycle;
    return "a cycle";
  }

 private:
  void find_writers() {
    for (std::size_t i = 0; i < history_.size(); ++i)
      if (history_[i].wrote) writers_[history_[i].word][*ledger_.place(history_[i].word, *history_[i].wrote)] = i;
  }
  // Write order to the next write, reads-from to the reader, from-reads to the write that overwrites what was read.
  void add_values(std::size_t i) {
    const Seen& op = history_[i];
    const auto& writers = writers_[op.word];
    if (op.wrote) {
      const auto next = writers.upper_bound(*ledger_.place(op.word, *op.wrote));
      if (next != writers.end()) after_[i].push_back(next->second);
    }
    if (!op.read) return;
    const auto place = ledger_.place(op.word, *op.read);
    if (!place) {
      unknown_ = text_of(op) + ", which nobody wrote";
      return;
    }
    if (const auto from = writers.find(*place); from != writers.end()) after_[from->second].push_back(i);
    const auto next = writers.upper_bound(*place);
    if (next != writers.end() && next->second != i) after_[i].push_back(next->second);
  }
  std::string cycle_from(std::size_t start) const {
    std::map<std::size_t, std::size_t> came;
    std::deque<std::size_t> open{start};
    while (!open.empty()) {
      const std::size_t at = open.front();
      open.pop_front();
      for (const std::size_t to : after_[at]) {
        if (to == start) return describe(start, at, came);
        if (came.try_emplace(to, at).second) open.push_back(to);
      }
    }
    return {};
  }
  std::string describe(std::size_t start, std::size_t end, const std::map<std::size_t, std::size_t>& came) const {
    std::string text = text_of(history_[start]);
    for (std::size_t at = end; at != start; at = came.at(at)) text = text_of(history_[at]) + "\n before " + text;
    return "cycle:\n " + text_of(history_[start]) + "\n before " + text;
  }

  const History& history_;
  const Ledger& ledger_;
  std::vector<std::vector<std::size_t>> after_;
  std::map<Word, std::map<std::size_t, std::size_t>> writers_;   // by place in the write order
  std::string unknown_;
};

}   // namespace

std::string check_sequential(const History& history, const Ledger& ledger) { return Order(history, ledger, false).verdict(); }
std::string check_coherent(const History& history, const Ledger& ledger) { return Order(history, ledger, true).verdict(); }

}   // namespace ssi::test

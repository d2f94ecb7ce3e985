#include "tests/explore/world/random_program.hpp"

#include <array>
#include <deque>

#include "models/base/check.hpp"
#include "models/base/random.hpp"
#include "tests/explore/world/release.hpp"

namespace ssi::test {
namespace {

using coherence::LockId;
using coherence::Ticket;

struct Step {
  enum class Kind : std::uint8_t { load, store, lock, unlock, barrier } kind;
  Word word{};
  LockId lock{};
};

class Run {
 public:
  Run(const Design& design, std::uint64_t seed)
      : design_(design), draws_(RandomRoot(seed).stream("random program")), cluster_(design, draw_options()),
        threads_(cluster_.nodes() * (1 + static_cast<std::uint32_t>(draws_.below(2)))), checker_(threads_), programs_(threads_),
        calling_(threads_) {
    locks_ = 1 + draws_.below(3);
    words_ = 4 + draws_.below(12);
    phases_ = draws_.below(4);   // 0: locks only
    deliver_weight_ = 1 + draws_.below(8);
    evict_percent_ = draws_.below(15);
    for (std::uint32_t t = 0; t < threads_; ++t) write_program(t);
  }

  RandomProgram run() {
    RandomProgram result;
    try {
      std::uint32_t steps = 0;
      while (!done()) {
        SSI_INVARIANT(++steps < 100'000, "does not end");
        step();
      }
      for (int i = 0; !cluster_.flights().empty(); ++i) {
        SSI_INVARIANT(i < 10'000, "D8: does not come to rest");
        cluster_.deliver(0);
        observe();
      }
    } catch (const std::logic_error& error) { result.wrong = error.what() + std::string("\n") + cluster_.describe(); }
    if (design_.coverage)
      for (std::uint32_t n = 0; n < cluster_.nodes(); ++n) design_.coverage(cluster_.machine({n}), result.rows);
    result.accesses = accesses_;
    return result;
  }

 private:
  Cluster::Options draw_options() {
    Cluster::Options options;
    options.nodes = 2 + static_cast<std::uint32_t>(draws_.below(5));
    options.page_bytes = 64;
    const bool single = draws_.below(2) == 0;
    const auto home = static_cast<std::uint32_t>(draws_.below(options.nodes));
    options.homes = {single ? coherence::Homes::Kind::single : coherence::Homes::Kind::interleaved, options.nodes, {home}};
    options.fifo = draws_.below(2) == 0;
    return options;
  }
  // Words of all kinds lie side by side, 8 to a page.
  Word word(std::uint64_t index) const { return {PageId{index / 8}, static_cast<std::uint32_t>(index % 8) * kWordBytes}; }

  // Word i: i mod 3 is 0: protected by lock i mod locks; 1, 2: written by one thread in even, odd phases, read by all in the others.
  void write_program(std::uint32_t thread) {
    auto& program = programs_[thread];
    for (int i = 0; i < 8 && phases_ == 0; ++i) add_steps(thread, 0);
    for (std::uint64_t phase = 0; phase < phases_ * 2; ++phase) {
      const std::uint64_t count = draws_.below(8);
      for (std::uint64_t i = 0; i < count; ++i) add_steps(thread, phase);
      program.push_back({Step::Kind::barrier, {}, {phase}});
    }
    for (std::uint64_t i = 0; i < words_ && phases_ > 0; ++i) program.push_back({Step::Kind::load, word(i), {}});
  }
  void add_steps(std::uint32_t thread, std::uint64_t phase) {
    auto& program = programs_[thread];
    const std::uint64_t i = draws_.below(words_);
    const bool writes = draws_.below(2) == 0;
    if (i % 3 == 0) {
      const LockId lock{i % locks_};
      program.push_back({Step::Kind::lock, {}, lock});
      if (!writes || draws_.below(2) == 0) program.push_back({Step::Kind::load, word(i), {}});
      if (writes) program.push_back({Step::Kind::store, word(i), {}});
      program.push_back({Step::Kind::unlock, {}, lock});
    } else if (phases_ == 0) {
      return;
    } else if (i % 2 != phase % 2) {
      program.push_back({Step::Kind::load, word(i), {}});
    } else if (i % threads_ == thread) {
      program.push_back({Step::Kind::store, word(i), {}});
    }
  }

  NodeId node_of(std::uint32_t thread) const { return {thread % cluster_.nodes()}; }

  bool done() const {
    for (std::uint32_t t = 0; t < threads_; ++t)
      if (!programs_[t].empty() || calling_[t].ticket != Ticket{}) return false;
    return true;
  }

  void step() {
    const auto flights = cluster_.deliverable();
    if (!flights.empty() && draws_.below(deliver_weight_ + 1) != 0) {
      cluster_.deliver(flights[draws_.below(flights.size())]);
      return observe();
    }
    const auto thread = static_cast<std::uint32_t>(draws_.below(threads_));
    if (draws_.below(100) < evict_percent_) {
      cluster_.evict(node_of(thread), PageId{draws_.below(words_ / 8 + 1)});
      return observe();
    }
    if (calling_[thread].ticket == Ticket{} && !programs_[thread].empty()) call(thread);
    observe();
  }

  void call(std::uint32_t thread) {
    const Step now = programs_[thread].front();
    programs_[thread].pop_front();
    const NodeId node = node_of(thread);
    Calling& c = calling_[thread] = {now, {}, 0};
    switch (now.kind) {
      case Step::Kind::load: c.ticket = cluster_.begin(node, load(now.word.page, now.word.offset)); break;
      case Step::Kind::store:
        c.value = ++values_;
        c.ticket = cluster_.begin(node, store(now.word.page, values_, now.word.offset));
        break;
      case Step::Kind::lock: c.ticket = cluster_.lock(node, now.lock); break;
      case Step::Kind::unlock:
        checker_.released(thread, now.lock);
        cluster_.unlock(node, now.lock);
        break;
      case Step::Kind::barrier:
        checker_.arrived(thread, now.lock);
        c.ticket = cluster_.barrier(node, now.lock, threads_);
        break;
    }
    ++accesses_;
  }

  void observe() {
    for (const Finished& f : cluster_.take_finished()) {
      std::uint32_t thread = 0;
      while (thread < threads_ && calling_[thread].ticket != f.ticket) ++thread;
      SSI_INVARIANT(thread < threads_, "an answer to nobody's call");
      Calling& c = calling_[thread];
      switch (c.step.kind) {
        case Step::Kind::load: checker_.read(thread, c.step.word, f.answer.value); break;
        case Step::Kind::store: checker_.wrote(thread, c.step.word, c.value); break;
        case Step::Kind::lock: checker_.acquired(thread, c.step.lock); break;
        case Step::Kind::barrier: checker_.departed(thread, c.step.lock); break;
        case Step::Kind::unlock: break;
      }
      c.ticket = {};
    }
    for (std::uint64_t page = 0; page <= words_ / 8; ++page) cluster_.check({page});
  }

  struct Calling {
    Step step{};
    Ticket ticket{};
    std::uint64_t value = 0;
  };
  const Design& design_;
  Stream draws_;
  Cluster cluster_;
  std::uint32_t threads_;
  ReleaseChecker checker_;
  std::vector<std::deque<Step>> programs_;
  std::vector<Calling> calling_;
  std::uint64_t locks_ = 1, words_ = 4, phases_ = 1, deliver_weight_ = 1, evict_percent_ = 0, values_ = 0, accesses_ = 0;
};

}   // namespace

RandomProgram run_program(const Design& design, std::uint64_t seed) { return Run(design, seed).run(); }

}   // namespace ssi::test

#include "tests/explore/world/random_memory.hpp"

#include "models/base/check.hpp"
#include "models/base/random.hpp"

namespace ssi::test {
namespace {

using coherence::Access;
using coherence::Ticket;

class Run {
 public:
  Run(const Design& design, std::uint64_t seed)
      : design_(design), draws_(RandomRoot(seed).stream("random memory")), options_(draw_options()), cluster_(design, options_) {
    threads_ = 1 + static_cast<std::uint32_t>(draws_.below(2));
    pages_ = 1 + draws_.below(4);
    writes_percent_ = 5 + draws_.below(90);
    for (std::uint64_t& weight : weights_) weight = 1 + draws_.below(20);
    weights_[3] = draws_.below(4);   // evictions
    calling_.resize(std::size_t{options_.nodes} * threads_);
  }

  RandomMemory run(std::uint32_t accesses) {
    RandomMemory result;
    try {
      while (begun_ < accesses) step();
      settle();
    } catch (const std::logic_error& error) { result.wrong = error.what() + std::string("\n") + cluster_.describe(); }
    if (result.wrong.empty()) result.wrong = check_coherent(history_, cluster_.ledger());
    if (result.wrong.empty()) result.wrong = check_sequential(history_, cluster_.ledger());
    if (design_.coverage)
      for (std::uint32_t n = 0; n < options_.nodes; ++n) design_.coverage(cluster_.machine({n}), result.rows);
    result.accesses = begun_;
    return result;
  }

 private:
  Cluster::Options draw_options() {
    Cluster::Options options;
    options.nodes = 2 + static_cast<std::uint32_t>(draws_.below(6));
    const bool single = draws_.below(2) == 0;
    const auto home = static_cast<std::uint32_t>(draws_.below(options.nodes));
    options.homes = {single ? coherence::Homes::Kind::single : coherence::Homes::Kind::interleaved, options.nodes, {home}};
    options.fifo = draws_.below(2) == 0;
    return options;
  }

  void step() {
    const auto flights = cluster_.deliverable();
    const std::array<std::uint64_t, 4> able{weights_[0], flights.empty() ? 0 : weights_[1], cluster_.timers().empty() ? 0 : weights_[2],
                                            weights_[3]};
    std::uint64_t draw = draws_.below(able[0] + able[1] + able[2] + able[3]);
    std::size_t kind = 0;
    while (draw >= able[kind]) draw -= able[kind++];
    if (kind == 0) return access();
    cluster_.pass(microseconds(static_cast<std::int64_t>(draws_.below(400))));
    if (kind == 1) cluster_.deliver(flights[draws_.below(flights.size())]);
    if (kind == 2) cluster_.fire(draws_.below(cluster_.timers().size()));
    if (kind == 3) {
      const NodeId node{static_cast<std::uint32_t>(draws_.below(options_.nodes))};
      cluster_.evict(node, PageId{draws_.below(pages_)});
    }
    observe();
  }

  // A thread that is not calling makes an access; if all are calling, a message goes on.
  void access() {
    const auto thread = static_cast<std::uint32_t>(draws_.below(calling_.size()));
    if (calling_[thread] != Ticket{}) {
      const auto flights = cluster_.deliverable();
      if (!flights.empty()) cluster_.deliver(flights[draws_.below(flights.size())]);
      else if (!cluster_.timers().empty()) cluster_.fire(0);
      return observe();
    }
    const PageId page{draws_.below(pages_)};
    const auto offset = static_cast<std::uint32_t>(draws_.below(2) * kWordBytes);
    const bool writes = draws_.below(100) < writes_percent_;
    const bool atomic = draws_.below(4) == 0;
    Access access = load(page, offset);
    if (writes) access = store(page, ++values_, offset);
    if (writes && atomic) access.kind = Access::Kind::exchange;
    ++begun_;
    calling_[thread] = Ticket{begun_};   // tickets count accesses
    const Ticket given = cluster_.begin({thread % options_.nodes}, access);
    SSI_CHECK(given == calling_[thread], "tickets do not count accesses");
    observe();
  }

  void observe() {
    for (const Finished& f : cluster_.take_finished()) {
      const auto at = std::find(calling_.begin(), calling_.end(), f.ticket);
      *at = Ticket{};
      Seen seen{.thread = static_cast<std::uint32_t>(at - calling_.begin()), .word = {f.access.page, f.access.offset}};
      if (f.access.kind != Access::Kind::store) seen.read = f.answer.value;
      if (f.access.writes()) seen.wrote = f.access.operand;
      if (seen.read && !f.access.writes()) {
        const auto place = cluster_.ledger().place(seen.word, *seen.read);
        SSI_INVARIANT(place && *place >= f.from, "a load returned a value that was overwritten before it began");
      }
      history_.push_back(seen);
    }
    for (std::uint64_t page = 0; page < pages_; ++page) cluster_.check({page});
  }

  void settle() {
    for (std::uint32_t steps = 0; !cluster_.quiet(); ++steps) {
      SSI_INVARIANT(steps < 20'000 && (!cluster_.flights().empty() || !cluster_.timers().empty()), "D8: does not come to rest");
      const auto flights = cluster_.deliverable();
      cluster_.pass(milliseconds(1));
      if (!flights.empty()) cluster_.deliver(flights[draws_.below(flights.size())]);
      else cluster_.fire(0);
      observe();
    }
  }

  const Design& design_;
  Stream draws_;
  Cluster::Options options_;
  Cluster cluster_;
  std::uint32_t threads_ = 1, begun_ = 0;
  std::uint64_t pages_ = 1, writes_percent_ = 50, values_ = 0;
  std::array<std::uint64_t, 4> weights_{};
  std::vector<Ticket> calling_;
  History history_;
};

}   // namespace

RandomMemory run_randomly(const Design& design, std::uint64_t seed, std::uint32_t accesses) { return Run(design, seed).run(accesses); }

}   // namespace ssi::test

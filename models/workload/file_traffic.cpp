// file_traffic: on each node, `jobs` processes open a file, read all of it or write all of it anew, and close it. The files are everybody's
// or each node's own. What do a cluster's files cost, and what does sharing them? Unit of work: a file used.
//
// Each first program makes its share of the files before anybody begins; paths and contents are the same under every design. Where files
// are each node's own, the shared ones of other nodes do not exist: opening them fails, and is not counted as work.
#include "models/workload/demand.hpp"

namespace ssi::workload {
namespace {

using config::Bound;
using config::Kind;

struct Settings : Demand {
  std::int64_t count{};
  std::uint32_t files{};
  std::uint64_t bytes{};
  std::uint32_t write_percent{};
  std::string sharing;
};

constexpr std::array<std::string_view, 2> kSharing{"all", "own"};

const std::array kFields{
    Bound<Settings>{{"count", Kind::integer, std::int64_t{200}, 1, 1e9, {}, "files that the processes of each first program use, in all"},
                    &Settings::count},
    Bound<Settings>{{"files", Kind::integer, std::int64_t{64}, 1, 1e6, {}, "files that each first program makes"}, &Settings::files},
    Bound<Settings>{{"bytes", Kind::bytes, std::int64_t{16384}, 1, 1e9, {}, "of each file; it is read or written by one call"},
                    &Settings::bytes},
    Bound<Settings>{{"write_percent", Kind::integer, std::int64_t{10}, 0, 100, {}, "how many of a hundred uses write, the others read"},
                    &Settings::write_percent},
    Bound<Settings>{{"sharing", Kind::choice, std::string_view{"all"}, 0, 0, kSharing,
                     "which file is used: any of all first programs' files, or any of its first program's own"},
                    &Settings::sharing},
    arrival_field<Settings>(),
    rate_field<Settings>(),
    jobs_field<Settings>("processes that use files at once, for each first program"),
};

enum Role : std::uint32_t { kFirst, kUser };   // ProgramRef::program

constexpr OpenFlags kReads{}, kWrites{.read = true, .write = true}, kMakes{.read = true, .write = true, .create = true};

class FileTraffic final : public Workload {
 public:
  FileTraffic(const WorkloadSetup& setup, Settings settings);
  ProgramRef first_program(std::uint32_t) const override { return {setup_.index, kFirst}; }
  Program make(const ProgramRef& program, Self& self) override;

 private:
  Program first(std::uint32_t start, Self& self);
  Program user(std::uint32_t start, Self& self);

  std::string path(std::uint64_t owner, std::uint64_t number) const;

  WorkloadSetup setup_;
  Settings settings_;
  RandomRoot random_;
  NamedStreams uses_;
  Bytes contents_;
  Starts starts_;
  std::vector<Schedule> schedules_;   // by start
  std::uint32_t preparing_;           // first programs that have yet to make their files
};

FileTraffic::FileTraffic(const WorkloadSetup& setup, Settings settings)
    : setup_(setup), settings_(std::move(settings)), random_(setup.random.child("file_traffic", setup.index)), uses_(random_.named("use")),
      contents_(std::make_shared<const std::vector<std::byte>>(settings_.bytes)), starts_(setup.starts), preparing_(starts_.size()) {
  for (std::uint32_t start = 0; start < starts_.size(); ++start)
    schedules_.push_back(schedule_of(settings_, static_cast<std::uint64_t>(settings_.count), random_.stream("arrivals", start)));
}

Program FileTraffic::make(const ProgramRef& program, Self& self) {
  if (program.program == kUser) return user(static_cast<std::uint32_t>(program.arguments[0]), self);
  return first(starts_.claim(self.node), self);
}

std::string FileTraffic::path(std::uint64_t owner, std::uint64_t number) const {
  return "/" + std::to_string(setup_.index) + "." + std::to_string(owner) + "." + std::to_string(number);
}

Program FileTraffic::first(std::uint32_t start, Self& self) {
  Participant preparing(preparing_);
  for (std::uint64_t number = 0; number < settings_.files; ++number) {
    const Open open{path(start, number), kMakes};
    const Result made = co_await open;
    if (!made.good()) continue;
    const Write write{static_cast<std::int32_t>(made.value), contents_};
    co_await write;
    co_await Close{write.file};
  }
  preparing.finish();
  while (preparing_ > 0) co_await Sleep{self.now + kPoll};

  schedules_[start].begin(self.now + kPoll);
  std::vector<Pid> users;
  for (std::uint32_t i = 0; i < settings_.jobs; ++i) {
    const Result forked = co_await Fork{{setup_.index, kUser, {start, 0}}};
    if (forked.good()) users.push_back(forked.pid);
  }
  for (const Pid user : users) co_await Wait{user};
}

Program FileTraffic::user(std::uint32_t start, Self& self) {
  while (const auto arrival = schedules_[start].take(self.now)) {
    if (arrival->intended > self.now) co_await Sleep{arrival->intended};
    Stream draws = uses_.stream(start, arrival->job);
    const std::uint64_t owner = settings_.sharing == "own" ? start : draws.below(starts_.size());
    const std::uint64_t number = draws.below(settings_.files);
    const bool writes = draws.below(100) < settings_.write_percent;
    const Open open{path(owner, number), writes ? kWrites : kReads};
    const Result opened = co_await open;
    if (!opened.good()) continue;
    const auto file = static_cast<std::int32_t>(opened.value);
    const Call use = writes ? Call(Write{file, contents_}) : Call(Read{file, settings_.bytes});
    const Result used = co_await use;
    const Result closed = co_await Close{file};
    if (used.good() && closed.good()) self.done(arrival->intended);
  }
}

std::unique_ptr<Workload> make_file_traffic(const WorkloadSetup& setup, const config::Values& params) {
  return std::make_unique<FileTraffic>(setup, config::bind<Settings>(kFields, params));
}

}   // namespace

WorkloadEntry file_traffic_entry() {
  return {"file_traffic", "open, read or write, and close files", "file used", config::plain<Settings>(kFields), make_file_traffic};
}

}   // namespace ssi::workload

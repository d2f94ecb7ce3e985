// A kernel's processes and files with a disk that answers when the test says so.
#pragma once
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/native/file_part.hpp"

namespace ssi::native {

inline Bytes bytes(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return std::make_shared<const std::vector<std::byte>>(first, first + text.size());
}
inline std::string text(const Bytes& data) {
  return data ? std::string(reinterpret_cast<const char*>(data->data()), data->size()) : std::string();
}

inline constexpr OpenFlags kReadWrite{.read = true, .write = true}, kCreate{.read = true, .write = true, .create = true},
    kAppend{.read = true, .write = true, .append = true, .create = true}, kReadOnly{};

class FilesRig {
 public:
  explicit FilesRig(FileSettings settings = {}, const DiskImage* image = nullptr) {
    auto store = image ? std::make_unique<FileStore>(NodeId{0}, costs(), settings, *image)
                       : std::make_unique<FileStore>(NodeId{0}, costs(), settings);
    parts.set(CallClass::file, std::make_unique<FilePart>(NodeId{0}, costs(), std::move(store)));
  }
  static FileCosts costs() {
    return {Duration{1}, Duration{10}, Duration{100}, Duration{1'000}, Duration{10'000}, Duration{100'000}, Duration{1'000'000}};
  }

  Pid start() {
    const Pid pid = processes.allocate();
    processes.create(pid, processes.heritage(processes.init(), false), {}, out);
    parts.forked(processes.init(), pid, false, processes, now, out);
    settle();
    return pid;
  }
  Pid fork(Pid parent) {
    const Pid pid = processes.allocate();
    processes.create(pid, processes.heritage(parent, false), {}, out);
    parts.forked(parent, pid, false, processes, now, out);
    settle();
    return pid;
  }
  void exit(Pid pid) {
    processes.exit(pid, 0, out);
    settle();
  }
  void signal(Pid pid, Signal signal) {
    processes.signal(pid, signal, out);
    settle();
  }

  // Begins; `results` has the answer as soon as there is one.
  CallId begin(Pid pid, Call call) {
    const CallId id{++calls};
    EXPECT_TRUE(parts.call({id, pid, &call}, processes, now, out));
    settle();
    return id;
  }
  // The disk does all it is asked before the answer is looked at.
  Result call(Pid pid, Call what) {
    const CallId id = begin(pid, std::move(what));
    while (!results.contains(id) && !disk.empty()) serve_disk();
    EXPECT_TRUE(results.contains(id)) << "no answer";
    return results[id];
  }
  std::int32_t open(Pid pid, const std::string& path, OpenFlags flags = kCreate) {
    const Result result = call(pid, Open{path, flags});
    EXPECT_TRUE(result.good()) << name_of(result.error);
    return static_cast<std::int32_t>(result.value);
  }
  std::string read(Pid pid, std::int32_t file, std::uint64_t count) { return text(call(pid, Read{file, count}).bytes()); }

  void serve_disk(std::size_t index = 0, bool failed = false) {
    const DiskRequest request = disk.at(index);
    disk.erase(disk.begin() + static_cast<std::ptrdiff_t>(index));
    parts.event(DiskDone{request.token, failed}, processes, now, out);
    settle();
  }
  void drain_disk() {
    while (!disk.empty()) serve_disk();
  }
  bool fire_timer() {
    if (!timer) return false;
    const TimerEvent event = *std::exchange(timer, std::nullopt);
    parts.event(event, processes, now, out);
    settle();
    return true;
  }
  const FilePart& part() const { return dynamic_cast<const FilePart&>(*parts.part(CallClass::file)); }
  const FileStore& store() const { return dynamic_cast<const FileStore&>(part().below()); }

  void settle() {
    parts.settle(processes, now, out, [this](Pid pid, Signal raised) { processes.signal(pid, raised, out); });
    for (const auto& completion : out.completions) {
      EXPECT_FALSE(results.contains(completion.call)) << "answered twice";
      results[completion.call] = completion.result;
    }
    for (const DiskRequest& request : out.disk_requests) disk.push_back(request);
    for (const auto& set : out.timers) timer = TimerEvent{set.key, set.generation};
    work = out.kernel_work;
    out.begin(kNoCall, false);
    processes.check_invariants();
    parts.check_invariants();
  }

  Instant now{};
  Processes processes{{0}, {1}};
  Parts parts;
  Effects out;
  std::deque<DiskRequest> disk;
  std::optional<TimerEvent> timer;
  std::map<CallId, Result> results;
  std::uint64_t calls = 0;
  Duration work{};   // of the last event
};

}   // namespace ssi::native

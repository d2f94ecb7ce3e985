// Contents, sizes and offsets of files seen from two nodes; written against models/port/file_calls.hpp.
#include <algorithm>

#include "models/conformance/ask.hpp"
#include "models/conformance/stage.hpp"

namespace ssi::conformance {
namespace {

constexpr std::size_t kReady = 0, kGo = 1, kDone = 2, kFile = 3;
constexpr OpenFlags kRead{}, kMake{.read = true, .write = true, .create = true};
constexpr OpenFlags kAppend{.read = true, .write = true, .append = true, .create = true};
constexpr OpenFlags kTruncate{.read = true, .write = true, .truncate = true};
constexpr const char* kOpensIt = "open of a file that another node made";

// Role 1, on node 1.
Program reads(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result file = co_await open("/f", kRead);
  if (!s.need(file, kOpensIt)) co_return;
  const Result read = co_await Read{fd(file), 9};
  s.same(text(read) == "hello", "open after close sees what was written");
  s.mark(kDone);
}
Program close_to_open(Stage& s, Self& self) {
  const Result file = co_await open("/f", kMake);
  if (!s.need(file, "open")) co_return;
  const Result wrote = co_await write(fd(file), "hello");
  s.need(wrote, "write");
  const Result closed = co_await Close{fd(file)};
  s.need(closed, "close");
  s.mark(kReady);
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.finish();
}

// ... which has read it before.
Program reads_again(Stage& s, Self& self) {
  while (s.waits_for(kGo)) co_await s.nap(self);
  const Result file = co_await open("/f", kRead);
  if (!s.need(file, kOpensIt)) co_return;
  const Result old = co_await Read{fd(file), 5};
  s.same(text(old) == "older", "a read sees every write that is over");
  s.mark(kFile);
  while (s.waits_for(kReady)) co_await s.nap(self);
  co_await Seek{fd(file), 0, Seek::From::start};
  const Result read = co_await Read{fd(file), 5};
  s.same(text(read) == "hello", "a read sees every write that is over");
  s.mark(kDone);
}
Program visible_at_once(Stage& s, Self& self) {
  const Result file = co_await open("/f", kMake);
  if (!s.need(file, "open")) co_return;
  const Result old = co_await write(fd(file), "older");
  s.need(old, "write");
  s.mark(kGo);
  while (s.waits_for(kFile)) co_await s.nap(self);
  co_await Seek{fd(file), 0, Seek::From::start};
  const Result wrote = co_await write(fd(file), "hello");
  s.need(wrote, "write");
  s.mark(kReady);
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.finish();
}

Program stats_again(Stage& s, Self& self) {
  while (s.waits_for(kGo)) co_await s.nap(self);
  const Result old = co_await stat("/f");
  if (!s.need(old, "stat of a file that another node made")) co_return;
  s.same(old.stat() && old.stat()->size == 0, "a file without a write is empty");
  s.mark(kFile);
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result now = co_await stat("/f");
  if (!s.need(now, "stat")) co_return;
  s.same(now.stat() && now.stat()->size == 12, "stat sees the size after every write that is over");
  s.mark(kDone);
}
Program size_at_once(Stage& s, Self& self) {
  const Result file = co_await open("/f", kMake);
  if (!s.need(file, "open")) co_return;
  s.mark(kGo);
  while (s.waits_for(kFile)) co_await s.nap(self);
  const Result wrote = co_await write(fd(file), "hello, world");
  s.need(wrote, "write");
  s.mark(kReady);
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.finish();
}

constexpr int kRecords = 20;
constexpr std::uint64_t kRecordBytes = 7;
Program appends(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result there = co_await stat("/f");
  if (!s.need(there, "stat of a file that another node made")) co_return;
  const Result file = co_await open("/f", kAppend);
  if (!s.need(file, "open")) co_return;
  for (int i = 0; i < kRecords; ++i) {
    const Result wrote = co_await write(fd(file), "there!\n");
    s.need(wrote, "write");
  }
  co_await Close{fd(file)};
  s.mark(kDone);
}
Program append_by_two(Stage& s, Self& self) {
  const Result file = co_await open("/f", kAppend);
  if (!s.need(file, "open")) co_return;
  s.mark(kReady);
  for (int i = 0; i < kRecords; ++i) {
    const Result wrote = co_await write(fd(file), "here..\n");
    s.need(wrote, "write");
  }
  while (s.waits_for(kDone)) co_await s.nap(self);
  co_await Seek{fd(file), 0, Seek::From::start};
  const Result read = co_await Read{fd(file), 1000};
  const std::string all = text(read);
  int here = 0, there = 0;
  for (std::size_t at = 0; at < all.size(); at += kRecordBytes) {
    here += all.compare(at, kRecordBytes, "here..\n") == 0;
    there += all.compare(at, kRecordBytes, "there!\n") == 0;
  }
  s.same(here == kRecords && there == kRecords && all.size() == 2 * kRecords * kRecordBytes, "every record is there, in one piece");
  s.finish();
}

Program truncates(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result there = co_await stat("/f");
  if (!s.need(there, "stat of a file that another node made")) co_return;
  const Result file = co_await open("/f", kTruncate);
  s.need(file, "open");
  s.mark(kDone);
}
Program truncate_elsewhere(Stage& s, Self& self) {
  const Result file = co_await open("/f", kMake);
  if (!s.need(file, "open")) co_return;
  const Result wrote = co_await write(fd(file), "hello");
  s.need(wrote, "write");
  co_await Commit{fd(file)};
  s.mark(kReady);
  while (s.waits_for(kDone)) co_await s.nap(self);
  co_await Seek{fd(file), 0, Seek::From::start};
  const Result read = co_await Read{fd(file), 5};
  s.need(read, "read");
  s.same(text(read).empty(), "who has it open finds it empty");
  s.finish();
}

// A child that uses the descriptor of its parent, here or elsewhere.
Program writes_world(Stage& s, Self&) {
  const Result wrote = co_await write(static_cast<std::int32_t>(s.marked(kFile)), "world");
  s.need(wrote, "a child's write to a descriptor that it inherited");
}
Program shares_offset(Stage& s, Call child_call) {
  const Result file = co_await open("/f", kMake);
  if (!s.need(file, "open")) co_return;
  s.mark(kFile, static_cast<std::uint64_t>(file.value));
  const Result wrote = co_await write(fd(file), "hello");
  s.need(wrote, "write");
  const Result child = co_await std::move(child_call);
  if (!s.need(child, "spawn on another node")) co_return;
  const Result ended = co_await Wait{child.pid};
  s.need(ended, "wait");
  const Result more = co_await write(fd(file), "!");
  s.need(more, "write");
  co_await Seek{fd(file), 0, Seek::From::start};
  const Result read = co_await Read{fd(file), 99};
  s.same(text(read) == "helloworld!", "what one writes moves the other's offset");
  s.finish();
}
Program offset_here(Stage& s, Self&) { return shares_offset(s, Fork{s.program(1)}); }
Program offset_elsewhere(Stage& s, Self&) { return shares_offset(s, s.spawn(1, 1)); }

}   // namespace

std::vector<Behaviour> file_content_behaviours() {
  return {
      {"file.close_to_open", "file", "what was written and closed is read after open elsewhere", {close_to_open, reads}, true},
      {"file.write_visible", "file", "who has read a file reads what another node has written since", {visible_at_once, reads_again}, true},
      {"file.size_visible", "file", "stat elsewhere sees the size at once", {size_at_once, stats_again}, true},
      {"file.append", "file", "O_APPEND by two nodes loses no record and tears none", {append_by_two, appends}, true},
      {"file.truncate", "file", "O_TRUNC on another node is seen by who has it open", {truncate_elsewhere, truncates}, true},
      {"file.offset_fork", "file", "a forked child shares its parent's offset", {offset_here, writes_world}},
      {"file.offset_elsewhere", "file", "a child on another node shares its parent's offset", {offset_elsewhere, writes_world}},
  };
}

}   // namespace ssi::conformance

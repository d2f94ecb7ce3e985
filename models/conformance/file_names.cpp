// Names of files seen from two nodes; written against models/port/file_calls.hpp.
#include "models/conformance/ask.hpp"
#include "models/conformance/stage.hpp"

namespace ssi::conformance {
namespace {

constexpr std::size_t kReady = 0, kGo = 1, kDone = 2, kWins = 3;
constexpr OpenFlags kRead{}, kWrite{.read = true, .write = true}, kMake{.read = true, .write = true, .create = true};
constexpr OpenFlags kExclusive{.read = true, .write = true, .create = true, .exclusive = true};

// Role 1, on node 1, when /f is there.
Program opens(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result file = co_await open("/f", kRead);
  s.need(file, "open of a file that another node made");
  s.mark(kDone);
}
Program name_elsewhere(Stage& s, Self& self) {
  const Result made = co_await create("/f");
  if (!s.need(made, "create")) co_return;
  s.mark(kReady);
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.finish();
}

// ... before and after.
Program misses_first(Stage& s, Self& self) {
  const Result none = co_await open("/f", kRead);
  s.fails(none, Errno::enoent, "open of a file that nobody has made");
  s.mark(kGo);
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result file = co_await open("/f", kRead);
  s.need(file, "open of a file that another node made");
  s.mark(kDone);
}
Program appears(Stage& s, Self& self) {
  while (s.waits_for(kGo)) co_await s.nap(self);
  const Result made = co_await create("/f");
  if (!s.need(made, "create")) co_return;
  s.mark(kReady);
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.finish();
}

Program has_seen_it(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result file = co_await open("/f", kRead);
  if (!s.need(file, "open of a file that another node made")) co_return;
  co_await Close{fd(file)};
  s.mark(kGo);
  while (s.waits_for(kWins)) co_await s.nap(self);
  const Result gone = co_await open("/f", kRead);
  s.fails(gone, Errno::enoent, "open of a file that another node has unlinked");
  s.mark(kDone);
}
Program disappears(Stage& s, Self& self) {
  const Result made = co_await create("/f");
  if (!s.need(made, "create")) co_return;
  s.mark(kReady);
  while (s.waits_for(kGo)) co_await s.nap(self);
  const Result unlinked = co_await unlink("/f");
  s.need(unlinked, "unlink");
  s.mark(kWins);
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.finish();
}

Program makes_exclusively(Stage& s, Self&) {
  const Result made = co_await open("/f", kExclusive);
  if (made.good()) s.mark(kWins, s.marked(kWins) + 1);
  else s.fails(made, Errno::eexist, "open of who comes second");
  s.mark(kDone);
}
Program exclusive(Stage& s, Self& self) {
  const Result made = co_await open("/f", kExclusive);
  if (made.good()) s.mark(kWins, s.marked(kWins) + 1);
  else if (made.error != Errno::eexist && !s.need(made, "open")) co_return;
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.same(s.marked(kWins) == 1, "exactly one of two makes it");
  s.finish();
}

Program unlinks(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result gone = co_await unlink("/f");
  s.need(gone, "unlink of a file that another node made");
  s.mark(kDone);
}
Program unlink_while_open(Stage& s, Self& self) {
  const Result file = co_await open("/f", kMake);
  if (!s.need(file, "open")) co_return;
  const Result wrote = co_await write(fd(file), "hello");
  s.need(wrote, "write");
  co_await Commit{fd(file)};
  s.mark(kReady);
  while (s.waits_for(kDone)) co_await s.nap(self);
  co_await Seek{fd(file), 0, Seek::From::start};
  const Result read = co_await Read{fd(file), 5};
  s.same(text(read) == "hello", "who has it open reads on");
  const Result again = co_await open("/f", kRead);
  s.fails(again, Errno::enoent, "open of its name");
  s.finish();
}

Program replaces(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result there = co_await stat("/f");
  if (!s.need(there, "stat of a file that another node made")) co_return;
  for (int i = 0; i < 20; ++i) {
    const Result file = co_await open("/new", kMake);
    if (!s.need(file, "open")) co_return;
    co_await Close{fd(file)};
    const Result renamed = co_await rename("/new", "/f");
    if (!s.need(renamed, "rename")) co_return;
  }
  s.mark(kDone);
}
Program rename_atomic(Stage& s, Self& self) {
  const Result made = co_await create("/f");
  if (!s.need(made, "create")) co_return;
  s.mark(kReady);
  while (s.waits_for(kDone)) {
    const Result file = co_await open("/f", kRead);
    s.same(file.error != Errno::enoent, "the name is there at every instant");
    if (file.good()) co_await Close{fd(file)};
    co_await s.nap(self);
  }
  const Result old = co_await open("/new", kRead);
  s.fails(old, Errno::enoent, "open of the old name");
  s.finish();
}

Program tries_lock(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result file = co_await open("/f", kWrite);
  if (!s.need(file, "open of a file that another node made")) co_return;
  const Result locked = co_await LockFile{fd(file), LockFile::Kind::exclusive, true};
  s.fails(locked, Errno::eagain, "lock while another node has it");
  s.mark(kGo);
  const Result waited = co_await LockFile{fd(file)};
  s.need(waited, "lock");
  s.same(s.marked(kWins) == 1, "it waits until the other node unlocks");
  s.mark(kDone);
}
Program lock_elsewhere(Stage& s, Self& self) {
  const Result file = co_await open("/f", kMake);
  if (!s.need(file, "open")) co_return;
  const Result locked = co_await LockFile{fd(file)};
  if (!s.need(locked, "lock")) co_return;
  s.mark(kReady);
  while (s.waits_for(kGo)) co_await s.nap(self);
  co_await s.nap(self, 10);
  s.mark(kWins);
  const Result unlocked = co_await LockFile{fd(file), LockFile::Kind::unlock};
  s.need(unlocked, "unlock");
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.finish();
}

Program reads_directory(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result read = co_await read_directory("/d");
  if (!s.need(read, "readdir of a directory that another node made")) co_return;
  s.same(read.names() && *read.names() == std::vector<std::string>{"x", "y"}, "it has what the other node put there");
  s.mark(kDone);
}
Program directory_elsewhere(Stage& s, Self& self) {
  const Result made = co_await make_directory("/d");
  if (!s.need(made, "mkdir")) co_return;
  for (const char* path : {"/d/x", "/d/y"}) {
    const Result file = co_await create(path);
    s.need(file, "create");
  }
  s.mark(kReady);
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.finish();
}

}   // namespace

std::vector<Behaviour> file_name_behaviours() {
  return {
      {"file.name", "file", "a file made on one node is found on another", {name_elsewhere, opens}, true},
      {"file.appears", "file", "... by who has looked for it in vain before", {appears, misses_first}, true},
      {"file.unlinked", "file", "a file that one node unlinks is gone for who has opened it before", {disappears, has_seen_it}, true},
      {"file.unlink_open", "file", "who has a file open that another node unlinks reads on", {unlink_while_open, unlinks}, true},
      {"file.exclusive", "file", "O_EXCL by two nodes: exactly one wins", {exclusive, makes_exclusively}, true},
      {"file.rename_atomic", "file", "a name that another node renames over is there at every instant", {rename_atomic, replaces}, true},
      {"file.lock", "file", "a lock of one node excludes another until it is unlocked", {lock_elsewhere, tries_lock}, true},
      {"file.directory", "file", "readdir shows what another node made", {directory_elsewhere, reads_directory}, true},
  };
}

}   // namespace ssi::conformance

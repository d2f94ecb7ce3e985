// The system calls of the one kernel: every processor runs each of them, since everything is here.
#include "models/base/check.hpp"
#include "models/strategy/dsm_first/channels.hpp"
#include "models/strategy/dsm_first/dsm_first.hpp"
#include "models/strategy/dsm_first/files.hpp"
#include "models/strategy/dsm_first/proc.hpp"
#include "models/strategy/dsm_first/segments.hpp"

namespace ssi::dsm_first {
namespace {

Code<> do_exit_call(Thread& t, const Exit& exit) {
  t.complete(Result::ok());   // counted, never seen: the program ends
  t.tell([&](Processor& p) { p.end_here(t.caller(), exit.status); });
  co_return;
}

// By what the descriptor stands for. `any`: read and write, which serve files too.
Code<> do_read(Thread& t, std::int32_t number, std::uint64_t count, bool any) {
  const Object entry = co_await described(t, number);
  std::uint64_t kind = open_file::none;
  if (entry != kNone) kind = co_await t.load(entry_of(t, entry) + open_file::kind);
  if (kind == open_file::file && any) {
    co_await read_file(t, entry, count);
  } else if (kind == open_file::reading || kind == open_file::socket) {
    const Object in = co_await t.load(entry_of(t, entry) + open_file::in);
    if (count == 0) t.complete(Result::of(0));
    else co_await read_channel(t, in, count);
  } else {
    t.fail(Errno::ebadf);
  }
}

Code<> do_write(Thread& t, std::int32_t number, const Bytes& data, bool any) {
  const Object entry = co_await described(t, number);
  std::uint64_t kind = open_file::none;
  if (entry != kNone) kind = co_await t.load(entry_of(t, entry) + open_file::kind);
  if (kind == open_file::file && any) {
    co_await write_file(t, entry, data);
  } else if (kind == open_file::writing || kind == open_file::socket) {
    const Object out = co_await t.load(entry_of(t, entry) + open_file::out);
    if (size_of(data) == 0) t.complete(Result::of(0));
    else co_await write_channel(t, out, data);
  } else {
    t.fail(Errno::ebadf);
  }
}

struct Request {
  Thread& t;

  Code<> operator()(const Spawn& c) const { return do_spawn(t, c.program, c.placement, true); }
  Code<> operator()(const Fork& c) const { return do_spawn(t, c.child, {}, false); }
  Code<> operator()(const Rfork& c) const { return do_rfork(t, c); }
  Code<> operator()(const Exec& c) const { return do_exec(t, c); }
  Code<> operator()(const Exit& c) const { return do_exit_call(t, c); }
  Code<> operator()(const Wait& c) const { return do_wait(t, c); }
  Code<> operator()(const Kill& c) const { return do_kill(t, c); }
  Code<> operator()(const KillGroup& c) const { return do_kill_group(t, c); }
  Code<> operator()(const SetAction& c) const { return do_set_action(t, c); }
  Code<> operator()(const SetGroup& c) const { return do_set_group(t, c); }
  Code<> operator()(const SetSession&) const { return do_set_session(t); }
  Code<> operator()(const List&) const { return do_list(t); }
  Code<> operator()(const Pause&) const { return do_pause(t); }
  Code<> operator()(const Migrate& c) const { return do_migrate(t, c); }

  Code<> operator()(const Open& c) const { return do_open(t, c); }
  Code<> operator()(const Close& c) const { return do_close(t, c.file); }
  Code<> operator()(const Read& c) const { return do_read(t, c.file, c.count, true); }
  Code<> operator()(const Write& c) const { return do_write(t, c.file, c.data, true); }
  Code<> operator()(const Seek& c) const { return do_seek(t, c); }
  Code<> operator()(const Commit& c) const { return do_commit(t, c); }
  Code<> operator()(const Create& c) const { return do_create(t, c.path, false); }
  Code<> operator()(const MakeDirectory& c) const { return do_create(t, c.path, true); }
  Code<> operator()(const Unlink& c) const { return do_unlink(t, c); }
  Code<> operator()(const Rename& c) const { return do_rename(t, c); }
  Code<> operator()(const ReadDirectory& c) const { return do_read_directory(t, c); }
  Code<> operator()(const Stat& c) const { return do_stat(t, c); }
  Code<> operator()(const LockFile& c) const { return do_lock_file(t, c); }

  Code<> operator()(const Pipe&) const { return do_pipe(t); }
  Code<> operator()(const Listen& c) const { return do_listen(t, c); }
  Code<> operator()(const Connect& c) const { return do_connect(t, c); }
  Code<> operator()(const Accept& c) const { return do_accept(t, c); }
  Code<> operator()(const Send& c) const { return do_write(t, c.channel, c.data, false); }
  Code<> operator()(const Receive& c) const { return do_read(t, c.channel, c.count, false); }

  Code<> operator()(const SegmentGet& c) const { return do_segment_get(t, c); }
  Code<> operator()(const SegmentRemove& c) const { return do_segment_remove(t, c); }
  Code<> operator()(const Attach& c) const { return do_attach(t, c); }
  Code<> operator()(const Detach& c) const { return do_detach(t, c); }
  Code<> operator()(const Load& c) const { return do_load(t, c); }
  Code<> operator()(const Store& c) const { return do_store(t, c); }
  Code<> operator()(const Atomic& c) const { return do_atomic(t, c); }
  Code<> operator()(const Down& c) const { return do_down(t, c); }
  Code<> operator()(const Up& c) const { return do_up(t, c); }
  Code<> operator()(const Mutex& c) const { return do_mutex(t, c); }
  Code<> operator()(const Barrier& c) const { return do_barrier(t, c); }

  Code<> operator()(const Compute&) const { return hosts_own(); }
  Code<> operator()(const Sleep&) const { return hosts_own(); }
  static Code<> hosts_own() { SSI_CHECK(false, "the host serves compute and sleep"); }
};

}   // namespace

Code<> code_of_call(Thread& thread) { return std::visit(Request{thread}, thread.beginning().call); }

}   // namespace ssi::dsm_first

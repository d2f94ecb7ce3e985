// Stream sockets with names: listeners of the whole image in one list, behind one lock with their backlogs.
#include <algorithm>

#include "models/strategy/dsm_first/channels.hpp"
#include "models/strategy/dsm_first/queues.hpp"

namespace ssi::dsm_first {
namespace {

constexpr std::uint64_t kSocketBytes = 212'992;   // net.core.wmem_default of Linux

Word sockets(Thread& t) { return t.at(Table::kernel, kSocketLock); }
Word first_listener(Thread& t) { return sockets(t) + kLockWords; }
std::uint64_t name_number(const std::string& name) { return hash_of(name); }   // stands for the name's bytes

Code<Object> find_listener(Thread& t, std::uint64_t name) {
  Object at = co_await t.load(first_listener(t));
  while (at != kNone) {
    const std::uint64_t other = co_await t.load(entry_of(t, at) + open_file::name);
    if (other == name) break;
    at = co_await t.load(entry_of(t, at) + open_file::next);
  }
  co_return at;
}

Code<> unlink_listener(Thread& t, Object entry) {
  const Object after = co_await t.load(entry_of(t, entry) + open_file::next);
  Word link = first_listener(t);
  for (;;) {
    const Object at = co_await t.load(link);
    if (at == entry) break;
    link = entry_of(t, at) + open_file::next;
  }
  co_await t.store(link, after);
}

// An end for a descriptor of the caller; none is left: nothing is.
Code<> give(Thread& t, Object entry) {
  const std::int64_t number = co_await install(t, entry);
  if (number < 0) co_await drop(t, entry);
  t.complete(number < 0 ? Result::fail(Errno::emfile) : Result::of(number));
}

// With the lock: at the end of the backlog.
Code<> enter_backlog(Thread& t, Object listener, Object entry) {
  Word link = entry_of(t, listener) + open_file::first_arrived;
  Object at = co_await t.load(link);
  while (at != kNone) {
    link = entry_of(t, at) + open_file::next;
    at = co_await t.load(link);
  }
  co_await t.store(link, entry);
  co_await t.add(entry_of(t, listener) + open_file::arrived, 1);
  co_await wake_first(t, entry_of(t, listener) + open_file::first_waiter);
}

}   // namespace

Code<> do_listen(Thread& t, const Listen& listen) {
  t.work(t.costs().ipc_operation);
  const std::uint64_t name = name_number(listen.name);
  const Held held = co_await lock(t, sockets(t));
  const Object other = co_await find_listener(t, name);
  Object entry = kNone;
  if (other == kNone) {
    entry = co_await new_entry(t, open_file::listener, kNone, kNone);
    co_await t.store(entry_of(t, entry) + open_file::name, name);
    co_await t.store(entry_of(t, entry) + open_file::backlog, listen.backlog);
    const Object first = co_await t.load(first_listener(t));
    co_await t.store(entry_of(t, entry) + open_file::next, first);
    co_await t.store(first_listener(t), entry);
  }
  co_await unlock(t, sockets(t), held);
  if (other != kNone) t.fail(Errno::eaddrinuse);
  else co_await give(t, entry);
}

// As on Linux, connect is over once the connection is in the backlog; nobody need have accepted it.
Code<> do_connect(Thread& t, const Connect& connect) {
  t.work(t.costs().ipc_operation);
  const std::uint64_t name = name_number(connect.name);
  const Held held = co_await lock(t, sockets(t));
  const Object listener = co_await find_listener(t, name);
  bool refused = listener == kNone;
  Object own = kNone;
  if (!refused) {
    const std::uint64_t waiting = co_await t.load(entry_of(t, listener) + open_file::arrived);
    const std::uint64_t most = co_await t.load(entry_of(t, listener) + open_file::backlog);
    refused = waiting >= std::max<std::uint64_t>(most, 1);
  }
  if (!refused) {
    const Object up = co_await make_channel(t, kSocketBytes, 1);
    const Object down = co_await make_channel(t, kSocketBytes, 1);
    own = co_await new_entry(t, open_file::socket, down, up);
    const Object other = co_await new_entry(t, open_file::socket, up, down);
    co_await enter_backlog(t, listener, other);
  }
  co_await unlock(t, sockets(t), held);
  if (refused) t.fail(Errno::econnrefused);
  else co_await give(t, own);
}

Code<> do_accept(Thread& t, const Accept& accept) {
  t.work(t.costs().ipc_operation);
  const Object entry = co_await described(t, accept.listener);
  std::uint64_t kind = open_file::none;
  if (entry != kNone) kind = co_await t.load(entry_of(t, entry) + open_file::kind);
  if (kind != open_file::listener) {
    t.fail(kind == open_file::none || kind == open_file::file ? Errno::ebadf : Errno::einval);
    co_return;
  }
  const Word at = entry_of(t, entry), queue = at + open_file::first_waiter;
  Held held = co_await lock(t, sockets(t));
  co_await join(t, queue);
  bool interrupted = false;
  Object arrived = kNone;
  for (;;) {
    const bool first = co_await is_first(t, queue);
    if (first) arrived = co_await t.load(at + open_file::first_arrived);
    if (arrived != kNone || interrupted) break;
    co_await unlock(t, sockets(t), held);
    const std::uint64_t signal = co_await t.sleep();
    interrupted = signal != 0;
    held = co_await lock(t, sockets(t));
  }
  if (arrived != kNone) {
    const Object after = co_await t.load(entry_of(t, arrived) + open_file::next);
    co_await t.store(at + open_file::first_arrived, after);
    co_await t.add(at + open_file::arrived, ~std::uint64_t{0});
  }
  co_await leave(t, queue);
  co_await wake_first(t, queue);
  co_await unlock(t, sockets(t), held);
  if (arrived == kNone) t.fail(Errno::eintr);
  else co_await give(t, arrived);
}

// Who connected and was not accepted sees the end.
Code<> drop_listener(Thread& t, Object entry) {
  const Held held = co_await lock(t, sockets(t));
  co_await unlink_listener(t, entry);
  co_await unlock(t, sockets(t), held);
  Object at = co_await t.load(entry_of(t, entry) + open_file::first_arrived);
  while (at != kNone) {
    const Object after = co_await t.load(entry_of(t, at) + open_file::next);
    co_await drop(t, at);
    at = after;
  }
}

}   // namespace ssi::dsm_first

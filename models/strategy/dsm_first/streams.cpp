// One direction of bytes: a ring on shared pages. First come, first served; a write of up to `atomic` bytes goes in whole.
#include <algorithm>

#include "models/strategy/dsm_first/channels.hpp"
#include "models/strategy/dsm_first/queues.hpp"

namespace ssi::dsm_first {
namespace {

constexpr std::uint64_t kPipeBytes = 65536;   // pipe(7): since Linux 2.6.11
constexpr std::uint64_t kPipeAtomic = 4096;   // PIPE_BUF

Word channel_at(Thread& t, Object object) { return t.at(Table::channel, object); }
Word readers_of(Thread& t, Object object) { return channel_at(t, object) + channel::first_reader; }
Word writers_of(Thread& t, Object object) { return channel_at(t, object) + channel::first_writer; }

struct Piece {   // of the ring, within one page
  Word at;
  std::uint32_t bytes;
};
Piece piece(Thread& t, Object object, std::uint64_t capacity, std::uint64_t position, std::uint64_t bytes) {
  const std::uint64_t in_ring = position % capacity, size = t.layout().page_bytes(), in_page = in_ring % size;
  const std::uint64_t most = std::min({bytes, size - in_page, capacity - in_ring});
  return {{t.layout().data(Table::channel_data, object, in_ring / size), static_cast<std::uint32_t>(in_page)},
          static_cast<std::uint32_t>(most)};
}

void charge_copy(Thread& t, std::uint64_t bytes) { t.work(Duration{t.costs().copy_per_kib.ns * static_cast<std::int64_t>(bytes) / 1024}); }

Code<Bytes> copy_out(Thread& t, Object object, std::uint64_t capacity, std::uint64_t from, std::uint64_t count) {
  std::vector<std::byte> out;
  while (out.size() < count) {
    const Piece next = piece(t, object, capacity, from + out.size(), count - out.size());
    const Bytes part = co_await t.read(next.at, next.bytes);
    out.insert(out.end(), part->begin(), part->end());
  }
  charge_copy(t, count);
  co_return std::make_shared<const std::vector<std::byte>>(std::move(out));
}

Code<> copy_in(Thread& t, Object object, std::uint64_t capacity, std::uint64_t to, const Bytes& data, std::uint64_t from,
               std::uint64_t count) {
  for (std::uint64_t done = 0; done < count;) {
    const Piece next = piece(t, object, capacity, to + done, count - done);
    const auto begin = data->begin() + static_cast<std::ptrdiff_t>(from + done);
    const Bytes part = std::make_shared<const std::vector<std::byte>>(begin, begin + next.bytes);
    co_await t.write(next.at, part);
    done += next.bytes;
  }
  charge_copy(t, count);
}

}   // namespace

Code<Object> make_channel(Thread& t, std::uint64_t capacity, std::uint64_t atomic) {
  const Object object = co_await allocate(t, Table::channel);
  const Word at = channel_at(t, object);
  for (std::uint32_t word = 0; word < words_of(Table::channel); ++word) co_await t.store(at + word, 0);
  co_await t.store(at + channel::readers, 1);
  co_await t.store(at + channel::writers, 1);
  co_await t.store(at + channel::capacity, capacity);
  co_await t.store(at + channel::atomic, atomic);
  co_return object;
}

// Who waits on the other side finds out.
Code<> drop_side(Thread& t, Object object, channel::Field side) {
  const Word at = channel_at(t, object);
  const Held held = co_await lock(t, at);
  co_await t.add(at + side, ~std::uint64_t{0});
  const std::uint64_t readers = co_await t.load(at + channel::readers);
  const std::uint64_t writers = co_await t.load(at + channel::writers);
  if (readers == 0) co_await wake_first(t, writers_of(t, object));
  if (writers == 0) co_await wake_first(t, readers_of(t, object));
  co_await unlock(t, at, held);
  if (readers == 0 && writers == 0) co_await release(t, Table::channel, object);
}

namespace {

// What a reader has found. `over`: it waits no longer.
struct Taken {
  bool over = false;
  Bytes bytes;
};

// With the lock.
Code<Taken> try_read(Thread& t, Object object, std::uint64_t count) {
  const Word at = channel_at(t, object);
  Taken taken;
  const bool first = co_await is_first(t, readers_of(t, object));
  if (!first) co_return taken;
  const std::uint64_t from = co_await t.load(at + channel::read_to);
  const std::uint64_t to = co_await t.load(at + channel::written_to);
  const std::uint64_t writers = co_await t.load(at + channel::writers);
  const std::uint64_t capacity = co_await t.load(at + channel::capacity);
  taken.over = to > from || writers == 0;
  if (!taken.over) co_return taken;
  const std::uint64_t now = std::min(count, to - from);
  taken.bytes = co_await copy_out(t, object, capacity, from, now);
  co_await t.store(at + channel::read_to, from + now);
  co_return taken;
}

}   // namespace

Code<> read_channel(Thread& t, Object object, std::uint64_t count) {
  t.work(t.costs().ipc_operation);
  const Word at = channel_at(t, object);
  Held held = co_await lock(t, at);
  co_await join(t, readers_of(t, object));
  bool interrupted = false;
  for (;;) {
    const Taken taken = co_await try_read(t, object, count);
    if (!taken.over && !interrupted) {
      co_await unlock(t, at, held);
      const std::uint64_t signal = co_await t.sleep();
      interrupted = signal != 0;
      held = co_await lock(t, at);
      continue;
    }
    co_await leave(t, readers_of(t, object));
    co_await wake_first(t, readers_of(t, object));
    co_await wake_first(t, writers_of(t, object));
    co_await unlock(t, at, held);
    Result result = taken.over ? Result::of(static_cast<std::int64_t>(size_of(taken.bytes))) : Result::fail(Errno::eintr);
    if (taken.over) result.more = taken.bytes;
    t.complete(std::move(result));
    co_return;
  }
}

namespace {

struct Written {
  std::uint64_t bytes = 0;
  bool broken = false;
};

// With the lock: as much of what is left as may go in now.
Code<Written> try_write(Thread& t, Object object, const Bytes& data, std::uint64_t done) {
  const Word at = channel_at(t, object);
  const std::uint64_t readers = co_await t.load(at + channel::readers);
  if (readers == 0) co_return Written{0, true};
  const bool first = co_await is_first(t, writers_of(t, object));
  if (!first) co_return Written{};
  const std::uint64_t from = co_await t.load(at + channel::read_to);
  const std::uint64_t to = co_await t.load(at + channel::written_to);
  const std::uint64_t capacity = co_await t.load(at + channel::capacity);
  const std::uint64_t atomic = co_await t.load(at + channel::atomic);
  const std::uint64_t room = capacity - (to - from), now = std::min(size_of(data) - done, room);
  if (now == 0 || (size_of(data) <= atomic && now < size_of(data))) co_return Written{};
  co_await copy_in(t, object, capacity, to, data, done, now);
  co_await t.store(at + channel::written_to, to + now);
  co_await wake_first(t, readers_of(t, object));
  co_return Written{now, false};
}

Code<> raise_pipe(Thread& t) {
  const Held held = co_await lock(t, task_lock(t));
  const bool wanted = co_await post(t, t.process(), Signal::pipe);
  if (wanted) co_await act_on_signals(t, t.process());
  co_await unlock(t, task_lock(t), held);
}

}   // namespace

Code<> write_channel(Thread& t, Object object, const Bytes& data) {
  t.work(t.costs().ipc_operation);
  const Word at = channel_at(t, object);
  std::uint64_t done = 0;
  bool interrupted = false;
  Held held = co_await lock(t, at);
  co_await join(t, writers_of(t, object));
  for (;;) {
    const Written now = co_await try_write(t, object, data, done);
    done += now.bytes;
    if (!now.broken && done < size_of(data) && !interrupted) {
      co_await unlock(t, at, held);
      const std::uint64_t signal = co_await t.sleep();
      interrupted = signal != 0;
      held = co_await lock(t, at);
      continue;
    }
    co_await leave(t, writers_of(t, object));
    co_await wake_first(t, writers_of(t, object));
    co_await unlock(t, at, held);
    if (now.broken) co_await raise_pipe(t);
    if (now.broken) t.fail(Errno::epipe);
    else t.complete(done == 0 ? Result::fail(Errno::eintr) : Result::of(static_cast<std::int64_t>(done)));
    co_return;
  }
}

Code<> do_pipe(Thread& t) {
  t.work(t.costs().ipc_operation);
  const Object object = co_await make_channel(t, kPipeBytes, kPipeAtomic);
  const Object reading = co_await new_entry(t, open_file::reading, object, kNone);
  const Object writing = co_await new_entry(t, open_file::writing, kNone, object);
  const std::int64_t in = co_await install(t, reading);
  const std::int64_t out = co_await install(t, writing);
  if (in < 0 || out < 0) {
    if (in >= 0) co_await do_close(t, static_cast<std::int32_t>(in));
    else co_await drop(t, reading);
    co_await drop(t, writing);
    t.fail(Errno::emfile);
    co_return;
  }
  Result result = Result::of(in);
  result.status = static_cast<std::int32_t>(out);
  t.complete(std::move(result));
}

}   // namespace ssi::dsm_first

// Descriptors and open-file entries.
#include "models/strategy/dsm_first/channels.hpp"
#include "models/strategy/dsm_first/files.hpp"

namespace ssi::dsm_first {

Code<Object> described(Thread& t, std::int32_t number) {
  if (number < 0 || number >= kDescriptors) co_return kNone;
  const Object table = co_await t.load(field_of(t, t.process(), process::descriptors));
  if (table == kNone) co_return kNone;
  const Object entry = co_await t.load(t.at(Table::descriptors, table, static_cast<std::uint32_t>(number)));
  co_return entry;
}

namespace {

Code<Object> make_table(Thread& t, Object process) {
  const Object table = co_await allocate(t, Table::descriptors);
  for (std::uint32_t i = 0; i < kDescriptors; ++i) co_await t.store(t.at(Table::descriptors, table, i), kNone);
  co_await t.store(field_of(t, process, process::descriptors), table);
  co_return table;
}

}   // namespace

Code<std::int64_t> install(Thread& t, Object entry) {
  Object table = co_await t.load(field_of(t, t.process(), process::descriptors));
  if (table == kNone) table = co_await make_table(t, t.process());
  for (std::uint32_t number = 0; number < kDescriptors; ++number) {
    const Object taken = co_await t.load(t.at(Table::descriptors, table, number));
    if (taken != kNone) continue;
    co_await t.store(t.at(Table::descriptors, table, number), entry);
    co_return number;
  }
  co_return -1;
}

Code<Object> new_entry(Thread& t, open_file::Kind kind, Object in, Object out) {
  const Object entry = co_await allocate(t, Table::open_file);
  const Word at = entry_of(t, entry);
  for (std::uint32_t word = 0; word < words_of(Table::open_file); ++word) co_await t.store(at + word, 0);
  co_await t.store(at + open_file::references, 1);
  co_await t.store(at + open_file::kind, kind);
  co_await t.store(at + open_file::in, in);
  co_await t.store(at + open_file::out, out);
  co_return entry;
}

Code<> drop(Thread& t, Object entry) {
  const Word at = entry_of(t, entry);
  const std::uint64_t before = co_await t.add(at + open_file::references, ~std::uint64_t{0});
  if (before != 1) co_return;
  const std::uint64_t kind = co_await t.load(at + open_file::kind);
  const Object in = co_await t.load(at + open_file::in);
  const Object out = co_await t.load(at + open_file::out);
  if (kind == open_file::reading || kind == open_file::socket) co_await drop_side(t, in, channel::readers);
  if (kind == open_file::writing || kind == open_file::socket) co_await drop_side(t, out, channel::writers);
  if (kind == open_file::listener) co_await drop_listener(t, entry);
  if (kind == open_file::file) co_await close_file(t, entry);
  co_await release(t, Table::open_file, entry);
}

Code<> do_close(Thread& t, std::int32_t number) {
  const Object entry = co_await described(t, number);
  if (entry == kNone) {
    t.fail(Errno::ebadf);
    co_return;
  }
  const Object table = co_await t.load(field_of(t, t.process(), process::descriptors));
  co_await t.store(t.at(Table::descriptors, table, static_cast<std::uint32_t>(number)), kNone);
  co_await drop(t, entry);
  t.complete(Result::ok());
}

Code<> inherit_descriptors(Thread& t, Object mother, Object child) {
  const Object own = co_await t.load(field_of(t, mother, process::descriptors));
  if (own == kNone) co_return;
  const Object copy = co_await make_table(t, child);
  for (std::uint32_t number = 0; number < kDescriptors; ++number) {
    const Object entry = co_await t.load(t.at(Table::descriptors, own, number));
    if (entry == kNone) continue;
    co_await t.add(entry_of(t, entry) + open_file::references, 1);
    co_await t.store(t.at(Table::descriptors, copy, number), entry);
  }
}

Code<> close_all(Thread& t, Object process) {
  const Object table = co_await t.load(field_of(t, process, process::descriptors));
  if (table == kNone) co_return;
  for (std::uint32_t number = 0; number < kDescriptors; ++number) {
    const Object entry = co_await t.load(t.at(Table::descriptors, table, number));
    if (entry != kNone) co_await drop(t, entry);
  }
  co_await t.store(field_of(t, process, process::descriptors), kNone);
  co_await release(t, Table::descriptors, table);
}

}   // namespace ssi::dsm_first

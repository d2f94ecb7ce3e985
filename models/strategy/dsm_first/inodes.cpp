// Inodes and directory entries, behind the name lock.
#include <algorithm>

#include "models/strategy/dsm_first/files.hpp"

namespace ssi::dsm_first {
namespace {

Word last_number(Thread& t) { return name_lock(t) + kLockWords; }
Word root_word(Thread& t) { return name_lock(t) + kLockWords + 1; }
Word entry_at(Thread& t, Object entry) { return t.at(Table::name, entry); }

Code<std::uint64_t> next_number(Thread& t) {
  const std::uint64_t before = co_await t.add(last_number(t), 1);
  co_return before + 1;
}

}   // namespace

Code<Object> root(Thread& t) {
  Object found = co_await t.load(root_word(t));
  if (found != kNone) co_return found;
  found = co_await make_inode(t, true, kNone);
  co_await t.store(inode_at(t, found) + inode::parent, found);
  co_await t.store(root_word(t), found);
  co_return found;
}

Code<Object> make_inode(Thread& t, bool is_directory, Object parent) {
  const Object made = co_await allocate(t, Table::inode);
  const Word at = inode_at(t, made);
  for (std::uint32_t word = 0; word < words_of(Table::inode); ++word) co_await t.store(at + word, 0);
  const std::uint64_t number = co_await next_number(t);
  co_await t.store(at + inode::number, number);
  co_await t.store(at + inode::data, number);
  co_await t.store(at + inode::links, is_directory ? 2 : 1);
  co_await t.store(at + inode::directory, is_directory ? 1 : 0);
  co_await t.store(at + inode::parent, parent);
  if (is_directory && parent != kNone) co_await t.add(inode_at(t, parent) + inode::links, 1);   // its ".."
  co_return made;
}

Code<Object> find_entry(Thread& t, Object directory, const std::string& name) {
  t.work(t.costs().file_lookup);
  const std::uint64_t hash = hash_of(name);
  Object at = co_await t.load(inode_at(t, directory) + inode::first_entry);
  while (at != kNone) {
    const std::uint64_t other = co_await t.load(entry_at(t, at) + name::hash);
    const std::uint64_t length = co_await t.load(entry_at(t, at) + name::length);
    if (other == hash && length == name.size()) break;
    at = co_await t.load(entry_at(t, at) + name::next);
  }
  co_return at;
}

Code<Object> inode_of(Thread& t, Object directory, const std::string& name) {
  const Object entry = co_await find_entry(t, directory, name);
  if (entry == kNone) co_return kNone;
  const Object found = co_await t.load(entry_at(t, entry) + name::inode);
  co_return found;
}

Code<> add_entry(Thread& t, Object directory, const std::string& name, Object inode) {
  const Object made = co_await allocate(t, Table::name);
  const Word at = entry_at(t, made);
  const Object first = co_await t.load(inode_at(t, directory) + inode::first_entry);
  co_await t.store(at + name::next, first);
  co_await t.store(at + name::inode, inode);
  co_await t.store(at + name::length, name.size());
  co_await t.store(at + name::hash, hash_of(name));
  std::vector<std::byte> letters;
  for (const char letter : name) letters.push_back(static_cast<std::byte>(letter));
  const Bytes bytes = std::make_shared<const std::vector<std::byte>>(std::move(letters));
  co_await t.write(at + name::bytes, bytes);
  co_await t.store(inode_at(t, directory) + inode::first_entry, made);
  co_await t.add(inode_at(t, directory) + inode::size, 1);
}

Code<> remove_entry(Thread& t, Object directory, Object entry) {
  const Object after = co_await t.load(entry_at(t, entry) + name::next);
  Word link = inode_at(t, directory) + inode::first_entry;
  for (;;) {
    const Object at = co_await t.load(link);
    if (at == entry) break;
    link = entry_at(t, at) + name::next;
  }
  co_await t.store(link, after);
  co_await t.add(inode_at(t, directory) + inode::size, ~std::uint64_t{0});
  co_await release(t, Table::name, entry);
}

Code<> unlink_inode(Thread& t, Object directory, Object object) {
  const std::uint64_t is_directory = co_await t.load(inode_at(t, object) + inode::directory);
  if (is_directory != 0) {
    co_await t.store(inode_at(t, object) + inode::links, 0);
    co_await t.add(inode_at(t, directory) + inode::links, ~std::uint64_t{0});
  } else {
    co_await t.add(inode_at(t, object) + inode::links, ~std::uint64_t{0});
  }
  co_await free_if_unlinked(t, object);
}

Code<> free_if_unlinked(Thread& t, Object object) {
  const std::uint64_t links = co_await t.load(inode_at(t, object) + inode::links);
  const std::uint64_t holds = co_await t.load(inode_at(t, object) + inode::holds);
  if (links == 0 && holds == 0) co_await release(t, Table::inode, object);
}

Code<std::string> name_of_entry(Thread& t, Object entry) {
  const std::uint64_t length = co_await t.load(entry_at(t, entry) + name::length);
  const Bytes bytes = co_await t.read(entry_at(t, entry) + name::bytes, static_cast<std::uint32_t>(length));
  std::string text;
  for (const std::byte letter : *bytes) text.push_back(static_cast<char>(letter));
  co_return text;
}

}   // namespace ssi::dsm_first

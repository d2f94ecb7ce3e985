// Reconciliation of two copies of a directory (Walker et al., SOSP 1983, 4.4): by name, by who has seen whose record.
#include <map>

#include "models/protocol/locus_files/directory.hpp"

namespace ssi::locus {
namespace {

using ByName = std::map<std::string, Entry>;

ByName by_name(const Bytes& contents) {
  ByName out;
  for (Record& record : records_of(contents)) {
    const auto [at, first] = out.try_emplace(record.entry.name, record.entry);
    if (!first && at->second.file == 0) at->second = std::move(record.entry);   // what is there goes before what was
  }
  return out;
}

// Written one behind the other; no record spans pages.
void append(std::vector<std::byte>& to, const Entry& entry) {
  const Record place = place_for(std::make_shared<const std::vector<std::byte>>(), entry.name, false);
  std::uint64_t at = to.size();
  if (at / kPage != (at + place.bytes - 1) / kPage) at = (at / kPage + 1) * kPage;
  to.resize(at);
  const Bytes bytes = record_bytes({entry, at, place.bytes});
  to.insert(to.end(), bytes->begin(), bytes->end());
}

class Merge {
 public:
  Merge(const DirectoryCopy& one, const DirectoryCopy& other, const std::set<FileId>& kept, Stamp stamp)
      : one_(one), other_(other), kept_(kept), stamp_(stamp) {}

  MergedDirectory run() {
    const ByName ours = by_name(one_.contents), theirs = by_name(other_.contents);
    for (const auto& [name, entry] : ours)
      if (const auto also = theirs.find(name); also != theirs.end()) both(entry, also->second);
      else alone(entry, other_.version);
    for (const auto& [name, entry] : theirs)
      if (!ours.contains(name)) alone(entry, one_.version);
    return written();
  }

 private:
  // The other copy has no such record: it is new, or that copy has had it and has used its place again.
  void alone(const Entry& entry, const VersionVector& others) {
    if (!entry.changed.in(others) || kept_.contains(entry.file)) put(entry);
  }
  void both(const Entry& a, const Entry& b) {
    const bool seen_a = a.changed.in(other_.version), seen_b = b.changed.in(one_.version);
    if (a.file == b.file) return put(seen_b ? a : b);
    const Entry& newer = seen_a && !seen_b ? b : a;
    const Entry& older = &newer == &a ? b : a;
    const bool concurrent = seen_a == seen_b;
    if (newer.file == 0 && (concurrent || kept_.contains(older.file))) return put(older);   // what was changed stays
    const bool stays = newer.file != 0 && kept_.contains(older.file);                       // its name was given to another one
    if ((!concurrent && !stays) || older.file == 0) return put(newer);
    out_.conflicts.push_back(a.name);
    for (const Entry* entry : {&a, &b}) put(renamed(*entry));
  }
  Entry renamed(Entry entry) const {
    const Name file = Name::of(entry.file);
    std::string behind = "@" + std::to_string(file.pool.value) + "." + std::to_string(file.number);
    entry.name = entry.name.substr(0, kLongestName - behind.size()) + behind;
    entry.changed = stamp_;
    return entry;
  }
  void put(const Entry& entry) { merged_[entry.name] = entry; }

  // A file that both sides have renamed keeps one name, the first.
  MergedDirectory written() {
    std::vector<std::byte> bytes;
    std::set<FileId> named;
    for (auto& [name, entry] : merged_) {
      if (entry.file != 0 && !named.insert(entry.file).second) entry = {0, false, name, stamp_};
      out_.entries += entry.file != 0;
      append(bytes, entry);
    }
    out_.contents = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
    return std::move(out_);
  }

  const DirectoryCopy &one_, &other_;
  const std::set<FileId>& kept_;
  Stamp stamp_;
  ByName merged_;
  MergedDirectory out_;
};

}   // namespace

MergedDirectory merge_directories(const DirectoryCopy& one, const DirectoryCopy& other, const std::set<FileId>& kept, Stamp merged) {
  return Merge(one, other, kept, merged).run();
}

}   // namespace ssi::locus

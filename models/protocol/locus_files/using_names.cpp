// The using site: directories that are searched without a lock, and new files.
#include "models/base/check.hpp"
#include "models/protocol/locus_files/storing.hpp"
#include "models/protocol/locus_files/using.hpp"

namespace ssi::locus {

using vnode::Reply;

// An internal open, which locks nothing, and then page by page. A directory that is stored here and has no newer version on its way to
// here is searched without a message.
void Using::search(std::uint64_t id, Wire& wire) {
  Task& task = tasks_.at(id);
  const FileId file = std::get<Search>(task.operation).directory;
  if (!task.inode) {
    wire.at.out.work(wire.settings.costs.lookup);
    const InodePtr own = wire.own.pack().committed(file);
    if (!wire.here(Test::search, own && wire.own.searchable(file))) return open(id, file, Mode::search, wire);
    task.inode = own;
    task.storage = self_;
  }
  if (task.inode->deleted) return fail(id, Errno::enoent, wire);
  if (!task.inode->directory) return fail(id, Errno::enotdir, wire);
  if (task.page < task.inode->pages()) {
    ask(id, Test::page, task.storage, ReadPage{file, task.page, ReadPage::For::search, {}}, wire);
    return;
  }
  Reply reply;
  reply.attributes = task.inode->attributes(file);
  if (std::get<Search>(task.operation).name) reply = Reply::fail(Errno::enoent);
  finish(id, std::move(reply), wire);
}

void Using::searched(std::uint64_t id, const PageData& data, Wire& wire) {
  Task& task = tasks_.at(id);
  wire.at.out.work(wire.settings.costs.page);
  if (data.error != Errno::none) return fail(id, data.error == Errno::estale ? Errno::enoent : data.error, wire);
  const Search search = std::get<Search>(task.operation);
  if (!search.name) {
    for (Record& record : records_of(data.data, data.page * kPage))
      if (record.entry.file != vnode::kNoFile) task.records.push_back(std::move(record));
  } else if (auto found = find_entry(data.data, *search.name, data.page * kPage)) {
    Reply reply;
    reply.attributes.file = found->entry.file;
    reply.attributes.directory = found->entry.directory;
    task.records.push_back(std::move(*found));
    return finish(id, std::move(reply), wire);
  }
  ++task.page;
  this->search(id, wire);
}

// A new file is stored where its directory is: here first, if possible, then at the CSS, then at the others. A directory is stored at all
// of them, since who searches below it needs it.
void Using::make(std::uint64_t id, const MakeNew& make, Wire& wire) {
  const bool same_group = make.filegroup == Name::of(make.parent).filegroup;
  std::vector<NodeId> of_parent = same_group ? make.parent_inode->sites : wire.settings.packs_of(make.filegroup), sites;
  const NodeId css = wire.settings.css_of(make.filegroup);
  const auto add = [&](NodeId site) {
    const bool may = wire.settings.is_member(site) && std::find(of_parent.begin(), of_parent.end(), site) != of_parent.end();
    const bool has = std::find(sites.begin(), sites.end(), site) != sites.end();
    if (may && !has && (make.directory || sites.size() < wire.settings.copies)) sites.push_back(site);
  };
  add(self_);
  add(css);
  for (std::size_t i = 0; i < of_parent.size(); ++i) add(of_parent[(self_.value + i) % of_parent.size()]);
  if (sites.empty()) return fail(id, Errno::eio, wire);   // none of its packs is in this partition set
  Inode inode{.directory = make.directory};
  if (make.directory) inode.parent = make.parent;
  inode.sites = std::move(sites);
  const bool here = inode.sites.front() == self_;
  auto made = std::make_shared<const Inode>(std::move(inode));
  if (wire.here(Test::create, here)) {
    const TxnId txn{++txns_};
    asked_.emplace(txn, Asked{id, self_});
    wire.send(self_, txn, MakeFile{make.filegroup, std::move(made)}, tasks_.at(id).cause);
  } else {
    ask(id, Test::open, css, CreateRequest{vnode::kNoFile, make.filegroup, std::move(made)}, wire);
  }
}

}   // namespace ssi::locus

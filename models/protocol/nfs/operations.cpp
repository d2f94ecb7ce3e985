// Each operation of the layer above, as the phases it goes through: it is called again when what it waited for has come.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/protocol/nfs/client.hpp"

namespace ssi::nfs {

struct Client::Step {
  Client& client;
  std::uint64_t id;
  Task& task;
  vnode::Context& at;

  File& file(FileId file) const { return client.files_[file]; }
  void done(vnode::Reply reply) const { client.answer(id, std::move(reply), at); }
  void ask(Message call) const { client.ask(std::move(call), task.cause, id, at); }
  // Once: asks, and hands the answer on as it is. True: it has come and is good.
  template <class C>
  bool simple(C call) const {
    if (task.phase++ == 0) return ask(std::move(call)), false;
    if (task.reply.good()) return true;
    return done(task.reply), false;
  }
  // What was written behind is at the server; a failure of it is told once.
  bool flushed(FileId which) const {
    if (client.write_back(which, task.cause, at)) return task.waits = file(which).writing, task.phase |= 64, false;
    return true;
  }
  bool told_loss(FileId which) const {
    const Errno lost = std::exchange(file(which).lost, Errno::none);
    if (lost != Errno::none) done(vnode::Reply::info(lost));
    return lost != Errno::none;
  }
  vnode::Reply known(FileId which) const {
    vnode::Reply reply;
    reply.attributes = file(which).attributes;
    return reply;
  }
  void changed(FileId directory) const { file(directory).checked.reset(); }

  void operator()(const vnode::Lookup& lookup) const {
    const auto name = client.names_.find({lookup.directory, lookup.name});
    if (task.phase == 0 && name != client.names_.end() && client.believed(lookup.directory, at.now) &&
        client.believed(name->second, at.now))
      return done(known(name->second));
    if (!simple(LookupCall{lookup})) return;
    client.names_[{lookup.directory, lookup.name}] = task.reply.attributes.file;
    if (!file(lookup.directory).checked) file(lookup.directory).checked = at.now;
    done(known(task.reply.attributes.file));
  }

  void operator()(const vnode::GetAttributes& get) const {
    if ((task.phase & 63) == 0 && !flushed(get.file)) return;
    task.phase &= 63;
    if (task.phase == 0 && client.believed(get.file, at.now)) return done(known(get.file));
    if (simple(GetattrCall{get})) done(known(get.file));
  }

  void operator()(const vnode::Open& open) const {
    if (!simple(GetattrCall{{open.file}})) return;
    ++file(open.file).opens;
    done(known(open.file));
  }

  void operator()(const vnode::Read& read) const {
    task.phase &= 63;
    if (task.phase == 0 && !flushed(read.file)) return;
    if (task.phase == 0 && !client.believed(read.file, at.now)) {
      task.phase = 1;
      return ask(GetattrCall{{read.file}});
    }
    if (!task.reply.good()) return done(task.reply);
    if (task.phase <= 1) {
      task.phase += 2;
      const std::uint64_t size = file(read.file).attributes.size;
      const std::uint64_t end = std::min(read.offset + read.count, size);
      for (std::uint64_t index = read.offset / kBlock; index * kBlock < end; ++index) {
        const auto cached = file(read.file).blocks.find(index);
        if (cached != file(read.file).blocks.end()) task.blocks.emplace(index, cached->second.data);
        else ask(ReadCall{{read.file, index * kBlock, kBlock}});
      }
      if (!task.waits.empty()) return;
      if (task.phase == 2) task.phase = 0;   // all of it was here
    }
    done(client.assemble(task, read, at));
  }

  void operator()(const vnode::Write& write) const {
    if (task.phase < 8 && told_loss(write.file)) return;
    if (task.phase == 0 && write.append) {   // the end may be known wrongly: version 2 has no append
      task.phase = 1;
      return ask(GetattrCall{{write.file}});
    }
    if (!task.reply.good()) return done(task.reply);
    if (task.phase < 8) {
      vnode::Write now = write;
      if (write.append) now.offset = file(write.file).attributes.size;
      client.patch(file(write.file), now);
      at.out.work(client.costs_.copy_per_kib * static_cast<std::int64_t>((size_of(write.data) + 1023) / 1024));
      task.reply = known(write.file);
      task.reply.value = now.offset + size_of(write.data);
      if (file(write.file).dirty.size() < client.settings_.behind_max) return done(task.reply);
    }
    task.phase = 8;
    if (client.write_back(write.file, task.cause, at)) return void(task.waits = file(write.file).writing);
    if (!told_loss(write.file)) done(task.reply);
  }

  void operator()(const vnode::Sync& sync) const {
    if (flushed(sync.file) && !told_loss(sync.file)) done({});
  }

  void operator()(const vnode::Close& close) const {
    if (!flushed(close.file)) return;
    File& closed = file(close.file);
    if ((task.phase & 1) == 0) {
      task.phase |= 1;
      SSI_CHECK(closed.opens > 0, "a file is closed more often than opened");
      if (--closed.opens == 0 && closed.silly) {
        const auto [directory, name] = *std::exchange(closed.silly, std::nullopt);
        return ask(RemoveCall{{directory, name}});
      }
    }
    if (!told_loss(close.file)) done({});
  }

  void operator()(const vnode::SetSize& set) const {
    if ((task.phase & 63) == 0 && !flushed(set.file)) return;
    task.phase &= 63;
    if (!simple(SetattrCall{set})) return;
    client.blocks_ -= file(set.file).blocks.size();
    file(set.file).blocks.clear();
    done(known(set.file));
  }

  void operator()(const vnode::Create& create) const {
    if (!simple(CreateCall{create})) return;
    client.names_[{create.directory, create.name}] = task.reply.attributes.file;
    changed(create.directory);
    done(known(task.reply.attributes.file));
  }

  // A file that is open here is only renamed, and removed when it is closed (the "silly rename" of NFS clients). Who has it open on
  // another node gets ESTALE.
  void operator()(const vnode::Remove& remove) const {
    const auto name = client.names_.find({remove.directory, remove.name});
    if (task.phase == 0 && name != client.names_.end() && file(name->second).opens > 0 && !file(name->second).silly) {
      const std::string hidden = ".nfs" + std::to_string(client.self_.value) + "." + std::to_string(++client.silly_);
      file(name->second).silly = {remove.directory, hidden};
      client.names_.erase(name);
      task.phase = 1;
      return ask(RenameCall{{remove.directory, remove.name, remove.directory, hidden}});
    }
    if (!simple(RemoveCall{remove})) return;
    client.forget_name(remove.directory, remove.name);
    changed(remove.directory);
    done(task.reply);
  }

  void operator()(const vnode::Rename& rename) const {
    if (!simple(RenameCall{rename})) return;
    client.forget_name(rename.from_directory, rename.from);
    client.forget_name(rename.to_directory, rename.to);
    changed(rename.from_directory);
    changed(rename.to_directory);
    done(task.reply);
  }

  void operator()(const vnode::ReadDirectory& list) const {
    if (simple(ReaddirCall{list})) done(task.reply);
  }
  void operator()(const vnode::Lock&) const { SSI_CHECK(false, "NFS version 2 has no locks"); }
};

void Client::advance(std::uint64_t id, vnode::Context& at) {
  Task& task = tasks_.at(id);
  std::visit([&](const auto& operation) { Step{*this, id, task, at}(operation); }, task.operation);
}

}   // namespace ssi::nfs

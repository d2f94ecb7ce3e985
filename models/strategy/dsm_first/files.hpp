// Files of the one kernel: names, inodes and contents in shared memory; the disk belongs to one node, and I/O is forwarded to it. Nothing
// is evicted, so the disk is written only: what commit() has made durable. The image does not survive its nodes, so it is never read.
#pragma once
#include "models/strategy/dsm_first/proc.hpp"

namespace ssi::dsm_first {

// ---- names.cpp; each call holds the name lock

Code<> do_open(Thread& t, const Open& open);
Code<> do_create(Thread& t, const std::string& path, bool is_directory);
Code<> do_unlink(Thread& t, const Unlink& unlink);
Code<> do_rename(Thread& t, const Rename& rename);
Code<> do_read_directory(Thread& t, const ReadDirectory& read);
Code<> do_stat(Thread& t, const Stat& stat);

// ---- inodes.cpp; with the name lock

inline Word inode_at(Thread& t, Object object) { return t.at(Table::inode, object); }
inline Word name_lock(Thread& t) { return t.at(Table::kernel, kNameLock); }
Code<Object> root(Thread& t);
Code<Object> make_inode(Thread& t, bool is_directory, Object parent);
Code<Object> find_entry(Thread& t, Object directory, const std::string& name);   // Table::name
Code<Object> inode_of(Thread& t, Object directory, const std::string& name);
Code<> add_entry(Thread& t, Object directory, const std::string& name, Object inode);
Code<> remove_entry(Thread& t, Object directory, Object entry);
Code<> unlink_inode(Thread& t, Object directory, Object inode);
Code<> free_if_unlinked(Thread& t, Object inode);
Code<std::string> name_of_entry(Thread& t, Object entry);

// ---- contents.cpp

Code<> truncate(Thread& t, Object inode);
Code<> read_file(Thread& t, Object entry, std::uint64_t count);   // these end the call
Code<> write_file(Thread& t, Object entry, const Bytes& data);
Code<> do_seek(Thread& t, const Seek& seek);
Code<> do_commit(Thread& t, const Commit& commit);
Code<> do_lock_file(Thread& t, const LockFile& request);
Code<> close_file(Thread& t, Object entry);    // its last reference has gone
Code<> write_back(Thread& t, Extent extent);   // on the node of the disk

// Flags of an open file.
enum OpenFlag : std::uint64_t { kReads = 1, kWrites = 2, kAppends = 4, kIsDirectory = 8 };

}   // namespace ssi::dsm_first

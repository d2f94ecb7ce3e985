// The words of the kernel's objects.
#pragma once
#include <cstdint>

#include "models/strategy/dsm_first/layout.hpp"

namespace ssi::dsm_first {

// Table::kernel, word by object.
enum Global : Object {
  kTaskLock = 1,   // of the task list, relations, groups and signals: Linux 2.4's tasklist_lock
  kTasks,          // words: the first task, the last, how many
  kLastPid,
  kSocketLock,      // of the listeners and their backlogs; then the first of them
  kSegmentLock,     // of the list of segments; then the first, and the last id
  kSemaphoreLock,   // of the list of semaphores, mutexes and barriers; then the first
  kNameLock         // of all directories: Linux 2.4's dcache_lock; then the last inode number
};

// Table::process.
namespace process {
enum Field : std::uint32_t {
  link,    // of free entries
  state,   // State
  pid,
  parent,   // object
  status,
  group,
  session,
  node,
  stopped,
  pending,        // how often each signal was sent that was not acted on: 6 bits each
  dispositions,   // 2 bits each
  todo,           // Todo bits for the node that it runs on
  next_todo,
  first_child,
  next_sibling,
  previous_sibling,
  next_in_bucket,
  next_task,
  previous_task,
  next_in_queue,
  previous_in_queue,
  waits,   // in wait(): for a child
  next_waiter,
  program,   // workload and program
  argument,
  second_argument,
  descriptors,
  attachments,
  goes_to,   // a migration's node + 1
  granted,   // what it waited for is its own: 1 + status
  moved      // it, or a process that had the entry before, has changed nodes
};
enum State : std::uint64_t { unused, living, exiting, zombie };
enum Todo : std::uint64_t { start = 1, wake = 2, signals = 4, arrive = 8, depart = 16, exec_there = 32, arrive_in_call = 64 };
}   // namespace process

// Table::descriptors: a word for each number; an open file. It is touched by its process only.
inline constexpr std::int32_t kDescriptors = 128;

// Table::open_file: behind descriptors, shared across fork.
namespace open_file {
enum Field : std::uint32_t {
  lock,
  lock_2,
  references,
  kind,
  in,
  out,
  offset,
  flags,
  locked,
  next,
  first_arrived,
  arrived,
  backlog,
  name,
  first_waiter,
  last_waiter
};
enum Kind : std::uint64_t { none, file, reading, writing, socket, listener };
}   // namespace open_file

// Table::channel: one direction of bytes; positions grow for ever.
namespace channel {
enum Field : std::uint32_t {
  lock,
  lock_2,
  number,
  readers,
  writers,
  read_to,
  written_to,
  capacity,
  atomic,
  first_reader,
  last_reader,
  first_writer,
  last_writer
};
}

namespace segment {
enum Field : std::uint32_t { link, next, number, key, bytes, attached, removed };
}
namespace attachment {
enum Field : std::uint32_t { link, next, segment, times };
}
namespace semaphore {   // and mutex, and barrier
enum Field : std::uint32_t { lock, lock_2, next, kind, key, value, arrived, first_waiter, last_waiter };
}

namespace inode {
enum Field : std::uint32_t {
  lock,   // of contents, size and locks; the rest is the name lock's
  lock_2,
  number,
  size,   // bytes; of a directory: entries
  links,
  directory,
  first_entry,
  holds,   // open-file entries
  data,    // number of its pages in the page cache; another one after a truncation
  dirty_from,
  dirty_to,   // bytes that are not on the disk; from >= to: none
  shared,     // flock: how many
  exclusive,
  first_waiter,
  last_waiter,
  parent   // of a directory
};
}
// Table::name: an entry of a directory.
namespace name {
enum Field : std::uint32_t { next, inode, length, hash, bytes };
inline constexpr std::uint32_t kBytes = (32 - bytes) * kWordBytes;
}   // namespace name

// Table::run_queue: behind its lock the list of a node's processes; without it what the node has to look at.
namespace run_queue {
enum Field : std::uint32_t { lock, lock_2, first, last, length, todo, clock };
}

}   // namespace ssi::dsm_first

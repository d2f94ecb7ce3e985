// Files: what a program may ask, as in POSIX.1-2017. Paths are absolute. `file` is a descriptor of the caller; offsets belong to
// the open-file entry that fork shares. Counts and offsets are bytes and come back in Result::value.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "models/port/bytes.hpp"

namespace ssi {

struct OpenFlags {
  bool read = true, write = false;
  bool append = false, create = false, exclusive = false, truncate = false;
};

struct Open {
  std::string path;
  OpenFlags flags;
};   // returns a descriptor
struct Close {
  std::int32_t file{};
};   // of a file, a pipe's end or a socket
struct Read {
  std::int32_t file{};
  std::uint64_t count{};
};   // Result::bytes(); short or empty at the end. Of a channel: as Receive
struct Write {
  std::int32_t file{};
  Bytes data;
};   // returns how many bytes were written. Of a channel: as Send
struct Seek {
  enum class From : std::uint8_t { start, current, end };
  std::int32_t file{};
  std::int64_t offset{};
  From from = From::start;
};   // returns the new offset
struct Commit {
  std::int32_t file{};
};   // fsync; what was written before is durable
struct Create {
  std::string path;
};   // an empty file; EEXIST when there is one
struct Unlink {
  std::string path;
};   // of a file, or of an empty directory
struct Rename {
  std::string from, to;
};
struct MakeDirectory {
  std::string path;
};
struct ReadDirectory {
  std::string path;
};   // Result::names(), ascending
struct Stat {
  std::string path;
};   // Result::stat()
struct LockFile {
  enum class Kind : std::uint8_t { shared, exclusive, unlock };
  std::int32_t file{};
  Kind kind = Kind::exclusive;
  bool no_wait = false;   // EAGAIN instead of waiting
};                        // flock: of the whole file, held by the open-file entry

struct FileStat {
  std::uint64_t inode{}, size{};
  std::uint32_t links{};
  bool directory = false;
  friend auto operator<=>(const FileStat&, const FileStat&) = default;
};

}   // namespace ssi

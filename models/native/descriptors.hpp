// Each process's descriptors: small numbers that stand for an open-file entry or a channel's end. The entries themselves, and how
// many descriptors refer to each, are the business of the part of the kernel that made them.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/port/calls.hpp"

namespace ssi::native {

inline constexpr std::int32_t kMaxDescriptors = 1024;   // of a process; POSIX OPEN_MAX is at least 20

struct Description {
  CallClass part = CallClass::file;   // that serves it: file or channel
  std::uint64_t entry{};              // of that part
  friend auto operator<=>(const Description&, const Description&) = default;
};

class Descriptors {
 public:
  std::optional<std::int32_t> install(Pid pid, Description description);    // the lowest free number; empty: EMFILE
  void install_at(Pid pid, std::int32_t number, Description description);   // of a process that arrives; must be free
  const Description* find(Pid pid, std::int32_t number) const;              // nullptr: EBADF
  std::optional<Description> remove(Pid pid, std::int32_t number);
  const std::map<std::int32_t, Description>& of(Pid pid) const;
  void copy(Pid from, Pid to);   // fork: the parts count the new references
  void drop(Pid pid);            // the process has ended or left: the parts have dropped their references
  void hash_into(StateHash& hash) const;

 private:
  std::map<Pid, std::map<std::int32_t, Description>> table_;   // no empty inner maps
};

}   // namespace ssi::native

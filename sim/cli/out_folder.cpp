#include "sim/cli/out_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "sim/cli/exit_code.hpp"
#include "sim/report/write_file.hpp"

namespace ssi::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::array kOurs{"results.json", "perf.json", "runs", ".partial"};

[[noreturn]] void fail(const std::string& path, const std::string& reason) { throw UserError(path + ": " + reason); }

void check_replaceable(const fs::path& path) {
  if (!fs::exists(path)) return;
  if (!fs::is_directory(path)) fail(path, "is not a folder");
  bool empty = true;
  for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
    const std::string name = entry.path().filename();
    if (std::find(kOurs.begin(), kOurs.end(), name) == kOurs.end())
      fail(path,
           fmt::format("holds {}, which is no part of a result, and would be replaced whole (choose another folder with --out)", name));
    empty &= name == ".partial";
  }
  if (!empty && !fs::exists(path / "results.json"))
    fail(path, "is not empty, and holds no results.json, so it is no earlier result (choose another folder with --out)");
}

// A mount point, and the folder in which we or the user's shell stand, keep their place.
bool must_stay(const fs::path& path) {
  if (!fs::exists(path)) return false;
  struct stat own {};
  struct stat parent {};
  if (::stat(path.c_str(), &own) != 0 || ::stat(path.parent_path().c_str(), &parent) != 0) return true;
  return own.st_dev != parent.st_dev || fs::equivalent(path, fs::current_path()) || ::access(path.parent_path().c_str(), W_OK) != 0;
}

}   // namespace

std::string path_component(const std::string& name) {
  std::string out;
  for (char c : name) {
    const bool plain = static_cast<unsigned char>(c) >= 0x20 && c != 0x7f && c != '/' && c != '%' && !(c == '.' && out.empty());
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out.empty() ? "%" : out;
}

OutFolder::OutFolder(const std::string& wanted) try {
  const fs::path path = fs::weakly_canonical(fs::absolute(wanted)).lexically_normal();
  path_ = path.filename().empty() ? path.parent_path() : path;
  check_replaceable(path_);
  fs::create_directories(fs::path(path_).parent_path());
  inside_ = must_stay(path_);
  staging_ = inside_ ? fs::path(path_) / ".partial"
                     : fs::path(path_).parent_path() / fmt::format(".{}.partial", fs::path(path_).filename().string());
  fs::create_directory(staging_);
  lock_ = ::open(staging_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ < 0) fail(staging_, std::strerror(errno));
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    fail(path_, "another ssisim is writing there");
  }
  for (const fs::directory_entry& left : fs::directory_iterator(staging_)) fs::remove_all(left);   // of one that was killed
} catch (const fs::filesystem_error& problem) { fail(wanted, problem.code().message()); }

OutFolder::~OutFolder() {
  std::error_code ignored;
  fs::remove_all(staging_, ignored);
  ::close(lock_);
}

std::string OutFolder::make_folder(const std::string& relative) {
  const fs::path folder = fs::path(staging_) / relative;
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) fail(folder, problem.message());
  return folder;
}

void OutFolder::commit() {
  try {
    check_replaceable(path_);   // again: the runs may have taken hours
    inside_ ? move_in() : swap_in();
  } catch (const fs::filesystem_error& problem) { fail(path_, problem.code().message()); }
  report::sync_folder(inside_ ? path_ : fs::path(path_).parent_path().string());
}

void OutFolder::swap_in() {
  if (!fs::exists(path_)) return fs::rename(staging_, path_);
  if (::renameat2(AT_FDCWD, staging_.c_str(), AT_FDCWD, path_.c_str(), RENAME_EXCHANGE) == 0)
    return;   // the destructor removes the old one
  if (errno != EINVAL && errno != ENOSYS) fail(path_, std::strerror(errno));
  const std::string old = staging_ + ".old";   // a file system without exchange
  fs::remove_all(old);
  fs::rename(path_, old);
  fs::rename(staging_, path_);
  fs::remove_all(old);
}

void OutFolder::move_in() {
  for (const char* name : {"results.json", "perf.json", "runs"}) fs::remove_all(fs::path(path_) / name);
  for (const char* name : {"runs", "perf.json", "results.json"})
    if (fs::exists(fs::path(staging_) / name)) fs::rename(fs::path(staging_) / name, fs::path(path_) / name);
}

}   // namespace ssi::cli

#include "sim/report/write_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

namespace ssi::report {
namespace {

[[noreturn]] void fail(const std::string& path) { throw WriteError(path + ": " + std::strerror(errno)); }

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : path_(path), number_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (number_ < 0) fail(path_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  void write(std::string_view rest) {
    while (!rest.empty()) {
      const ssize_t written = ::write(number_, rest.data(), rest.size());
      if (written < 0 && errno != EINTR) fail(path_);
      rest.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
  }
  void sync() {
    if (::fsync(number_) != 0 && errno != EINVAL && errno != EROFS) fail(path_);   // EINVAL: a file system that cannot
  }
  void close() {
    if (::close(std::exchange(number_, -1)) != 0) fail(path_);
  }

 private:
  std::string path_;
  int number_;
};

}   // namespace

void write_file(const std::string& path, std::string_view content) {
  const std::string temporary = path + ".tmp";
  try {
    Descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    file.write(content);
    file.sync();
    file.close();
    if (std::rename(temporary.c_str(), path.c_str()) != 0) fail(path);
  } catch (const WriteError&) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_folder(std::filesystem::path(path).parent_path().string());
}

void sync_folder(const std::string& folder) { Descriptor(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY).sync(); }

}   // namespace ssi::report

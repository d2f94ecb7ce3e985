#include "sim/record/stream_file.hpp"

#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace ssi::record {
namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 18;
constexpr const char* kFastest = "wbe1";   // level 6 takes twice the time for a quarter less

}   // namespace

StreamFile::StreamFile(const std::string& path) : path_(path) {
  if (path_.empty()) return;
  errno = 0;
  if (path_.ends_with(".gz")) zip_ = ::gzopen(path_.c_str(), kFastest);
  else file_ = std::fopen(path_.c_str(), "wbe");
  if (!on()) {
    failed();
    return;
  }
  if (file_ != nullptr) std::setvbuf(file_, nullptr, _IOFBF, kBuffer);
  else ::gzbuffer(zip_, kBuffer);
}

StreamFile::~StreamFile() { close(); }

void StreamFile::write(std::string_view bytes) {
  if (file_ != nullptr && ::fwrite_unlocked(bytes.data(), 1, bytes.size(), file_) != bytes.size()) failed();
  if (zip_ != nullptr && ::gzwrite(zip_, bytes.data(), static_cast<unsigned>(bytes.size())) != static_cast<int>(bytes.size())) failed();
}

void StreamFile::close() {
  if (file_ != nullptr && std::fclose(std::exchange(file_, nullptr)) != 0) failed();
  if (zip_ != nullptr && ::gzclose(std::exchange(zip_, nullptr)) != Z_OK) failed();
}

void StreamFile::failed() {
  const int reason = errno;
  if (error_.empty()) error_ = path_ + ": " + std::strerror(reason);
  if (file_ != nullptr) std::fclose(std::exchange(file_, nullptr));
  if (zip_ != nullptr) ::gzclose(std::exchange(zip_, nullptr));
}

}   // namespace ssi::record

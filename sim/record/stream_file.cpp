#include "sim/record/stream_file.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

namespace ssi::record {

StreamFile::StreamFile(const std::string& path) : path_(path) {
  if (path_.empty()) return;
  file_ = std::fopen(path_.c_str(), "wbe");
  if (file_ == nullptr) failed();
  else std::setvbuf(file_, nullptr, _IOFBF, std::size_t{1} << 18);
}

StreamFile::~StreamFile() { close(); }

void StreamFile::write(std::string_view bytes) {
  if (file_ != nullptr && std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) failed();
}

void StreamFile::close() {
  if (file_ != nullptr && std::fclose(std::exchange(file_, nullptr)) != 0) failed();
}

void StreamFile::failed() {
  const int reason = errno;
  if (error_.empty()) error_ = path_ + ": " + std::strerror(reason);
  if (file_ != nullptr) std::fclose(std::exchange(file_, nullptr));
}

}   // namespace ssi::record

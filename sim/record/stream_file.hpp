// A file that is written while a run goes on; compressed when its name ends in ".gz". Never throws: the first failure is kept
// as text and the rest is dropped, so that a full disk cannot change a run; who owns the run asks error() at the end.
#pragma once
#include <cstdio>
#include <string>
#include <string_view>

struct gzFile_s;

namespace ssi::record {

class StreamFile {
 public:
  StreamFile() = default;                         // writes nowhere
  explicit StreamFile(const std::string& path);   // empty: nowhere
  StreamFile(const StreamFile&) = delete;
  StreamFile& operator=(const StreamFile&) = delete;
  ~StreamFile();

  bool on() const { return file_ != nullptr || zip_ != nullptr; }
  void write(std::string_view bytes);
  void close();   // flushes
  const std::string& error() const { return error_; }

 private:
  void failed();

  std::FILE* file_ = nullptr;
  gzFile_s* zip_ = nullptr;   // instead of file_
  std::string path_, error_;
};

}   // namespace ssi::record

// A file that is written while a run goes on. Never throws: the first failure is kept as text and the rest is dropped,
// so that a full disk cannot change a run; who owns the run asks error() at the end.
#pragma once
#include <cstdio>
#include <string>
#include <string_view>

namespace ssi::record {

class StreamFile {
 public:
  StreamFile() = default;                         // writes nowhere
  explicit StreamFile(const std::string& path);   // empty: nowhere
  StreamFile(const StreamFile&) = delete;
  StreamFile& operator=(const StreamFile&) = delete;
  ~StreamFile();

  bool on() const { return file_ != nullptr; }
  void write(std::string_view bytes);
  void close();   // flushes
  const std::string& error() const { return error_; }

 private:
  void failed();

  std::FILE* file_ = nullptr;
  std::string path_, error_;
};

}   // namespace ssi::record

// The program under test, as a shell would start it, in a temporary folder of its own.
#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

namespace ssi::test {

using Words = std::vector<std::string>;

struct Streams {
  std::string out;      // file that gets standard output; "": a file in the folder; "-": closed
  std::string binary;   // "": ssisim
};

class Program {
 public:
  explicit Program(const Words& arguments, const Streams& streams = {});
  ~Program();   // kills it when it still runs
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  std::vector<pid_t> wait_for_children(std::size_t number) const;   // until it has that many at once; oldest first
  void wait_until_default(int signal) const;                        // until it no longer catches this signal
  void send(int signal) const;
  int wait();                // exit code; 128 + signal when it died of one
  std::string out() const;   // after wait()
  std::string error() const;
  std::string folder() const { return folder_; }
  std::string file(const std::string& name) const;   // content of a file in the folder

 private:
  std::vector<pid_t> children() const;

  std::string folder_;
  pid_t pid_ = -1;
  bool over_ = false;
};

std::string read_whole(const std::string& path);
std::string scenario(const std::string& name);   // path of a scenario in tests/cli

}   // namespace ssi::test

#include "tests/cli/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace ssi::test {
namespace {

void open_as(int descriptor, const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (file < 0) ::_exit(126);
  ::dup2(file, descriptor);
  ::close(file);
}

[[noreturn]] void become(const std::string& binary, const Words& arguments, const std::string& folder, const std::string& out) {
  std::vector<char*> words;
  std::string program = binary;
  words.push_back(program.data());
  Words copies = arguments;
  for (std::string& word : copies) words.push_back(word.data());
  words.push_back(nullptr);
  if (::chdir(folder.c_str()) != 0) ::_exit(126);
  open_as(STDERR_FILENO, folder + "/stderr");
  if (out == "-") ::close(STDOUT_FILENO);
  else open_as(STDOUT_FILENO, out.empty() ? folder + "/stdout" : out);
  ::execv(program.c_str(), words.data());
  ::_exit(127);
}

}   // namespace

Program::Program(const Words& arguments, const Streams& streams) {
  folder_ = (std::filesystem::temp_directory_path() / "ssisim-cli-XXXXXX").string();
  if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("no temporary folder");
  pid_ = ::fork();
  if (pid_ == 0) become(streams.binary.empty() ? SSISIM_BINARY : streams.binary, arguments, folder_, streams.out);
}

Program::~Program() {
  if (!over_) {
    send(SIGKILL);
    wait();
  }
  std::filesystem::remove_all(folder_);
}

std::vector<pid_t> Program::children() const {
  std::ifstream list("/proc/" + std::to_string(pid_) + "/task/" + std::to_string(pid_) + "/children");
  std::vector<pid_t> out;
  for (pid_t child = 0; list >> child;) out.push_back(child);
  return out;
}

std::vector<pid_t> Program::wait_for_children(std::size_t number) const {
  for (;;) {
    if (auto found = children(); found.size() == number) return found;
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_)
      throw std::runtime_error("it ended before it had children: " + error());
    ::poll(nullptr, 0, 5);
  }
}

void Program::wait_until_default(int signal) const {
  for (;; ::poll(nullptr, 0, 5)) {
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    std::string caught;
    for (std::string word; status >> word;)
      if (word == "SigCgt:") status >> caught;
    if ((std::stoull(caught, nullptr, 16) >> (signal - 1) & 1) == 0) return;
  }
}

void Program::send(int signal) const { ::kill(pid_, signal); }

int Program::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  over_ = true;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::string Program::out() const { return file("stdout"); }
std::string Program::error() const { return file("stderr"); }
std::string Program::file(const std::string& name) const { return read_whole(folder_ + "/" + name); }

std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string scenario(const std::string& name) { return std::string(SSISIM_SOURCE_DIR) + "/tests/cli/" + name; }

}   // namespace ssi::test

#include "sim/cli/paje.hpp"

#include <array>
#include <filesystem>
#include <fstream>

#include "sim/record/stream_file.hpp"

namespace ssi::cli {
namespace {

std::string plain(const std::string& path) { return path.ends_with(".gz") ? path.substr(0, path.size() - 3) : path; }

// The last lines of a whole file destroy containers: "7 <time> <type> <container>".
bool is_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  std::array<char, 128> tail{};
  const std::streamoff size = std::min<std::streamoff>(file.tellg(), tail.size());
  if (size <= 1 || !file.seekg(-size, std::ios::end).read(tail.data(), size)) return false;
  const std::string_view text(tail.data(), static_cast<std::size_t>(size));
  const std::size_t line = text.rfind('\n', text.size() - 2);
  return text.ends_with('\n') && text.substr(line == std::string_view::npos ? 0 : line + 1).starts_with("7 ");
}

}   // namespace

std::vector<std::string> with_paje(std::vector<std::string> simgrid_arguments, const std::string& path) {
  if (path.empty()) return simgrid_arguments;
  for (const char* setting : {"tracing:yes", "tracing/platform:yes", "tracing/uncategorized:yes", "tracing/precision:9"})
    simgrid_arguments.push_back(std::string("--cfg=") + setting);
  simgrid_arguments.push_back("--cfg=tracing/filename:" + plain(path));
  return simgrid_arguments;
}

std::string close_paje(const std::string& path) {
  if (path.empty()) return "";
  if (!is_whole(plain(path))) return plain(path) + ": SimGrid did not write it to its end (is the disk full?)";
  if (plain(path) == path) return "";
  std::ifstream in(plain(path), std::ios::binary);
  record::StreamFile out(path);
  std::array<char, std::size_t{1} << 16> block;
  while (in.read(block.data(), block.size()) || in.gcount() > 0) out.write({block.data(), static_cast<std::size_t>(in.gcount())});
  out.close();
  std::error_code ignored;
  std::filesystem::remove(plain(path), ignored);
  return out.error();
}

}   // namespace ssi::cli

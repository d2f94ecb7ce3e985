// Pipes and sockets as one would first write them down: descriptors are looked through for who has what open, and everybody who
// waits is tried again after each step. Held against native::Channels.
#pragma once
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/port/calls.hpp"

namespace ssi::native {

struct ChannelModel {
  struct Wish {
    std::uint64_t call;
    int pid;
    std::string text;   // to write
    std::size_t done = 0, count = 0;
  };
  struct Line {
    std::size_t capacity, atomic;
    std::string bytes{};
    std::deque<Wish> writers{}, readers{};
  };
  struct End {
    int in = -1, out = -1;   // lines
    std::string listens{};
    std::size_t backlog = 0;
    std::deque<int> arrived{};   // ends
    std::deque<Wish> accepting{};
  };

  std::map<int, std::map<int, int>> open;   // process, descriptor, end
  std::vector<Line> lines;
  std::vector<End> ends;
  std::set<int> ignores_pipe, to_die;
  std::map<std::uint64_t, std::string> answers;

  int install(int pid, int end) {
    int number = 0;
    while (open[pid].contains(number)) ++number;
    open[pid][number] = end;
    return number;
  }
  int end_at(int pid, int number) { return open[pid].contains(number) ? open[pid][number] : -1; }
  bool is_open(int end) const {
    for (const auto& [pid, own] : open)
      for (const auto& [number, at] : own)
        if (at == end) return true;
    for (std::size_t other = 0; other < ends.size(); ++other)
      for (int arrived : ends[other].arrived)
        if (arrived == end && is_open(static_cast<int>(other))) return true;
    return false;
  }
  bool somebody(int line, bool reads) const {
    for (std::size_t end = 0; end < ends.size(); ++end)
      if ((reads ? ends[end].in : ends[end].out) == line && is_open(static_cast<int>(end))) return true;
    return false;
  }
  int listener(const std::string& name) const {
    for (std::size_t end = 0; end < ends.size(); ++end)
      if (ends[end].listens == name && is_open(static_cast<int>(end))) return static_cast<int>(end);
    return -1;
  }

  void try_all() {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t line = 0; line < lines.size(); ++line) moved |= try_line(static_cast<int>(line));
      for (End& end : ends)
        for (; !end.accepting.empty() && !end.arrived.empty(); moved = true) {
          answers[end.accepting.front().call] = "fd " + std::to_string(install(end.accepting.front().pid, end.arrived.front()));
          end.accepting.pop_front();
          end.arrived.pop_front();
        }
    }
  }

  bool try_line(int number) {
    Line& line = lines[static_cast<std::size_t>(number)];
    if (!line.writers.empty() && !somebody(number, true)) {
      const Wish writer = line.writers.front();
      line.writers.pop_front();
      answers[writer.call] = "EPIPE";
      if (!ignores_pipe.contains(writer.pid)) to_die.insert(writer.pid);
      return true;
    }
    if (!line.writers.empty()) {
      Wish& writer = line.writers.front();
      const std::size_t room = line.capacity - line.bytes.size();
      if (writer.text.size() > line.atomic || writer.text.size() <= room) {
        const std::string part = writer.text.substr(writer.done, room);
        line.bytes += part;
        writer.done += part.size();
        const bool whole = writer.done == writer.text.size();
        if (whole) answers[writer.call] = "count " + std::to_string(writer.done);
        if (whole) line.writers.pop_front();
        if (whole || !part.empty()) return true;
      }
    }
    if (line.readers.empty() || (line.bytes.empty() && (somebody(number, false) || !line.writers.empty()))) return false;
    answers[line.readers.front().call] = "read " + line.bytes.substr(0, line.readers.front().count);
    line.bytes.erase(0, line.readers.front().count);
    line.readers.pop_front();
    return true;
  }

  void forget(int pid, bool answered) {   // what it waits for
    auto from = [&](std::deque<Wish>& wishes) {
      for (const Wish& wish : wishes)
        if (wish.pid == pid && answered) answers[wish.call] = wish.done > 0 ? "count " + std::to_string(wish.done) : "EINTR";
      std::erase_if(wishes, [&](const Wish& wish) { return wish.pid == pid; });
    };
    for (Line& line : lines) {
      from(line.writers);
      from(line.readers);
    }
    for (End& end : ends) from(end.accepting);
  }
};

}   // namespace ssi::native

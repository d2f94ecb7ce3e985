// The client: a file system whose files are on the server. Caches of names, attributes and blocks of 8 KiB, believed for a time that the
// settings give; what is written goes out behind the writer and is all at the server when the file is closed. A file that is opened is
// asked for afresh (close-to-open). Nothing else is promised between nodes: sizes and appends race, locks are each node's own.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "models/port/vnode.hpp"
#include "models/protocol/nfs/messages.hpp"

namespace ssi::nfs {

struct Settings {
  Duration attribute_timeout{3'000'000'000};   // of files and directories (acregmin of SunOS and Linux)
  std::uint64_t cache_blocks = 4096;           // of 8 KiB
  std::uint64_t behind_max = 8;                // blocks of a file that are written behind before a writer sends them (biods: estimate)
  bool hard = true;                            // ask again for ever, or fail with EIO after `retries`
  Duration retry{1'000'000'000};               // after a circuit broke
  std::uint32_t retries = 3;
  std::optional<std::uint32_t> site{};   // a request that leaves is noted as shipped there
};
struct Costs {
  Duration lookup, io, page, copy_per_kib;   // as those of a local file system
};

inline constexpr std::uint64_t kBlock = 8192;   // RFC 1094, 2.3.1: MAXDATA

class Client final : public vnode::FileSystem {
 public:
  Client(NodeId self, NodeId server, const Settings& settings, const Costs& costs)
      : self_(self), server_(server), settings_(settings), costs_(costs) {}

  void begin(std::uint64_t token, const vnode::Operation& operation, CallId cause, vnode::Context& at) override;
  bool message(const ssi::Message& message, vnode::Context& at) override;
  bool timer(const TimerEvent& event, vnode::Context& at) override;
  void circuit_broken(const CircuitBroken& broken, vnode::Context& at) override;

  bool quiet() const { return tasks_.empty() && asked_.empty(); }
  void check_invariants() const override;
  std::unique_ptr<vnode::FileSystem> clone() const override { return std::make_unique<Client>(*this); }
  void hash_into(StateHash& hash) const override;
  void describe(StateDump& out) const override;

 private:
  using FileId = vnode::FileId;
  struct Block {
    Bytes data;
    std::uint64_t used{};
  };
  struct Dirty {
    std::uint64_t offset{};
    std::vector<std::byte> data;
  };
  // What is known of a file.
  struct File {
    vnode::Attributes attributes{};
    std::optional<Instant> checked{};   // when the server said so
    std::map<std::uint64_t, Block> blocks{};
    std::vector<Dirty> dirty{};   // in the order of writing, not yet sent
    std::set<TxnId> writing{};    // sent, not yet answered
    Errno lost = Errno::none;     // a write behind that failed: told at the next write, commit or close
    std::uint32_t opens{};
    std::optional<std::pair<FileId, std::string>> silly{};   // removed while open here: renamed to this, to be removed at the last close
  };
  // A call of the layer above: `phase` counts what it has been through.
  struct Task {
    std::uint64_t token{};
    CallId cause;
    vnode::Operation operation;
    int phase = 0;
    std::set<TxnId> waits{};
    vnode::Reply reply{};                      // of the last answer
    std::map<std::uint64_t, Bytes> blocks{};   // of a read
  };
  struct Asked {
    Message call;
    CallId cause;
    std::uint64_t task{};   // 0: none
    std::uint32_t attempts = 1;
  };
  struct Step;

  TxnId ask(Message call, CallId cause, std::uint64_t task, vnode::Context& at);
  void answer(std::uint64_t task, vnode::Reply reply, vnode::Context& at);
  void advance(std::uint64_t task, vnode::Context& at);
  void replied(TxnId txn, const vnode::Reply& reply, vnode::Context& at);
  void absorb(const Asked& asked, TxnId txn, const vnode::Reply& reply, vnode::Context& at);

  bool believed(FileId file, Instant now) const;
  void learn(const vnode::Attributes& attributes, Instant now, bool ours);
  void keep(FileId file, std::uint64_t index, Bytes data);
  void trim();
  bool write_back(FileId file, CallId cause, vnode::Context& at);   // false: nothing is under way
  void patch(File& file, const vnode::Write& write);
  vnode::Reply assemble(const Task& task, const vnode::Read& read, vnode::Context& at);
  void forget_name(FileId directory, const std::string& name) { names_.erase({directory, name}); }

  NodeId self_, server_;
  Settings settings_;
  Costs costs_;
  std::map<FileId, File> files_;
  std::map<std::pair<FileId, std::string>, FileId> names_;
  std::map<std::uint64_t, Task> tasks_;
  std::map<TxnId, Asked> asked_;
  std::uint64_t started_ = 0, uses_ = 0, blocks_ = 0, silly_ = 0;
  std::uint64_t timer_generation_ = 0;
  bool timer_set_ = false;
};

}   // namespace ssi::nfs

// A node that uses the file system, the server's node too. A call pins the tokens it needs until it is over: the inode's first, then the
// pages'; a recall of what is pinned waits. A write of several pages, an append or one behind the end takes the inode for writing, so
// that it is atomic; everything else takes it for reading. Calls on one file go one after the other on each node.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "models/protocol/cfs/messages.hpp"
#include "models/protocol/cfs/table.hpp"

namespace ssi::cfs {

struct Costs {
  Duration lookup, io, page, copy_per_kib;   // as those of a local file system
};

class Client {
 public:
  struct Token {
    State state = State::none;
    TxnId want, granted;   // of the WANT under way, of the grant held
    bool pinned = false;
    bool dirty = false, changed = false;   // not yet written back; since it was granted
    std::optional<Recall> deferred{};
    Bytes data{};
    vnode::Attributes attributes{};   // of an inode: the size is this node's while it may write
    std::uint64_t used{};
  };

  Client(NodeId self, NodeId server, const Costs& costs, std::uint64_t capacity, std::optional<std::uint32_t> site)
      : self_(self), server_(server), costs_(costs), capacity_(capacity), site_(site), txns_(std::uint64_t{self.value} << 44) {}

  void begin(std::uint64_t token, const vnode::Operation& operation, CallId cause, Wire& wire);
  void forget(std::uint64_t token, Wire& wire);
  void on(TxnId txn, const Grant& grant, Wire& wire);
  void on(TxnId txn, const Recall& recall, CallId cause, Wire& wire);
  void on(TxnId txn, const Done& done, Wire& wire);
  void server_lost(Wire& wire);

  const std::map<Key, Token>& tokens() const { return tokens_; }
  bool quiet() const { return tasks_.empty() && shipped_.empty() && turns_.empty(); }
  const std::map<std::size_t, std::uint64_t>& rows() const { return rows_; }   // how often each row of the table was taken
  void check_invariants() const;
  void hash_into(StateHash& hash) const;

 private:
  using FileId = vnode::FileId;
  struct Task {
    std::uint64_t asker{};
    CallId cause;
    vnode::Operation operation;
    std::set<Key> pinned{};
    std::set<TxnId> waits{};   // a commit: write-backs under way
    bool shipping = false;     // the rest is the server's
    Errno failed = Errno::none;
  };
  enum class Has : std::uint8_t { yes, waits };

  Verdict step(Key key, Token& token, On event);
  TxnId send(Message message, CallId cause, Wire& wire, TxnId txn = TxnId{0});
  void answer(std::uint64_t id, vnode::Reply reply, NodeId served, Wire& wire);
  void ship(std::uint64_t id, Wire& wire);

  // data.cpp
  void queue(std::uint64_t id, FileId file, Wire& wire);
  void run(FileId file, Wire& wire);   // whose turn it is, as far as its tokens allow
  Has acquire(Task& task, Key key, bool write, Wire& wire);
  bool pages(Task& task, FileId file, std::uint64_t offset, std::uint64_t count, bool write, Wire& wire);
  std::optional<vnode::Reply> go(Task& task, const vnode::Read& read, Wire& wire);
  std::optional<vnode::Reply> go(Task& task, const vnode::Write& write, Wire& wire);
  std::optional<vnode::Reply> go(std::uint64_t id, Task& task, const vnode::Sync& sync, Wire& wire);
  void write_page(Token& token, std::uint64_t page, std::uint64_t offset, const vnode::Write& write);
  void unpin(Task& task, Wire& wire);
  void surrender(Key key, Token& token, const Recall& recall, Wire& wire);
  void trim(Wire& wire);

  NodeId self_, server_;
  Costs costs_;
  std::uint64_t capacity_;
  std::optional<std::uint32_t> site_;
  std::uint64_t txns_, started_ = 0, uses_ = 0;
  std::map<Key, Token> tokens_;   // none in state none
  std::map<std::uint64_t, Task> tasks_;
  std::map<TxnId, std::uint64_t> shipped_;   // operation under way -> task
  std::map<FileId, std::deque<std::uint64_t>> turns_;
  std::map<TxnId, Key> releases_;   // RELEASE under way, of tokens given up or only written back
  std::map<std::size_t, std::uint64_t> rows_;
};

}   // namespace ssi::cfs

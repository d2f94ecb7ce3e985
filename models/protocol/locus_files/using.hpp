// A using site (US): what the system-call layer asks of files, done with the CSS and an SS. Pages that were read are kept while the site
// has the file's token; what is written goes to the SS at once, in one message without an answer.
//
// Invariants: calls on the contents of a file go one after the other; while one uses a page its token stays. Whose token is asked for
// back while an answer about it is still under way does not use that answer.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "models/base/hash.hpp"
#include "models/protocol/locus_files/directory.hpp"
#include "models/protocol/locus_files/wire.hpp"

namespace ssi::locus {

// What operations on names are made of, beside those of the vnode switch.
struct Search {   // without a lock: the entry of that name, or all
  FileId directory{};
  std::optional<std::string> name{};
};
struct OpenDirectory {   // for modification: nobody else changes it until it is closed, which commits
  FileId directory{};
};
struct PutRecord {
  FileId directory{};
  Record record;
  std::int64_t entries{};   // how many more it has then
};
struct SetParent {   // of a directory that is open for modification
  FileId directory{}, parent{};
};
struct MakeNew {   // an empty file, not yet in any directory
  std::uint32_t filegroup{};
  FileId parent{};
  InodePtr parent_inode;
  bool directory = false;
};
struct RemoveFile {   // that has no name any more
  FileId file{};
};
struct Reopen {   // at another SS, the same version; it is open so often for reading
  FileId file{};
  std::uint32_t times{};
};
using Operation = std::variant<vnode::Open, vnode::Close, vnode::Read, vnode::Write, vnode::SetSize, vnode::Sync, vnode::GetAttributes,
                               vnode::Lock, Search, OpenDirectory, PutRecord, SetParent, MakeNew, RemoveFile, Reopen>;

struct Finished {
  std::uint64_t token{};   // of the asker
  vnode::Reply reply{};
  InodePtr inode{};
  std::vector<Record> records{};
  NodeId served;
};

class Using {
 public:
  struct Redirection {
    NodeId to, css;
    TxnId txn;
    CallId cause;
  };
  struct Use {
    std::uint32_t reads{}, writes{}, opening{};
    NodeId storage;
    Inode inode{};   // as it is, while there is a token
    Token token{};
    std::uint64_t recalled{};             // the last grant that was given up
    bool active = false, asked = false;   // the first of `turns` uses pages; a token is asked for
    Errno failed = Errno::none;           // the SS is lost
    bool detached = false;                // ... and another one is looked for
    VersionVector opened{};               // that was opened
    std::map<std::uint64_t, Bytes> pages{};
    std::set<std::uint64_t> coming{};
    std::uint64_t last_read = ~0ULL - 1;
    std::deque<std::uint64_t> turns{};
    std::optional<Recall> recall{};
    std::optional<Redirection> redirect{};
  };
  explicit Using(NodeId self) : self_(self), txns_(first_txn(self, Role::using_site)) {}

  void begin(std::uint64_t token, Operation operation, CallId cause, Wire& wire);
  void forget(std::uint64_t token, Wire& wire);   // a lock that waits is not waited for any more

  void on(NodeId from, TxnId txn, const OpenOk& ok, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Redirect& redirect, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Locked& locked, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Accept& accept, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Refuse& refuse, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const PageData& data, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Done& done, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Grant& grant, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Recall& recall, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Revoke& revoke, CallId cause, Wire& wire);
  void site_lost(NodeId site, Wire& wire);

  // using_sets.cpp: another partition set
  void tell(NodeId to, Report& report, const Settings& settings) const;
  void start_again(Wire& wire);

  std::vector<Finished> take_finished() { return std::exchange(finished_, {}); }
  bool has_finished() const { return !finished_.empty(); }
  const std::map<FileId, Use>& uses() const { return uses_; }
  bool quiet() const { return tasks_.empty() && asked_.empty(); }
  void check_invariants() const;
  void hash_into(StateHash& hash) const;

 private:
  struct Task {
    std::uint64_t asker{};
    CallId cause;
    Operation operation;
    FileId file{};
    NodeId storage;         // of a search
    InodePtr inode{};       // ... and of the file
    std::uint64_t page{};   // ... and where it is
    std::vector<Record> records{};
    bool sent = false;   // a commit
    Errno failed = Errno::none;
  };
  struct Asked {   // a request under way
    std::uint64_t task{};
    NodeId at;
    FileId file{};
    std::uint64_t page{};
    std::uint64_t serial{};                    // of the token under which it was asked for
    std::shared_ptr<const Message> of_css{};   // what a CSS was asked
  };
  struct Starter;

  // using.cpp: opens, closes, searches
  TxnId ask(std::uint64_t task, Test test, NodeId to, Message message, Wire& wire);
  std::optional<Asked> answered(TxnId txn);
  void finish(std::uint64_t task, vnode::Reply reply, Wire& wire);
  void fail(std::uint64_t task, Errno error, Wire& wire) { finish(task, vnode::Reply::fail(error), wire); }
  void open(std::uint64_t task, FileId file, Mode mode, Wire& wire);
  void opened(std::uint64_t task, const OpenOk& ok, Wire& wire);
  void used(std::uint64_t task, FileId file, NodeId storage, const InodePtr& inode, Token token, Wire& wire);
  void close(std::uint64_t task, FileId file, bool modify, Wire& wire);
  void look(std::uint64_t task, FileId file, Wire& wire);
  void search(std::uint64_t task, Wire& wire);
  void searched(std::uint64_t task, const PageData& data, Wire& wire);
  void make(std::uint64_t task, const MakeNew& make, Wire& wire);
  void forget_if_unused(FileId file);
  OpenRequest request_to_open(FileId file, Mode mode, const Wire& wire) const;
  void detach(FileId file, Use& use);
  void reopen(FileId file, Wire& wire);
  void reopened(std::uint64_t task, NodeId storage, const InodePtr& inode, Token token, Wire& wire);
  void could_not_reopen(std::uint64_t task, Wire& wire);

  // using_tokens.cpp, using_data.cpp: contents under tokens
  void queue(std::uint64_t task, FileId file, Wire& wire);
  void run(FileId file, Wire& wire);
  bool has(Use& use, FileId file, Right right, const Task& task, Wire& wire);
  bool has_page(Use& use, FileId file, std::uint64_t page, std::uint64_t task, Wire& wire);
  void fetch(Use& use, FileId file, std::uint64_t page, std::uint64_t task, Wire& wire);
  bool step(std::uint64_t task, Use& use, Wire& wire);   // true: over
  bool go(std::uint64_t task, Use& use, const vnode::Read& read, Wire& wire);
  bool go(std::uint64_t task, Use& use, const vnode::Write& write, std::int64_t entries, Wire& wire);
  bool go(std::uint64_t task, Use& use, const vnode::SetSize& set, Wire& wire);
  void put(Use& use, FileId file, std::uint64_t page, Bytes data, CallId cause, Wire& wire);
  void give_way(Use& use, FileId file, Wire& wire);   // to what was asked while a call had its turn
  void surrender(Use& use, FileId file, const Recall& recall, Wire& wire);
  void go_over(Use& use, FileId file, Wire& wire);

  NodeId self_;
  std::uint64_t txns_, started_ = 0;
  std::map<FileId, Use> uses_;
  std::map<FileId, std::uint32_t> directories_;   // that are open for reading, which is known to nobody else
  std::map<std::uint64_t, Task> tasks_;
  std::map<TxnId, Asked> asked_;
  std::vector<Finished> finished_;
  std::map<std::pair<FileId, std::uint64_t>, vnode::Lock> locks_;   // that this site's entries hold
};

}   // namespace ssi::locus

// A storage site (SS): serves the pages of its pack to using sites, arbitrates their data tokens, commits, and pulls new versions that
// other storage sites have announced.
//
// Invariants: of a file one site may write, or any number may keep what they have read; a token's request is granted once all that
// stand against it have given theirs up. A version that is pulled is committed as a whole, or the old one stays.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "models/base/hash.hpp"
#include "models/protocol/locus_files/pack.hpp"
#include "models/protocol/locus_files/wire.hpp"

namespace ssi::locus {

class Storing {
 public:
  struct User {
    std::uint32_t reads{}, writes{};   // how often the site has it open
    Token token{};
  };
  struct Ask {   // for a token: by its user, or before an ACCEPT
    NodeId user;
    Right right{};
    NodeId answer_to;
    TxnId txn;
    CallId cause;
    std::optional<Mode> accepts{};   // else a GRANT
  };
  struct Served {
    std::map<NodeId, User> users{};
    std::deque<Ask> asks{};
    std::set<NodeId> recalled{};   // for the first of `asks`
    std::uint64_t last_read = ~0ULL - 1;
    Errno failed = Errno::none;          // of a write, which has no answer: the commit tells
    std::set<std::uint64_t> written{};   // pages, since the last commit began
    bool cut = false;
    std::vector<std::uint64_t> waiting{}, running{};   // what follows the next commit, and the one under way
    NewVersion news{};                                 // ... which is told then
  };
  Storing(NodeId self, const Settings& settings) : self_(self), pack_(self, settings), txns_(first_txn(self, Role::storage_site)) {}

  void on(NodeId from, TxnId txn, const BeStorageSite& ask, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const MakeFile& make, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Join& join, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Leave& leave, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const ReadPage& read, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const WritePage& write, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const SetInode& set, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const CommitRequest& commit, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const CloseRequest& close, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const TokenRequest& ask, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Release& release, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Closed& closed, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const NewVersion& version, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Noted& noted, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const PageData& data, CallId cause, Wire& wire);   // of a pull
  void on(NodeId from, TxnId txn, const DeleteSeen& seen, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Recycled& recycled, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Spread& spread, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Prevail& prevail, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const MergeCopies& merge, CallId cause, Wire& wire);
  void disk_done(const DiskDone& done, Wire& wire);
  void site_lost(NodeId site, Wire& wire);

  // storing_sets.cpp: another partition set
  void begin_set(Wire& wire);
  void has_open(NodeId user, const std::vector<UseOf>& uses, Wire& wire);   // here, and nothing else
  void tell(NodeId to, Report& report, const Settings& settings) const;

  bool is_mine(TxnId txn) const { return pulling_.contains(txn); }
  // Stored here, and no newer version is known of: a directory may be searched without asking anybody.
  bool searchable(FileId file) const { return pack_.committed(file) != nullptr && !pulls_.contains(file); }
  const Pack& pack() const { return pack_; }
  Pack& pack() { return pack_; }
  const std::map<FileId, Served>& served() const { return served_; }
  bool quiet() const { return afters_.empty() && merging_.empty() && pulls_.empty() && reads_.empty() && noting_.empty() && pack_.quiet(); }
  void check_invariants() const;
  void hash_into(StateHash& hash) const;

 private:
  // What is done once a commit has ended.
  struct After {
    enum class What : std::uint8_t { answer_commit, close, made, removed, pulled, prevailed, merged } what{};
    FileId file{};
    NodeId from;
    TxnId txn;
    CallId cause;
    bool modify = false;   // of a close
    Errno error = Errno::none;
    bool old_set = false;   // asked for in another partition set: the CSS has to be told apart
  };
  struct Closing {
    FileId file{};
    NodeId user;
    TxnId txn;
    CallId cause;
    Errno error = Errno::none;
  };
  struct Noting {   // a directory's commit, which other packs have to hear of first
    std::set<NodeId> sites;
    FileId file{};
    std::vector<std::uint64_t> afters;
  };
  struct Reading {
    NodeId from;
    TxnId txn;
    ReadPage read;
    CallId cause;
  };
  struct Pull {
    NodeId from;
    InodePtr inode;
    std::set<std::uint64_t> missing{};
    Pack::Pages pages{};
    bool all = false, committing = false;
    std::optional<NewVersion> newer{};   // announced meanwhile
    NodeId newer_from{};
  };

  struct Merging {   // two copies of a directory, both read page by page
    NodeId css, other;
    TxnId txn;
    CallId cause;
    InodePtr mine, theirs;
    std::set<FileId> kept{};
    std::vector<Bytes> my_pages{}, their_pages{};
  };

  // storing_sets.cpp
  void read_next(FileId file, Merging& merging, Wire& wire);
  void read(FileId file, const PageData& data, Wire& wire);
  void merge(FileId file, Merging& merging, Wire& wire);

  // storing.cpp: users and commits
  void drop_user(FileId file, NodeId user, Wire& wire);
  void forget_if_unused(FileId file);
  void commit_then(After after, Wire& wire);
  void start_commit(FileId file, CallId cause, Wire& wire);
  void committed(FileId file, bool failed, Wire& wire);
  void carry_on(const std::vector<std::uint64_t>& afters, Wire& wire);
  void carry_on(const After& after, Wire& wire);
  void announce(FileId file, Served& served, std::vector<std::uint64_t> afters, Wire& wire);
  void serve(const Reading& reading, Wire& wire);

  // tokens.cpp
  void ask(FileId file, Ask ask, Wire& wire);
  void grant(FileId file, Wire& wire);
  bool recall(FileId file, Served& served, const Ask& ask, Wire& wire);   // true: nothing stands against it

  // propagation.cpp
  void pull(FileId file, NodeId from, const NewVersion& version, Wire& wire);
  void next_page(FileId file, Pull& pull, Wire& wire);
  void pulled(FileId file, bool failed, Wire& wire);
  void saw_delete(FileId file, NodeId site, Wire& wire);
  void recycle_if_unused(FileId file);

  NodeId self_;
  Pack pack_;
  std::uint64_t txns_, serials_ = 0, after_ids_ = 0;
  std::map<FileId, Served> served_;
  std::map<std::uint64_t, After> afters_;
  std::map<TxnId, Closing> closing_;   // SS_CLOSE under way
  std::map<TxnId, Noting> noting_;
  std::multimap<std::uint64_t, Reading> reads_;   // by disk request
  std::map<FileId, Pull> pulls_;
  std::map<TxnId, FileId> pulling_;   // READ under way
  std::map<FileId, Merging> merging_;
  std::map<TxnId, FileId> merge_reads_;         // READ under way
  std::set<FileId> recycled_;                   // all have seen its delete, and something is under way here still
  std::map<FileId, std::set<NodeId>> unseen_;   // deleted files of the own pool: storage sites that have not seen it
};

}   // namespace ssi::locus

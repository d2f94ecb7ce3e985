// The current synchronization site (CSS) of filegroups: knows which sites store each file and its latest version, keeps who has it open,
// and chooses the storage site of each open. All of it is soft: it can be built again from using and storage sites.
//
// Invariants: while a file is open for modification all who have it open use one storage site, so that reads see writes; a directory is
// open for modification once. Requests for one file are served one after the other.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "models/base/hash.hpp"
#include "models/port/vnode_locks.hpp"
#include "models/protocol/locus_files/wire.hpp"

namespace ssi::locus {

class Synchronizing {
 public:
  struct User {
    std::uint32_t reads{}, writes{};
    NodeId storage;
  };
  struct Request {
    NodeId from;
    TxnId txn;
    CallId cause;
    OpenRequest open;
    bool answers = true;   // else the CSS's own: a file without a name is removed
    std::deque<NodeId> candidates{};
    OpenOk result{};
    std::set<NodeId> redirected{};   // who has not yet gone over to the storage site
  };
  struct File {
    VersionVector latest{};
    std::vector<NodeId> sites{};
    bool directory = false, unlinked = false;
    bool conflict = false;   // changed by two sides of a cut: nobody opens it
    bool merging = false;    // a directory of which one copy is being made of two: who wants it waits
    int tries = 0;           // at that
    std::map<NodeId, User> users{};
    std::optional<NodeId> modified_at{};   // the storage site, while it is open for modification
    std::deque<Request> requests{};
    bool busy = false;   // with the first of them
  };
  explicit Synchronizing(NodeId self) : self_(self), txns_(first_txn(self, Role::synchronization_site)) {}

  void enter(FileId file, const Inode& inode);   // a file that is new, or newly known of
  void on(NodeId from, TxnId txn, const OpenRequest& open, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const CreateRequest& create, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Redirected& redirected, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Accept& accept, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Refuse& refuse, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const StorageClose& close, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const NewVersion& version, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const LockRequest& lock, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Withdraw& withdraw, CallId cause, Wire& wire);
  void site_lost(NodeId site, Wire& wire);
  void heard_of(NodeId site) { down_.erase(site); }
  void on(NodeId from, TxnId txn, const MergedCopies& merged, CallId cause, Wire& wire);

  // rebuilding.cpp: in another partition set all is built again, from what using and storage sites tell.
  void begin_set();
  void take(NodeId from, const ReportPtr& report);
  void rebuild(Wire& wire);   // all have told

  const std::map<FileId, File>& files() const { return files_; }
  bool quiet() const;
  void check_invariants() const;
  void hash_into(StateHash& hash) const;

 private:
  struct Creating {
    NodeId from;
    TxnId txn;
  };
  struct Poll {   // BE_STORAGE_SITE or MAKE_FILE under way
    FileId file{};
    NodeId at;
    std::optional<Request> alone{};   // of a search or a look, which nobody waits behind
    std::optional<Creating> creating{};
    CallId cause;
  };
  struct Locking {
    NodeId from;
    TxnId txn;
    CallId cause;
    vnode::Lock lock;
  };

  using Copies = std::map<NodeId, InodePtr>;
  void settle_copies(FileId id, Wire& wire);
  bool was_removed_and_changed(const Copies& copies) const;
  void settle_users(FileId id, const std::map<NodeId, UseOf>& uses, Wire& wire);
  void merge_copies(FileId id, NodeId at, NodeId other, Wire& wire);

  std::deque<NodeId> candidates(const File& file, const Request& request, const Settings& settings) const;
  static bool is_latest_at_user(const File& file, const Request& request);
  bool may_start(const File& file, const Request& request) const;
  void serve(FileId id, Wire& wire);
  bool poll(FileId id, File& file, Request& request, bool alone, Wire& wire);   // false: the storage site is known
  void accepted(FileId id, Wire& wire);
  void finish(FileId id, Wire& wire);
  void next(FileId id, Wire& wire);
  void unlocked(const std::vector<std::uint64_t>& freed, Wire& wire);

  NodeId self_;
  std::uint64_t txns_, lock_ids_ = 0;
  std::map<FileId, File> files_;
  std::map<TxnId, Poll> polls_;
  vnode::LockTable locks_;
  std::map<std::uint64_t, Locking> locking_;                    // that wait
  std::map<std::pair<FileId, std::uint64_t>, NodeId> owners_;   // of locks: the site
  std::set<NodeId> down_;
  std::map<NodeId, ReportPtr> reports_;       // while it is built again
  std::map<FileId, Copies> apart_;            // files whose copies are not alike, as far as is known
  std::set<FileId> kept_, unlinked_before_;   // changed on one side and removed on the other; without a name, and open
};

}   // namespace ssi::locus

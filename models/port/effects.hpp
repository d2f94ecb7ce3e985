// What a machine asks of the world. A machine never performs anything: it appends here, and its host carries the
// effects out after the handler has returned. At once: timers are set, and programs that end, stop, depart or are replaced take no
// further step. Then `work` is charged to a core; when it is done, disk requests and sends leave, programs are told which handlers have
// run, completions reach their programs, and programs start, go on or leave their sleep, each list in the order of its making.
#pragma once
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "models/base/ids.hpp"
#include "models/base/time.hpp"
#include "models/port/calls.hpp"
#include "models/port/message.hpp"
#include "models/port/page_note.hpp"
#include "models/port/verbs.hpp"

namespace ssi {

// What kernel time is spent on; results report it apart.
enum class Work : std::uint8_t { kernel, dispatch };

// Orders to the host about the program of a process that runs on this node.
struct ProgramOrder {
  enum class Kind : std::uint8_t {
    start,   // create the program `program` as process `pid`
    end,     // the process is dead: its program runs no further step; its pending call gets no answer
    stop,    // job control: no further step until `resume`
    resume,
    interrupt,   // a handler ran for `signal`: counted for the program; a sleep in progress ends in EINTR
    exec,        // the old program takes no further step, its pending call gets no answer; `program` runs in its place, on this node
    // The program takes no further step: its computation is broken off, an answer that comes is held, and so is a call of its that
    // was not served yet. Then the event Frozen. Until `arrive` it may be ended, stopped, resumed or interrupted, by any node.
    depart,
    arrive,   // the program that has departed goes on, on the node that orders it: its computation, its held answer, its held call
  } kind;
  Pid pid;
  ProgramRef program{};
  Signal signal = Signal::none;
};

// Counts that only a machine can see. Derived figures are the recorder's business.
struct Note {
  enum class Kind : std::uint8_t {
    locality_test,    // a place where the design asked "is it here?"; subject = site number of the design
    shipped,          // ... and it was not: the request left for another node
    stale_location,   // a cached location was wrong
    suspected,        // subject: a node that this one believes dead
    view_installed,   // subject: of the view
    rebuilt,          // what the loss of a node had broken works again here; subject: of the view
    lost_process,     // a process elsewhere is known to have died with its node
    conflict,         // copies of a file, or entries of one name, that two sides of a cut have changed
  } kind;
  std::uint32_t subject{};
};

// What a disk is asked. `cause` as in SendOptions; background when there is none.
struct DiskRequest {
  enum class Kind : std::uint8_t {
    read,
    write,   // done when it is in the disk's cache, if that is volatile, else when it is durable
    flush    // done when every write that was done before is durable
  } kind = Kind::read;
  std::uint64_t token{};   // the machine's own
  std::uint64_t block{};   // where on the disk; a request that begins where the one before ended needs no seek
  std::uint64_t bytes{};
  CallId cause = kNoCall;

  static constexpr std::uint64_t kBlockBytes = 4096;
  std::uint64_t next_block() const { return block + (bytes + kBlockBytes - 1) / kBlockBytes; }
};

struct SendOptions {
  bool before_work = false;   // leave before the work of this handler is done
  bool raised = false;        // also outside a message's handler: for a protocol whose messages keep their order whoever causes them
  CallId cause = kNoCall;     // on whose behalf, when it is not the event's own cause
};

// What leaves when the work of a handler is done, list by list in this order (program orders that act at once have acted).
struct AfterWork {
  struct Send {
    NodeId to;
    TxnId txn;
    Priority priority = Priority::normal;
    CallId cause;
    bool before_work = false;
    ViewId view;
    Body body;
  };
  struct Completion {
    CallId call;
    Result result;
    NodeId served;
  };

  // What a call that goes on now had waited for since the last work on its behalf: a lock of the kernel, its turn (for a page, at a
  // home), or another process. Of calls that are not the event's own cause, whose time the host knows; not told: a process.
  struct Waited {
    CallId call;
    enum class On : std::uint8_t { lock, turn, process } on;
  };

  void clear() {
    waits.clear();
    disk_requests.clear();
    verbs.clear();
    sends.clear();
    completions.clear();
    programs.clear();
  }

  std::vector<Waited> waits;
  std::vector<DiskRequest> disk_requests;
  std::vector<Verb> verbs;
  std::vector<Send> sends;
  std::vector<Completion> completions;
  std::vector<ProgramOrder> programs;
};

class Effects : public AfterWork {
 public:
  struct Timer {
    TimerKey key;
    std::uint64_t generation;
    Duration after;
    bool background;
  };

  void work(Duration time, Work kind = Work::kernel) { (kind == Work::kernel ? kernel_work : dispatch_work) += time; }

  // Appends a message. The host sets the priority: raised while a message is being handled, normal otherwise.
  template <class Variant>
  void send(NodeId to, TxnId txn, Variant message, SendOptions options = {}) {
    Send& made = sends.emplace_back();
    made.to = to;
    made.txn = txn;
    made.priority = serving || options.raised ? Priority::raised : Priority::normal;
    made.cause = options.cause == kNoCall ? cause : options.cause;
    made.before_work = options.before_work;
    made.view = view;
    made.body.hold(std::move(message));
  }
  // Asks the node's disk, once the work is done; DiskDone with this token tells the end.
  void disk(DiskRequest request) { disk_requests.push_back(request); }
  // Only where the platform has verbs. VerbDone with the same token tells the end.
  void verb(Verb verb) { verbs.push_back(std::move(verb)); }
  // The handler changes this object of the node's kernel (any number that stands for it): those that change the same object at the
  // same time wait for each other, and its cache lines travel between cores.
  void lock(std::uint64_t object) { locks.push_back(object); }
  // What file contents take of the node's memory now. Nothing said: as before.
  void page_cache(std::uint64_t bytes) { cached_bytes = bytes; }
  // A mapping is taken away that so many cores of this node may have in their translation buffers.
  void shootdown(std::uint32_t cores) { shootdown_cores += cores; }
  // `served`: the node on which the request was carried out.
  void complete(CallId call, Result result, NodeId served) { completions.push_back({call, std::move(result), served}); }
  // A timer that is set again replaces the earlier one of that key. `background` timers do not count as progress.
  void set_timer(TimerKey key, std::uint64_t generation, Duration after, bool background = false) {
    timers.push_back({key, generation, after, background});
  }
  void waited(CallId call, Waited::On on) {
    if (call != cause) waits.push_back({call, on});
  }
  void order(ProgramOrder order) { programs.push_back(order); }
  void note(Note::Kind kind, std::uint32_t subject = 0) { notes.push_back({kind, subject}); }
  void note(const PageNote& of_page) { page_notes.push_back(of_page); }

  // Makes the value ready for the next event. Capacity is kept.
  void begin(CallId event_cause, bool serving_message) {
    kernel_work = dispatch_work = {};
    AfterWork::clear();
    timers.clear();
    notes.clear();
    page_notes.clear();
    locks.clear();
    shootdown_cores = 0;
    cached_bytes.reset();
    view = {};
    restarts = false;
    cause = event_cause;
    serving = serving_message;
  }

  Duration kernel_work{}, dispatch_work{};
  std::vector<Timer> timers;
  std::vector<Note> notes;
  std::vector<PageNote> page_notes;
  std::vector<std::uint64_t> locks;
  std::uint32_t shootdown_cores = 0;
  std::optional<std::uint64_t> cached_bytes;
  CallId cause{kNoCall};   // of the event being handled
  bool serving = false;    // the event is a message
  ViewId view;             // of the membership: of what is sent from here on
  bool restarts = false;   // this machine has stopped for good, and wants to be started anew (a crash that the host carries out)
};

}   // namespace ssi

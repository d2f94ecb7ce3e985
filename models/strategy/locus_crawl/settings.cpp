#include "models/strategy/locus_crawl/settings.hpp"

#include <array>

namespace ssi::locus_crawl {
namespace {

using config::Bound;
using config::Kind;
using S = Settings;

constexpr std::array<std::string_view, 2> kPidFromSite{"execution", "parent"}, kAdvice{"rotate", "here"};

const std::array kCrawlSettings{
    Bound<S>{{.key = "test",
              .kind = Kind::duration,
              .fallback = std::int64_t{20},
              .min = 0,
              .max = 1e9,
              .meaning = "CPU time of one locality test: a field of the in-core object is compared with this node's number",
              .source = "estimate: one cache miss at most, range 2 ns to 100 ns"},
             &S::test},
    Bound<S>{
        {.key = "filegroups",
         .kind = Kind::integer,
         .fallback = std::int64_t{1},
         .min = 1,
         .max = 255,
         .meaning = "filegroups, each with a synchronization site of its own; a directory made in the root begins the one that its name "
                    "hashes to, as if it were mounted there",
         .source = "choice; as many as file systems are mounted"},
        &S::filegroups},
    Bound<S>{{.key = "packs",
              .kind = Kind::integer,
              .fallback = std::int64_t{0},
              .min = 0,
              .max = 4095,
              .meaning = "physical containers of each filegroup, from its synchronization site on; 0: one at every node",
              .source = "choice: every node has a disk"},
             &S::packs},
    Bound<S>{{.key = "copies",
              .kind = Kind::integer,
              .fallback = std::int64_t{2},
              .min = 1,
              .max = 4095,
              .meaning = "copies of a file, in packs of its directory; a directory is in all of them",
              .source = "choice; replication is per file (Walker et al. 1983)"},
             &S::copies},
    Bound<S>{{.key = "notice_before_answer",
              .kind = Kind::boolean,
              .fallback = false,
              .meaning = "a change of a directory is answered once the other packs have heard of it; else they search what they have while "
                         "the notice travels",
              .source = "published: propagation follows the answer"},
             &S::notice_before_answer},
    Bound<S>{{.key = "read_ahead",
              .kind = Kind::boolean,
              .fallback = true,
              .meaning = "one page, at the using and the storage site, of a file that is read in sequence",
              .source = "Walker et al. 1983"},
             &S::read_ahead},
    Bound<S>{{.key = "stream_window",
              .kind = Kind::bytes,
              .fallback = std::int64_t{65536},
              .min = 8192,
              .max = 1e9,
              .meaning = "what a node may send to a stream of another node before it is told that there is room",
              .source = "the window of TCP without scaling"},
             &S::stream_window},
    Bound<S>{{.key = "pid_from",
              .kind = Kind::choice,
              .fallback = std::string_view{"execution"},
              .choices = kPidFromSite,
              .meaning = "which site names a child that is born elsewhere, and so tracks it: the one where it runs, or its parent's",
              .source = "unsure: published descriptions do not say"},
             &S::pid_from},
    Bound<S>{{.key = "create_bytes",
              .kind = Kind::bytes,
              .fallback = std::int64_t{4096},
              .min = 0,
              .max = 1e9,
              .meaning = "what FORK carries besides its fields: arguments, environment, credentials, open-file descriptions",
              .source = "estimate: a small environment, range 1 KiB to 32 KiB; the image itself is paged from its file"},
             &S::create_bytes},
    Bound<S>{{.key = "migrate_bytes",
              .kind = Kind::bytes,
              .fallback = std::int64_t{8192},
              .min = 0,
              .max = 1e9,
              .meaning = "what MIGRATE carries besides its fields and the dirty pages: registers, kernel stack, page tables, credentials",
              .source = "estimate: the kernel's part of a small process, range 4 KiB to 64 KiB; clean pages are paged from their files"},
             &S::migrate_bytes},
    Bound<S>{{.key = "location_cache",
              .kind = Kind::integer,
              .fallback = std::int64_t{1024},
              .min = 0,
              .max = 1e6,
              .meaning = "entries of each site's cache of where others' processes were met; 0: every signal goes to the birth site",
              .source = "estimate"},
             &S::location_cache},
    Bound<S>{{.key = "accept_max",
              .kind = Kind::integer,
              .fallback = std::int64_t{4194304},
              .min = 1,
              .max = 4194304,
              .meaning = "a site with that many living processes refuses one from elsewhere (EAGAIN)",
              .source = "PID_MAX_LIMIT of 64-bit Linux"},
             &S::accept_max},
    Bound<S>{{.key = "advice",
              .kind = Kind::choice,
              .fallback = std::string_view{"rotate"},
              .choices = kAdvice,
              .meaning = "where least_loaded is: the next site of an advice list of all, or here; no site knows the others' load",
              .source = "Nagle: the execution site is taken from a settable list"},
             &S::advice},
    Bound<S>{{.key = "segment_page",
              .kind = Kind::bytes,
              .fallback = std::int64_t{4096},
              .min = 4096,
              .max = 1 << 21,
              .meaning = "what of a segment moves between sites at once; its library site, who made it, has the records of its pages",
              .source = "the page of x86; Mirage (Fleisch, Popek 1989) had 512 bytes of the VAX"},
             &S::segment_page},
    Bound<S>{{.key = "robust_mutexes",
              .kind = Kind::boolean,
              .fallback = false,
              .meaning = "a dead holder's mutex goes to the next one, who is told; else it stays locked",
              .source = "POSIX.1-2017, pthread_mutexattr_setrobust: stalled by default"},
             &S::robust_mutexes},
};

// One memory without annotations: a kernel's segments are used by programs that know of no acquire and release.
const protocol::Parameters& segment_parameters() {
  static const protocol::Parameters kAll("segment_", "directory", true);
  return kAll;
}

}   // namespace

const std::vector<config::Field>& parameters() {
  static const std::vector<config::Field> kAll = [] {
    std::vector<config::Field> all = config::plain<Settings>(kCrawlSettings);
    const auto& segment = segment_parameters().fields();
    all.insert(all.end(), segment.begin(), segment.end());
    return all;
  }();
  return kAll;
}

partition_sets::Settings watching(const config::Membership& block) {
  return {.merge_period = block.merge_period, .answer_within = block.answer_within, .stragglers_within = block.stragglers_within};
}

Settings settings_from(const config::Values& values) {
  Settings settings = config::bind<Settings>(kCrawlSettings, values);
  settings.segment_protocol = segment_parameters().choose(values);
  return settings;
}

}   // namespace ssi::locus_crawl

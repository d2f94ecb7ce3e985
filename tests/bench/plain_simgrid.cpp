// The yardstick of `./dev bench`: the same calls between the same hosts as scenarios/rpc_*.json, written as a plain SimGrid
// S4U program with mailboxes, tuned as well as SimGrid 3.32 allows: raw contexts, model CM02, no cross traffic, permanent
// receivers (a detached put is in flight at once), payloads that are never allocated. No kernel, no dispatch, no recording.
//
//   plain_simgrid NODES CALLS     prints: messages, CPU seconds, mean call in ns
#include <simgrid/s4u.hpp>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

namespace s4u = simgrid::s4u;

namespace {

constexpr double kBandwidth = 1.25e9, kLatency = 10e-6;   // 10 Gb/s, 10 us a link
constexpr int kFrame = 64;

struct Site {
  s4u::Mailbox *requests, *replies;
  int number;
};

std::uint64_t mix(std::uint64_t z) {   // SplitMix64: who is called next
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

void serve(std::vector<Site>* sites, int self) {
  s4u::Mailbox* box = (*sites)[self].requests;
  box->set_receiver(s4u::Actor::self());
  for (;;) {
    const Site* from = box->get<Site>();
    from->replies->put_init(&(*sites)[self], kFrame)->detach();
  }
}

void call(std::vector<Site>* sites, int self, long calls, double* total) {
  Site& me = (*sites)[self];
  me.replies->set_receiver(s4u::Actor::self());
  const auto others = static_cast<std::uint64_t>(sites->size() - 1);
  for (long i = 0; i < calls; ++i) {
    auto to = mix(static_cast<std::uint64_t>(i) * sites->size() + static_cast<std::uint64_t>(self) + 1) % others;
    if (to >= static_cast<std::uint64_t>(self)) ++to;
    const double asked = s4u::Engine::get_clock();
    (*sites)[to].requests->put_init(&me, kFrame)->detach();
    me.replies->get<Site>();
    *total += s4u::Engine::get_clock() - asked;
  }
}

}   // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: plain_simgrid NODES CALLS\n");
    return 2;
  }
  const int nodes = std::atoi(argv[1]);
  const long calls = std::atol(argv[2]);
  std::vector<std::string> words{"plain",
                                 "--log=root.thresh:critical",
                                 "--cfg=contexts/factory:raw",
                                 "--cfg=network/model:CM02",
                                 "--cfg=network/crosstraffic:0",
                                 "--cfg=network/TCP-gamma:0"};
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  int count = static_cast<int>(arguments.size());
  auto* engine = new s4u::Engine(&count, arguments.data());

  auto* zone = s4u::create_star_zone("star");
  std::vector<Site> sites(static_cast<std::size_t>(nodes));
  double total = 0;
  for (int i = 0; i < nodes; ++i) {
    auto* host = zone->create_host("n" + std::to_string(i), 1e9)->seal();
    auto* link = zone->create_split_duplex_link("l" + std::to_string(i), kBandwidth);
    link->set_latency(kLatency)->seal();
    zone->add_route(host->get_netpoint(), nullptr, nullptr, nullptr, {{link, s4u::LinkInRoute::Direction::UP}}, true);
    sites[static_cast<std::size_t>(i)] = {s4u::Mailbox::by_name("q" + std::to_string(i)), s4u::Mailbox::by_name("r" + std::to_string(i)),
                                          i};
    s4u::Actor::create("server", host, serve, &sites, i)->daemonize();
    s4u::Actor::create("client", host, call, &sites, i, calls / nodes, &total);
  }
  zone->seal();
  engine->run();
  const long made = calls / nodes * nodes;
  std::printf("%ld %.3f %.1f\n", 2 * made, static_cast<double>(std::clock()) / CLOCKS_PER_SEC, total / static_cast<double>(made) * 1e9);
  return 0;
}

// What the programs of one node saw, where each node is a system of its own: the history that the checker of processes is given there.
#pragma once
#include "sim/world/groups.hpp"

namespace ssi::fuzz {

// Lives on that node, and its programs' calls about processes of that node.
world::History history_of_node(const world::History& all, NodeId node);

}   // namespace ssi::fuzz

// Every coherence protocol with the options that tests run it with.
#pragma once
#include <vector>

#include "models/protocol/directory/directory.hpp"
#include "models/protocol/hlrc/hlrc.hpp"
#include "models/protocol/ivy/ivy.hpp"
#include "models/protocol/ivy_central/ivy_central.hpp"
#include "models/protocol/lrc/lrc.hpp"
#include "tests/explore/world/cluster.hpp"

namespace ssi::test {

Design directory_design(std::string name, const directory::Settings& settings);
Design directory_design(std::string name, const directory::Settings& settings, directory::Tables tables);   // with planted bugs
std::vector<Design> directory_designs();                                                                    // each option once

Design ivy_design(std::string name, const ivy::Settings& settings);
Design ivy_design(std::string name, const ivy::Settings& settings, const ivy::Table& table);
std::vector<Design> ivy_designs();

Design ivy_central_design(std::string name, const ivy_central::Settings& settings, const ivy_central::NodeRules& rules,
                          const ivy_central::ManagerRules& manager);
std::vector<Design> ivy_central_designs();

Design hlrc_design(std::string name, const hlrc::Settings& settings, const hlrc::PageRules& rules = hlrc::kPageRules,
                   const release::Flaws& flaws = {});
std::vector<Design> hlrc_designs();

Design lrc_design(std::string name, const lrc::Settings& settings, const lrc::PageRules& rules = lrc::kPageRules,
                  const lrc::Flaws& flaws = {}, const release::Flaws& synchronises = {});
std::vector<Design> lrc_designs();

}   // namespace ssi::test

// The shared memory below the kernel: which coherence machine, with which options, and how pages are laid out.
#pragma once
#include <memory>

#include "models/port/coherence.hpp"
#include "models/strategy/dsm_first/layout.hpp"
#include "models/strategy/dsm_first/settings.hpp"
#include "models/strategy/registry.hpp"

namespace ssi::dsm_first {

Layout layout_of(const NodeSetup& setup, const Settings& settings);
std::unique_ptr<coherence::Machine> memory_of(const NodeSetup& setup, const Settings& settings, const Layout& layout);

}   // namespace ssi::dsm_first

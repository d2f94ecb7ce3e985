// One behaviour as a workload, so that it runs as every workload does.
#pragma once
#include <memory>

#include "models/conformance/stage.hpp"
#include "models/workload/registry.hpp"

namespace ssi::conformance {

class Play final : public workload::Workload {
 public:
  Play(const Behaviour& behaviour, Stage& stage) : behaviour_(behaviour), stage_(stage) {}
  ProgramRef first_program(std::uint32_t node) const override { return Stage::program(node); }
  Program make(const ProgramRef& program, Self& self) override { return behaviour_.roles.at(program.program)(stage_, self); }

 private:
  const Behaviour& behaviour_;
  Stage& stage_;
};

}   // namespace ssi::conformance

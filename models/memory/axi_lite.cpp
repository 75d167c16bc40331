#include "models/memory/axi_lite.h"

#include <fmt/format.h>

#include "models/core/error.h"

namespace sparsim {

std::vector<std::string> problems(const AxiLiteConfig& c) {
  std::vector<std::string> found;
  const auto in_range = [&](const char* key, Cycles value) {
    if (value < 1 || value > 100'000)
      found.push_back(fmt::format("registers.{} = {}: must be 1..100000 cycles", key, value));
  };
  in_range("write_cycles", c.write_cycles);
  in_range("read_cycles", c.read_cycles);
  return found;
}

AxiLiteBus::AxiLiteBus(const sc_core::sc_module_name& name, const AxiLiteConfig& config)
    : sc_module(name), config_(config) {
  const auto found = problems(config);
  SPARSIM_CHECK(found.empty(), "{}", found.front());
  host_socket.register_b_transport(this, &AxiLiteBus::b_transport);
}

void AxiLiteBus::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  delay += kernel_time(payload.is_write() ? config_.write_cycles : config_.read_cycles);
  ++(payload.is_write() ? writes_ : reads_);
  register_socket->b_transport(payload, delay);
}

}  // namespace sparsim

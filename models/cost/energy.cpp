#include "models/cost/energy.h"

namespace sparsim {
namespace {

constexpr double kPico = 1e-12;

EnergyTerm term(const char* what, const Coefficient& coefficient, double amount) {
  return {what, coefficient.value * amount, coefficient.low * amount, coefficient.high * amount, coefficient.basis};
}

}  // namespace

std::vector<EnergyTerm> energy(const EnergyModel& model, const Activity& activity, double seconds) {
  const Technology& technology = model.device.technology;
  const auto count = [](std::uint64_t events) { return static_cast<double>(events); };
  const double host_seconds = count(activity.host_cycles) / (model.clock_mhz * 1e6);
  return {
      activity.mac_bit_products > 0
          ? term("MACs", technology.mac_pj_per_bit_product, count(activity.mac_bit_products) * kPico)
          : term("MACs", technology.mac(model.format).pj, count(activity.macs_done) * kPico),
      term("scratchpad reads", technology.scratchpad_read_pj_per_byte, count(activity.scratchpad_read_bytes) * kPico),
      term("scratchpad writes", technology.scratchpad_write_pj_per_byte,
           count(activity.scratchpad_write_bytes) * kPico),
      term("AXI and DMA", technology.bus_pj_per_byte,
           count(activity.bus_read_bytes + activity.bus_write_bytes) * kPico),
      term("external memory reads", model.board.memory_read_pj_per_bit, 8 * count(activity.dram_read_bytes) * kPico),
      term("external memory writes", model.board.memory_write_pj_per_bit, 8 * count(activity.dram_write_bytes) * kPico),
      term("clock network", technology.clock_mw_per_mhz_per_kff,
           1e-3 * model.clock_mhz * model.flip_flops / 1000 * seconds),
      term("device static", model.device.static_w, seconds),
      term("host idle", model.device.host_idle_w, seconds),
      term("host active", model.device.host_active_w, host_seconds),
      term("board", model.board.overhead_w, seconds),
  };
}

EnergyTotal total(const std::vector<EnergyTerm>& terms) {
  EnergyTotal sum;
  double assumed = 0;
  for (const EnergyTerm& term : terms) {
    sum.joules += term.joules;
    sum.low += term.low;
    sum.high += term.high;
    if (term.basis == Basis::assumed) assumed += term.joules;
  }
  sum.assumed_share = sum.joules > 0 ? assumed / sum.joules : 0;
  return sum;
}

}  // namespace sparsim

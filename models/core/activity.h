#pragma once

#include <cstdint>

namespace sparsim {

/// What was done, counted by the models; models/cost turns it into energy. Every counter is a whole number of events.
struct Activity {
  std::uint64_t macs_done = 0, macs_skipped = 0;
  /// Of the MACs done, where each layer has widths of its own: the sum of weight bits times input bits. An architecture
  /// counts so all of its MACs or none.
  std::uint64_t mac_bit_products = 0;
  std::uint64_t scratchpad_read_bytes = 0, scratchpad_write_bytes = 0;
  std::uint64_t bus_read_bytes = 0, bus_write_bytes = 0, bus_bursts = 0;
  std::uint64_t dram_read_bytes = 0, dram_write_bytes = 0, dram_activates = 0;
  std::uint64_t host_cycles = 0;  // of the accelerator clock, while the host processor computes or programs

  /// The one list of names, units and meanings; text and JSON writers and operator+= walk it.
  template <class Self, class Visitor>
  static void visit(Self&& a, Visitor&& v) {
    v("macs_done", a.macs_done, "MAC", "multiply-accumulates performed");
    v("macs_skipped", a.macs_skipped, "MAC", "multiply-accumulates that masks or zeros made needless");
    v("mac_bit_products", a.mac_bit_products, "bit products", "weight bits x input bits of the MACs performed");
    v("scratchpad_read_bytes", a.scratchpad_read_bytes, "B", "read from on-chip scratchpads");
    v("scratchpad_write_bytes", a.scratchpad_write_bytes, "B", "written to on-chip scratchpads");
    v("bus_read_bytes", a.bus_read_bytes, "B", "moved over AXI towards the accelerator");
    v("bus_write_bytes", a.bus_write_bytes, "B", "moved over AXI from the accelerator");
    v("bus_bursts", a.bus_bursts, "bursts", "AXI address phases");
    v("dram_read_bytes", a.dram_read_bytes, "B", "read from external memory");
    v("dram_write_bytes", a.dram_write_bytes, "B", "written to external memory");
    v("dram_activates", a.dram_activates, "rows", "DRAM rows opened");
    v("host_cycles", a.host_cycles, "cycles", "the host processor was busy, in accelerator cycles");
  }
  template <class Visitor>
  void visit(Visitor&& v) const {
    visit(*this, v);
  }

  Activity& operator+=(const Activity& other);
  /// What was done between two looks at a counter that only grows.
  Activity& operator-=(const Activity& earlier);
  friend Activity operator+(Activity a, const Activity& b) { return a += b; }
  friend Activity operator-(Activity a, const Activity& b) { return a -= b; }
};

}  // namespace sparsim

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "models/core/basis.h"
#include "models/core/word_format.h"

namespace sparsim {

/// A number that turns activity into energy or a configuration into resources. `low` and `high` bound it where it is
/// assumed; elsewhere they equal `value`.
struct Coefficient {
  double value = 0, low = 0, high = 0;
  Basis basis = Basis::assumed;
  std::string source;
};

/// LUT, FF, DSP, BRAM (18 Kb blocks) and URAM: what a design needs or a device has.
struct Resources {
  double lut = 0, ff = 0, dsp = 0, bram18 = 0, uram = 0;

  template <class Self, class Visitor>
  static void visit(Self&& r, Visitor&& v) {
    v("lut", r.lut);
    v("ff", r.ff);
    v("dsp", r.dsp);
    v("bram18", r.bram18);
    v("uram", r.uram);
  }
  template <class Visitor>
  void visit(Visitor&& v) const {
    visit(*this, v);
  }
  friend Resources operator+(Resources a, const Resources& b) {
    return {a.lut + b.lut, a.ff + b.ff, a.dsp + b.dsp, a.bram18 + b.bram18, a.uram + b.uram};
  }
  friend Resources operator*(double n, const Resources& r) {
    return {n * r.lut, n * r.ff, n * r.dsp, n * r.bram18, n * r.uram};
  }
};

/// What a unit that multiplies and accumulates costs in one technology.
struct MacCost {
  Coefficient pj, lut, ff, dsp;

  template <class Self, class Visitor>
  static void visit(Self&& m, Visitor&& v) {
    v("pj", m.pj);
    v("lut", m.lut);
    v("ff", m.ff);
    v("dsp", m.dsp);
  }
};

/// What one FPGA technology spends on an event or a unit. Energies are dynamic, of the fabric at its nominal voltage.
struct Technology {
  std::string name;
  MacCost mac_fp16, mac_int16, mac_int8;  // pj: of one multiply-accumulate, the PE's registers and control in it
  Coefficient mac_pj_per_bit_product;     // of a MAC of few bits: a bit of its weight by a bit of its input
  Coefficient scratchpad_read_pj_per_byte, scratchpad_write_pj_per_byte;
  Coefficient bus_pj_per_byte;                // AXI interconnect and DMA
  Coefficient clock_mw_per_mhz_per_kff;       // clock network: a thousand flip-flops clocked
  Coefficient pe_control_lut, pe_control_ff;  // a PE besides its MACs: sequencing, masks, ReLU
  Coefficient dma_lut, dma_ff, dma_bram18;    // a DMA engine
  Coefficient interconnect_lut_per_port, interconnect_ff_per_port;

  template <class Self, class Visitor>
  static void visit(Self&& t, Visitor&& v) {
    v("mac_pj_per_bit_product", t.mac_pj_per_bit_product);
    v("scratchpad_read_pj_per_byte", t.scratchpad_read_pj_per_byte);
    v("scratchpad_write_pj_per_byte", t.scratchpad_write_pj_per_byte);
    v("bus_pj_per_byte", t.bus_pj_per_byte);
    v("clock_mw_per_mhz_per_kff", t.clock_mw_per_mhz_per_kff);
    v("pe_control_lut", t.pe_control_lut);
    v("pe_control_ff", t.pe_control_ff);
    v("dma_lut", t.dma_lut);
    v("dma_ff", t.dma_ff);
    v("dma_bram18", t.dma_bram18);
    v("interconnect_lut_per_port", t.interconnect_lut_per_port);
    v("interconnect_ff_per_port", t.interconnect_ff_per_port);
  }

  const MacCost& mac(WordFormat format) const {
    return format == WordFormat::fp16 ? mac_fp16 : format == WordFormat::int16 ? mac_int16 : mac_int8;
  }
};

/// Super-logic regions: dies side by side in a package, with few wires between them.
struct Regions {
  std::int64_t count = 1;
  Resources each;  // of the one that has least
};

/// One FPGA.
struct Device {
  std::string name;
  Resources capacity;
  std::optional<Regions> regions;  // none: one die
  Coefficient static_w;            // fabric leakage and fixed blocks, configured and idle
  Coefficient host_idle_w;    // hard processing system clocked but waiting, its DDR controller included; 0 without one
  Coefficient host_active_w;  // what its processors add while they compute
  Technology technology;
};

/// The board around the device.
struct Board {
  std::string name;
  Coefficient overhead_w;  // regulators, clocks, peripherals, external memory's background
  Coefficient memory_read_pj_per_bit, memory_write_pj_per_bit;  // external memory, an access
};

}  // namespace sparsim

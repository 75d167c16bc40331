#pragma once

#include <string>
#include <vector>

#include "models/core/activity.h"
#include "models/cost/device.h"

namespace sparsim {

/// One line of an energy bill. low..high is the range of its coefficient.
struct EnergyTerm {
  std::string what;
  double joules = 0, low = 0, high = 0;
  Basis basis = Basis::assumed;
};

/// What turns activity into energy for one accelerator on one board.
struct EnergyModel {
  Device device;
  Board board;
  WordFormat format = WordFormat::fp16;  // of all MACs, unless Activity::mac_bit_products says their widths
  double clock_mhz = 0;
  double flip_flops = 0;  // clocked all the time; the model knows no clock gating
};

/// The energy of `activity` that took `seconds`: dynamic terms by event, static ones by time.
std::vector<EnergyTerm> energy(const EnergyModel& model, const Activity& activity, double seconds);

struct EnergyTotal {
  double joules = 0, low = 0, high = 0;
  double assumed_share = 0;  // of `joules`, on coefficients whose basis is assumed
};
EnergyTotal total(const std::vector<EnergyTerm>& terms);

}  // namespace sparsim

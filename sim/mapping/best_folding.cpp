#include "sim/mapping/best_folding.h"

#include "models/cost/energy.h"

namespace sparsim {

double standing_watts(const BoardFile& board, double clock_mhz, double flip_flops) {
  EnergyModel model;
  model.device = board.device;
  model.board = board.board;
  model.clock_mhz = clock_mhz;
  model.flip_flops = flip_flops;
  return total(energy(model, Activity{}, 1)).joules;
}

}  // namespace sparsim

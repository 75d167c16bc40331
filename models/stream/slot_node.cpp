#include "models/stream/slot_node.h"

#include <fmt/format.h>

#include "models/core/error.h"

namespace sparsim {

SlotNode::SlotNode(const sc_core::sc_module_name& name, SlotSchedule schedule, int input_count, int output_count,
                   Cycles latency, std::size_t images)
    : TimedProcess(name), schedule_(std::move(schedule)), latency_(latency), images_left_(images) {
  inputs.init(static_cast<unsigned>(input_count),
              [this](const char* port, std::size_t) { return new TimedIn<>(port, *this); });
  outputs.init(static_cast<unsigned>(output_count),
               [this](const char* port, std::size_t) { return new TimedOut<>(port, *this); });
}

bool SlotNode::step() { return true; }

}  // namespace sparsim

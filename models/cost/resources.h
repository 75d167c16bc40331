#pragma once

#include <string>
#include <vector>

#include "models/cost/device.h"

namespace sparsim {

/// One line of a resource bill: a part, how many of it, and what all of them need.
struct ResourceItem {
  std::string part;
  double count = 1;
  Resources need;
};

Resources total(const std::vector<ResourceItem>& bill);
/// Of all lines of one part.
Resources need_of(const std::vector<ResourceItem>& bill, const std::string& part);

/// One sentence for each resource of which `need` is more than the device has: "needs 240 DSP, XC7Z020 has 220".
std::vector<std::string> shortages(const Resources& need, const Device& device);

/// The same for each part against a region of the device, which it cannot leave: "conv3 needs 400000 LUT, a region of
/// U280 has 380640". Empty where the device is one die.
std::vector<std::string> region_shortages(const std::vector<ResourceItem>& bill, const Device& device);

/// What share of a device with regions is taken, of the resource that it takes most of, in a sentence; empty where it
/// is one die.
std::string region_note(const Resources& need, const Device& device);

Resources mac_unit(const Technology& technology, WordFormat format);
Resources dma_engine(const Technology& technology);
Resources interconnect_port(const Technology& technology);
Resources pe_control(const Technology& technology);

}  // namespace sparsim

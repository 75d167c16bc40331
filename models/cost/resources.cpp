#include "models/cost/resources.h"

#include <fmt/format.h>

#include <cctype>

namespace sparsim {

Resources total(const std::vector<ResourceItem>& bill) {
  Resources sum;
  for (const ResourceItem& item : bill) sum = sum + item.need;
  return sum;
}

Resources need_of(const std::vector<ResourceItem>& bill, const std::string& part) {
  Resources sum;
  for (const ResourceItem& item : bill)
    if (item.part == part) sum = sum + item.need;
  return sum;
}

std::vector<std::string> shortages(const Resources& need, const Device& device) {
  std::vector<double> limits;
  device.capacity.visit([&](const char*, double limit) { limits.push_back(limit); });
  std::vector<std::string> sentences;
  auto limit = limits.begin();
  need.visit([&](const char* name, double amount) {
    std::string upper = name;
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (amount > *limit)
      sentences.push_back(fmt::format("needs {:.0f} {}, {} has {:.0f}", amount, upper, device.name, *limit));
    ++limit;
  });
  return sentences;
}

Resources mac_unit(const Technology& technology, WordFormat format) {
  const MacCost& mac = technology.mac(format);
  return {mac.lut.value, mac.ff.value, mac.dsp.value, 0, 0};
}

Resources dma_engine(const Technology& t) { return {t.dma_lut.value, t.dma_ff.value, 0, t.dma_bram18.value, 0}; }

Resources interconnect_port(const Technology& t) {
  return {t.interconnect_lut_per_port.value, t.interconnect_ff_per_port.value, 0, 0, 0};
}

Resources pe_control(const Technology& t) { return {t.pe_control_lut.value, t.pe_control_ff.value, 0, 0, 0}; }

}  // namespace sparsim

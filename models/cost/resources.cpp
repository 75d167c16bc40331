#include "models/cost/resources.h"

#include <fmt/format.h>

#include <cctype>

namespace sparsim {
namespace {

std::string upper(std::string name) {
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

/// Calls visit(name, amount, limit) for each resource.
template <class Visit>
void compare(const Resources& need, const Resources& limits, Visit&& visit) {
  std::vector<double> all;
  limits.visit([&](const char*, double limit) { all.push_back(limit); });
  auto limit = all.begin();
  need.visit([&](const char* name, double amount) { visit(upper(name), amount, *limit++); });
}

}  // namespace

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
  std::vector<std::string> sentences;
  compare(need, device.capacity, [&](const std::string& name, double amount, double limit) {
    if (amount > limit)
      sentences.push_back(fmt::format("needs {:.0f} {}, {} has {:.0f}", amount, name, device.name, limit));
  });
  return sentences;
}

std::vector<std::string> region_shortages(const std::vector<ResourceItem>& bill, const Device& device) {
  std::vector<std::string> sentences;
  if (!device.regions) return sentences;
  for (const ResourceItem& item : bill)
    compare(item.need, item.count * device.regions->each, [&](const std::string& name, double amount, double limit) {
      if (amount > limit)
        sentences.push_back(fmt::format("{} needs {:.0f} {}, a region of {} has {:.0f}", item.part, amount / item.count,
                                        name, device.name, limit / item.count));
    });
  return sentences;
}

std::string region_note(const Resources& need, const Device& device) {
  if (!device.regions) return {};
  double most = 0;
  std::string fullest;
  compare(need, device.capacity, [&](const std::string& name, double amount, double limit) {
    if (limit <= 0 || amount / limit <= most) return;
    most = amount / limit;
    fullest = name;
  });
  const auto count = static_cast<double>(device.regions->count);
  return fmt::format(
      "the design takes {:.1f} % of the {} of {}, {:.1f} of its {} regions; each part must fit one, and wires between "
      "regions cost nothing here",
      100 * most, fullest, device.name, most * count, device.regions->count);
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

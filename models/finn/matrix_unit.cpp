#include "models/finn/matrix_unit.h"

#include <fmt/format.h>

namespace sparsim {
namespace {

int ceil_log2(std::int64_t number) {
  int bits = 0;
  while ((std::int64_t{1} << bits) < number) ++bits;
  return bits;
}

}  // namespace

// Weights are read, products are registered, each level of the adder tree is, the accumulator, and the result behind
// the thresholds: as in rtl/bcr_mvau.sv.
Cycles MatrixUnit::latency() const { return 4 + ceil_log2(simd); }

int MatrixUnit::accumulator_bits() const { return weight_bits + input_bits + ceil_log2(columns()); }

std::vector<std::string> problems(const MatrixUnit& unit) {
  std::vector<std::string> found;
  const auto divides = [&](const char* key, std::int64_t factor, std::int64_t whole, const char* what) {
    if (factor < 1 || whole % factor != 0)
      found.push_back(fmt::format("{} = {}: must divide the {} {}", key, factor, whole, what));
  };
  const auto in_range = [&](const char* key, int bits, int most) {
    if (bits < 1 || bits > most) found.push_back(fmt::format("{} = {}: must be 1..{}", key, bits, most));
  };
  const WindowShape& s = unit.shape;
  divides("pe", unit.pe, s.output.channels, "filters");
  if (unit.depthwise()) {
    if (s.groups != s.input.channels || s.output.channels != s.input.channels)
      found.push_back(
          fmt::format("groups = {}: of {} input channels and {} filters; a grouped convolution must be depthwise, a "
                      "filter a channel",
                      s.groups, s.input.channels, s.output.channels));
    if (unit.simd != 1)
      found.push_back(fmt::format("simd = {}: a depthwise convolution takes an input of its windows a cycle; must be 1",
                                  unit.simd));
  } else {
    const std::int64_t channels = s.channels_per_group();
    if (unit.simd < 1 || (channels % unit.simd != 0 && (unit.simd % channels != 0 || unit.columns() % unit.simd != 0)))
      found.push_back(fmt::format(
          "simd = {}: must divide the {} input channels{}", unit.simd, channels,
          s.kernel_h * s.kernel_w == 1
              ? ""
              : fmt::format(", or be all of them times a divisor of the {} kernel pixels", s.kernel_h * s.kernel_w)));
  }
  in_range("weight_bits", unit.weight_bits, MatrixUnit::kMostBits);
  in_range("input_bits", unit.input_bits, MatrixUnit::kMostBits);
  in_range("output_bits", unit.output_bits, MatrixUnit::kMostResultBits);
  return found;
}

}  // namespace sparsim

#include "sim/cosim/windows.h"

namespace sparsim {
namespace {

enum Use : std::uint64_t { kRandomWindows, kRandomWeights };

std::int16_t any_value(Random& random) { return static_cast<std::int16_t>(random.below(65536) - 32768); }

std::int16_t nonzero_value(Random& random) {
  const auto magnitude = static_cast<std::int16_t>(1 + random.below(32767));
  return random.chance(0.5) ? magnitude : static_cast<std::int16_t>(-magnitude);
}

}  // namespace

RandomWindows::RandomWindows(std::size_t inputs, std::uint32_t filters, std::uint64_t windows, double density,
                             std::uint64_t seed)
    : WindowSource(inputs, filters, windows), density_(density), seed_(seed), random_(seed, kRandomWindows) {
  Random random(seed, kRandomWeights);
  weights_.resize(kMostChannels * filters * inputs);
  for (std::int16_t& weight : weights_) weight = any_value(random);
}

void RandomWindows::rewind() {
  random_ = Random(seed_, kRandomWindows);
  produced_ = 0;
  left_ = 0;
}

bool RandomWindows::next(std::vector<std::int16_t>& window) {
  if (left_ == 0) left_ = 1 + random_.below(kMostChannels);
  for (std::int16_t& value : window) value = random_.chance(density_) ? nonzero_value(random_) : std::int16_t{0};
  --left_;
  return ++produced_ == windows_ || left_ == 0;
}

}  // namespace sparsim

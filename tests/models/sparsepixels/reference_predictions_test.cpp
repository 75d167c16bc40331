// The authors' predictions for 100 events by eight 8-bit networks (data/README.md, datasets/sparsepixels).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "models/sparsepixels/pixel_network.h"
#include "tests/models/sparsepixels/value_workload.h"

namespace sparsim {
namespace {

std::string shared_data() {
  const char* const given = std::getenv("SPARSIM_SHARED_DATA");
  const std::string root = given != nullptr ? given : SPARSIM_SOURCE_DIR "/../shared/data";
  return root + "/datasets/sparsepixels/";
}

/// Lines of numbers between blanks or commas.
std::vector<std::vector<float>> read_lines(const std::string& file) {
  std::vector<std::vector<float>> lines;
  std::ifstream stream(file);
  EXPECT_TRUE(stream) << file;
  for (std::string line; std::getline(stream, line);) {
    std::replace(line.begin(), line.end(), ',', ' ');
    lines.emplace_back();
    const char* at = line.c_str();
    for (char* end = nullptr;; at = end) {
      const float number = std::strtof(at, &end);
      if (end == at) break;
      lines.back().push_back(number);
    }
  }
  return lines;
}

/// One of the eight builds, and what an emulation in NumPy, written from data/README.md before this library, found.
struct Build {
  const char* dataset;
  const char* variant;
  std::int64_t n_max;
  int same_class;     // events of 100, types and sites as published
  double most_error;  // of a probability, types and sites as published
  int exact;          // events of 100 within 1e-6, as trained
};
void PrintTo(const Build& build, std::ostream* os) { *os << build.dataset << '/' << build.variant; }

constexpr Build kBuilds[] = {{"jet", "t", 8, 86, 0.4552, 100},      {"jet", "s", 12, 86, 0.3657, 100},
                             {"jet", "m", 16, 93, 0.4492, 100},     {"jet", "l", 20, 89, 0.5733, 100},
                             {"neutrino", "t", 8, 98, 0.0410, 100}, {"neutrino", "s", 12, 100, 0.0720, 100},
                             {"neutrino", "m", 16, 99, 0.1151, 98}, {"neutrino", "l", 20, 96, 0.4060, 100}};

class ReferencePredictions : public testing::TestWithParam<Build> {
 protected:
  void SetUp() override {
    if (!std::ifstream(directory() + "inputs_100.dat"))
      GTEST_SKIP() << "no " << directory() << ": set SPARSIM_SHARED_DATA";
  }

  bool jet() const { return std::string(GetParam().dataset) == "jet"; }
  std::string directory() const { return shared_data() + GetParam().dataset + "/"; }
  std::string variant() const { return directory() + "8b_sparse_" + GetParam().variant + "/"; }

  std::vector<PixelStage> stages() const {
    const std::int64_t size = jet() ? 56 : 63, kernel = jet() ? 9 : 7, pool = jet() ? 4 : 7;
    const std::int64_t hidden = jet() ? 20 : 16, classes = jet() ? 5 : 1;
    const MapShape image{size, size, 1}, first{size, size, jet() ? 3 : 1}, second{size, size, jet() ? 1 : 3};
    const MapShape pooled{size / pool, size / pool, second.channels};
    const MapShape flat{1, 1, pooled.elements()}, middle{1, 1, hidden}, last{1, 1, classes};
    return {{PixelOperator::reduce, "reduce", PixelStage::kNoLayer, image, image},
            {PixelOperator::convolution, "conv1", 2, image, first, kernel},
            {PixelOperator::relu, "relu1", 4, first, first},
            {PixelOperator::convolution, "conv2", 5, first, second, kernel},
            {PixelOperator::relu, "relu2", 7, second, second},
            {PixelOperator::average_pool, "pool", 8, second, pooled, pool},
            {PixelOperator::flatten, "flatten", 9, pooled, flat},
            {PixelOperator::dense, "dense1", 10, flat, middle},
            {PixelOperator::relu, "relu3", 12, middle, middle},
            {PixelOperator::dense, "dense2", 13, middle, last},
            {jet() ? PixelOperator::softmax : PixelOperator::sigmoid, "answer", 15, last, last}};
  }

  /// Layers are numbered as the files of their weights are.
  ValueWorkload workload() const {
    ValueWorkload workload(stages()[0].input);
    for (std::vector<float>& image : read_lines(directory() + "inputs_100.dat")) workload.add_image(std::move(image));
    for (const std::size_t layer : {2, 5, 10, 13}) {
      const std::vector<float> weights = read_lines(variant() + "w" + std::to_string(layer) + ".txt").at(0);
      Parameters parameters{{}, read_lines(variant() + "b" + std::to_string(layer) + ".txt").at(0)};
      for (std::size_t filter = 0; filter < parameters.bias.size(); ++filter)  // in the files: fastest
        for (std::size_t i = filter; i < weights.size(); i += parameters.bias.size())
          parameters.weights.push_back(weights[i]);
      workload.set_parameters(layer, std::move(parameters));
    }
    return workload;
  }

  SparsePixelsConfig published() const {
    SparsePixelsConfig config;
    config.n_max = GetParam().n_max;
    config.input = {8, 1, false};
    config.weights = {8, jet() ? 5 : 3, true};
    config.activations = {8, jet() ? 4 : 2, false};
    return config;
  }

  struct Agreement {
    int same_class = 0, exact = 0;  // events
    double most_error = 0;          // of a probability
  };
  Agreement agreement(const SparsePixelsConfig& config) const {
    const ValueWorkload events = workload();
    const PixelNetwork network(config, stages(), events);
    const std::vector<std::vector<float>> expected = read_lines(variant() + "reference_predictions.dat");
    EXPECT_EQ(expected.size(), events.images());
    Agreement found;
    for (std::size_t event = 0; event < expected.size(); ++event) {
      PixelData data = network.image(event);
      for (std::size_t s = 0; s < stages().size(); ++s) data = network.apply(s, std::move(data));
      double error = 0;
      for (std::size_t i = 0; i < data.answer.size(); ++i)
        error = std::max(error, std::abs(data.answer[i] - static_cast<double>(expected[event][i])));
      found.same_class += answer_class(data.answer) == answer_class(expected[event]);
      found.exact += error < 1e-6;  // the reference is in float32, printed with 8 digits
      found.most_error = std::max(found.most_error, error);
    }
    return found;
  }

  template <class Answer>
  static std::ptrdiff_t answer_class(const Answer& answer) {
    if (answer.size() == 1) return answer[0] > 0.5;
    return std::max_element(answer.begin(), answer.end()) - answer.begin();
  }

  /// Events with more pixels above `least` than the build keeps, by the list of pixels instead of the images.
  std::int64_t events_beyond(float least) const {
    std::map<float, std::int64_t> pixels;
    const std::vector<std::vector<float>> rows = read_lines(directory() + "events_100.csv");
    for (std::size_t i = 1; i < rows.size(); ++i) pixels[rows[i].at(0)] += rows[i].at(3) > least;
    return std::count_if(pixels.begin(), pixels.end(),
                         [](const auto& event) { return event.second > GetParam().n_max; });
  }
  std::int64_t events_that_lose_pixels(const SparsePixelsConfig& config) const {
    const ValueWorkload events = workload();
    const PixelNetwork network(config, stages(), events);
    std::int64_t count = 0;
    for (std::size_t event = 0; event < events.images(); ++event)
      count += network.active_pixels(0, network.image(event)) > config.n_max;
    return count;
  }
};

// The reference was computed as the networks were trained: from pixels that were not quantised, with means that were
// not either, at all pixels that the reduction kept. A mean over 4x4 takes four more bits; one over 7x7 has no finite
// binary fraction, so that a tie in the first dense layer may fall to the other side. It moves one of its values by
// 2^-6, hence the answer by at most 2^-6 times a weight of at most 4 times the sigmoid's slope of 1/4.
TEST_P(ReferencePredictions, AreReproducedAsTheNetworksWereTrained) {
  SparsePixelsConfig config = published();
  config.input = {32, 1, false};
  config.sites = PixelSites::kept;
  config.pools = jet() ? FixedFormat{12, 4, false} : FixedFormat{32, 2, false};
  const Agreement found = agreement(config);
  EXPECT_EQ(found.same_class, 100);
  EXPECT_EQ(found.exact, GetParam().exact);
  EXPECT_LE(found.most_error, found.exact == 100 ? 1e-6 : 1.0 / 64);
}

TEST_P(ReferencePredictions, AreMissedByThePublishedDesignAsOftenAsTheEmulationSays) {
  const Agreement found = agreement(published());
  EXPECT_EQ(found.same_class, GetParam().same_class);
  EXPECT_NEAR(found.most_error, GetParam().most_error, 1e-4);
}

TEST_P(ReferencePredictions, EventsThatLosePixelsAreThoseWithMoreThanTheListHolds) {
  SparsePixelsConfig config = published();
  EXPECT_EQ(events_that_lose_pixels(config), events_beyond(1.0F / 256));  // half a step, a tie, is zero
  config.input = {32, 1, false};
  EXPECT_EQ(events_that_lose_pixels(config), events_beyond(0));
}

INSTANTIATE_TEST_SUITE_P(Builds, ReferencePredictions, testing::ValuesIn(kBuilds), [](const auto& build) {
  return std::string(build.param.dataset) + "_" + build.param.variant;
});

}  // namespace
}  // namespace sparsim

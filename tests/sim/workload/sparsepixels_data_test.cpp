// SparsePixels' networks and events, where the shared data is: its README says what each file holds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/workload/capture.h"
#include "sim/workload/network_parameters.h"

namespace sparsim {
namespace {

std::string shared_data() {
  const char* const given = std::getenv("SPARSIM_SHARED_DATA");
  return given != nullptr ? given : SPARSIM_SOURCE_DIR "/../shared/data";
}

std::vector<std::vector<float>> lines_of_numbers(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::vector<float>> lines;
  for (std::string line; std::getline(file, line);) {
    std::istringstream numbers(line);
    std::vector<float>& values = lines.emplace_back();
    for (std::string number; numbers >> number;) values.push_back(std::stof(number));
  }
  return lines;
}

std::size_t active_pixels(const std::vector<float>& pixels) {
  return static_cast<std::size_t>(std::count_if(pixels.begin(), pixels.end(), [](float value) { return value != 0; }));
}

/// A network of configs/networks, and the folder of its data.
struct DataSet {
  const char* network;
  const char* folder;
};
void PrintTo(const DataSet& set, std::ostream* os) { *os << set.folder; }

class SparsePixelsData : public testing::TestWithParam<DataSet> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(folder())) GTEST_SKIP() << "no " << folder() << ": set SPARSIM_SHARED_DATA";
  }
  static std::string folder() { return shared_data() + "/datasets/sparsepixels/" + GetParam().folder; }
  static NetworkDescription network() {
    return load_network(SPARSIM_SOURCE_DIR "/configs/networks/" + std::string(GetParam().network) + ".yaml");
  }
  static Images events() {
    return Images({folder() + "/events_100.csv"}, "", ChannelAxis::first, network().graph.input);
  }
};

TEST_P(SparsePixelsData, EventsAreTheDenseInputs) {
  const Images images = events();
  const std::vector<std::vector<float>> inputs = lines_of_numbers(folder() + "/inputs_100.dat");
  ASSERT_EQ(images.size(), inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) EXPECT_EQ(images.get(i).values.values, inputs[i]) << i;
}

// The authors' answers are those of 8 bits, which saturate, and of the first n_max pixels; ours of floats and all
// pixels. Where no pixel is lost, the class is the same in nine of ten events.
TEST_P(SparsePixelsData, AnswersAreMostlyTheReferences) {
  const Images images = events();
  std::size_t compared = 0, same = 0;
  for (const auto& [variant, n_max] :
       {std::pair{"8b_sparse_t", 8u}, {"8b_sparse_s", 12u}, {"8b_sparse_m", 16u}, {"8b_sparse_l", 20u}}) {
    const std::string parameters = folder() + "/" + variant;
    const std::vector<std::vector<float>> answers = lines_of_numbers(parameters + "/reference_predictions.dat");
    ASSERT_EQ(answers.size(), images.size());
    CaptureOptions options;
    options.values = true;
    Capture capture(with_parameters(network(), parameters), images, options);
    for (std::size_t i = 0; i < images.size(); ++i) {
      const TraceImage image = capture.image(i).trace;
      if (active_pixels(image.pixels) > n_max) continue;
      const std::vector<float>& answer = answers[i];
      const auto expected = answer.size() == 1 ? (answer[0] > 0.5f ? 1 : 0)
                                               : std::max_element(answer.begin(), answer.end()) - answer.begin();
      ++compared;
      same += image.top1 == expected ? 1 : 0;
    }
  }
  RecordProperty("compared", std::to_string(compared));
  RecordProperty("same", std::to_string(same));
  EXPECT_GE(compared, 50u);
  EXPECT_GE(static_cast<double>(same), 0.9 * static_cast<double>(compared)) << same << " of " << compared;
}

INSTANTIATE_TEST_SUITE_P(Networks, SparsePixelsData,
                         testing::Values(DataSet{"sparsepixels-microboone", "neutrino"},
                                         DataSet{"sparsepixels-jet", "jet"}));

}  // namespace
}  // namespace sparsim

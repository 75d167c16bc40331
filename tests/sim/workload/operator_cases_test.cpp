// Every operator and variant on its own: the models of operator_cases/, whose expected outputs make_operator_cases.py
// took from ONNX's own backend tests and from NumPy.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "sim/workload/inference.h"
#include "sim/workload/onnx_constant.h"
#include "sim/workload/onnx_import.h"
#include "tests/sim/workload/agreement.h"

namespace sparsim {
namespace {

struct OperatorCase {
  std::string bytes;
  Tensor input, output;
};

OperatorCase operator_case(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  OperatorCase found{{std::istreambuf_iterator<char>(stream), {}}, {}, {}};
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(found.bytes)) << path;
  for (const auto& tensor : model.graph().initializer()) {
    if (tensor.name() != "test:input" && tensor.name() != "test:output") continue;
    Constant constant = decode(tensor, path.string());
    (tensor.name() == "test:input" ? found.input : found.output) = {
        constant.shape, std::get<std::vector<float>>(std::move(constant.values))};
  }
  return found;
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(SPARSIM_SOURCE_DIR "/tests/sim/workload/operator_cases"))
    names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

class OperatorCases : public testing::TestWithParam<std::string> {
 protected:
  const OperatorCase case_ =
      operator_case(SPARSIM_SOURCE_DIR "/tests/sim/workload/operator_cases/" + GetParam() + ".onnx");
};

TEST_P(OperatorCases, AgreeWithTheReference) {
  const Network network = import_onnx_bytes(case_.bytes, GetParam());
  const Tensor found = Inference(network).run(case_.input);
  EXPECT_TRUE(agree(found, case_.output));

  // With nothing fused, and a hook that changes nothing.
  Inference unfused(network, Inference::Keep::every_value);
  EXPECT_TRUE(agree(unfused.run(case_.input, [](std::size_t, const MapView&) {}), case_.output));

  // The comparison can fail: a thousandth of the largest value is seen.
  Tensor wrong = case_.output;
  *std::max_element(wrong.values.begin(), wrong.values.end(),
                    [](float a, float b) { return std::abs(a) < std::abs(b); }) *= 1.001f;
  EXPECT_FALSE(agree(found, wrong));
}

std::string case_name(const testing::TestParamInfo<std::string>& tested) { return tested.param; }

INSTANTIATE_TEST_SUITE_P(Onnx, OperatorCases, testing::ValuesIn(case_names()), case_name);

}  // namespace
}  // namespace sparsim

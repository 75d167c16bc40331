// `sparsim cosim --block input_reduction` as a user runs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/cosim_outcome.h"

namespace sparsim {
namespace {

using testing::HasSubstr;

CosimOutcome cosim(const std::vector<std::string>& options) { return cosim_block("input_reduction", options); }

TEST(CosimReduction, RunsDrawnImages) {
  const CosimOutcome outcome =
      cosim({"--pixels", "10x10", "--images", "5", "--density", "1", "--slots", "10", "--stall-probability", "0.3"});
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("5 images with 500 active pixels, 450 of them without a slot"));
  EXPECT_THAT(outcome.out, HasSubstr("23.00 on average"));  // the published row of 100 pixels, 10 slots
}

TEST(CosimReduction, RunsTheImagesOfATrace) {
  const std::string trace = std::string(SPARSIM_SOURCE_DIR) + "/traces/sparsepixels-jet.h5";  // masks of 56x56
  const CosimOutcome all = cosim({"--trace", trace, "--slots", "8"});
  EXPECT_EQ(all.status, 0);
  EXPECT_THAT(all.out, HasSubstr("56x56 pixels of 8 bits"));
  EXPECT_THAT(all.out, HasSubstr("masks of it with drawn values"));
  const CosimOutcome one = cosim({"--trace", trace, "--slots", "8", "--image", "2", "--input", "ap_fixed<16,6>"});
  EXPECT_EQ(one.status, 0);
  EXPECT_THAT(one.out, HasSubstr("image 2 of "));
  EXPECT_THAT(one.out, HasSubstr("\n  1 images with "));
}

TEST(CosimReduction, FindsEveryPlantedFault) {
  for (const char* fault : {"flip", "drop", "repeat"}) {
    const CosimOutcome outcome = cosim({"--inject", fault, "--pixels", "8x8", "--density", "0.3"});
    EXPECT_EQ(outcome.status, 1) << fault;
    EXPECT_THAT(outcome.out, HasSubstr("image 50: ")) << fault;  // in the middle of 100
  }
  EXPECT_THAT(cosim({"--inject", "drop", "--density", "0"}).error, HasSubstr("offer no opportunity"));
}

TEST(CosimReduction, RefusesWhatItCannotRun) {
  EXPECT_THAT(cosim({"--pixels", "10"}).error, HasSubstr("--pixels 10: must be ROWSxCOLUMNS"));
  EXPECT_THAT(cosim({"--pixels", "12x12"}).error, HasSubstr("10x10 pixels of 8 bits at 3 levels a cycle"));
  EXPECT_THAT(cosim({"--lanes", "3"}).error, HasSubstr("--lanes is not an option of --block input_reduction"));
  EXPECT_THAT(cosim({"--image", "1"}).error, HasSubstr("--image needs --trace"));
  EXPECT_THAT(cosim({"--trace", "x.h5", "--density", "0.2"}).error, HasSubstr("--density is for drawn images"));
  EXPECT_THAT(cosim({"--threshold", "2"}).error, HasSubstr("threshold = 256: must be 0..255"));
  EXPECT_THAT(cosim({"--input", "ap_fixed<8,9>"}).error, HasSubstr("ap_fixed<8,9>"));
  try {
    run_command(cosim_command(), {"--slots", "3"});
    ADD_FAILURE() << "not refused";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--slots is not an option of --block sparse_vector_dot"));
  }
}

}  // namespace
}  // namespace sparsim

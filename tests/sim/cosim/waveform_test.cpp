#include "sim/cosim/waveform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sparsim {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Two inputs on a lane.
CycleRecord record(Cycles cycle) {
  CycleRecord r;
  r.cycle = cycle;
  r.inputs.window_valid = true;
  r.inputs.window = {1, -1};
  r.inputs.weight = {2, 0};
  r.inputs.result_ready = true;
  r.seen.grant = {0b10};
  r.seen.lane_data = {-1};
  r.seen.lane_weight = {0};
  r.seen.beat = true;
  r.seen.weight_row = 5;
  r.seen.ended = 1;
  return r;
}

TEST(ValueChangeDump, HoldsWhatChanges) {
  CycleRecord second = record(8);
  second.inputs.window_valid = false;
  second.seen.beat = false;
  second.seen.result_valid = true;
  second.seen.result = -2;
  EXPECT_EQ(value_change_dump({record(7), second}, false),
            "$comment a time step is a clock cycle; it stands for 1 ns $end\n"
            "$timescale 1 ns $end\n"
            "$scope module inputs $end\n"
            "$var wire 1 ! window_valid_i $end\n"
            "$var wire 32 \" window_i $end\n"
            "$var wire 1 # last_i $end\n"
            "$var wire 32 $ weight_i $end\n"
            "$var wire 1 % result_ready_i $end\n"
            "$upscope $end\n"
            "$scope module rtl $end\n"
            "$var wire 1 & window_ready_o $end\n"
            "$var wire 20 ' weight_row_o $end\n"
            "$var wire 1 ( beat_o $end\n"
            "$var wire 2 ) grant_o $end\n"
            "$var wire 16 * lane_data_o $end\n"
            "$var wire 16 + lane_weight_o $end\n"
            "$var wire 10 , pass_o $end\n"
            "$var wire 3 - ended_o $end\n"
            "$var wire 1 . result_valid_o $end\n"
            "$var wire 48 / result_o $end\n"
            "$var wire 1 0 result_end_o $end\n"
            "$upscope $end\n"
            "$enddefinitions $end\n"
            "#7\n"
            "1!\n"
            "b11111111111111110000000000000001 \"\n"  // operand 1 first
            "0#\n"
            "b00000000000000000000000000000010 $\n"
            "1%\n"
            "0&\n"
            "b00000000000000000101 '\n"
            "1(\n"
            "b10 )\n"
            "b1111111111111111 *\n"
            "b0000000000000000 +\n"
            "b0000000000 ,\n"
            "b001 -\n"
            "0.\n"
            "b000000000000000000000000000000000000000000000000 /\n"
            "00\n"
            "#8\n"
            "0!\n"
            "0(\n"
            "1.\n"
            "b111111111111111111111111111111111111111111111110 /\n"
            "#9\n");
}

TEST(ValueChangeDump, ShowsTheModelInAScopeOfItsOwn) {
  CycleRecord r = record(0);
  r.expected = r.seen;
  r.expected.ended = 2;
  const std::string dump = value_change_dump({r}, true);
  // Inputs have ! to %; then the model's 11 signals & to 0, and the RTL's 1 to ;.
  EXPECT_THAT(dump, HasSubstr("$scope module model $end\n$var wire 1 & window_ready_o $end\n"));
  EXPECT_THAT(dump, HasSubstr("$scope module rtl $end\n$var wire 1 1 window_ready_o $end\n"));
  EXPECT_THAT(dump, HasSubstr("\nb010 -\n"));
  EXPECT_THAT(dump, HasSubstr("\nb001 8\n"));
  EXPECT_THAT(value_change_dump({r}, false), Not(HasSubstr("module model")));
}

TEST(ValueChangeDump, LeavesOutTheGrantsThatADenseEngineHasNot) {
  CycleRecord r = record(0);
  r.seen.grant.clear();
  const std::string dump = value_change_dump({r}, false);
  EXPECT_THAT(dump, Not(HasSubstr("grant_o")));
  EXPECT_THAT(dump, HasSubstr("$var wire 16 ) lane_data_o $end\n"));
}

}  // namespace
}  // namespace sparsim

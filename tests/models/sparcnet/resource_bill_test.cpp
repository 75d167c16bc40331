#include "models/sparcnet/resource_bill.h"

#include <gtest/gtest.h>

namespace sparsim {
namespace {

TEST(ResourceBill, FollowsTheStructure) {
  Technology t;
  t.mac_int8.dsp.value = 1;
  t.mac_int8.lut.value = 10;
  t.pe_control_lut.value = 5;
  t.dma_bram18.value = 2;
  SparcnetConfig c;
  c.pe_grid = {2, 4, 2, WordFormat::int8, 1};
  c.ifmap = {4096, 2, 1, true};        // two halves of 1024 x 16: 1 RAMB18 each
  c.weight = {8 * 2048, 2, 8, false};  // 8 banks of 1024 x 16
  c.ofmap = {8 * 4096, 4, 8, false};   // 8 banks of 1024 x 32: 2 each
  const Resources need = total(resource_bill(c, t));
  EXPECT_EQ(need.dsp, 16);  // 8 PEs x 2 MACs
  EXPECT_EQ(need.lut, 16 * 10 + 8 * 5);
  EXPECT_EQ(need.bram18, 2 + 8 + 16 + 3 * 2);
}

}  // namespace
}  // namespace sparsim

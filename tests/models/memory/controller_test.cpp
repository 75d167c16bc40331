#include "models/memory/controller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include "models/core/error.h"
#include "models/memory/dram.h"
#include "models/memory/sram.h"

namespace sparsim {
namespace {

class Initiator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Initiator> socket{"socket"};

  Initiator(const sc_core::sc_module_name& name, MemoryController& memory) : sc_module(name) {
    socket.bind(memory.socket);
    payload_.set_extension(&dates_);
  }
  ~Initiator() override { payload_.clear_extension(&dates_); }

  /// Cycles from `arrival` (the kernel stands at 0) to the last word.
  MemoryDates access(tlm::tlm_command command, std::uint64_t address, unsigned bytes, Cycles arrival) {
    payload_.set_command(command);
    payload_.set_address(address);
    payload_.set_data_length(bytes);
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    sc_core::sc_time delay = kernel_time(arrival);
    socket->b_transport(payload_, delay);
    if (status() == tlm::TLM_OK_RESPONSE) {
      EXPECT_EQ(delay, kernel_time(dates_.dates.last));
    }
    return dates_.dates;
  }
  MemoryDates read(std::uint64_t address, unsigned bytes, Cycles arrival) {
    return access(tlm::TLM_READ_COMMAND, address, bytes, arrival);
  }
  MemoryDates write(std::uint64_t address, unsigned bytes, Cycles arrival) {
    return access(tlm::TLM_WRITE_COMMAND, address, bytes, arrival);
  }
  tlm::tlm_response_status status() const { return payload_.get_response_status(); }

 private:
  tlm::tlm_generic_payload payload_;
  MemoryDatesExtension dates_;
};

TEST(DramController, SpeaksAcceleratorCycles) {
  DramController dram("dram", DramConfig{}, 100);
  Initiator initiator("initiator", dram);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  // Cycle 30 is memory clock 160; a miss takes 7 + 7 + 4 and 3 x 4 more for four bursts: 178 and 190 clocks, that is
  // 33.4 and 35.6 cycles.
  const MemoryDates dates = initiator.read(0, 128, 30);
  EXPECT_EQ(dates.first, 34);
  EXPECT_EQ(dates.last, 36);
  EXPECT_EQ(dram.activity().dram_read_bytes, 128u);
  EXPECT_EQ(dram.activity().dram_activates, 1u);
}

TEST(DramController, DoesNotDriftOverAStream) {
  DramController dram("dram", DramConfig{}, 100);
  Initiator initiator("initiator", dram);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  // 128 bytes are 16 clocks, exactly 3 cycles: 200 such reads, all there at 0, end at clock 14 + 16 x 200 = 3214.
  MemoryDates dates;
  for (unsigned i = 0; i < 200; ++i) dates = initiator.read(128 * i, 128, 0);
  EXPECT_EQ(dates.last, 603);  // 602.6
}

TEST(DelayUntil, RefusesTheDatesThatArePast) {
  sc_core::sc_start(kernel_time(10));
  EXPECT_EQ(delay_until(10), sc_core::SC_ZERO_TIME);
  EXPECT_EQ(delay_until(12), kernel_time(2));
  EXPECT_THROW(delay_until(9), ModelError);
}

TEST(MemoryController, RefusesWhatItCannotServe) {
  SramController sram("sram", SramConfig{}, 100);
  Initiator initiator("initiator", sram);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  const auto end = static_cast<std::uint64_t>(sram.capacity_bytes());
  initiator.read(end - 8, 8, 0);
  EXPECT_EQ(initiator.status(), tlm::TLM_OK_RESPONSE);
  initiator.read(end - 8, 9, 0);
  EXPECT_EQ(initiator.status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  initiator.read(~std::uint64_t{0}, 8, 0);
  EXPECT_EQ(initiator.status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  initiator.read(0, 0, 0);
  EXPECT_EQ(initiator.status(), tlm::TLM_COMMAND_ERROR_RESPONSE);
  initiator.access(tlm::TLM_IGNORE_COMMAND, 0, 8, 0);
  EXPECT_EQ(initiator.status(), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(sram.activity().dram_read_bytes, 8u);
}

TEST(SramController, TakesAWordAtATime) {
  SramController sram("sram", SramConfig{}, 100);  // 10 ns: a byte a cycle
  Initiator initiator("initiator", sram);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  EXPECT_EQ(sram.word_cycles(), 1);
  EXPECT_EQ(sram.capacity_bytes(), 524288);
  EXPECT_DOUBLE_EQ(sram.peak_bytes_per_second(), 100e6);
  const MemoryDates first = initiator.read(1000, 64, 20);
  EXPECT_EQ(first.first, 21);
  EXPECT_EQ(first.last, 84);
  EXPECT_EQ(initiator.read(0, 1, 20).last, 85);       // behind the first
  EXPECT_EQ(initiator.write(0, 1, 20).last, 85 + 2);  // the pins turn round
  EXPECT_EQ(initiator.write(1, 1, 100).last, 101);
  EXPECT_EQ(sram.activity().dram_read_bytes, 65u);
  EXPECT_EQ(sram.activity().dram_write_bytes, 2u);
}

TEST(SramController, TakesWholeCyclesThatCoverTheAccessTime) {
  SramConfig config;
  config.data_bits = 16;
  config.access_ns = 10.001;
  SramController sram("sram", config, 100);
  Initiator initiator("initiator", sram);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  EXPECT_EQ(sram.word_cycles(), 2);
  EXPECT_DOUBLE_EQ(sram.peak_bytes_per_second(), 100e6);
  EXPECT_EQ(initiator.read(1, 2, 0).last, 4);  // half of two words
}

TEST(SramConfig, RulesNameTheirKeys) {
  SramConfig config;
  EXPECT_TRUE(problems(config).empty());
  config = {0, 12, 0, -1};
  using testing::StartsWith;
  EXPECT_THAT(problems(config),
              testing::ElementsAre(StartsWith("sram.size_bytes ="), StartsWith("sram.data_bits ="),
                                   StartsWith("sram.access_ns ="), StartsWith("sram.turnaround_cycles =")));
  EXPECT_THROW(SramController("sram", config, 100), ModelError);
}

}  // namespace
}  // namespace sparsim

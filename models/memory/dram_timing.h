#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace sparsim {

/// A DDR3 channel. The defaults are those of a Zedboard: two 2 Gb x16 parts of speed grade -15E (pages of 2 KB) side by
/// side, run as DDR3-1066F (7-7-7).
struct DramConfig {
  std::int64_t clock_period_ps = 1875;  // tCK: 1066.67 MT/s
  std::int64_t data_bits = 32;
  std::int64_t banks = 8;       // a power of two, as columns
  std::int64_t rows = 16384;    // a bank
  std::int64_t columns = 1024;  // of data_bits each, a row

  std::int64_t cas_latency_clocks = 7;
  std::int64_t cas_write_latency_clocks = 6;
  std::int64_t t_ccd_clocks = 4;  // column command to column command
  double t_rcd_ns = 13.125;       // activate to column command
  double t_rp_ns = 13.125;        // precharge to activate
  double t_ras_ns = 36;           // activate to precharge
  double t_rc_ns = 49.5;          // activate to activate, same bank
  double t_rrd_ns = 10;           // activate to activate, other bank; at least 4 clocks
  double t_faw_ns = 45;           // any five activates
  double t_wr_ns = 15;            // end of write data to precharge
  double t_wtr_ns = 7.5;          // end of write data to read command; at least 4 clocks
  double t_rtp_ns = 7.5;          // read command to precharge; at least 4 clocks
  double t_rfc_ns = 160;          // refresh to activate
  double t_refi_ns = 7800;        // refresh to refresh, on average

  std::int64_t row_bytes() const { return columns * data_bits / 8; }
  std::int64_t capacity_bytes() const { return banks * rows * row_bytes(); }
  /// Both edges of the clock.
  double peak_bytes_per_second() const {
    return 2.0 * static_cast<double>(data_bits) / 8.0 * 1e12 / static_cast<double>(clock_period_ps);
  }
};

/// What is wrong with it, each as `dram.key = value: what is allowed`; empty where nothing is.
std::vector<std::string> problems(const DramConfig& config);

struct DramStats {
  std::uint64_t read_bytes = 0, write_bytes = 0;    // asked for
  std::uint64_t read_bursts = 0, write_bursts = 0;  // moved, eight words each
  std::uint64_t row_hits = 0, row_misses = 0, row_conflicts = 0;
  std::uint64_t activates = 0, precharges = 0, refreshes = 0;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("read_bytes", read_bytes, "B", "asked for by reads");
    v("write_bytes", write_bytes, "B", "asked for by writes");
    v("read_bursts", read_bursts, "bursts", "of eight words, read");
    v("write_bursts", write_bursts, "bursts", "of eight words, written");
    v("row_hits", row_hits, "accesses", "found their row open");
    v("row_misses", row_misses, "accesses", "found their bank closed");
    v("row_conflicts", row_conflicts, "accesses", "found another row open");
    v("activates", activates, "rows", "rows opened");
    v("precharges", precharges, "rows", "rows closed");
    v("refreshes", refreshes, "refreshes", "up to the last access");
  }
};

/// When DDR3 commands of an in-order, open-page controller may issue, in memory clocks; no SystemC.
///
/// Address map, from the high end: row, bank, column (Xilinx's default ROW_BANK_COLUMN), so that a stream walks through
/// the banks. A bank is made ready (precharge, activate) from the date its access arrives, under the data of those
/// before it; column commands keep the order of the calls. An access that covers several columns of a row issues them
/// back to back. Refresh is due every tREFI: it takes its turn before the first access that could start on or after its
/// date (JEDEC allows to postpone it), closes all banks and lasts tRP + tRFC. Left out: the command bus (one command a
/// clock; with bursts of 4 clocks on the data bus it is never full), ODT and ZQ calibration, and any reordering by the
/// controller, which would turn some row conflicts into hits.
class DramTiming {
 public:
  static constexpr std::int64_t kBurstWords = 8, kBurstClocks = kBurstWords / 2;

  /// Clocks at which the first burst of eight words, and the last one, have passed the data pins.
  struct Dates {
    std::int64_t first = 0, last = 0;
  };

  explicit DramTiming(const DramConfig& config);

  /// `arrival`: clock at which the controller has the access; not before that of the call before.
  Dates access(bool write, std::uint64_t address, std::int64_t bytes, std::int64_t arrival);
  const DramStats& stats() const { return stats_; }

 private:
  struct Bank {
    std::int64_t open_row = kClosed;
    std::int64_t activate_from = 0, precharge_from = 0, column_from = 0;
  };
  static constexpr std::int64_t kClosed = -1;

  void refresh_until(std::int64_t clock);
  void refresh();
  void activate(Bank& bank, std::int64_t row, std::int64_t arrival);
  Dates access_row(bool write, std::int64_t row, Bank& bank, std::int64_t bursts, std::int64_t arrival);

  struct Clocks {  // the data sheet's timings, rounded up
    std::int64_t rcd, rp, ras, rc, rrd, faw, wr, wtr, rtp, rfc, refi, ccd, cl, cwl;
  };
  static Clocks in_clocks(const DramConfig& config);

  const Clocks t_;
  const int burst_shift_, row_shift_, bank_shift_;  // log2 of bytes a burst, bytes a row, banks
  std::vector<Bank> bank_;
  std::array<std::int64_t, 4> activates_;  // dates of the last four, a ring
  std::size_t oldest_activate_ = 0;
  std::int64_t read_from_ = 0, write_from_ = 0;  // first clock for a column command of that direction
  std::int64_t next_refresh_;
  DramStats stats_;
};

}  // namespace sparsim

#include "models/memory/dram_timing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/core/error.h"
#include "models/core/shape.h"

namespace sparsim {
namespace {

/// Before every date: a command that was never given.
constexpr std::int64_t kLongAgo = -1'000'000;

bool power_of_two(std::int64_t n) { return n > 0 && (n & (n - 1)) == 0; }
int log2(std::int64_t power) {
  int shift = 0;
  while (power >> shift > 1) ++shift;
  return shift;
}

}  // namespace

std::vector<std::string> problems(const DramConfig& c) {
  std::vector<std::string> found;
  const auto in_range = [&](const char* key, auto value, auto low, auto high, const char* unit) {
    if (!(value >= low && value <= high))
      found.push_back(fmt::format("dram.{} = {}: must be {}..{}{}", key, value, low, high, unit));
  };
  in_range("clock_period_ps", c.clock_period_ps, 100, 100'000, " ps");
  if (!power_of_two(c.data_bits) || c.data_bits < 8 || c.data_bits > 128)
    found.push_back(fmt::format("dram.data_bits = {}: must be 8, 16, 32, 64 or 128", c.data_bits));
  if (!power_of_two(c.banks) || c.banks > 1024)
    found.push_back(fmt::format("dram.banks = {}: must be a power of two, at most 1024", c.banks));
  in_range("rows", c.rows, 1, 1 << 24, "");
  if (!power_of_two(c.columns) || c.columns < DramTiming::kBurstWords || c.columns > 1 << 16)
    found.push_back(
        fmt::format("dram.columns = {}: must be a power of two, {}..65536", c.columns, DramTiming::kBurstWords));
  in_range("cas_latency_clocks", c.cas_latency_clocks, 1, 100, " clocks");
  in_range("cas_write_latency_clocks", c.cas_write_latency_clocks, 1, 100, " clocks");
  if (c.cas_write_latency_clocks > c.cas_latency_clocks)
    found.push_back(fmt::format("dram.cas_write_latency_clocks = {}: must not exceed dram.cas_latency_clocks ({})",
                                c.cas_write_latency_clocks, c.cas_latency_clocks));
  in_range("t_ccd_clocks", c.t_ccd_clocks, DramTiming::kBurstClocks, 100, " clocks");
  for (const auto& [key, ns] : {std::pair{"t_rcd_ns", c.t_rcd_ns},
                                {"t_rp_ns", c.t_rp_ns},
                                {"t_ras_ns", c.t_ras_ns},
                                {"t_rc_ns", c.t_rc_ns},
                                {"t_rrd_ns", c.t_rrd_ns},
                                {"t_faw_ns", c.t_faw_ns},
                                {"t_wr_ns", c.t_wr_ns},
                                {"t_wtr_ns", c.t_wtr_ns},
                                {"t_rtp_ns", c.t_rtp_ns},
                                {"t_rfc_ns", c.t_rfc_ns}})
    in_range(key, ns, 0.001, 10'000.0, " ns");
  if (c.t_ras_ns < c.t_rcd_ns)
    found.push_back(fmt::format("dram.t_ras_ns = {}: must be at least dram.t_rcd_ns ({})", c.t_ras_ns, c.t_rcd_ns));
  in_range("t_refi_ns", c.t_refi_ns, 2 * (c.t_rfc_ns + c.t_rp_ns), 1e6, " ns (from twice t_rfc_ns + t_rp_ns)");
  return found;
}

DramTiming::Clocks DramTiming::in_clocks(const DramConfig& c) {
  const auto found = problems(c);
  SPARSIM_CHECK(found.empty(), "{}", found.front());
  const auto clocks = [&](double ns) { return ceil_div(std::llround(ns * 1000), c.clock_period_ps); };
  const auto at_least_4 = [&](double ns) { return std::max<std::int64_t>(4, clocks(ns)); };  // JEDEC: max(4 nCK, x ns)
  Clocks t;
  t.rcd = clocks(c.t_rcd_ns);
  t.rp = clocks(c.t_rp_ns);
  t.ras = clocks(c.t_ras_ns);
  t.rc = clocks(c.t_rc_ns);
  t.rrd = at_least_4(c.t_rrd_ns);
  t.faw = clocks(c.t_faw_ns);
  t.wr = clocks(c.t_wr_ns);
  t.wtr = at_least_4(c.t_wtr_ns);
  t.rtp = at_least_4(c.t_rtp_ns);
  t.rfc = clocks(c.t_rfc_ns);
  t.refi = std::llround(c.t_refi_ns * 1000) / c.clock_period_ps;  // an average that must be kept: rounded down
  t.ccd = c.t_ccd_clocks;
  t.cl = c.cas_latency_clocks;
  t.cwl = c.cas_write_latency_clocks;
  return t;
}

DramTiming::DramTiming(const DramConfig& c)
    : t_(in_clocks(c)),
      burst_shift_(log2(kBurstWords * c.data_bits / 8)),
      row_shift_(log2(c.row_bytes())),
      bank_shift_(log2(c.banks)),
      bank_(static_cast<std::size_t>(c.banks)),
      next_refresh_(t_.refi) {
  activates_.fill(kLongAgo);
}

DramTiming::Dates DramTiming::access(bool write, std::uint64_t address, std::int64_t bytes, std::int64_t arrival) {
  const std::uint64_t end = address + static_cast<std::uint64_t>(bytes);
  (write ? stats_.write_bytes : stats_.read_bytes) += static_cast<std::uint64_t>(bytes);
  Dates dates;
  bool first = true;
  for (std::uint64_t at = address; at < end;) {
    const std::uint64_t page = at >> row_shift_;
    const std::uint64_t page_end = std::min(end, (page + 1) << row_shift_);
    const auto bursts = static_cast<std::int64_t>(((page_end - 1) >> burst_shift_) - (at >> burst_shift_) + 1);
    const Dates row = access_row(write, static_cast<std::int64_t>(page >> bank_shift_),
                                 bank_[page & ((1u << bank_shift_) - 1)], bursts, arrival);
    if (first) dates.first = row.first;
    dates.last = row.last;
    first = false;
    at = page_end;
  }
  return dates;
}

DramTiming::Dates DramTiming::access_row(bool write, std::int64_t row, Bank& bank, std::int64_t bursts,
                                         std::int64_t arrival) {
  const std::int64_t earliest = std::max(arrival, write ? write_from_ : read_from_);
  if (next_refresh_ <= earliest) refresh_until(earliest);
  if (bank.open_row == row)
    ++stats_.row_hits;
  else
    activate(bank, row, arrival);
  const std::int64_t column = std::max(earliest, bank.column_from);
  const std::int64_t last_column = column + (bursts - 1) * t_.ccd;
  const std::int64_t data = (write ? t_.cwl : t_.cl) + kBurstClocks;  // from the command to the end of its data
  const std::int64_t data_end = last_column + data;
  if (write) {
    stats_.write_bursts += static_cast<std::uint64_t>(bursts);
    write_from_ = last_column + t_.ccd;
    read_from_ = data_end + t_.wtr;
    bank.precharge_from = std::max(bank.precharge_from, data_end + t_.wr);
  } else {
    stats_.read_bursts += static_cast<std::uint64_t>(bursts);
    read_from_ = last_column + t_.ccd;
    write_from_ = last_column + t_.cl + t_.ccd + 2 - t_.cwl;  // JEDEC: two clocks to turn the data bus round
    bank.precharge_from = std::max(bank.precharge_from, last_column + t_.rtp);
  }
  return {column + data, data_end};
}

void DramTiming::activate(Bank& bank, std::int64_t row, std::int64_t arrival) {
  if (bank.open_row == kClosed) {
    ++stats_.row_misses;
  } else {
    ++stats_.row_conflicts;
    ++stats_.precharges;
    bank.activate_from = std::max(bank.activate_from, std::max(arrival, bank.precharge_from) + t_.rp);
  }
  const std::int64_t newest = activates_[(oldest_activate_ + 3) % 4];
  const std::int64_t date =
      std::max({arrival, bank.activate_from, newest + t_.rrd, activates_[oldest_activate_] + t_.faw});
  activates_[oldest_activate_] = date;
  oldest_activate_ = (oldest_activate_ + 1) % 4;
  ++stats_.activates;
  bank.open_row = row;
  bank.activate_from = date + t_.rc;
  bank.precharge_from = date + t_.ras;
  bank.column_from = date + t_.rcd;
}

void DramTiming::refresh_until(std::int64_t clock) {
  while (next_refresh_ <= clock) {
    refresh();
    // No row is open now, so further ones that passed before `clock` held nobody up, but perhaps the last.
    const std::int64_t unseen = (clock - next_refresh_) / t_.refi;
    if (unseen > 0) {
      stats_.refreshes += static_cast<std::uint64_t>(unseen);
      next_refresh_ += unseen * t_.refi;
    }
  }
}

void DramTiming::refresh() {
  std::int64_t start = next_refresh_;
  bool any_open = false;
  for (const Bank& bank : bank_) {
    if (bank.open_row == kClosed) continue;
    any_open = true;
    ++stats_.precharges;
    start = std::max(start, bank.precharge_from);
  }
  const std::int64_t end = start + (any_open ? t_.rp : 0) + t_.rfc;
  for (Bank& bank : bank_) {
    bank.open_row = kClosed;
    bank.activate_from = std::max(bank.activate_from, end);
  }
  ++stats_.refreshes;
  next_refresh_ += t_.refi;
}

}  // namespace sparsim

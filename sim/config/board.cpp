#include "sim/config/board.h"

#include <fmt/format.h>

#include <filesystem>
#include <iterator>

#include "models/core/error.h"

namespace sparsim {
namespace {

constexpr double kLargest = 1e12;

// `key: {value: 1.5, low: 1, high: 2, basis: assumed, source: "..."}`; an assumed one must say its range.
Coefficient coefficient(Section& parent, const std::string& key) {
  Section s = parent.section(key);
  Coefficient c;
  c.value = s.number("value", {0, kLargest});
  c.basis = static_cast<Basis>(s.choice("basis", {std::begin(kBasisNames), std::end(kBasisNames)}));
  c.source = s.text("source");
  const bool assumed = c.basis == Basis::assumed;
  if (assumed && c.value > 0 && (!s.has("low") || !s.has("high")))
    s.problem("", "assumed, so low and high must bound it");
  c.low = s.number("low", {0, kLargest}, c.value);
  c.high = s.number("high", {0, kLargest}, c.value);
  if (c.low > c.value || c.high < c.value)
    s.problem("value", fmt::format("{}: must lie between low ({}) and high ({})", c.value, c.low, c.high));
  return c;
}

double whole(Section& s, const std::string& key) { return static_cast<double>(s.integer(key, {0, 100'000'000})); }

MacCost mac_cost(Section& parent, const std::string& key) {
  Section s = parent.section(key);
  MacCost cost;
  MacCost::visit(cost, [&](const char* name, Coefficient& c) { c = coefficient(s, name); });
  return cost;
}

Technology load_technology(const std::string& path, nlohmann::ordered_json& resolved) {
  YamlFile file = YamlFile::load(path);
  Section root = file.root();
  Technology t;
  t.name = root.text("technology");
  t.mac_fp16 = mac_cost(root, "mac_fp16");
  t.mac_int16 = mac_cost(root, "mac_int16");
  t.mac_int8 = mac_cost(root, "mac_int8");
  Technology::visit(t, [&](const char* name, Coefficient& c) { c = coefficient(root, name); });
  file.finish();
  resolved["technology"] = file.resolved();
  return t;
}

DramConfig read_dram(Section s) {
  DramConfig c;
  c.clock_period_ps = s.integer("clock_period_ps", {100, 100'000});
  c.data_bits = s.integer("data_bits", {8, 1024});
  c.banks = s.integer("banks", {1, 64});
  c.rows = s.integer("rows", {1, 1 << 20});
  c.columns = s.integer("columns", {8, 1 << 16});
  c.cas_latency_clocks = s.integer("cas_latency_clocks", {1, 64});
  c.cas_write_latency_clocks = s.integer("cas_write_latency_clocks", {1, 64});
  c.t_ccd_clocks = s.integer("t_ccd_clocks", {1, 64});
  const std::pair<const char*, double*> timings[] = {
      {"t_rcd_ns", &c.t_rcd_ns}, {"t_rp_ns", &c.t_rp_ns},   {"t_ras_ns", &c.t_ras_ns},  {"t_rc_ns", &c.t_rc_ns},
      {"t_rrd_ns", &c.t_rrd_ns}, {"t_faw_ns", &c.t_faw_ns}, {"t_wr_ns", &c.t_wr_ns},    {"t_wtr_ns", &c.t_wtr_ns},
      {"t_rtp_ns", &c.t_rtp_ns}, {"t_rfc_ns", &c.t_rfc_ns}, {"t_refi_ns", &c.t_refi_ns}};
  for (const auto& [key, value] : timings) *value = s.number(key, {0, 1e6});
  for (const std::string& problem : problems(c)) s.problem("", problem);
  return c;
}

SramConfig read_sram(Section s) {
  SramConfig c;
  c.size_bytes = s.integer("size_bytes", {1024, std::int64_t{1} << 30});
  c.data_bits = s.integer("data_bits", {8, 256});
  c.access_ns = s.number("access_ns", {1, 1000});
  c.turnaround_cycles = s.integer("turnaround_cycles", {0, 16});
  for (const std::string& problem : problems(c)) s.problem("", problem);
  return c;
}

HostConfig load_host(const std::string& path, BoardFile& board) {
  YamlFile file = YamlFile::load(path);
  Section s = file.root();
  s.text("host");
  HostConfig c;
  c.clock_mhz = s.number("clock_mhz", {1, 10'000});
  c.cores = s.integer("cores", {1, 64});
  c.layer_cycles = s.number("layer_cycles", {0, 1e9});
  c.interrupt_latency_cycles = s.number("interrupt_latency_cycles", {0, 1e9});
  Section costs = s.section("cycles_per");
  HostOperations::visit(c.cycles_per, [&](const char* key, double& cycles, const char*) {
    cycles = costs.number(key, {0, 1e6});
  });
  for (const std::string& problem : problems(c)) s.problem("", problem);
  file.finish();
  board.resolved["host"] = file.resolved();
  board.provenance = file.provenance();
  for (Provenance& p : board.provenance) p.key = "board.host." + p.key;
  return c;
}

}  // namespace

std::string beside(const std::string& from, const std::string& path) {
  return (std::filesystem::path(from).parent_path() / path).lexically_normal().string();
}

std::string file_beside(Section& section, const std::string& key, const std::string& from) {
  const std::string name = section.text(key), path = beside(from, name);
  std::error_code ignored;
  if (!name.empty() && !std::filesystem::exists(path, ignored)) section.problem(key, path + ": there is no such file");
  return path;
}

Device load_device(const std::string& path, nlohmann::ordered_json& resolved) {
  YamlFile file = YamlFile::load(path);
  Section root = file.root();
  Device device;
  device.name = root.text("device");
  Section capacity = root.section("capacity");
  Resources::visit(device.capacity, [&](const char* key, double& amount) { amount = whole(capacity, key); });
  if (auto regions = root.optional_section("regions")) {
    device.regions.emplace();
    device.regions->count = regions->integer("count", {2, 16});
    Resources::visit(device.regions->each, [&](const char* key, double& amount) { amount = whole(*regions, key); });
    regions->text("source");
  }
  root.text("source");
  device.static_w = coefficient(root, "static_w");
  device.host_idle_w = coefficient(root, "host_idle_w");
  device.host_active_w = coefficient(root, "host_active_w");
  const std::string technology = file_beside(root, "technology", path);
  file.finish();
  resolved["device"] = file.resolved();
  device.technology = load_technology(technology, resolved);
  return device;
}

BoardFile load_board(const std::string& path) {
  YamlFile file = YamlFile::load(path);
  Section root = file.root();
  BoardFile b;
  b.board.name = root.text("board");
  const std::string device = file_beside(root, "device", path);
  b.board.overhead_w = coefficient(root, "overhead_w");
  b.board.memory_read_pj_per_bit = coefficient(root, "memory_read_pj_per_bit");
  b.board.memory_write_pj_per_bit = coefficient(root, "memory_write_pj_per_bit");
  if (auto sram = root.optional_section("sram"))
    b.memory = read_sram(*sram);
  else
    b.memory = read_dram(root.section("dram"));
  Section reserved = root.section("reserved");
  Resources::visit(b.reserved, [&](const char* key, double& amount) { amount = whole(reserved, key); });
  reserved.text("source");
  const std::string host = file_beside(root, "host", path);
  file.finish();
  b.resolved = file.resolved();
  b.device = load_device(device, b.resolved);
  b.host = load_host(host, b);
  return b;
}

}  // namespace sparsim

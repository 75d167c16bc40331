#include "models/sparcnet/sparcnet.h"

#include <fmt/format.h>

#include <cmath>

#include "models/core/error.h"
#include "models/core/timed_run.h"

namespace sparsim {
namespace {

std::size_t buffers(const ScratchpadConfig& scratchpad) { return scratchpad.double_buffered ? 2 : 1; }

}  // namespace

Sparcnet::Sparcnet(const sc_core::sc_module_name& name, const SparcnetConfig& config, const Workload& workload,
                   const RunOptions& options)
    : Architecture(name),
      config_(config),
      workload_(workload),
      options_(options),
      placement_(placements(workload.graph())),
      map_(workload.graph(), placement_, word_bytes(config.pe_grid.format)),
      host_("host", config.host, config.clock_mhz),
      register_bus_("register_bus", config.registers),
      registers_("registers"),
      interconnect_("interconnect", config.axi, 3, config.clock_mhz),
      memory_(make_memory(config.memory, config.clock_mhz)),
      ifmap_loader_("ifmap_dma", config.dma, TileLoader::Operand::ifmap),
      weight_loader_("weight_dma", config.dma, TileLoader::Operand::weight),
      pe_grid_("pe_grid", config.pe_grid),
      ofmap_storer_("ofmap_dma", config.dma),
      controller_("controller", [this] { control(); }),
      ifmap_tiles_("ifmap_scratchpad", buffers(config.ifmap), 0, 0),
      weight_tiles_("weight_scratchpad", buffers(config.weight), 0, 0),
      ofmap_tiles_("ofmap_scratchpad", buffers(config.ofmap), 0, 0),
      ifmap_plans_("ifmap_plans", 1, 0, 0),
      weight_plans_("weight_plans", 1, 0, 0),
      grid_plans_("grid_plans", 1, 0, 0),
      ofmap_plans_("ofmap_plans", 1, 0, 0),
      layers_done_("layers_done", 1, 0, 0) {
  if (map_.bytes() > memory_->capacity_bytes())
    input_error("{}: weights ({} bytes) and feature maps need {} bytes of external memory, the board has {}",
                workload.graph().name, map_.weight_bytes(), map_.bytes(), memory_->capacity_bytes());
  host_.socket.bind(register_bus_.host_socket);
  register_bus_.register_socket.bind(registers_.socket);
  ifmap_loader_.dma.socket.bind(interconnect_.port_sockets[0]);
  weight_loader_.dma.socket.bind(interconnect_.port_sockets[1]);
  ofmap_storer_.dma.socket.bind(interconnect_.port_sockets[2]);
  interconnect_.memory_port.bind(*memory_);

  to_ifmap_.bind(ifmap_plans_);
  to_weight_.bind(weight_plans_);
  to_grid_.bind(grid_plans_);
  to_ofmap_.bind(ofmap_plans_);
  ifmap_loader_.plans.bind(ifmap_plans_);
  weight_loader_.plans.bind(weight_plans_);
  pe_grid_.plans.bind(grid_plans_);
  ofmap_storer_.plans.bind(ofmap_plans_);
  ifmap_loader_.tiles.bind(ifmap_tiles_);
  pe_grid_.ifmap.bind(ifmap_tiles_);
  weight_loader_.tiles.bind(weight_tiles_);
  pe_grid_.weight.bind(weight_tiles_);
  pe_grid_.ofmap.bind(ofmap_tiles_);
  ofmap_storer_.tiles.bind(ofmap_tiles_);
  ofmap_storer_.layers_done.bind(layers_done_);
  done_.bind(layers_done_);

  if (options.timeline)
    for (LayerLog* log :
         {&ifmap_loader_.log(), &weight_loader_.log(), &pe_grid_.log(), &ofmap_storer_.log(), &host_log_})
      log->keep_timeline();
}

void Sparcnet::control() {
  for (std::size_t number = 0; number < options_.images; ++number) compute_image(number);
  for (auto* plans : {&to_ifmap_, &to_weight_, &to_grid_, &to_ofmap_}) plans->write(nullptr);
}

void Sparcnet::compute_image(std::size_t number) {
  const std::size_t image = number % workload_.images();
  const std::vector<Layer>& layers = workload_.graph().layers;
  ImageRecord times;
  times.start = controller_.now();
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (placement_[l] == Placement::fused) continue;
    LayerRecord record;
    record.image = number;
    record.layer = l;
    record.start = controller_.now();
    record.accelerated = placement_[l] == Placement::grid;
    host_log_.begin(record.start);
    memory_log_.begin(record.start);
    if (record.accelerated)
      run_on_grid(image, l);
    else
      run_on_host(image, l);
    record.end = controller_.now();
    host_log_.end(record.end);
    memory_log_.end(record.end);
    record_.layers.push_back(record);
  }
  times.end = controller_.now();
  record_.images.push_back(times);
}

// Everything the host does at once between two waits; `cause` names it in the critical path.
void Sparcnet::spend_host(const std::string& cause) {
  const Cycles start = controller_.now();
  controller_.catch_up(cause);
  const Cycles spent = controller_.now() - start;
  host_log_.current().buckets.busy += spent;
  host_log_.current().activity.host_cycles += static_cast<std::uint64_t>(spent);
  host_log_.add_span(cause, start, controller_.now());
}

// A limit may leave this thread where it waits, so what it holds then is not its own but the accelerator's.
void Sparcnet::run_on_grid(std::size_t image, std::size_t l) {
  const Layer& layer = workload_.graph().layers[l];
  controller_.sync();
  if (layer.dynamically_pruned && config_.salience_unit == SalienceUnit::host) {
    host_.compute(salience_ranking(layer.shape.input));
    spend_host(layer.name + ": salience ranking");
  }
  plan_ = std::make_unique<LayerPlan>(layer, workload_.kept_channels(image, l), map_.layer(l), config_);
  host_.write_registers(0, config_.layer_registers + plan_->mask_registers());
  spend_host(layer.name + ": host programs");
  const Activity before = memory_->activity();
  const Cycles start = controller_.now();
  for (auto* plans : {&to_ifmap_, &to_weight_, &to_grid_, &to_ofmap_}) plans->write(plan_.get());
  done_.read();
  controller_.sync();
  const Cycles ran = controller_.now() - start;
  host_.take_interrupt();
  spend_host(layer.name + ": host interrupt");
  host_log_.current().buckets.idle += ran;

  PartRecord& memory = memory_log_.current();
  memory.activity = memory_->activity() - before;
  const auto moved = static_cast<double>(memory.activity.dram_read_bytes + memory.activity.dram_write_bytes);
  const Cycles whole = controller_.now() - memory.start;
  memory.buckets.busy = std::min(
      whole, static_cast<Cycles>(std::ceil(moved * config_.clock_mhz * 1e6 / memory_->peak_bytes_per_second())));
  memory.buckets.idle = whole - memory.buckets.busy;
}

void Sparcnet::run_on_host(std::size_t image, std::size_t l) {
  const Layer& layer = workload_.graph().layers[l];
  controller_.sync();
  const HostOperations operations = host_operations(
      layer, layer.weighted() ? workload_.kept_channels(image, l) : BitMask(), word_bytes(config_.pe_grid.format));
  host_.compute(operations);
  spend_host(layer.name + ": host");
  Activity& activity = host_log_.current().activity;
  activity.macs_done = static_cast<std::uint64_t>(operations.conv_macs + operations.dense_macs);
  activity.macs_skipped = static_cast<std::uint64_t>(layer.macs()) - activity.macs_done;
  memory_log_.current().buckets.idle = controller_.now() - memory_log_.current().start;
}

RunRecord Sparcnet::run() {
  run_to_end(options_, record_);
  for (CauseShare& share : record_.critical_path)  // what its process spends without a cause is the way out of the grid
    if (share.cause.find(pe_grid_.name()) == 0) share.cause = "PE grid drains";
  collect_parts();
  record_.notes.push_back("single zeros change no cycle here: only filters and channels that masks leave out do");
  return std::move(record_);
}

// Parts log a record for each layer they took part in, in the same order as the layers were run.
void Sparcnet::collect_parts() {
  std::size_t accelerated = 0;
  for (std::size_t i = 0; i < record_.layers.size(); ++i) {
    LayerRecord& layer = record_.layers[i];
    layer.parts.push_back(host_log_.layers()[i]);
    if (!layer.accelerated) {
      layer.bottleneck = "host";
      continue;
    }
    PartRecord grid = pe_grid_.log().layers()[accelerated];
    const PartRecord& storer = ofmap_storer_.log().layers()[accelerated];
    if (storer.end > grid.end) grid.buckets.waiting_output += storer.end - grid.end;  // the last tile drains
    layer.parts.push_back(grid);
    for (LayerLog* log : {&ifmap_loader_.log(), &weight_loader_.log(), &ofmap_storer_.log()})
      layer.parts.push_back(log->layers()[accelerated]);
    layer.parts.push_back(memory_log_.layers()[i]);
    for (PartRecord& part : layer.parts) part.buckets.idle += layer.end - layer.start - part.buckets.total();
    layer.bottleneck = pe_grid_.bottlenecks()[accelerated];
    ++accelerated;
  }
  for (LayerLog* log : {&host_log_, &pe_grid_.log(), &ifmap_loader_.log(), &weight_loader_.log(), &ofmap_storer_.log()})
    record_.timeline.insert(record_.timeline.end(), log->timeline().begin(), log->timeline().end());
}

}  // namespace sparsim

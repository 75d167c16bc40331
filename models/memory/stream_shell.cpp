#include "models/memory/stream_shell.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/core/error.h"

namespace sparsim {
namespace {

constexpr std::uint64_t kPage = 4096;

std::uint64_t aligned(std::uint64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

void append(std::vector<std::string>& found, std::vector<std::string> more) {
  found.insert(found.end(), more.begin(), more.end());
}

}  // namespace

std::vector<std::string> problems(const StreamShellConfig& c) {
  std::vector<std::string> found;
  const auto check_cycles = [&](const char* key, double cycles) {
    if (!(cycles >= 0 && cycles <= 1e9)) found.push_back(fmt::format("host_io.{} = {}: must be 0..1e9", key, cycles));
  };
  if (!(c.clock_mhz >= 1 && c.clock_mhz <= 1000))
    found.push_back(fmt::format("clock_mhz = {}: must be 1..1000", c.clock_mhz));
  if (c.image_registers < 1 || c.image_registers > 10'000)
    found.push_back(fmt::format("registers.per_image = {}: must be 1..10000", c.image_registers));
  check_cycles("image_cycles", c.host_io.image_cycles);
  check_cycles("cycles_per_input", c.host_io.cycles_per_input);
  check_cycles("cycles_per_output", c.host_io.cycles_per_output);
  check_cycles("start_cycles", c.host_io.start_cycles);
  append(found, problems(c.axi));
  append(found, problems(c.dma));
  append(found, problems(c.registers));
  append(found, std::visit([](const auto& memory) { return problems(memory); }, c.memory));
  append(found, problems(c.host));
  return found;
}

StreamShell::StreamShell(const StreamShellConfig& config, const Traffic& traffic)
    : config_(config),
      traffic_(traffic),
      host_("host", config.host, config.clock_mhz),
      register_bus_("register_bus", config.registers),
      registers_("registers"),
      memory_(make_memory(config.memory, config.clock_mhz)),
      controller_("controller", [this] { control(); }),
      starts_("starts", 1, 0, 0),
      done_("done", 1, 0, 0) {
  host_.socket.bind(register_bus_.host_socket);
  register_bus_.register_socket.bind(registers_.socket);
  const auto stored = static_cast<std::int64_t>(traffic.stored_images);
  MemoryStream input = stream(place(traffic.input.bytes * stored), traffic.input);
  input.transfer_images = traffic.transfer_images;
  source_ = std::make_unique<StreamSource>(traffic.source_name.c_str(), config.dma, input, images_a_start(),
                                           config.source_interval);
  sink_ = std::make_unique<StreamSink>(traffic.sink_name.c_str(), config.dma,
                                       stream(place(traffic.result.bytes * stored), traffic.result));
  to_source_.bind(starts_);
  source_->start.bind(starts_);
  sink_->done.bind(done_);
  from_sink_.bind(done_);
}

std::size_t StreamShell::images_a_start() const { return single() ? 1 : std::max<std::size_t>(traffic_.images, 1); }

std::uint64_t StreamShell::place(std::int64_t bytes) {
  const std::uint64_t address = memory_bytes_;
  memory_bytes_ = aligned(memory_bytes_ + static_cast<std::uint64_t>(bytes));
  return address;
}

MemoryStream StreamShell::stream(std::uint64_t address, const StreamExtent& extent) const {
  MemoryStream s;
  s.address = address;
  s.image_bytes = extent.bytes;
  s.image_words = extent.words;
  s.chunk_bytes = config_.axi.burst_beats * config_.axi.data_bytes;
  s.images = traffic_.images;
  s.stored_images = std::max<std::size_t>(traffic_.stored_images, 1);
  return s;
}

WeightStream& StreamShell::add_weights(const std::string& name, std::int64_t chunk_bytes, std::int64_t image_words,
                                       std::int64_t period) {
  MemoryStream s;
  s.address = place(chunk_bytes * period);
  s.chunk_bytes = chunk_bytes;
  s.image_words = image_words;
  s.image_bytes = image_words * chunk_bytes;
  s.images = traffic_.images;
  weights_.push_back(std::make_unique<WeightStream>(name.c_str(), config_.dma, s, period));
  return *weights_.back();
}

void StreamShell::connect() {
  if (memory_bytes_ > static_cast<std::uint64_t>(memory_->capacity_bytes()))
    input_error("{}: images, results and streamed weights need {} bytes of external memory, the board has {}",
                traffic_.network, memory_bytes_, memory_->capacity_bytes());
  std::vector<DmaEngine*> engines{&source_->dma, &sink_->dma};
  for (const auto& weights : weights_) engines.push_back(&weights->dma);
  interconnect_ = std::make_unique<AxiInterconnect>("interconnect", config_.axi, engines.size(), config_.clock_mhz);
  for (std::size_t i = 0; i < engines.size(); ++i) engines[i]->socket.bind(interconnect_->port_sockets[i]);
  interconnect_->memory_port.bind(*memory_);
}

void StreamShell::spend_host(double host_cycles, const char* cause) {
  const auto spent = static_cast<Cycles>(std::ceil(host_cycles * config_.clock_mhz / config_.host.clock_mhz));
  controller_.advance(spent, cause);
  host_busy_ += spent;
  controller_.sync();
}

// Images one at a time: the host converts an image, starts the DMA engines and takes the result; streamed: they lie in
// memory as the accelerator reads them, and are started once.
void StreamShell::control() {
  const HostIo& io = config_.host_io;
  const auto inputs = static_cast<double>(traffic_.input.values), outputs = static_cast<double>(traffic_.result.values);
  for (std::size_t image = 0; image < traffic_.images; ++image) {
    host_starts_.push_back(controller_.now());
    if (single()) spend_host(io.image_cycles + io.cycles_per_input * inputs, "host: input");
    if (image % images_a_start() == 0) {
      if (io.start_cycles > 0) spend_host(io.start_cycles, "host: driver call");
      controller_.sync();
      host_.write_registers(0, config_.image_registers);
      controller_.catch_up("host: starts the DMA engines");
      to_source_.write();
    }
    from_sink_.read();
    controller_.sync();
    memory_at_.push_back(memory_->activity());
    const bool ends = !single() && enough_ && enough_(image + 1);
    if (single() || ends || image + 1 == traffic_.images) host_.take_interrupt();
    for (const HostOperations& layer : traffic_.host_layers) host_.compute(layer);
    controller_.catch_up("host: result");
    if (single()) spend_host(io.cycles_per_output * outputs, "host: result");
    host_ends_.push_back(controller_.now());
    host_busy_at_.push_back(host_busy_ + host_.busy_cycles());
    if (ends) return controller_.end_run();
  }
}

void StreamShell::record_images(RunRecord& record) const {
  const std::vector<Cycles>&starts = source_->log().starts, &ends = sink_->log().ends;
  const std::size_t finished = std::min(host_ends_.size(), ends.size());
  record.accelerated = 0;
  for (std::size_t i = 0; i < finished; ++i) {
    ImageRecord image;
    image.start = single() ? host_starts_[i] : starts[i];
    image.end = single() || !traffic_.host_layers.empty() ? host_ends_[i] : ends[i];
    record.images.push_back(std::move(image));
    if (single()) *record.accelerated += ends[i] - starts[i];
  }
  if (!single() && finished > 0) record.accelerated = ends[finished - 1] - starts[0];
}

PartRecord StreamShell::source_record(std::size_t image) const {
  const MemoryStreamLog& log = source_->log();
  PartRecord dma{"input DMA", log.starts[image], log.ends[image], {}, log.activity[image]};
  dma.buckets.busy = dma.end - dma.start;
  return dma;
}

std::vector<PartRecord> StreamShell::result_records(const RunRecord& record, std::size_t image) const {
  const ImageRecord& whole = record.images[image];
  const Cycles end = sink_->log().ends[image];
  PartRecord dma{"output DMA", whole.start, end, {}, sink_->log().activity[image]};
  dma.buckets.busy = dma.end - dma.start;
  PartRecord memory{"external memory", whole.start, end, {}, memory_at_[image]};
  if (image > 0) memory.activity -= memory_at_[image - 1];
  memory.buckets.idle = memory.end - memory.start;
  PartRecord host{"host", whole.start, whole.end, {}, {}};
  const Cycles busy = host_busy_at_[image] - (image > 0 ? host_busy_at_[image - 1] : 0);
  host.activity.host_cycles = static_cast<std::uint64_t>(busy);
  host.buckets.busy = std::min(busy, host.end - host.start);
  host.buckets.idle = host.end - host.start - host.buckets.busy;
  return {dma, memory, host};
}

}  // namespace sparsim

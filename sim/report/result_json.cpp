#include "sim/report/result_json.h"

#include "sim/version.h"

namespace sparsim {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchemaVersion = 1;

template <class Counters>
Json counters_json(const Counters& counters) {
  Json json;
  counters.visit([&](const char* name, auto value, const char*, const char*) { json[name] = value; });
  return json;
}

Json resources_json(const Resources& resources) {
  Json json;
  resources.visit([&](const char* name, double amount) { json[name] = amount; });
  return json;
}

Json energy_json(const std::vector<EnergyTerm>& terms) {
  Json json = Json::array();
  for (const EnergyTerm& term : terms)
    json.push_back({{"what", term.what},
                    {"j", term.joules},
                    {"low_j", term.low},
                    {"high_j", term.high},
                    {"basis", to_string(term.basis)}});
  return json;
}

Json layer_json(const LayerResult& layer) {
  Json json{{"name", layer.name},
            {"kind", to_string(layer.kind)},
            {"on", layer.accelerated ? "accelerator" : "host"},
            {"first_start_cycles", layer.first_start},
            {"first_end_cycles", layer.first_end},
            {"cycles", layer.cycles},
            {"dense_macs", layer.dense_macs},
            {"energy_j", layer.energy.joules},
            {"bottleneck", layer.bottleneck},
            {"built", layer.built}};
  json["facts"] = Json::object();
  for (const Fact& fact : layer.facts) json["facts"][fact.name] = fact.value;
  json["parts"] = Json::array();
  for (const PartResult& part : layer.parts)
    json["parts"].push_back(
        {{"part", part.part}, {"cycles", counters_json(part.buckets)}, {"activity", counters_json(part.activity)}});
  return json;
}

Json fifos_json(const std::vector<FifoRecord>& fifos) {
  Json json = Json::array();
  for (const FifoRecord& fifo : fifos)
    json.push_back({{"name", fifo.name},
                    {"depth", fifo.depth},
                    {"words", fifo.words},
                    {"high_water", fifo.high_water},
                    {"writer_stall_cycles", fifo.writer_stall_cycles},
                    {"reader_starvation_cycles", fifo.reader_starvation_cycles},
                    {"bram18", fifo.bram18}});
  return json;
}

Json stages_json(const Result& r) {
  Json json = Json::object();
  for (const StageRecord& stage : r.stages) {
    json[stage.name] = {{"what", stage.what},
                        {"first_cycles", stage.first},
                        {"max_cycles", stage.max},
                        {"interval_cycles", stage.interval},
                        {"hand_off_cycles", stage.hand_off}};
    json[stage.name].update(resources_json(need_of(r.resource_bill, stage.name)));
  }
  return json;
}

Json bill_json(const std::vector<ResourceItem>& bill) {
  Json json = Json::array();
  for (const ResourceItem& item : bill)
    json.push_back({{"part", item.part}, {"count", item.count}, {"need", resources_json(item.need)}});
  return json;
}

Json units_json(const std::vector<LayerResult>& layers) {
  Json json;
  for (const LayerResult& layer : layers)
    for (const Fact& fact : layer.facts) json[fact.name] = {{"unit", fact.unit}, {"meaning", fact.meaning}};
  Activity().visit([&](const char* name, std::uint64_t, const char* unit, const char* meaning) {
    json[name] = {{"unit", unit}, {"meaning", meaning}};
  });
  CycleBuckets().visit([&](const char* name, Cycles, const char* unit, const char* meaning) {
    json[name] = {{"unit", unit}, {"meaning", meaning}};
  });
  return json;
}

Json provenance_json(const std::vector<Provenance>& provenance) {
  Json json = Json::array();
  for (const Provenance& p : provenance)
    json.push_back({{"key", p.key}, {"value", p.value}, {"basis", to_string(p.basis)}, {"source", p.source}});
  return json;
}

}  // namespace

Json result_json(const Result& r, const Accelerator& accelerator) {
  Json json{{"schema", kSchemaVersion},
            {"sparsim", kVersion},
            {"accelerator", r.accelerator},
            {"architecture", r.architecture},
            {"device", r.device},
            {"board", r.board},
            {"word", r.word},
            {"workload",
             {{"name", r.workload},
              {"sha256", r.workload_sha256},
              {"images", r.trace_images},
              {"skipped_images", r.skipped_images}}},
            {"ended", r.reached_limit ? "limit" : "done"},
            {"images", r.images},
            {"clock_mhz", r.clock_mhz},
            {"cycles", r.cycles},
            {"accelerated_cycles", r.accelerated_cycles},
            {"layers_overlap", r.layers_overlap}};
  json["latency_cycles"] = nullptr;
  if (r.latency)
    json["latency_cycles"] = {
        {"first", r.latency->first}, {"p50", r.latency->p50}, {"p99", r.latency->p99}, {"max", r.latency->max}};
  json["deadline"] = nullptr;
  if (r.deadline)
    json["deadline"] = {
        {"us", r.deadline->us},
        {"misses", r.deadline->misses},
        {"share", r.images > 0 ? static_cast<double>(r.deadline->misses) / static_cast<double>(r.images) : 0.0}};
  json["interval_cycles"] = nullptr;
  if (r.interval_cycles) json["interval_cycles"] = *r.interval_cycles;
  json["cycles_per_image"] = r.cycles_per_image;
  json["batches"] = Json::array();
  for (const Batch& batch : r.batches)
    json["batches"].push_back(
        {{"images", batch.images}, {"cycles", batch.cycles}, {"images_per_second", batch.images_per_second}});
  json["extrapolated_from"] = nullptr;
  if (r.extrapolated_from) json["extrapolated_from"] = *r.extrapolated_from;
  json["dense_macs_per_image"] = r.dense_macs_per_image;
  json["macs_per_image"] = r.macs_per_image;
  json["weights"] = r.weights;
  json["kept_weights"] = r.kept_weights;
  json["images_per_second"] = r.images_per_second;
  json["gops"] = r.gops;
  json["gops_effective"] = r.gops_effective;
  json["gops_end_to_end"] = r.gops_end_to_end;
  json["gops_per_dsp"] = r.gops_per_dsp;
  json["power_w"] = r.power_w;
  json["power_end_to_end_w"] = r.power_end_to_end_w;
  json["energy_per_image_j"] = r.energy_per_image_j;
  json["energy_per_image_range_j"] = {r.energy_low_j, r.energy_high_j};
  json["energy_assumed_share"] = r.energy_assumed_share;
  json["gop_per_j"] = r.gop_per_j;
  json["images_per_second_per_watt"] = r.images_per_second_per_watt;
  json["resources"] = resources_json(r.resources);
  json["capacity"] = resources_json(r.capacity);
  json["resource_bill"] = bill_json(r.resource_bill);
  json["bottleneck"] = r.bottleneck;
  json["notes"] = r.notes;
  json["critical_path"] = Json::array();
  for (const CauseShare& share : r.critical_path)
    json["critical_path"].push_back({{"cause", share.cause}, {"cycles", share.cycles}});
  json["gains"] = Json::array();
  for (const Gain& gain : r.gains) {
    json["gains"].push_back({{"what", gain.what}, {"first_latency_cycles", gain.first_latency_cycles}});
    json["gains"].back()["interval_cycles"] = gain.interval_cycles ? Json(*gain.interval_cycles) : Json();
  }
  json["energy"] = energy_json(r.energy);
  json["layers"] = Json::array();
  for (const LayerResult& layer : r.layers) json["layers"].push_back(layer_json(layer));
  json["fifos"] = fifos_json(r.fifos);
  json["stages"] = stages_json(r);
  json["images_cut"] = r.images_cut;
  json["dropped_pixels"] = r.dropped_pixels;
  json["answers"] = r.answers;
  json["answers_compared"] = nullptr;
  if (r.answers_compared) json["answers_compared"] = counters_json(*r.answers_compared);
  json["units"] = units_json(r.layers);
  json["config"] = r.config;
  json["provenance"] = provenance_json(accelerator.provenance);
  return json;
}

}  // namespace sparsim

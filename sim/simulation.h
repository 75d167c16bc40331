#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/core/architecture.h"
#include "models/cost/energy.h"
#include "sim/answers.h"
#include "sim/config/accelerator.h"
#include "sim/workload/trace.h"

namespace sparsim {

/// A part during one layer, summed over the images of a run.
struct PartResult {
  std::string part;
  CycleBuckets buckets;
  Activity activity;
};

/// One layer, summed over the images of a run.
struct LayerResult {
  std::string name;
  LayerKind kind = LayerKind::convolution;
  bool accelerated = false;
  Cycles first_start = 0, first_end = 0;  // in the first image
  Cycles cycles = 0;                      // all images
  std::int64_t dense_macs = 0;            // all images
  std::string bottleneck;                 // of the first image
  EnergyTotal energy;                     // where layers overlap: of what they did, without what time costs
  std::string built;                      // in words; empty where all layers share their hardware
  std::vector<Fact> facts;
  std::vector<PartResult> parts;
};

/// Of all parts of a layer the one that did its MACs, or the first; null where it has none.
const PartResult* computing_part(const LayerResult& layer);

struct Latency {
  Cycles first = 0, p50 = 0, p99 = 0, max = 0;  // nearest rank
};

struct Deadline {
  double us = 0;
  std::size_t misses = 0;  // images whose latency is longer
};

struct SimulationOptions {
  RunOptions run;
  std::size_t skipped_images = 0;  // the first of the trace: the design is chosen by them, the others are run
  bool ignore_capacity = false;
  std::optional<double> deadline_us;
  bool steps = false;  // Result::steps are wanted
};

/// What a step comes to, by a run of its own.
struct Gain {
  std::string what;
  std::optional<double> interval_cycles;  // as Result's
  Cycles first_latency_cycles = 0;
};

/// The first so many images of a run by themselves: started at 0, until the host has the result of the last.
struct Batch {
  std::size_t images = 0;
  Cycles cycles = 0;
  double images_per_second = 0;
};

/// Everything that a run computed; JSON and the terminal show it, and compute nothing more.
struct Result {
  std::string accelerator, architecture, device, board;
  double clock_mhz = 0;
  std::string word;  // of operands, in words
  std::string workload, workload_sha256;
  std::size_t trace_images = 0;    // that it has
  std::size_t skipped_images = 0;  // its first ones, which were not run
  nlohmann::ordered_json config;   // every key, those chosen for this workload included

  bool reached_limit = false;
  bool layers_overlap = false;  // a pipeline
  std::size_t images = 0;       // finished
  Cycles cycles = 0, accelerated_cycles = 0;
  std::optional<Latency> latency;         // where an image was finished
  std::optional<Deadline> deadline;       // where one was given
  std::optional<double> interval_cycles;  // between the ends of images, the first to the last; from 3 images on
  double cycles_per_image = 0;            // of the whole run, what the host does before and behind it included
  std::vector<Batch> batches;             // where images follow each other in a pipeline: 1, 2, 5, 10, .. and all
  std::optional<std::size_t> extrapolated_from;         // images simulated, where the rest followed exactly
  double dense_macs_per_image = 0, macs_per_image = 0;  // of all weighted layers; the second what masks left
  std::int64_t weights = 0, kept_weights = 0;           // of the network; the second what static masks left
  double images_per_second = 0;                         // at interval_cycles; without: images / the whole time
  double gops = 0;                                      // 2 x dense MACs of the accelerated layers / the time they took
  double gops_effective = 0;                            // the same with the MACs that masks left
  double gops_end_to_end = 0;                           // 2 x dense MACs of all layers / the whole time
  double gops_per_dsp = 0;                              // gops / DSPs used; 0 without any
  double power_w = 0;                                   // while accelerated layers run
  double power_end_to_end_w = 0;
  double energy_per_image_j = 0;                                         // the whole image
  double energy_low_j = 0, energy_high_j = 0, energy_assumed_share = 0;  // of energy_per_image_j
  double gop_per_j = 0;                                                  // gops / power_w
  double images_per_second_per_watt = 0;
  std::vector<EnergyTerm> energy;  // all images

  std::vector<ResourceItem> resource_bill;
  Resources resources, capacity;
  std::string bottleneck;
  std::vector<CauseShare> critical_path;
  std::vector<DesignStep> steps;  // what may be worth a try, where asked for
  std::vector<Gain> gains;        // of those that were tried (sim/sweep/gain.h)
  std::vector<LayerResult> layers;
  std::vector<FifoRecord> fifos;
  std::vector<StageRecord> stages;                   // of a dataflow of operators
  Answers answers;                                   // of the network, by image; empty where none are computed
  std::optional<AnswerComparison> answers_compared;  // with a reference, where one was given
  std::size_t images_cut = 0;                        // that lost active pixels
  std::int64_t dropped_pixels = 0;                   // of all images
  std::vector<Span> timeline;
  std::vector<std::string> notes;  // of the architecture
};

/// Simulates once; SystemC allows no second time in a process. Throws InputError where the accelerator does not fit its
/// device, unless that is to be ignored, where steps are wanted of an architecture that has none, and where all images
/// are skipped.
Result simulate(const Accelerator& accelerator, const Trace& trace, const std::string& trace_sha256,
                const SimulationOptions& options);

}  // namespace sparsim

#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/core/architecture.h"
#include "models/cost/device.h"
#include "models/cost/energy.h"
#include "models/cost/resources.h"
#include "sim/config/board.h"
#include "sim/config/schema.h"

namespace sparsim {

/// A design that differs in one place.
struct DesignStep {
  std::string what;               // "a lane more at conv3 (fine 3 -> 4)"
  nlohmann::ordered_json change;  // of the accelerator file: the keys that become others
};

/// A FIFO between two nodes of a pipeline.
struct FifoDesign {
  std::string name;
  std::int64_t bits = 0;              // a word
  std::int64_t depth = 0, words = 0;  // words; those of an image
};

struct FinnConfig;
struct FpgaConvNetConfig;
struct SparcnetConfig;

/// What an accelerator file comes to for one network.
struct Design {
  std::vector<ResourceItem> resource_bill;  // what the network adds to that of the accelerator
  std::vector<std::string> notes;           // what was chosen for this workload, in words
  /// The keys that were, as the accelerator file would say them: a merge patch.
  nlohmann::ordered_json chosen = nlohmann::ordered_json::object();
  /// Once a process: SystemC elaborates once. Throws InputError for an option that has no meaning here.
  std::function<std::unique_ptr<Architecture>(const RunOptions&)> elaborate;
  /// Where layers have hardware of their own: what is known of it, on so many of the workload's images. May be empty.
  std::function<std::vector<LayerFacts>(std::size_t images)> facts;
  /// The next larger designs worth a try after a run. May be empty.
  std::function<std::vector<DesignStep>(const std::vector<CauseShare>& critical_path)> steps;
  std::vector<FifoDesign> fifos;  // of a pipeline: those whose depths its file may name
};

/// An accelerator file, read and found consistent: everything a command asks of it, whatever its architecture.
struct Accelerator {
  std::string name, architecture, file, board_file;
  BoardFile board;
  double clock_mhz = 0;
  WordFormat format = WordFormat::fp16;
  std::string word;                         // of operands, in words: that of the format, unless the architecture says
  std::vector<ResourceItem> resource_bill;  // whatever the network; what the board reserves is in it
  bool network_has_resources = false;       // Design::resource_bill is not empty
  /// The workload must outlive the design and all that it elaborates. Throws InputError with all that keeps the
  /// accelerator from this network.
  std::function<Design(const Workload&)> design;
  /// What keeps it from this network, as far as its file can be blamed: each with its place there. May be empty.
  std::function<std::vector<std::string>(const LayerGraph&)> network_problems;
  // Of its architecture, what a search for a better one starts from; null for the others.
  std::shared_ptr<const FpgaConvNetConfig> fpgaconvnet;
  std::shared_ptr<const SparcnetConfig> sparcnet;
  std::shared_ptr<const FinnConfig> finn;

  nlohmann::ordered_json resolved;     // every key, defaults included
  std::vector<Provenance> provenance;  // of the keys that say where they come from

  /// Accelerator and network together.
  std::vector<ResourceItem> whole_bill(const Design& design) const;
  /// Of a design with this bill.
  EnergyModel energy_model(const std::vector<ResourceItem>& bill) const;
  /// Throws InputError that names each resource, its need and its limit, where the bill is more than the device, or a
  /// part of it more than a region of the device.
  void check_capacity(const std::vector<ResourceItem>& bill) const;
};

/// What an architecture adds to the common keys: reads its own from `root` and fills in `clock_mhz`, `format`,
/// `resource_bill`, `network_has_resources` and `design`. The board is read already.
using ArchitectureReader = void (*)(Section& root, Accelerator& accelerator);

/// Of an architecture without crossbars. Throws InputError where the options ask for one: an option that changes
/// nothing would be taken for one that does.
void refuse_crossbar(const std::string& architecture, const RunOptions& options);
/// The same of one without an input reduction.
void refuse_reduction(const std::string& architecture, const RunOptions& options);

/// Reads an accelerator file and the board, device and technology files that it names, relative to itself. Throws
/// InputError with all problems of the first file that has any; where the network is known, with those of the two
/// together.
Accelerator load_accelerator(const std::string& path, const std::vector<Override>& overrides = {},
                             const LayerGraph* network = nullptr);

}  // namespace sparsim

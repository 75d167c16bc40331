#include "sim/config/accelerator.h"

#include <fmt/format.h>

#include "models/core/error.h"
#include "sim/registry.h"

namespace sparsim {

std::vector<ResourceItem> Accelerator::whole_bill(const Design& for_network) const {
  std::vector<ResourceItem> bill = for_network.resource_bill;
  bill.insert(bill.end(), resource_bill.begin(), resource_bill.end());
  return bill;
}

EnergyModel Accelerator::energy_model(const std::vector<ResourceItem>& bill) const {
  return {board.device, board.board, format, clock_mhz, total(bill).ff};
}

void Accelerator::check_capacity(const std::vector<ResourceItem>& bill) const {
  std::vector<std::string> missing = shortages(total(bill), board.device);
  const std::vector<std::string> too_large = region_shortages(bill, board.device);
  missing.insert(missing.end(), too_large.begin(), too_large.end());
  if (!missing.empty())
    input_error("{}: does not fit its device: {}; choose a smaller design, or explore with --ignore-capacity", file,
                fmt::join(missing, ", "));
}

void refuse_reduction(const std::string& architecture, const RunOptions& options) {
  if (!options.reduction.empty())
    input_error("--reduction {}: architecture {} has no input reduction", options.reduction, architecture);
}

void refuse_crossbar(const std::string& architecture, const RunOptions& options) {
  if (!options.crossbar.empty())
    input_error("--crossbar {}: architecture {} has no crossbar", options.crossbar, architecture);
}

Accelerator load_accelerator(const std::string& path, const std::vector<Override>& overrides,
                             const LayerGraph* network) {
  YamlFile file = YamlFile::load(path);
  for (const Override& change : overrides) file.set(change);
  Section root = file.root();
  Accelerator a;
  a.file = path;
  a.name = root.text("name");
  std::vector<std::string> names;
  for (const ArchitectureEntry& entry : architectures()) names.push_back(entry.name);
  const ArchitectureEntry& entry = architectures()[root.choice("architecture", names)];
  a.architecture = entry.name;
  a.board_file = file_beside(root, "board", path);
  file.throw_problems();  // nothing that follows can be judged without them
  a.board = load_board(a.board_file);
  entry.read(root, a);
  if (a.word.empty()) a.word = to_string(a.format);
  a.resource_bill.push_back({"reserved by the board", 1, a.board.reserved});
  if (network != nullptr && a.network_problems)
    for (const std::string& problem : a.network_problems(*network)) file.add_problem(problem);
  file.finish();
  a.resolved = file.resolved();
  a.resolved["board"] = a.board.resolved;
  a.provenance = file.provenance();
  a.provenance.insert(a.provenance.end(), a.board.provenance.begin(), a.board.provenance.end());
  return a;
}

}  // namespace sparsim

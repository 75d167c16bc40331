#include "models/fpgaconvnet/conv_design.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/crossbar/rtl_engines.h"

namespace sparsim {

std::int64_t ConvDesign::channel(std::int64_t stream, std::int64_t group, std::int64_t step,
                                 std::int64_t operand) const {
  const std::int64_t in_parallel = clustered() ? 1 : folding.coarse_in;
  const std::int64_t group_stream = stream / in_parallel;
  const std::int64_t in_group = step * folding.coarse_in + (clustered() ? operand : stream % in_parallel);
  return (group * folding.coarse_group + group_stream) * shape.channels_per_group() + in_group;
}

Cycles ConvDesign::pass(int nonzeros) const {
  if (engine == DotEngine::dense) return ceil_div(kernel(), folding.fine);
  if (skip_zero_window && nonzeros == 0) return 0;
  return std::max<Cycles>(1, ceil_div(nonzeros, folding.fine));
}

int ConvDesign::dot_stages() const {
  return sparsim::dot_stages({static_cast<int>(operands()), static_cast<int>(folding.fine), false});
}

Cycles ConvDesign::join_latency() const {
  Cycles levels = 0;
  const std::int64_t terms = clustered() ? 1 : folding.coarse_in;
  while ((std::int64_t{1} << levels) < terms) ++levels;
  return levels;
}

CrossbarShape ConvDesign::crossbar() const {
  return {static_cast<int>(operands()), static_cast<int>(folding.fine), engine != DotEngine::dense && skip_zero_window};
}

std::vector<std::string> problems(const ConvDesign& d) {
  std::vector<std::string> found;
  const auto divides = [&](const char* key, std::int64_t factor, std::int64_t whole, const char* what) {
    if (factor < 1 || whole % factor != 0)
      found.push_back(fmt::format("{} = {}: must divide the {} {}", key, factor, whole, what));
  };
  const WindowShape& s = d.shape;
  const Folding& f = d.folding;
  divides("coarse_in", f.coarse_in, s.channels_per_group(), "input channels of a group");
  divides("coarse_out", f.coarse_out, s.filters_per_group(), "filters of a group");
  divides("coarse_group", f.coarse_group, s.groups, "groups");
  const std::int64_t most = d.engine == DotEngine::round_robin ? 1 : d.operands();
  if (f.fine < 1 || f.fine > most)
    found.push_back(fmt::format("fine = {}: must be 1..{}{}", f.fine, most,
                                d.engine == DotEngine::round_robin ? ", the engine is round_robin"
                                : d.clustered()                    ? ", the coarse_in operands of a cluster"
                                                                   : ", the operands of a window"));
  if (d.engine != DotEngine::dense && d.operands() > CrossbarShape::kMostInputs)
    found.push_back(fmt::format("engine = {}: a window has {} operands, a crossbar takes up to {}; use engine: dense",
                                to_string(d.engine), d.operands(), CrossbarShape::kMostInputs));
  const auto same = [&](const CrossbarShape& built) { return built.inputs == d.operands() && built.lanes == f.fine; };
  const std::vector<CrossbarShape>& built = built_shapes();
  if (d.built_only && d.engine == DotEngine::crossbar && std::none_of(built.begin(), built.end(), same))
    found.push_back(fmt::format("fine = {}: no RTL was built for a crossbar of {}x{} (models/crossbar/rtl_table.cmake)",
                                f.fine, d.operands(), f.fine));
  if (d.window_depth < 1) found.push_back(fmt::format("window_depth = {}: must be at least 1", d.window_depth));
  if (d.result_depth < 1) found.push_back(fmt::format("result_depth = {}: must be at least 1", d.result_depth));
  return found;
}

}  // namespace sparsim

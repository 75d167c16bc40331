#include "sim/cli/prune_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/report/table.h"

namespace sparsim {
namespace {

using Json = nlohmann::ordered_json;

std::string percent(double share) { return fmt::format("{:.1f}", 100 * share); }

const char* to_string(WeightSource source) {
  constexpr const char* kNames[] = {"float weights", "quantised weights", "drawn"};
  return kNames[static_cast<std::size_t>(source)];
}

// Filters that kept no weight.
std::int64_t empty_filters(const Layer& layer) {
  const WeightMatrix matrix(layer.shape);
  std::int64_t empty = 0;
  for (std::int64_t row = 0; row < matrix.rows; ++row)
    empty += layer.weight_nonzero.count(matrix.index(row, 0), matrix.index(row + 1, 0)) == 0;
  return empty;
}

double kept_share(const PruneReport& report) {
  std::size_t kept = 0, all = 0;
  for (const PrunedLayer& target : report.targets) {
    kept += report.graph.layers[target.position].weight_nonzero.count();
    all += target.weights.size();
  }
  return static_cast<double>(kept) / static_cast<double>(all);
}

/// Names of weighted layers without a matrix, and of those that were not chosen.
struct LeftAlone {
  std::vector<std::string> in_part, others;

  explicit LeftAlone(const LayerGraph& graph) {
    for (const Layer& layer : graph.layers)
      if (layer.weighted() && !layer.blocks) (has_weight_matrix(layer) ? others : in_part).push_back(layer.name);
  }
};

bool any_drawn(const PruneReport& report) {
  return std::any_of(report.targets.begin(), report.targets.end(),
                     [](const PrunedLayer& target) { return target.source == WeightSource::drawn; });
}

std::string layers_text(const PruneReport& report) {
  Table table({"layer", "matrix", "salience of", "weights kept", "%", "filters without weights"});
  for (const PrunedLayer& target : report.targets) {
    const Layer& layer = report.graph.layers[target.position];
    table.add_row({layer.name, fmt::format("{}x{}", target.matrix.rows, target.matrix.columns),
                   to_string(target.source), fmt::format("{}", layer.weight_nonzero.count()),
                   percent(layer.weight_nonzero.density()), fmt::format("{}", empty_filters(layer))});
  }
  return table.to_string();
}

std::string break_even_text(const std::optional<double>& kept) { return kept ? percent(*kept) : "-"; }

template <class Row>
Table table_by_corner(std::vector<std::string> header, const AcceleratorCorners& a, const LayerGraph& graph, Row row) {
  for (const Corner corner : kCorners) header.push_back(to_string(corner));
  Table table(std::move(header));
  for (const LayerCorners& layer : a.corners.layers) table.add_row(row(layer, graph.layers[layer.layer].name));
  return table;
}

std::string corners_text(const AcceleratorCorners& a, const LayerGraph& graph) {
  const BlockCorners& c = a.corners;
  const Table cycles = table_by_corner(
      {"layer", "pe", "simd", "dense"}, a, graph, [&](const LayerCorners& layer, const std::string& name) {
        const MatrixUnit& unit = a.units[layer.layer];
        std::vector<std::string> row{name, fmt::format("{}", unit.pe), fmt::format("{}", unit.simd),
                                     fmt::format("{}", layer.dense)};
        for (const Cycles pruned : layer.pruned) row.push_back(fmt::format("{}", pruned));
        return row;
      });
  const Table break_even = table_by_corner({"layer"}, a, graph, [](const LayerCorners& layer, const std::string& name) {
    std::vector<std::string> row{name};
    for (const std::optional<double>& kept : layer.break_even) row.push_back(break_even_text(kept));
    return row;
  });
  const LayerCorners& dense = c.layers[c.slowest_dense];
  Table corners({"blocks", "kept %", "slowest layer", "cycles", "speed-up", "break-even kept %", "same top-1"});
  corners.add_row({"dense", "100.0", graph.layers[dense.layer].name, fmt::format("{}", dense.dense), "1.00", "", ""});
  for (std::size_t i = 0; i < kCornerCount; ++i) {
    const LayerCorners& slowest = c.layers[c.slowest[i]];
    const std::optional<Agreement>& agreement = a.agreement[i];
    corners.add_row({to_string(kCorners[i]), percent(c.kept[i]), graph.layers[slowest.layer].name,
                     fmt::format("{}", slowest.pruned[i]),
                     fmt::format("{:.2f}", static_cast<double>(dense.dense) / static_cast<double>(slowest.pruned[i])),
                     break_even_text(c.break_even[i]),
                     agreement ? fmt::format("{} of {}", agreement->same, agreement->images) : "-"});
  }
  return fmt::format(
      "\n{} at {:g} MHz: cycles of each matrix unit for an image, if it never waits\n{}\n"
      "the slowest of them\n{}\n"
      "break-even: the largest share of weights, in %, that a layer can keep and take fewer cycles than dense (ratios "
      "of 1/32)\n{}",
      a.name, a.clock_mhz, cycles.to_string(), corners.to_string(), break_even.to_string());
}

Json json_of(const Interval& interval) { return {interval.low, interval.high}; }

Json json_of(const std::optional<Agreement>& agreement) {
  if (!agreement) return {};
  Json json{{"images", agreement->images},
            {"same_top1", agreement->same},
            {"same_top1_95", json_of(share_interval(agreement->same, agreement->images))}};
  const PairedCounts& labelled = agreement->labelled;
  json["labelled"] = labelled.all();
  if (labelled.all() == 0) return json;
  for (const auto& [name, count] : {std::pair("both_right", labelled.both), std::pair("lost", labelled.lost),
                                    std::pair("won", labelled.won), std::pair("neither_right", labelled.neither)})
    json[name] = count;
  json["change"] = labelled.change();
  json["change_95"] = json_of(change_interval(labelled));
  return json;
}

Json json_of(const std::optional<double>& number) { return number ? Json(*number) : Json(); }

Json json_of(Corner corner) { return {{"balanced", corner.balanced}, {"reordered", corner.reordered}}; }

Json json_of(const AcceleratorCorners& a, const LayerGraph& graph) {
  const BlockCorners& c = a.corners;
  const auto name = [&](std::size_t layer) { return graph.layers[c.layers[layer].layer].name; };
  Json json{{"name", a.name},
            {"clock_mhz", a.clock_mhz},
            {"dense", {{"slowest", name(c.slowest_dense)}, {"cycles", c.layers[c.slowest_dense].dense}}},
            {"corners", Json::array()},
            {"layers", Json::array()}};
  for (std::size_t i = 0; i < kCornerCount; ++i) {
    Json corner = json_of(kCorners[i]);
    corner["kept"] = c.kept[i];
    corner["slowest"] = name(c.slowest[i]);
    corner["cycles"] = c.layers[c.slowest[i]].pruned[i];
    corner["break_even_kept"] = json_of(c.break_even[i]);
    corner["agreement"] = json_of(a.agreement[i]);
    json["corners"].push_back(std::move(corner));
  }
  for (const LayerCorners& layer : c.layers) {
    Json each{{"name", graph.layers[layer.layer].name},
              {"pe", a.units[layer.layer].pe},
              {"simd", a.units[layer.layer].simd},
              {"dense_cycles", layer.dense},
              {"cycles", layer.pruned},
              {"break_even_kept", Json::array()}};  // by corner, in their order above
    for (const std::optional<double>& kept : layer.break_even) each["break_even_kept"].push_back(json_of(kept));
    json["layers"].push_back(std::move(each));
  }
  return json;
}

}  // namespace

std::string to_text(const PruneReport& report) {
  std::string text = layers_text(report);
  const LeftAlone left(report.graph);
  if (!left.in_part.empty())
    text += fmt::format("left alone, as their filters see part of the input: {}\n", fmt::join(left.in_part, ", "));
  if (!left.others.empty()) text += fmt::format("left alone, as asked: {}\n", fmt::join(left.others, ", "));
  if (any_drawn(report))
    text += fmt::format("the trace has no weights of layers that say drawn: salience from seed {}\n", report.seed);
  text +=
      fmt::format("{}: {} in blocks of {}x{}{}{}, {} % of the weights of {} layers kept\n", report.output,
                  report.graph.name, report.rule.rows, report.rule.columns, report.rule.balanced ? ", balanced" : "",
                  report.reordered ? ", reordered" : "", percent(kept_share(report)), report.targets.size());
  if (report.agreement)
    text += to_string(*report.agreement) + "\n";
  else
    text += fmt::format(
        "masks of weights alone were pruned, the inputs are those of the unpruned network: {} (capture --values "
        "without "
        "--bits keeps what it takes)\n",
        report.not_computed);
  if (report.answers_moved > 0)
    text +=
        fmt::format("the unpruned network, computed here, gives {} of {} images another class than the trace says\n",
                    report.answers_moved, report.agreement->images);
  if (report.accelerator) text += corners_text(*report.accelerator, report.graph);
  return text;
}

nlohmann::ordered_json to_json(const PruneReport& report) {
  Json json{{"network", report.graph.name},  {"blocks", {{"rows", report.rule.rows}, {"columns", report.rule.columns}}},
            {"ratio", report.rule.ratio},    {"balanced", report.rule.balanced},
            {"reordered", report.reordered}, {"seed", any_drawn(report) ? Json(report.seed) : Json()},
            {"kept", kept_share(report)},    {"layers", Json::array()}};
  for (const PrunedLayer& target : report.targets) {
    const Layer& layer = report.graph.layers[target.position];
    json["layers"].push_back({{"name", layer.name},
                              {"rows", target.matrix.rows},
                              {"columns", target.matrix.columns},
                              {"salience", to_string(target.source)},
                              {"kept_weights", layer.weight_nonzero.count()},
                              {"empty_filters", empty_filters(layer)}});
  }
  const LeftAlone left(report.graph);
  json["left_alone"] = left.in_part;
  for (const std::string& name : left.others) json["left_alone"].push_back(name);
  json["agreement"] = json_of(report.agreement);
  json["not_computed"] = report.not_computed.empty() ? Json() : Json(report.not_computed);
  json["accelerator"] = report.accelerator ? json_of(*report.accelerator, report.graph) : Json();
  return json;
}

}  // namespace sparsim

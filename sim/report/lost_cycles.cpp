#include "sim/report/lost_cycles.h"

#include <fmt/format.h>

#include <cmath>

#include "sim/report/table.h"

namespace sparsim {

std::string lost_cycles_table(const nlohmann::json& result) {
  const auto images = result.at("images").get<double>();
  const nlohmann::json& steady = result.at("interval_cycles");
  const double interval = steady.is_number() ? steady.get<double>() : result.at("cycles").get<double>() / images;
  Table table(
      {"node", "built", "ideal", "zero windows", "idle multipliers", "imbalance", "wait in", "wait out", "rest"});
  for (const nlohmann::json& layer : result.at("layers")) {
    const nlohmann::json& facts = layer.at("facts");
    if (!facts.contains("ideal_cycles")) continue;
    const nlohmann::json& spent = layer.at("parts").at(0).at("cycles");
    const auto an_image = [&](const char* bucket) { return spent.at(bucket).get<double>() / images; };
    const auto fact = [&](const char* name) { return facts.at(name).get<double>(); };
    const double ideal = fact("ideal_cycles"), zeros = fact("for_zeros_cycles"), mean = fact("mean_stream_cycles");
    const double busy = an_image("busy"), in = an_image("waiting_input"), out = an_image("waiting_output");
    std::vector<std::string> cells{layer.at("name").get<std::string>(), layer.at("built").get<std::string>()};
    for (const double cycles : {ideal, zeros, mean - ideal - zeros, busy - mean, in, out, interval - busy - in - out})
      cells.push_back(fmt::format("{:d}", std::llround(cycles)));
    table.add_row(cells);
  }
  return table.to_string() +
         fmt::format(
             "cycles an image; a line adds up to the interval, {:.0f}. ideal: non-zeros spread evenly over all "
             "multipliers; zero windows: a cycle a pass for nothing; idle multipliers: at the end of each pass;\n"
             "imbalance: the stream with most to do in an image against the mean; wait in, wait out: stalls, line "
             "buffers that fill among them; rest: from the last result of an image to the next window, less where\n"
             "images overlap, and what the first image, while the pipeline fills, waited more or less\n",
             interval);
}

}  // namespace sparsim

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/config/schema.h"
#include "sim/sweep/experiment.h"

namespace sparsim {

/// Reads an entry of `series`: a run for each row of a CSV of published designs. `{column}` in its texts stands for the
/// cell of the row; an assignment with an empty one is left out, and so is a run without accelerator or network. Adds
/// the runs, "TITLE, line N", and the workloads that they are on, to the experiment. `path`: of the experiment's file.
ExperimentSeries read_series(Section& section, const std::string& path, Experiment& experiment);

/// What became of a published cell.
struct SeriesCell {
  std::string group;  // the row's cell of ExperimentSeries::by
  std::string column;
  std::string label;  // of the row
  double published = 0;
  std::optional<double> predicted;
};
std::vector<SeriesCell> predicted(const ExperimentSeries& series, const Experiment& experiment,
                                  const std::vector<RunOutcome>& outcomes);

/// A line for each column of each group, with signed errors in per cent and in the column's own unit.
std::string series_table(const std::vector<SeriesCell>& cells);

}  // namespace sparsim

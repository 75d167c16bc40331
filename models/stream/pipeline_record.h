#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "models/core/architecture.h"
#include "models/stream/node_log.h"
#include "models/stream/pipeline.h"

namespace sparsim {

/// What a run of a pipeline left behind, from which the records of its layers are made.
struct PipelineLogs {
  std::vector<NodeLog> nodes;  // as the pipeline's; of source and sink empty
  std::function<Activity(std::size_t node, std::size_t image)> activity;
  std::function<PartRecord(std::size_t image)> source;
  std::function<std::vector<PartRecord>(std::size_t image)> result;  // what stands behind the last node
};

/// Appends to `record`, for each of its images, a record a layer with a node, and a bar of the timeline where asked
/// for. A node without a layer of its own stands with the layer whose words it hands on; behind the source, with the
/// first.
void record_layers(RunRecord& record, const Pipeline& pipeline, const PipelineLogs& logs, bool timeline);

}  // namespace sparsim

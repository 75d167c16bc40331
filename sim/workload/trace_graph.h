#pragma once

#include <string>

#include "models/core/work.h"
#include "sim/workload/trace.h"
#include "sim/workload/trace_hdf5.h"

namespace sparsim {

inline constexpr char kTraceFormat[] = "sparsim trace";
inline constexpr std::int64_t kTraceVersion = 1;
inline constexpr std::int32_t kUnknownClass = -1;

/// Both directions of what a trace says of itself and of its network, side by side, so that they stay alike.
void write_info(const hdf5::Object& root, const TraceInfo& info);
TraceInfo read_info(const hdf5::Object& root);

void write_graph(const hdf5::Object& root, const LayerGraph& graph);
/// Holds every layer to the rules of sim/workload/graph_rules.h before its masks are read.
LayerGraph read_graph(const hdf5::Object& root);

/// The group of a layer: "0003".
std::string layer_group(std::size_t layer);

hdf5::Extents weight_extents(const Layer& layer);
hdf5::Extents bias_extents(const Layer& layer);
hdf5::Extents map_extents(const MapShape& map);
inline hsize_t mask_bytes(std::int64_t bits) { return static_cast<hsize_t>(ceil_div(bits, 8)); }
/// In the file; in memory they are 16 bits either way.
hdf5::Element value_element(const LayerGraph& graph);

BitMask read_mask(const hdf5::Object& parent, const std::string& name, std::int64_t bits);

}  // namespace sparsim

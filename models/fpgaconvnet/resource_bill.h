#pragma once

#include <vector>

#include "models/core/word_format.h"
#include "models/core/work.h"
#include "models/cost/resources.h"
#include "models/cost/storage.h"
#include "models/fpgaconvnet/config.h"
#include "models/fpgaconvnet/conv_design.h"
#include "models/stream/pipeline.h"

namespace sparsim {

/// All of a weighted node but its fused layers: line buffers and window registers, window FIFOs, engines with their
/// weights, result FIFOs and the adder trees of the join. Engines cost what synthesis of rtl/ counted or its law says
/// (rtl_cost.h), weights and results as wide as `format`; the rest follows from its structure (resource_bill.cpp).
/// Cheap enough to be asked for at each step of a folding. `design` has no problems().
Resources conv_resources(const ConvDesign& design, WordFormat format, const Technology& technology);

/// Any other node between source and sink: pool, add, split, squeeze, concat, scale or activation.
Resources slot_node_resources(const Pipeline& pipeline, const PipelineNode& node, const LayerGraph& graph,
                              WordFormat format, const Technology& technology);

/// An item a node, source and sink left out, with what is fused into it; one each for the FIFOs between nodes, DMA
/// engines and interconnect. DMA engines and their ports: one in, one out, and one a layer that streams its weights.
std::vector<ResourceItem> resource_bill(const FpgaConvNetPlan& plan, const LayerGraph& graph, WordFormat format,
                                        const Technology& technology);

}  // namespace sparsim

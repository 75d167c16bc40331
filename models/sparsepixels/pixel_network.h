#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/core/work.h"
#include "models/sparsepixels/config.h"
#include "models/sparsepixels/operators.h"
#include "models/sparsepixels/pixel_list.h"
#include "models/sparsepixels/stages.h"

namespace sparsim {

/// What one operator hands to the next, raw: a list, or a vector.
struct PixelData {
  PixelList list;                    // between the reduction and flatten
  std::vector<std::int64_t> vector;  // before: the image, [height][width][channels]; behind: [output]
  std::vector<double> answer;        // behind the last operator
};

/// The format of what each operator hands on.
std::vector<FixedFormat> stage_formats(const SparsePixelsConfig& config, const std::vector<PixelStage>& stages);

/// What the operators of a design compute of each image.
///
/// Where the workload keeps no values, or no parameters, activity alone is passed on: every output that may be active
/// is, with a value above zero, and there are no answers. A dense baseline passes on nothing.
class PixelNetwork {
 public:
  /// `workload` must outlive it. Throws InputError where a sum needs more than 62 bits, where a pool would see signed
  /// values, and where activity alone is known and the first layer is not one that the workload knows it of.
  PixelNetwork(const SparsePixelsConfig& config, std::vector<PixelStage> stages, const Workload& workload);

  /// Whether there are answers.
  bool computes() const { return computes_; }
  /// Raw: what a pixel must exceed to be active.
  std::int64_t threshold() const { return threshold_; }

  /// What the first operator takes. Beyond the workload's images they repeat in order.
  PixelData image(std::size_t image) const;
  /// What operator `stage` hands on.
  PixelData apply(std::size_t stage, PixelData data) const;
  /// What operator `stage` is handed: active pixels of the image or of a list, non-zero values of a vector. One past
  /// the last operator: what that one hands on.
  std::int64_t active_pixels(std::size_t stage, const PixelData& data) const;

 private:
  std::vector<double> answer(const PixelData& data) const;

  const Workload& workload_;
  const std::vector<PixelStage> stages_;
  bool computes_ = false;
  std::size_t mask_layer_ = 0;  // without values: the layer whose mask is the image's
  std::int64_t n_max_ = 0;
  PixelSites sites_ = PixelSites::nonzero;
  std::int64_t threshold_ = 0;
  FixedFormat input_;
  std::vector<FixedFormat> formats_;         // by stage, of its output; empty for a dense baseline
  std::vector<PixelParameters> parameters_;  // by stage; empty where it has none
};

}  // namespace sparsim

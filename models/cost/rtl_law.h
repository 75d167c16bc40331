#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "models/cost/rtl_table.h"

namespace sparsim {

/// A DSP a lane: operands of up to 16 bits fit in one.
int dsps(const RtlDesign& design);

/// 18 Kb blocks of the partial sums.
int block_rams(const RtlDesign& design);

/// What is fitted; the other two follow from the parameters exactly.
enum class RtlResource { lut, ff };

constexpr std::string_view to_string(RtlResource resource) { return resource == RtlResource::lut ? "LUT" : "FF"; }

/// The law of one module and one resource: a sum of terms that follow the module's structure (rtl_law.cpp), each with a
/// coefficient, so that the squares of the relative errors at the table's points add up to the least.
class RtlLaw {
 public:
  /// Fitted to the rows of `block`. Throws InputError where they are too few, or too much alike, for the law's terms.
  RtlLaw(RtlBlock block, RtlResource resource, const std::vector<RtlRow>& rows);

  /// LUTs or FFs of a design of the same block.
  double operator()(const RtlDesign& design) const;

 private:
  RtlBlock block_;
  RtlResource resource_;
  std::vector<double> coefficients_;
};

/// How far a law is off where it was not fitted: each row of the block is left out in turn. Errors are
/// law / synthesis - 1.
struct RtlLawError {
  std::size_t points = 0;
  double mean = 0;  // signed
  double mean_absolute = 0;
  double worst = 0;  // the largest, with its sign
  RtlDesign worst_design;
};
RtlLawError leave_one_out(RtlBlock block, RtlResource resource, const std::vector<RtlRow>& rows);

}  // namespace sparsim

#include "models/finn/bcr.h"

#include <algorithm>
#include <cstddef>

#include "models/core/error.h"

namespace sparsim {
namespace {

// Of a row of the matrix.
struct RowWork {
  std::int64_t kept = 0;
  Cycles steps = 1;
};

// A row of blocks, seen by its rows.
class BlockRow {
 public:
  BlockRow(const Layer& layer, std::int64_t first_row)
      : mask_(layer.weight_nonzero),
        blocks_(*layer.blocks),
        row_size_(layer.shape.weights() / layer.shape.output.channels),
        first_(first_row),
        end_(std::min(first_row + blocks_.rows, layer.shape.output.channels)) {
    std::int64_t place = 0;
    for (std::int64_t begin = 0; begin < row_size_; begin += blocks_.columns) {
      Block block;
      for (std::int64_t column = begin; column < std::min(begin + blocks_.columns, row_size_); ++column)
        if (column_kept(column)) block.columns.push_back({column, blocks_.reordered ? place++ : column});
      if (!block.columns.empty()) kept_.push_back(std::move(block));
    }
  }

  std::int64_t end() const { return end_; }

  // Calls visit(column, place) for what `row` kept, in the order of the places that the columns have among the words.
  template <class Visit>
  void visit_row(std::int64_t row, Visit&& visit) const {
    for (const Block& block : kept_) {
      const bool kept =
          std::any_of(block.columns.begin(), block.columns.end(), [&](const Column& c) { return test(row, c.column); });
      if (!kept) continue;
      for (const Column& c : block.columns) visit(c.column, c.place);
    }
  }

  RowWork work(std::int64_t row, std::int64_t simd) const {
    std::int64_t kept = 0, word_end = 0;
    Cycles steps = 0;
    visit_row(row, [&](std::int64_t, std::int64_t place) {
      ++kept;
      if (place < word_end) return;
      ++steps;
      word_end = (place / simd + 1) * simd;
    });
    return {kept, std::max<Cycles>(steps, 1)};
  }

 private:
  struct Column {
    std::int64_t column, place;
  };
  struct Block {
    std::vector<Column> columns;  // kept
  };

  bool test(std::int64_t row, std::int64_t column) const {
    return mask_.test(static_cast<std::size_t>(row * row_size_ + column));
  }
  bool column_kept(std::int64_t column) const {
    for (std::int64_t row = first_; row < end_; ++row)
      if (test(row, column)) return true;
    return false;
  }

  const BitMask& mask_;
  const BlockPruning blocks_;
  const std::int64_t row_size_, first_, end_;
  std::vector<Block> kept_;
};

void check(const Layer& layer, std::int64_t pe, std::int64_t simd) {
  SPARSIM_CHECK(layer.blocks && !layer.weight_nonzero.empty(), "{}: it was not pruned in blocks", layer.name);
  const std::int64_t columns = layer.shape.weights() / layer.shape.output.channels;
  SPARSIM_CHECK(pe > 0 && layer.shape.output.channels % pe == 0 && simd > 0 && columns % simd == 0,
                "{}: pe {} of {} filters, simd {} of {} columns", layer.name, pe, layer.shape.output.channels, simd,
                columns);
}

// Calls visit(row, block row) for all rows of the matrix in order.
template <class Visit>
void visit_rows(const Layer& layer, Visit&& visit) {
  for (std::int64_t row = 0; row < layer.shape.output.channels;) {
    const BlockRow block_row(layer, row);
    for (; row < block_row.end(); ++row) visit(row, block_row);
  }
}

}  // namespace

std::vector<std::vector<BcrStep>> bcr_program(const Layer& layer, std::int64_t pe, std::int64_t simd) {
  check(layer, pe, simd);
  const std::int64_t rows_a_pe = layer.shape.output.channels / pe;
  std::vector<std::vector<BcrStep>> program(static_cast<std::size_t>(pe));
  visit_rows(layer, [&](std::int64_t row, const BlockRow& block_row) {
    std::vector<BcrStep>& steps = program[static_cast<std::size_t>(row / rows_a_pe)];
    const BcrStep idle{std::vector<std::int32_t>(static_cast<std::size_t>(simd), -1), false};
    std::int64_t word = -1;
    block_row.visit_row(row, [&](std::int64_t column, std::int64_t place) {
      if (place / simd != word) steps.push_back(idle);
      word = place / simd;
      steps.back().columns[static_cast<std::size_t>(place % simd)] = static_cast<std::int32_t>(column);
    });
    if (word < 0) steps.push_back(idle);
    steps.back().last = true;
  });
  return program;
}

std::vector<Cycles> bcr_row_steps(const Layer& layer, std::int64_t simd) {
  check(layer, 1, simd);
  std::vector<Cycles> steps;
  steps.reserve(static_cast<std::size_t>(layer.shape.output.channels));
  visit_rows(layer,
             [&](std::int64_t row, const BlockRow& block_row) { steps.push_back(block_row.work(row, simd).steps); });
  return steps;
}

BcrTiming bcr_timing(const Layer& layer, std::int64_t pe, std::int64_t simd) {
  check(layer, pe, simd);
  const std::int64_t rows_a_pe = layer.shape.output.channels / pe;
  BcrTiming timing;
  timing.word_done.resize(static_cast<std::size_t>(rows_a_pe));
  Cycles clock = 0;  // of the row's PE
  visit_rows(layer, [&](std::int64_t row, const BlockRow& block_row) {
    const std::int64_t own = row % rows_a_pe;
    const RowWork work = block_row.work(row, simd);
    clock = (own == 0 ? 0 : clock) + work.steps;
    timing.kept += work.kept;
    timing.steps += work.steps;
    Cycles& done = timing.word_done[static_cast<std::size_t>(own)];
    done = std::max(done, clock);
  });
  timing.busiest_pe = timing.word_done.back();
  return timing;
}

}  // namespace sparsim

// A processing element of bcr_mvau. Its program has an entry a step: what the lanes take from the vector, their
// weights, and whether the row ends. It steps through it once a vector, at its own pace; what the lanes have multiplied
// is added up, and the sums of rows wait until they are read.
//
// The entry of the next step is read ahead, so that the program can be a block RAM. A step registers operands and
// weights; products and each level of the adder tree are registered; a row's sum can be read 3 + $clog2(Simd) cycles
// after the step that ends it, until that of the next vector takes its place.
module bcr_pe #(
  parameter int unsigned Simd         = 4,     // lanes, 1..64
  parameter int unsigned MaxWords     = 16,    // of Simd values, of a vector
  parameter int unsigned MaxRows      = 8,     // of a PE
  parameter int unsigned ProgramDepth = 128,   // entries
  parameter int unsigned DataWidth    = 8,     // bits of a value, signed, 1..64
  parameter int unsigned WeightWidth  = 8,     // bits of a weight, signed, 1..64
  parameter bit          Gather       = 1'b0,  // each lane takes any value of the vector; else all take a word of it
  localparam int unsigned WordWidth    = MaxWords > 1 ? $clog2(MaxWords) : 1,
  localparam int unsigned RowWidth     = MaxRows > 1 ? $clog2(MaxRows) : 1,
  localparam int unsigned AddrWidth    = ProgramDepth > 1 ? $clog2(ProgramDepth) : 1,
  localparam int unsigned LaneWidth    = Gather ? $clog2(Simd) : 0,
  localparam int unsigned NumReads     = Gather ? Simd : 1,
  localparam int unsigned PlacesWidth  = NumReads * (WordWidth + LaneWidth),
  localparam int unsigned EntryWidth   = 1 + PlacesWidth + Simd * WeightWidth,
  localparam int unsigned VectorWidth  = Simd * DataWidth,
  localparam int unsigned AccWidth     = DataWidth + WeightWidth + $clog2(Simd * MaxWords)
) (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, active low

  input  logic [RowWidth-1:0] last_row_i,  // rows - 1; steady out of reset

  input  logic                  program_valid_i,
  input  logic [AddrWidth-1:0]  program_step_i,
  input  logic [EntryWidth-1:0] program_entry_i,  // {the row ends, places, weights}, lane 0 lowest

  input  logic                   word_valid_i,
  input  logic                   word_bank_i,
  input  logic [WordWidth-1:0]   word_number_i,
  input  logic [VectorWidth-1:0] word_i,

  input  logic                step_i,     // a step, unless all rows are done
  input  logic                bank_i,     // that holds the vector
  input  logic                restart_i,  // after this step the next vector begins
  input  logic [RowWidth-1:0] row_i,
  output logic                done_o,     // row_i is done, with this step at the latest

  input  logic [RowWidth-1:0] sum_row_i,
  output logic [AccWidth-1:0] sum_o
);
  if (Simd < 1 || Simd > 64) $fatal(1, "bcr_pe: Simd = %0d: must be 1..64", Simd);
  if (MaxWords < 1) $fatal(1, "bcr_pe: MaxWords = %0d: must be at least 1", MaxWords);
  if (MaxRows < 1) $fatal(1, "bcr_pe: MaxRows = %0d: must be at least 1", MaxRows);
  if (ProgramDepth < 1) $fatal(1, "bcr_pe: ProgramDepth = %0d: must be at least 1", ProgramDepth);
  if (DataWidth < 1 || DataWidth > 64) $fatal(1, "bcr_pe: DataWidth = %0d: must be 1..64", DataWidth);
  if (WeightWidth < 1 || WeightWidth > 64) $fatal(1, "bcr_pe: WeightWidth = %0d: must be 1..64", WeightWidth);

  localparam int unsigned CountWidth   = MaxRows < 1 ? 1 : $clog2(MaxRows + 1);  // 0 hides the message above
  localparam int unsigned ProductWidth = DataWidth + WeightWidth;
  localparam int unsigned SumWidth     = ProductWidth + $clog2(Simd);
  localparam int unsigned Stages       = 2 + $clog2(Simd);  // registers before the accumulator

  // ---- the program, and how far it is
  logic [EntryWidth-1:0]       program_q [ProgramDepth];
  logic [EntryWidth-1:0]       entry_q;
  logic [AddrWidth-1:0]        address_d, address_q;
  logic [CountWidth-1:0]       done_q;  // rows
  logic                        step, ends;
  logic [PlacesWidth-1:0]      places;
  logic [Simd*WeightWidth-1:0] weights;
  assign {ends, places, weights} = entry_q;
  assign step   = step_i && done_q <= CountWidth'(last_row_i);
  assign done_o = done_q != CountWidth'(row_i) || ends;
  always_comb begin
    address_d = address_q;
    if (step) address_d = ends && done_q == CountWidth'(last_row_i) ? '0 : address_q + AddrWidth'(1);
    if (!rst_ni) address_d = '0;
  end
  always_ff @(posedge clk_i) begin
    if (program_valid_i) program_q[program_step_i] <= program_entry_i;
    entry_q   <= program_q[address_d];
    address_q <= address_d;
    if (!rst_ni || restart_i) done_q <= '0;
    else if (step && ends) done_q <= done_q + CountWidth'(1);
  end

  // ---- the vector, two of them: a copy for each that reads
  logic [VectorWidth-1:0] operands_d;
  for (genvar r = 0; r < NumReads; r++) begin : gen_read
    logic [VectorWidth-1:0]         copy_q [2**(WordWidth+1)];
    logic [VectorWidth-1:0]         word;
    logic [WordWidth+LaneWidth-1:0] place;
    assign place = places[r*(WordWidth+LaneWidth) +: WordWidth+LaneWidth];
    assign word  = copy_q[{bank_i, WordWidth'(place >> LaneWidth)}];
    always_ff @(posedge clk_i) if (word_valid_i) copy_q[{word_bank_i, word_number_i}] <= word_i;
    if (LaneWidth > 0) begin : gen_lane
      assign operands_d[r*DataWidth +: DataWidth] = DataWidth'(word >> (LaneWidth'(place) * DataWidth));
    end else begin : gen_word
      assign operands_d = word;
    end
  end

  // ---- products and their sums
  logic [VectorWidth-1:0]       operands_q;
  logic [Simd*WeightWidth-1:0]  weights_q;
  logic [Simd*ProductWidth-1:0] products_d, products_q;
  logic signed [SumWidth-1:0]   sum;
  for (genvar n = 0; n < Simd; n++) begin : gen_product
    logic signed [DataWidth-1:0]   value;
    logic signed [WeightWidth-1:0] weight;
    assign value  = operands_q[n*DataWidth +: DataWidth];
    assign weight = weights_q[n*WeightWidth +: WeightWidth];
    assign products_d[n*ProductWidth +: ProductWidth] = ProductWidth'(value) * ProductWidth'(weight);
  end
  always_ff @(posedge clk_i) begin
    operands_q <= operands_d;
    weights_q  <= weights;
    products_q <= products_d;
  end
  adder_tree #(.NumLanes(Simd), .Width(ProductWidth)) u_adder_tree (
    .clk_i,
    .enable_i (1'b1),
    .product_i(products_q),
    .sum_o    (sum)
  );

  // ---- rows; what becomes of a sum travels beside it
  logic [AccWidth-1:0] sums_q [MaxRows];
  logic [AccWidth-1:0] partial_q, total;
  logic [RowWidth-1:0] row_q;
  logic [Stages-1:0]   step_q, ends_q;
  assign total = partial_q + AccWidth'(sum);
  assign sum_o = sums_q[sum_row_i];
  always_ff @(posedge clk_i) begin
    step_q <= rst_ni ? {step_q[Stages-2:0], step} : '0;
    ends_q <= {ends_q[Stages-2:0], ends};
    if (step_q[Stages-1] && ends_q[Stages-1]) sums_q[row_q] <= total;
    if (!rst_ni) begin
      partial_q <= '0;
      row_q     <= '0;
    end else if (step_q[Stages-1]) begin
      partial_q <= ends_q[Stages-1] ? '0 : total;
      if (ends_q[Stages-1]) row_q <= row_q == last_row_i ? '0 : row_q + RowWidth'(1);
    end
  end
endmodule : bcr_pe

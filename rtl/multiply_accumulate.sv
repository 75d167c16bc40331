// What follows the operands of a beat: a multiplier a lane, the adder tree, the partial sums of the filters. Operands
// and products are registered, so a sum reaches the accumulators 2 + $clog2(NumLanes) cycles after its beat, and a
// result leaves a cycle later. The pipeline stalls as a whole.
module multiply_accumulate #(
  parameter int unsigned NumLanes    = 3,     // N: multipliers, 1..64
  parameter int unsigned DataWidth   = 16,    // bits of an operand, signed, 1..64
  parameter int unsigned WeightWidth = 16,    // bits of a weight, signed, 1..64
  parameter int unsigned AccWidth    = 48,    // bits of a partial sum and a result: no less than a beat's sum
  parameter bit          Saturate    = 1'b0,  // what overflows AccWidth stays at the end of the range; else it wraps
  parameter int unsigned FilterWidth = 1      // bits of a filter's number, 1..16
) (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, active low

  input  logic [FilterWidth-1:0] last_filter_i,  // filters - 1; steady out of reset

  input  logic                            beat_valid_i,
  output logic                            beat_ready_o,
  input  logic [NumLanes*DataWidth-1:0]   lane_data_i,    // lane n in bits n*DataWidth +: DataWidth
  input  logic [NumLanes*WeightWidth-1:0] lane_weight_i,
  input  logic                            add_i,          // the rest as in accumulator_bank
  input  logic [FilterWidth-1:0]          filter_i,
  input  logic                            clear_i,
  input  logic                            send_i,
  input  logic                            flush_i,
  input  logic                            flush_empty_i,

  output logic                result_valid_o,
  input  logic                result_ready_i,
  output logic [AccWidth-1:0] result_o,
  output logic                result_end_o
);
  localparam int unsigned ProductWidth = DataWidth + WeightWidth;
  localparam int unsigned SumWidth     = ProductWidth + $clog2(NumLanes);
  localparam int unsigned Stages       = 2 + $clog2(NumLanes);
  localparam int unsigned FlagWidth    = FilterWidth + 5;
  if (NumLanes < 1 || NumLanes > 64) $fatal(1, "multiply_accumulate: NumLanes = %0d: must be 1..64", NumLanes);
  if (DataWidth < 1 || DataWidth > 64) $fatal(1, "multiply_accumulate: DataWidth = %0d: must be 1..64", DataWidth);
  if (WeightWidth < 1 || WeightWidth > 64)
    $fatal(1, "multiply_accumulate: WeightWidth = %0d: must be 1..64", WeightWidth);

  logic                            enable;
  logic [NumLanes*DataWidth-1:0]   data_q;
  logic [NumLanes*WeightWidth-1:0] weight_q;
  logic [NumLanes*ProductWidth-1:0] product_d, product_q;
  logic [SumWidth-1:0]             sum;

  for (genvar n = 0; n < NumLanes; n++) begin : gen_lane
    logic signed [DataWidth-1:0]   data;
    logic signed [WeightWidth-1:0] weight;
    assign data   = data_q[n*DataWidth +: DataWidth];
    assign weight = weight_q[n*WeightWidth +: WeightWidth];
    assign product_d[n*ProductWidth +: ProductWidth] = ProductWidth'(data) * ProductWidth'(weight);
  end
  always_ff @(posedge clk_i) if (enable) begin
    data_q    <= lane_data_i;
    weight_q  <= lane_weight_i;
    product_q <= product_d;
  end
  adder_tree #(.NumLanes(NumLanes), .Width(ProductWidth)) u_adder_tree (
    .clk_i,
    .enable_i (enable),
    .product_i(product_q),
    .sum_o    (sum)
  );

  // What the accumulators have to know travels beside.
  logic [Stages-1:0]           valid_q;
  logic [Stages*FlagWidth-1:0] flags_q;
  logic                        valid, add, clear, send, flush, flush_empty;
  logic [FilterWidth-1:0]      filter;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= '0;
    else if (enable) valid_q <= {valid_q[Stages-2:0], beat_valid_i};
    if (enable)
      flags_q <= {flags_q[(Stages-1)*FlagWidth-1:0], add_i, clear_i, send_i, flush_i, flush_empty_i, filter_i};
  end
  assign valid = valid_q[Stages-1];
  assign {add, clear, send, flush, flush_empty, filter} = flags_q[(Stages-1)*FlagWidth +: FlagWidth];

  accumulator_bank #(
    .SumWidth   (SumWidth),
    .AccWidth   (AccWidth),
    .Saturate   (Saturate),
    .FilterWidth(FilterWidth)
  ) u_accumulator_bank (
    .clk_i,
    .rst_ni,
    .last_filter_i,
    .valid_i      (valid),
    .ready_o      (enable),
    .add_i        (add),
    .sum_i        (sum),
    .filter_i     (filter),
    .clear_i      (clear),
    .send_i       (send),
    .flush_i      (flush),
    .flush_empty_i(flush_empty),
    .result_valid_o,
    .result_ready_i,
    .result_o,
    .result_end_o
  );
  assign beat_ready_o = enable;
endmodule : multiply_accumulate

// The baseline: every operand takes its turn at a multiplier, zero or not. Beat b of a pass gives operand
// b*NumLanes + n to lane n, so a pass takes ceil(NumInputs / NumLanes) cycles. Streams, weights and results as in
// sparse_vector_dot.
module dense_vector_dot #(
  parameter int unsigned NumInputs   = 9,     // M: operands of a window, 1..64
  parameter int unsigned NumLanes    = 3,     // N: multipliers, 1..NumInputs
  parameter int unsigned DataWidth   = 16,    // the rest as in sparse_vector_dot
  parameter int unsigned WeightWidth = 16,
  parameter int unsigned AccWidth    = 48,
  parameter bit          Saturate    = 1'b0,
  parameter int unsigned PassWidth   = 1,
  parameter int unsigned RowWidth    = 16
) (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, active low

  input  logic [PassWidth-1:0] last_pass_i,  // filters - 1; steady out of reset

  input  logic                           window_valid_i,
  output logic                           window_ready_o,
  input  logic [NumInputs*DataWidth-1:0] window_i,
  input  logic                           last_i,

  output logic [RowWidth-1:0]              weight_row_o,
  input  logic [NumInputs*WeightWidth-1:0] weight_i,

  output logic                result_valid_o,
  input  logic                result_ready_i,
  output logic [AccWidth-1:0] result_o,
  output logic                result_end_o,

  output logic                            beat_o,
  output logic [NumLanes*DataWidth-1:0]   lane_data_o,
  output logic [NumLanes*WeightWidth-1:0] lane_weight_o,
  output logic [PassWidth-1:0]            pass_o
);
  if (NumInputs < 1 || NumInputs > 64)
    $fatal(1, "dense_vector_dot: NumInputs = %0d: must be 1..64", NumInputs);
  if (NumLanes < 1 || NumLanes > NumInputs)
    $fatal(1, "dense_vector_dot: NumLanes = %0d: must be 1..NumInputs (%0d)", NumLanes, NumInputs);

  localparam int unsigned Beats     = (NumInputs + NumLanes - 1) / NumLanes;
  localparam int unsigned BeatWidth = Beats > 1 ? $clog2(Beats) : 1;

  logic                           busy_d, busy_q, first_d, first_q, last_d, last_q;
  logic [BeatWidth-1:0]           beat_d, beat_q;
  logic [PassWidth-1:0]           pass_d, pass_q;
  logic [NumInputs*DataWidth-1:0] window_q;
  logic beat_ready, pass_ends, enter;

  assign pass_ends      = beat_q == BeatWidth'(Beats - 1);
  assign beat_o         = busy_q && beat_ready;
  assign window_ready_o = !busy_q || (beat_o && pass_ends && pass_q == last_pass_i);
  assign enter          = window_valid_i && window_ready_o;

  always_comb begin
    busy_d  = busy_q && !window_ready_o;
    beat_d  = !beat_o ? beat_q : pass_ends ? '0 : beat_q + BeatWidth'(1);
    pass_d  = (beat_o && pass_ends) ? pass_q + PassWidth'(1) : pass_q;
    first_d = first_q;
    last_d  = last_q;
    if (enter) begin
      busy_d  = 1'b1;
      pass_d  = '0;
      first_d = last_q;
      last_d  = last_i;
    end
  end
  always_ff @(posedge clk_i) begin
    busy_q  <= rst_ni && busy_d;
    beat_q  <= rst_ni ? beat_d : '0;
    pass_q  <= pass_d;
    first_q <= first_d;
    last_q  <= !rst_ni || last_d;  // the first window begins a group
    if (enter) window_q <= window_i;
  end

  always_comb begin
    lane_data_o   = '0;
    lane_weight_o = '0;
    for (int unsigned i = 0; i < NumInputs; i++)
      if (beat_q == BeatWidth'(i / NumLanes)) begin
        lane_data_o[(i % NumLanes)*DataWidth +: DataWidth]       = window_q[i*DataWidth +: DataWidth];
        lane_weight_o[(i % NumLanes)*WeightWidth +: WeightWidth] = weight_i[i*WeightWidth +: WeightWidth];
      end
  end
  weight_pointer #(.RowWidth(RowWidth), .PassWidth(PassWidth)) u_weight_pointer (
    .clk_i,
    .rst_ni,
    .last_pass_i,
    .enter_i   (enter),
    .last_i,
    .load_i    (enter),
    .pass_end_i(beat_o && pass_ends),
    .next_row_o(weight_row_o)
  );
  multiply_accumulate #(
    .NumLanes   (NumLanes),
    .DataWidth  (DataWidth),
    .WeightWidth(WeightWidth),
    .AccWidth   (AccWidth),
    .Saturate   (Saturate),
    .FilterWidth(PassWidth)
  ) u_multiply_accumulate (
    .clk_i,
    .rst_ni,
    .last_filter_i(last_pass_i),
    .beat_valid_i (busy_q),
    .beat_ready_o (beat_ready),
    .lane_data_i  (lane_data_o),
    .lane_weight_i(lane_weight_o),
    .add_i        (1'b1),
    .filter_i     (pass_q),
    .clear_i      (first_q && beat_q == '0),
    .send_i       (last_q && pass_ends),
    .flush_i      (1'b0),
    .flush_empty_i(1'b0),
    .result_valid_o,
    .result_ready_i,
    .result_o,
    .result_end_o
  );
  assign pass_o = pass_q;
endmodule : dense_vector_dot

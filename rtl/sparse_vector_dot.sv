// Sparse vector-dot engine: the non-zero operands of a window meet their weights in NumLanes multipliers, once a filter,
// and the partial sums of the filters grow over the windows of a group. A group is the windows of one output pixel, one
// a channel (or a cluster of channel streams); for each it sends a result a filter, in order.
module sparse_vector_dot #(
  parameter int unsigned NumInputs      = 9,     // M: operands of a window, 1..64
  parameter int unsigned NumLanes       = 3,     // N: multipliers, 1..NumInputs
  parameter int unsigned DataWidth      = 16,    // bits of an operand, signed, 1..64
  parameter int unsigned WeightWidth    = 16,    // bits of a weight, signed, 1..64
  parameter int unsigned AccWidth       = 48,    // bits of a result, signed: no less than the sum of a beat
  parameter bit          Saturate       = 1'b0,  // what overflows AccWidth stays at the end of the range; else it wraps
  parameter int unsigned PassWidth      = 1,     // bits of a filter's number: up to 2**PassWidth filters, 1..16
  parameter int unsigned RowWidth       = 16,    // bits of the weight memory's rows, PassWidth..32
  parameter bit          SkipZeroWindow = 1'b0,  // as in crossbar_arbiter
  parameter int unsigned SkipDepth      = 4,
  localparam int unsigned CountWidth    = $clog2(SkipDepth + 2)
) (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, active low

  input  logic [PassWidth-1:0] last_pass_i,  // filters - 1; steady out of reset

  input  logic                           window_valid_i,
  output logic                           window_ready_o,
  input  logic [NumInputs*DataWidth-1:0] window_i,  // operand i in bits i*DataWidth +: DataWidth
  input  logic                           last_i,    // the window is its group's last

  output logic [RowWidth-1:0]              weight_row_o,  // a synchronous memory shows this row in the next cycle
  input  logic [NumInputs*WeightWidth-1:0] weight_i,      // row = channel * filters + filter

  output logic                result_valid_o,
  input  logic                result_ready_i,
  output logic [AccWidth-1:0] result_o,
  output logic                result_end_o,  // of the last filter

  // What the engine does in this cycle, for co-simulation and counters of activity.
  output logic                            beat_o,  // it takes a beat; the rest has meaning with it
  output logic [NumLanes*NumInputs-1:0]   grant_o,
  output logic [NumLanes*DataWidth-1:0]   lane_data_o,
  output logic [NumLanes*WeightWidth-1:0] lane_weight_o,
  output logic [PassWidth-1:0]            pass_o,
  output logic [CountWidth-1:0]           ended_o
);
  logic [NumInputs-1:0]           nonzero;
  logic [NumInputs*DataWidth-1:0] window_q;
  logic load, beat_valid, beat_ready, dealt, pass_start, pass_end, first, last, flush, flush_empty;

  nonzero_check #(.NumInputs(NumInputs), .DataWidth(DataWidth)) u_nonzero_check (
    .data_i   (window_i),
    .nonzero_o(nonzero)
  );
  crossbar_arbiter #(
    .NumInputs     (NumInputs),
    .NumLanes      (NumLanes),
    .PassWidth     (PassWidth),
    .SkipZeroWindow(SkipZeroWindow),
    .SkipDepth     (SkipDepth)
  ) u_crossbar_arbiter (
    .clk_i,
    .rst_ni,
    .last_pass_i,
    .window_valid_i,
    .window_ready_o,
    .request_i    (nonzero),
    .last_i,
    .load_o       (load),
    .beat_valid_o (beat_valid),
    .beat_ready_i (beat_ready),
    .grant_o,
    .pass_o,
    .dealt_o      (dealt),
    .pass_start_o (pass_start),
    .pass_end_o   (pass_end),
    .first_o      (first),
    .last_o       (last),
    .ended_o,
    .flush_o      (flush),
    .flush_empty_o(flush_empty)
  );
  assign beat_o = beat_valid && beat_ready;

  always_ff @(posedge clk_i) if (load) window_q <= window_i;
  weight_pointer #(.RowWidth(RowWidth), .PassWidth(PassWidth)) u_weight_pointer (
    .clk_i,
    .rst_ni,
    .last_pass_i,
    .enter_i   (window_valid_i && window_ready_o),
    .last_i,
    .load_i    (load),
    .pass_end_i(beat_o && pass_end),
    .next_row_o(weight_row_o)
  );

  sparse_crossbar #(
    .NumInputs  (NumInputs),
    .NumLanes   (NumLanes),
    .DataWidth  (DataWidth),
    .WeightWidth(WeightWidth)
  ) u_sparse_crossbar (
    .grant_i(grant_o),
    .data_i (window_q),
    .weight_i,
    .lane_data_o,
    .lane_weight_o
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
    .beat_valid_i (beat_valid),
    .beat_ready_o (beat_ready),
    .lane_data_i  (lane_data_o),
    .lane_weight_i(lane_weight_o),
    .add_i        (dealt),
    .filter_i     (pass_o),
    .clear_i      (first && pass_start),
    .send_i       (last && pass_end),
    .flush_i      (flush),
    .flush_empty_i(flush_empty),
    .result_valid_o,
    .result_ready_i,
    .result_o,
    .result_end_o
  );
endmodule : sparse_vector_dot

// The single-multiplier engine of the literature: round-robin over the non-zero operands, one a cycle.
module rr_vector_dot #(
  parameter int unsigned NumInputs      = 9,  // all as in sparse_vector_dot
  parameter int unsigned DataWidth      = 16,
  parameter int unsigned WeightWidth    = 16,
  parameter int unsigned AccWidth       = 48,
  parameter bit          Saturate       = 1'b0,
  parameter int unsigned PassWidth      = 1,
  parameter int unsigned RowWidth       = 16,
  parameter bit          SkipZeroWindow = 1'b0,
  parameter int unsigned SkipDepth      = 4,
  localparam int unsigned CountWidth    = $clog2(SkipDepth + 2)
) (
  input  logic                             clk_i,
  input  logic                             rst_ni,
  input  logic [PassWidth-1:0]             last_pass_i,
  input  logic                             window_valid_i,
  output logic                             window_ready_o,
  input  logic [NumInputs*DataWidth-1:0]   window_i,
  input  logic                             last_i,
  output logic [RowWidth-1:0]              weight_row_o,
  input  logic [NumInputs*WeightWidth-1:0] weight_i,
  output logic                             result_valid_o,
  input  logic                             result_ready_i,
  output logic [AccWidth-1:0]              result_o,
  output logic                             result_end_o,
  output logic                             beat_o,
  output logic [NumInputs-1:0]             grant_o,
  output logic [DataWidth-1:0]             lane_data_o,
  output logic [WeightWidth-1:0]           lane_weight_o,
  output logic [PassWidth-1:0]             pass_o,
  output logic [CountWidth-1:0]            ended_o
);
  sparse_vector_dot #(
    .NumInputs     (NumInputs),
    .NumLanes      (1),
    .DataWidth     (DataWidth),
    .WeightWidth   (WeightWidth),
    .AccWidth      (AccWidth),
    .Saturate      (Saturate),
    .PassWidth     (PassWidth),
    .RowWidth      (RowWidth),
    .SkipZeroWindow(SkipZeroWindow),
    .SkipDepth     (SkipDepth)
  ) u_sparse_vector_dot (.*);
endmodule : rr_vector_dot

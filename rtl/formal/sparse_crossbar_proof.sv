// What sparse_crossbar promises: a lane shows the operand and the weight of the input that it was granted, and zeros
// without a grant. Assumed is only what crossbar_arbiter_proof proves of the grants: one-hot, or zero.
module sparse_crossbar_proof #(
  parameter int unsigned NumInputs   = 4,
  parameter int unsigned NumLanes    = 2,
  parameter int unsigned DataWidth   = 3,  // two widths, so that neither can stand for the other
  parameter int unsigned WeightWidth = 2,
  localparam int unsigned IndexWidth = $clog2(NumInputs + 1)
) (
  input logic                             clk_i,
  input logic [NumLanes*NumInputs-1:0]    grant_i,
  input logic [NumInputs*DataWidth-1:0]   data_i,
  input logic [NumInputs*WeightWidth-1:0] weight_i,
  input logic [IndexWidth-1:0]            input_i,  // any input,
  input logic [IndexWidth-1:0]            lane_i    // any lane
);
  logic [NumLanes*DataWidth-1:0]   lane_data;
  logic [NumLanes*WeightWidth-1:0] lane_weight;
  sparse_crossbar #(
    .NumInputs  (NumInputs),
    .NumLanes   (NumLanes),
    .DataWidth  (DataWidth),
    .WeightWidth(WeightWidth)
  ) u_dut (
    .grant_i,
    .data_i,
    .weight_i,
    .lane_data_o  (lane_data),
    .lane_weight_o(lane_weight)
  );

  logic [NumLanes-1:0] crowded;
  always_comb
    for (int unsigned n = 0; n < NumLanes; n++) crowded[n] = !$onehot0(grant_i[n*NumInputs +: NumInputs]);
  always_comb m_one_hot: assume (crowded == '0);

  logic [NumInputs-1:0] grant;
  assign grant = grant_i[lane_i*NumInputs +: NumInputs];
  always_comb if (lane_i < NumLanes && input_i < NumInputs && grant[input_i]) begin
    a_data:   assert (lane_data[lane_i*DataWidth +: DataWidth] == data_i[input_i*DataWidth +: DataWidth]);
    a_weight: assert (lane_weight[lane_i*WeightWidth +: WeightWidth] == weight_i[input_i*WeightWidth +: WeightWidth]);
  end
  always_comb if (lane_i < NumLanes && grant == '0) begin
    a_no_data:   assert (lane_data[lane_i*DataWidth +: DataWidth] == '0);
    a_no_weight: assert (lane_weight[lane_i*WeightWidth +: WeightWidth] == '0);
  end
  always_comb begin
    c_last_lane: cover (lane_i == IndexWidth'(NumLanes - 1) && grant[NumInputs-1] && lane_data != '0 && lane_weight != '0);
    c_no_grant:  cover (grant_i == '0 && data_i != '0);
  end
endmodule : sparse_crossbar_proof

// Routes the operands of a window, and their weights, to the lanes that were granted them. A lane without a grant gets
// zeros, so that its multiplier stands still.
module sparse_crossbar #(
  parameter int unsigned NumInputs   = 9,   // M: operands of a window, 1..64
  parameter int unsigned NumLanes    = 3,   // N: multipliers, 1..NumInputs
  parameter int unsigned DataWidth   = 16,  // bits of an operand, 1..64
  parameter int unsigned WeightWidth = 16   // bits of a weight, 1..64
) (
  input  logic [NumLanes*NumInputs-1:0]    grant_i,   // lane n in bits n*NumInputs +: NumInputs: one-hot, or zero
  input  logic [NumInputs*DataWidth-1:0]   data_i,    // operand i in bits i*DataWidth +: DataWidth
  input  logic [NumInputs*WeightWidth-1:0] weight_i,
  output logic [NumLanes*DataWidth-1:0]    lane_data_o,
  output logic [NumLanes*WeightWidth-1:0]  lane_weight_o
);
  if (NumInputs < 1 || NumInputs > 64)
    $fatal(1, "sparse_crossbar: NumInputs = %0d: must be 1..64", NumInputs);
  if (NumLanes < 1 || NumLanes > NumInputs)
    $fatal(1, "sparse_crossbar: NumLanes = %0d: must be 1..NumInputs (%0d)", NumLanes, NumInputs);
  if (DataWidth < 1 || DataWidth > 64) $fatal(1, "sparse_crossbar: DataWidth = %0d: must be 1..64", DataWidth);
  if (WeightWidth < 1 || WeightWidth > 64) $fatal(1, "sparse_crossbar: WeightWidth = %0d: must be 1..64", WeightWidth);

  always_comb begin
    lane_data_o   = '0;
    lane_weight_o = '0;
    for (int unsigned n = 0; n < NumLanes; n++)
      for (int unsigned i = 0; i < NumInputs; i++) begin
        lane_data_o[n*DataWidth +: DataWidth] = lane_data_o[n*DataWidth +: DataWidth]
          | (data_i[i*DataWidth +: DataWidth] & {DataWidth{grant_i[n*NumInputs + i]}});
        lane_weight_o[n*WeightWidth +: WeightWidth] = lane_weight_o[n*WeightWidth +: WeightWidth]
          | (weight_i[i*WeightWidth +: WeightWidth] & {WeightWidth{grant_i[n*NumInputs + i]}});
      end
  end
endmodule : sparse_crossbar

// Non-zero check of a window: which of its operands a multiplier has to see.
module nonzero_check #(
  parameter int unsigned NumInputs = 9,  // operands of a window, 1..64
  parameter int unsigned DataWidth = 16  // bits of an operand
) (
  input  logic [NumInputs*DataWidth-1:0] data_i,    // operand i in bits i*DataWidth +: DataWidth
  output logic [NumInputs-1:0]           nonzero_o
);
  if (NumInputs < 1 || NumInputs > 64) $fatal(1, "nonzero_check: NumInputs = %0d: must be 1..64", NumInputs);
  if (DataWidth < 1 || DataWidth > 64) $fatal(1, "nonzero_check: DataWidth = %0d: must be 1..64", DataWidth);

  for (genvar i = 0; i < NumInputs; i++) begin : gen_input
    assign nonzero_o[i] = |data_i[i*DataWidth +: DataWidth];
  end
endmodule : nonzero_check

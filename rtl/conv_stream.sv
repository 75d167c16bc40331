// A stream of windows of a convolution: their FIFO, and the engines that use each window at the same time, on filters
// of their own. Windows come in groups, an output pixel's each; a group gives, filter by filter, a result of every
// engine. The engines do the same in every cycle, so that the first one speaks for all.
module conv_stream #(
  parameter int unsigned WindowDepth    = 4,     // windows that wait for the engines
  parameter int unsigned NumEngines     = 1,
  parameter int unsigned NumInputs      = 9,     // all below as in sparse_vector_dot
  parameter int unsigned NumLanes       = 3,
  parameter int unsigned DataWidth      = 16,
  parameter int unsigned WeightWidth    = 16,
  parameter int unsigned AccWidth       = 48,
  parameter bit          Saturate       = 1'b0,
  parameter int unsigned PassWidth      = 1,
  parameter int unsigned RowWidth       = 16,
  parameter bit          SkipZeroWindow = 1'b0,
  parameter int unsigned SkipDepth      = 4,
  localparam int unsigned WindowWidth   = NumInputs * DataWidth
) (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, active low

  input  logic [PassWidth-1:0] last_pass_i,  // filters of an engine - 1; steady out of reset

  input  logic                   window_valid_i,
  output logic                   window_ready_o,
  input  logic [WindowWidth-1:0] window_i,
  input  logic                   last_i,

  output logic [RowWidth-1:0]                         weight_row_o,
  input  logic [NumEngines*NumInputs*WeightWidth-1:0] weight_i,  // of engine e at e*NumInputs*WeightWidth

  output logic                           result_valid_o,
  input  logic                           result_ready_i,
  output logic [NumEngines*AccWidth-1:0] result_o  // of engine e at e*AccWidth
);
  if (NumEngines < 1) $fatal(1, "conv_stream: NumEngines = %0d: must be at least 1", NumEngines);

  logic                   valid, last;
  logic [WindowWidth-1:0] window;
  logic [NumEngines-1:0]  ready, result_valid;
  logic [NumEngines*RowWidth-1:0] row;
  stream_fifo #(.Depth(WindowDepth), .Width(WindowWidth + 1)) u_windows (
    .clk_i,
    .rst_ni,
    .valid_i(window_valid_i),
    .ready_o(window_ready_o),
    .data_i ({last_i, window_i}),
    .valid_o(valid),
    .ready_i(ready[0]),
    .data_o ({last, window})
  );
  for (genvar e = 0; e < NumEngines; e++) begin : gen_engine
    sparse_vector_dot #(
      .NumInputs     (NumInputs),
      .NumLanes      (NumLanes),
      .DataWidth     (DataWidth),
      .WeightWidth   (WeightWidth),
      .AccWidth      (AccWidth),
      .Saturate      (Saturate),
      .PassWidth     (PassWidth),
      .RowWidth      (RowWidth),
      .SkipZeroWindow(SkipZeroWindow),
      .SkipDepth     (SkipDepth)
    ) u_engine (
      .clk_i,
      .rst_ni,
      .last_pass_i,
      .window_valid_i(valid),
      .window_ready_o(ready[e]),
      .window_i      (window),
      .last_i        (last),
      .weight_row_o  (row[e*RowWidth +: RowWidth]),
      .weight_i      (weight_i[e*NumInputs*WeightWidth +: NumInputs*WeightWidth]),
      .result_valid_o(result_valid[e]),
      .result_ready_i,
      .result_o      (result_o[e*AccWidth +: AccWidth]),
      /* verilator lint_off PINCONNECTEMPTY */  // what a reader of groups, or co-simulation, looks at
      .result_end_o  (),
      .beat_o        (),
      .grant_o       (),
      .lane_data_o   (),
      .lane_weight_o (),
      .pass_o        (),
      .ended_o       ()
      /* verilator lint_on PINCONNECTEMPTY */
    );
  end
  assign weight_row_o   = row[0 +: RowWidth];
  assign result_valid_o = result_valid[0];
`ifndef SYNTHESIS
  always_ff @(posedge clk_i) if (rst_ni) begin
    a_ready: assert (ready == {NumEngines{ready[0]}});
    a_valid: assert (result_valid == {NumEngines{result_valid_o}});
    a_row:   assert (row == {NumEngines{weight_row_o}});
  end
`endif
endmodule : conv_stream

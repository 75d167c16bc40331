// A stream of a convolution: line buffers, a FIFO of windows, and the engines that use each window at the same time, on
// filters of their own. A group of windows is an output pixel's: it gives, filter by filter, a result of every engine.
// The engines do the same in every cycle, so that the first one speaks for all.
//
// Where a 1x1 kernel leaves a window of one value, an engine deals a cluster: the channels of a word.
module conv_stream #(
  parameter int unsigned Height         = 8,     // all as in sliding_window
  parameter int unsigned Width          = 8,
  parameter int unsigned Channels       = 1,
  parameter int unsigned Cluster        = 1,     // channels of a word, which share a window
  parameter int unsigned KernelH        = 3,
  parameter int unsigned KernelW        = 3,
  parameter int unsigned StrideH        = 1,
  parameter int unsigned StrideW        = 1,
  parameter int unsigned DilationH      = 1,
  parameter int unsigned DilationW      = 1,
  parameter int unsigned PadTop         = 1,
  parameter int unsigned PadLeft        = 1,
  parameter int unsigned WindowsH       = 8,
  parameter int unsigned WindowsW       = 8,
  parameter int unsigned WindowDepth    = 4,     // windows that wait for the engines
  parameter int unsigned NumEngines     = 1,
  parameter int unsigned NumLanes       = 3,     // all below as in sparse_vector_dot
  parameter int unsigned DataWidth      = 16,
  parameter int unsigned WeightWidth    = 16,
  parameter int unsigned AccWidth       = 48,
  parameter bit          Saturate       = 1'b0,
  parameter int unsigned PassWidth      = 1,
  parameter int unsigned RowWidth       = 16,
  parameter bit          SkipZeroWindow = 1'b0,
  parameter int unsigned SkipDepth      = 4,
  localparam int unsigned NumInputs     = KernelH * KernelW * Cluster,
  localparam int unsigned WordWidth     = Cluster * DataWidth
) (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, active low

  input  logic [PassWidth-1:0] last_pass_i,  // filters of an engine - 1; steady out of reset

  input  logic                 word_valid_i,
  output logic                 word_ready_o,
  input  logic [WordWidth-1:0] word_i,

  output logic [RowWidth-1:0]                         weight_row_o,
  input  logic [NumEngines*NumInputs*WeightWidth-1:0] weight_i,  // of engine e at e*NumInputs*WeightWidth

  output logic                           result_valid_o,
  input  logic                           result_ready_i,
  output logic [NumEngines*AccWidth-1:0] result_o,  // of engine e at e*AccWidth
  output logic                           result_end_o
);
  if (NumEngines < 1) $fatal(1, "conv_stream: NumEngines = %0d: must be at least 1", NumEngines);

  localparam int unsigned WindowWidth = NumInputs * DataWidth;
  logic                   ahead_valid, ahead_ready, ahead_last, window_valid, window_ready, window_last;
  logic [WindowWidth-1:0] ahead, window;

  sliding_window #(
    .DataWidth(WordWidth),
    .Height   (Height),
    .Width    (Width),
    .Channels (Channels),
    .KernelH  (KernelH),
    .KernelW  (KernelW),
    .StrideH  (StrideH),
    .StrideW  (StrideW),
    .DilationH(DilationH),
    .DilationW(DilationW),
    .PadTop   (PadTop),
    .PadLeft  (PadLeft),
    .WindowsH (WindowsH),
    .WindowsW (WindowsW)
  ) u_sliding_window (
    .clk_i,
    .rst_ni,
    .word_valid_i,
    .word_ready_o,
    .word_i,
    .window_valid_o(ahead_valid),
    .window_ready_i(ahead_ready),
    .window_o      (ahead),
    .last_o        (ahead_last)
  );
  stream_fifo #(.Depth(WindowDepth), .Width(WindowWidth + 1)) u_windows (
    .clk_i,
    .rst_ni,
    .valid_i(ahead_valid),
    .ready_o(ahead_ready),
    .data_i ({ahead_last, ahead}),
    .valid_o(window_valid),
    .ready_i(window_ready),
    .data_o ({window_last, window})
  );

  logic [NumEngines-1:0]          ready, valid, ends;
  logic [NumEngines*RowWidth-1:0] row;
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
      .window_valid_i(window_valid),
      .window_ready_o(ready[e]),
      .window_i      (window),
      .last_i        (window_last),
      .weight_row_o  (row[e*RowWidth +: RowWidth]),
      .weight_i      (weight_i[e*NumInputs*WeightWidth +: NumInputs*WeightWidth]),
      .result_valid_o(valid[e]),
      .result_ready_i,
      .result_o      (result_o[e*AccWidth +: AccWidth]),
      .result_end_o  (ends[e]),
      /* verilator lint_off PINCONNECTEMPTY */  // what co-simulation looks at
      .beat_o        (),
      .grant_o       (),
      .lane_data_o   (),
      .lane_weight_o (),
      .pass_o        (),
      .ended_o       ()
      /* verilator lint_on PINCONNECTEMPTY */
    );
  end
  assign window_ready   = ready[0];
  assign weight_row_o   = row[0 +: RowWidth];
  assign result_valid_o = valid[0];
  assign result_end_o   = ends[0];
`ifndef SYNTHESIS
  always_ff @(posedge clk_i) if (rst_ni) begin
    a_ready: assert (ready == '0 || ready == '1);
    a_valid: assert (valid == '0 || valid == '1);
    a_row:   assert (row == {NumEngines{weight_row_o}});
    a_end:   assert (!result_valid_o || ends == {NumEngines{result_end_o}});
  end
`endif
endmodule : conv_stream

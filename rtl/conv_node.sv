// A convolution as a node of a pipeline: line buffers, NumStreams streams of windows with NumEngines engines each, the
// join that adds up what the streams found, and the FIFO behind. A word in holds the next channel, or cluster of
// channels, of every stream; a word out the next filter of every engine.
//
// A window goes to all streams at once; from there to the join, each has a time of its own. Where a 1x1 kernel leaves a
// window of one value, an engine deals a cluster: the channels of its stream in a word.
module conv_node #(
  parameter int unsigned Height         = 8,     // all as in sliding_window
  parameter int unsigned Width          = 8,
  parameter int unsigned Channels       = 1,
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
  parameter int unsigned NumStreams     = 1,     // 1..64
  parameter int unsigned Cluster        = 1,     // channels of a stream in a word
  parameter int unsigned NumEngines     = 1,     // of a stream
  parameter int unsigned WindowDepth    = 4,     // windows that wait for the engines of a stream
  parameter int unsigned ResultDepth    = 16,    // results that wait for those of the other streams, if there are any
  parameter int unsigned OutDepth       = 2,     // words in the FIFO behind
  parameter int unsigned NumLanes       = 3,     // all below as in sparse_vector_dot
  parameter int unsigned DataWidth      = 16,
  parameter int unsigned WeightWidth    = 16,
  parameter int unsigned AccWidth       = 48,
  parameter bit          Saturate       = 1'b0,
  parameter int unsigned PassWidth      = 1,
  parameter int unsigned RowWidth       = 16,
  parameter bit          SkipZeroWindow = 1'b0,
  parameter int unsigned SkipDepth      = 4,
  localparam int unsigned Taps          = KernelH * KernelW,
  localparam int unsigned NumInputs     = Taps * Cluster,
  localparam int unsigned StreamWidth   = Cluster * DataWidth,
  localparam int unsigned RowsWidth     = NumStreams * RowWidth,
  localparam int unsigned WeightsWidth  = NumEngines * NumInputs * WeightWidth,
  localparam int unsigned Levels        = $clog2(NumStreams),
  localparam int unsigned SumWidth      = AccWidth + Levels
) (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, active low

  input  logic [PassWidth-1:0] last_pass_i,  // filters of an engine - 1; steady out of reset

  input  logic                              word_valid_i,
  output logic                              word_ready_o,
  input  logic [NumStreams*StreamWidth-1:0] word_i,  // of stream s at s*StreamWidth

  output logic [RowsWidth-1:0]               weight_row_o,  // of stream s at s*RowWidth
  input  logic [NumStreams*WeightsWidth-1:0] weight_i,      // of stream s at s*WeightsWidth; there as in conv_stream

  output logic                           sum_valid_o,
  input  logic                           sum_ready_i,
  output logic [NumEngines*SumWidth-1:0] sum_o  // of engine e at e*SumWidth
);
  if (NumStreams < 1 || NumStreams > 64)
    $fatal(1, "conv_node: NumStreams = %0d: must be 1..64", NumStreams);

  // ---- windows, to all streams or none
  logic                                   window_valid, window_ready, window_last;
  logic [Taps*NumStreams*StreamWidth-1:0] windows;
  logic [NumStreams-1:0]                  stream_ready;
  assign window_ready = stream_ready == '1;
  sliding_window #(
    .DataWidth(NumStreams * StreamWidth),
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
    .window_valid_o(window_valid),
    .window_ready_i(window_ready),
    .window_o      (windows),
    .last_o        (window_last)
  );

  // ---- streams
  logic                                      join_all;
  logic [NumStreams-1:0]                     result_valid;
  logic [NumStreams*NumEngines*AccWidth-1:0] results;
  for (genvar s = 0; s < NumStreams; s++) begin : gen_stream
    logic [Taps*StreamWidth-1:0]    window;
    logic                           valid, ready;
    logic [NumEngines*AccWidth-1:0] result;
    for (genvar t = 0; t < Taps; t++) begin : gen_tap
      assign window[t*StreamWidth +: StreamWidth] = windows[(t*NumStreams+s)*StreamWidth +: StreamWidth];
    end
    conv_stream #(
      .WindowDepth   (WindowDepth),
      .NumEngines    (NumEngines),
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
    ) u_conv_stream (
      .clk_i,
      .rst_ni,
      .last_pass_i,
      .window_valid_i(window_valid && window_ready),
      .window_ready_o(stream_ready[s]),
      .window_i      (window),
      .last_i        (window_last),
      .weight_row_o  (weight_row_o[s*RowWidth +: RowWidth]),
      .weight_i      (weight_i[s*WeightsWidth +: WeightsWidth]),
      .result_valid_o(valid),
      .result_ready_i(ready),
      .result_o      (result)
    );
    if (NumStreams <= 1) begin : gen_alone
      assign ready           = join_all;
      assign result_valid[s] = valid;
      assign results[s*NumEngines*AccWidth +: NumEngines*AccWidth] = result;
    end else begin : gen_results
      stream_fifo #(.Depth(ResultDepth), .Width(NumEngines * AccWidth)) u_results (
        .clk_i,
        .rst_ni,
        .valid_i(valid),
        .ready_o(ready),
        .data_i (result),
        .valid_o(result_valid[s]),
        .ready_i(join_all),
        .data_o (results[s*NumEngines*AccWidth +: NumEngines*AccWidth])
      );
    end
  end

  // ---- the join: what it starts has its place in the FIFO behind, so that the adders never wait
  localparam int unsigned RoomWidth = $clog2(OutDepth + 1);
  logic [RoomWidth-1:0]           room_q;
  logic                           arrives, leaves;
  logic [NumEngines*SumWidth-1:0] sum;
  assign join_all = room_q != '0 && result_valid == '1;
  assign leaves   = sum_valid_o && sum_ready_i;
  always_ff @(posedge clk_i)
    if (!rst_ni) room_q <= RoomWidth'(OutDepth);
    else if (join_all != leaves) room_q <= leaves ? room_q + RoomWidth'(1) : room_q - RoomWidth'(1);

  for (genvar e = 0; e < NumEngines; e++) begin : gen_sum
    logic [NumStreams*AccWidth-1:0] of_engine;
    for (genvar s = 0; s < NumStreams; s++) begin : gen_operand
      assign of_engine[s*AccWidth +: AccWidth] = results[(s*NumEngines+e)*AccWidth +: AccWidth];
    end
    adder_tree #(.NumLanes(NumStreams), .Width(AccWidth)) u_adder_tree (
      .clk_i,
      .enable_i (1'b1),
      .product_i(of_engine),
      .sum_o    (sum[e*SumWidth +: SumWidth])
    );
  end
  if (Levels == 0) begin : gen_no_adders
    assign arrives = join_all;
  end else begin : gen_adders
    logic [Levels-1:0] joined_q;
    assign arrives = joined_q[Levels-1];
    if (Levels == 1) begin : gen_level
      always_ff @(posedge clk_i) joined_q <= rst_ni && join_all;
    end else begin : gen_levels
      always_ff @(posedge clk_i) joined_q <= rst_ni ? {joined_q[Levels-2:0], join_all} : '0;
    end
  end
  logic unused_ready;  // there is room
  stream_fifo #(.Depth(OutDepth), .Width(NumEngines * SumWidth)) u_sums (
    .clk_i,
    .rst_ni,
    .valid_i(arrives),
    .ready_o(unused_ready),
    .data_i (sum),
    .valid_o(sum_valid_o),
    .ready_i(sum_ready_i),
    .data_o (sum_o)
  );
endmodule : conv_node

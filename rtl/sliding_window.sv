// Line buffers: a feature map goes in word by word, in raster order and in a pixel channel by channel; out comes, for
// each place of the kernel, the window of every channel. The map is padded with zeros here.
//
// Its work is slots, a cycle each at the least: one for every word of the padded map, in order. A slot of padding takes
// nothing. The window that a slot completes leaves in that slot: it waits for the word and for room behind, and takes
// the word only with both. An image follows the other without a gap.
module sliding_window #(
  parameter int unsigned DataWidth = 16,  // bits of a word: a value, or values of channels that keep together
  parameter int unsigned Height    = 8,   // of the map, in pixels
  parameter int unsigned Width     = 8,
  parameter int unsigned Channels  = 1,   // words of a pixel
  parameter int unsigned KernelH   = 3,
  parameter int unsigned KernelW   = 3,
  parameter int unsigned StrideH   = 1,
  parameter int unsigned StrideW   = 1,
  parameter int unsigned DilationH = 1,   // pixels from one row of a window to the next
  parameter int unsigned DilationW = 1,
  parameter int unsigned PadTop    = 1,
  parameter int unsigned PadLeft   = 1,
  parameter int unsigned WindowsH  = 8,   // places of the kernel along an axis; below and to the right there are as
  parameter int unsigned WindowsW  = 8    // many zeros as the last one needs
) (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, active low

  input  logic                 word_valid_i,
  output logic                 word_ready_o,
  input  logic [DataWidth-1:0] word_i,

  output logic                                 window_valid_o,
  input  logic                                 window_ready_i,
  output logic [KernelH*KernelW*DataWidth-1:0] window_o,  // row y, column x in word y*KernelW + x
  output logic                                 last_o     // of the pixel's channels
);
  if (DataWidth < 1) $fatal(1, "sliding_window: DataWidth = %0d: must be at least 1", DataWidth);
  if (Channels < 1) $fatal(1, "sliding_window: Channels = %0d: must be at least 1", Channels);
  if (KernelH < 1) $fatal(1, "sliding_window: KernelH = %0d: must be at least 1", KernelH);
  if (KernelW < 1) $fatal(1, "sliding_window: KernelW = %0d: must be at least 1", KernelW);
  if (DilationH < 1) $fatal(1, "sliding_window: DilationH = %0d: must be at least 1", DilationH);
  if (DilationW < 1) $fatal(1, "sliding_window: DilationW = %0d: must be at least 1", DilationW);

  // ---- slots
  logic in_row, in_column, row_completes, column_completes, column_last, unused_row_last;
  logic takes, gives, step, pixel_end;
  assign takes = in_row && in_column;
  assign gives = row_completes && column_completes;
  assign step  = (!takes || word_valid_i) && (!gives || window_ready_i);
  assign word_ready_o   = takes && (!gives || window_ready_i);
  assign window_valid_o = gives && (!takes || word_valid_i);
  assign last_o         = pixel_end;

  if (Channels <= 1) begin : gen_one_channel
    assign pixel_end = 1'b1;
  end else begin : gen_channels
    localparam int unsigned ChannelWidth = $clog2(Channels);
    logic [ChannelWidth-1:0] channel_q;
    assign pixel_end = channel_q == ChannelWidth'(Channels - 1);
    always_ff @(posedge clk_i)
      if (!rst_ni || (step && pixel_end)) channel_q <= '0;
      else if (step) channel_q <= channel_q + ChannelWidth'(1);
  end
  window_axis #(
    .Values (Width),
    .Pad    (PadLeft),
    .Kernel ((KernelW - 1) * DilationW + 1),
    .Stride (StrideW),
    .Windows(WindowsW)
  ) u_columns (
    .clk_i,
    .rst_ni,
    .step_i     (step && pixel_end),
    .value_o    (in_column),
    .completes_o(column_completes),
    .last_o     (column_last)
  );
  window_axis #(
    .Values (Height),
    .Pad    (PadTop),
    .Kernel ((KernelH - 1) * DilationH + 1),
    .Stride (StrideH),
    .Windows(WindowsH)
  ) u_rows (
    .clk_i,
    .rst_ni,
    .step_i     (step && pixel_end && column_last),
    .value_o    (in_row),
    .completes_o(row_completes),
    .last_o     (unused_row_last)
  );

  // ---- the column of the kernel that ends with this slot's word: under the words above it, from rows ago. What an
  // image leaves behind is shifted out before the first window of the next one; so is a row's in the columns below.
  localparam int unsigned ColumnWidth = KernelH * DataWidth;
  logic [DataWidth-1:0]   word;
  logic [ColumnWidth-1:0] column;  // the oldest row lowest
  assign word = takes ? word_i : '0;
  if (KernelH <= 1) begin : gen_no_rows
    assign column = word;
  end else begin : gen_rows
    localparam int unsigned RowsWidth = ColumnWidth - DataWidth;
    logic [RowsWidth-1:0] rows;
    delay_line #(.Depth(DilationH * Width * Channels), .Width(RowsWidth)) u_rows_above (
      .clk_i,
      .rst_ni,
      .push_i(step && in_column),
      .data_i(column[DataWidth +: RowsWidth]),
      .data_o(rows)
    );
    assign column = in_column ? {word, rows} : '0;  // beside the map all rows are zero, and none is kept
  end

  // ---- the columns of the same channel to the left of it
  logic [KernelW*ColumnWidth-1:0] columns;  // the oldest lowest
  if (KernelW <= 1) begin : gen_no_columns
    assign columns = column;
  end else begin : gen_columns
    localparam int unsigned LeftWidth = (KernelW - 1) * ColumnWidth;
    logic [LeftWidth-1:0] left;
    delay_line #(.Depth(DilationW * Channels), .Width(LeftWidth)) u_columns_left (
      .clk_i,
      .rst_ni,
      .push_i(step),
      .data_i(columns[ColumnWidth +: LeftWidth]),
      .data_o(left)
    );
    assign columns = {column, left};
  end
  for (genvar y = 0; y < KernelH; y++) begin : gen_y
    for (genvar x = 0; x < KernelW; x++) begin : gen_x
      assign window_o[(y*KernelW+x)*DataWidth +: DataWidth] = columns[(x*KernelH+y)*DataWidth +: DataWidth];
    end
  end
endmodule : sliding_window

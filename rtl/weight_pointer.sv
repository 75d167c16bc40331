// Which row of the weight memory a vector-dot engine needs. Rows lie channel by channel, and in a channel filter by
// filter: row = channel * filters + filter. The memory is synchronous: it shows next_row_o's weights in the next cycle.
module weight_pointer #(
  parameter int unsigned RowWidth  = 16,  // bits of a row's number, 1..32
  parameter int unsigned PassWidth = 1    // bits of a filter's number, 1..RowWidth
) (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, active low

  input  logic [PassWidth-1:0] last_pass_i,  // filters - 1
  input  logic                 enter_i,      // a window enters,
  input  logic                 last_i,       // the last of its group,
  input  logic                 load_i,       // and goes to the engine
  input  logic                 pass_end_i,   // the engine ends a pass
  output logic [RowWidth-1:0]  next_row_o
);
  if (RowWidth < 1 || RowWidth > 32) $fatal(1, "weight_pointer: RowWidth = %0d: must be 1..32", RowWidth);
  if (PassWidth < 1 || PassWidth > RowWidth)
    $fatal(1, "weight_pointer: PassWidth = %0d: must be 1..RowWidth (%0d)", PassWidth, RowWidth);

  logic [RowWidth-1:0] row_d, row_q;          // of the pass at work
  logic [RowWidth-1:0] entering_d, entering_q;  // of the first pass of the window that enters next

  always_comb begin
    row_d      = row_q;
    entering_d = entering_q;
    if (pass_end_i) row_d = row_q + RowWidth'(1);
    if (load_i) row_d = entering_q;
    if (enter_i) entering_d = last_i ? '0 : entering_q + RowWidth'(last_pass_i) + RowWidth'(1);
  end
  always_ff @(posedge clk_i) begin
    row_q      <= rst_ni ? row_d : '0;
    entering_q <= rst_ni ? entering_d : '0;
  end
  assign next_row_o = row_d;
endmodule : weight_pointer

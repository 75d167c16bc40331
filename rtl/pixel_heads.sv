// The pixels of an image in groups of four, and each group's head: the first of its pixels that is active and was not
// taken. A LUT6 is a multiplexer of four, so that heads cost a level of LUTs where they would cost two of a tree.
module pixel_heads #(
  parameter int unsigned NumGroups  = 25,
  parameter int unsigned ValueWidth = 8,
  localparam int unsigned ItemWidth = 2 + ValueWidth
) (
  input  logic clk_i,

  input  logic                              load_i,
  input  logic [4*NumGroups*ValueWidth-1:0] image_i,
  input  logic                              compare_i,    // pixels are active where their value is above the threshold
  input  logic [ValueWidth-1:0]             threshold_i,
  input  logic [NumGroups-1:0]              next_i,       // the group's head gives way to the next one

  output logic [NumGroups-1:0]           found_o,  // there is a head
  output logic [NumGroups-1:0]           more_o,   // and another one behind it
  output logic [NumGroups*ItemWidth-1:0] item_o    // its value, under its number among the four
);
  if (NumGroups < 1) $fatal(1, "pixel_heads: NumGroups = %0d: must be at least 1", NumGroups);
  if (ValueWidth < 1) $fatal(1, "pixel_heads: ValueWidth = %0d: must be at least 1", ValueWidth);

  logic [4*NumGroups*ValueWidth-1:0] value_q;
  logic [4*NumGroups-1:0]            flag_q;  // pixels that no head has shown yet
  logic [2*NumGroups-1:0]            first;   // the number of the group's first flag, 3 where there is none
  always_comb
    for (int unsigned g = 0; g < NumGroups; g++) begin
      more_o[g]       = flag_q[4*g +: 4] != '0;
      first[2*g +: 2] = flag_q[4*g] ? 2'd0 : flag_q[4*g+1] ? 2'd1 : flag_q[4*g+2] ? 2'd2 : 2'd3;
    end
  always_ff @(posedge clk_i) begin
    if (load_i) value_q <= image_i;
    for (int unsigned g = 0; g < NumGroups; g++) begin
      if (next_i[g]) begin
        found_o[g]                       <= more_o[g];
        item_o[g*ItemWidth +: ItemWidth] <=
            {first[2*g +: 2], first[2*g+1] ? first[2*g] ? value_q[(4*g+3)*ValueWidth +: ValueWidth]
                                                        : value_q[(4*g+2)*ValueWidth +: ValueWidth]
                                           : first[2*g] ? value_q[(4*g+1)*ValueWidth +: ValueWidth]
                                                        : value_q[4*g*ValueWidth +: ValueWidth]};
      end
      for (int unsigned p = 0; p < 4; p++)
        if (compare_i) flag_q[4*g+p] <= value_q[(4*g+p)*ValueWidth +: ValueWidth] > threshold_i;
        else if (next_i[g] && first[2*g +: 2] == 2'(p)) flag_q[4*g+p] <= 1'b0;
    end
  end
endmodule : pixel_heads

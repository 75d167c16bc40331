// The first of its entries that found a pixel: a binary tree of 2:1 choices, with a register behind every LevelsPerCycle
// levels but not behind the last. Entries that keep still for as many cycles as it has such parts have their answer in
// the last of these.
module first_pixel_tree #(
  parameter int unsigned NumEntries     = 25,  // at least 1
  parameter int unsigned ItemWidth      = 10,  // bits that stand with an entry
  parameter int unsigned LevelsPerCycle = 3,   // at least 1
  localparam int unsigned Levels        = $clog2(NumEntries)
) (
  input  logic                            clk_i,
  input  logic [NumEntries-1:0]           found_i,
  input  logic [NumEntries-1:0]           more_i,  // a second one behind that which was found
  input  logic [NumEntries*ItemWidth-1:0] item_i,
  output logic                            found_o,
  output logic                            more_o,
  output logic [Levels+ItemWidth-1:0]     item_o   // of the first entry that found any, under its number
);
  if (NumEntries < 1) $fatal(1, "first_pixel_tree: NumEntries = %0d: must be at least 1", NumEntries);
  if (ItemWidth < 1) $fatal(1, "first_pixel_tree: ItemWidth = %0d: must be at least 1", ItemWidth);
  if (LevelsPerCycle < 1) $fatal(1, "first_pixel_tree: LevelsPerCycle = %0d: must be at least 1", LevelsPerCycle);

  localparam int unsigned Period = LevelsPerCycle < 1 ? 1 : LevelsPerCycle;  // 0 hides the message above
  for (genvar l = 0; l <= Levels; l++) begin : gen_level
    localparam int unsigned Nodes  = ((NumEntries - 1) >> l) + 1;
    localparam int unsigned Places = l == Levels ? 1 : 2 * ((Nodes + 1) / 2);  // the last one may stay empty
    localparam int unsigned Width  = ItemWidth + l;  // a bit more a level: on which side it was found
    logic [Places-1:0]       found, more;
    logic [Places*Width-1:0] item;
    if (l == 0) begin : gen_entries
      assign found = Places'(found_i);
      assign more  = Places'(more_i);
      assign item  = (Places*Width)'(item_i);
    end else begin : gen_choices
      localparam int unsigned Below = Width - 1;
      logic [Places-1:0]       found_d, more_d;
      logic [Places*Width-1:0] item_d;
      always_comb begin
        found_d[Places-1] = 1'b0;
        more_d[Places-1]  = 1'b0;
        item_d[(Places-1)*Width +: Width] = '0;
        for (int unsigned n = 0; n < Nodes; n++) begin
          found_d[n] = gen_level[l-1].found[2*n +: 2] != '0;
          more_d[n]  = gen_level[l-1].more[2*n +: 2] != '0 || gen_level[l-1].found[2*n +: 2] == '1;
          item_d[n*Width +: Width] = gen_level[l-1].found[2*n]
            ? {1'b0, gen_level[l-1].item[2*n*Below +: Below]} : {1'b1, gen_level[l-1].item[(2*n+1)*Below +: Below]};
        end
      end
      if (l % Period == 0 && l != Levels) begin : gen_register
        always_ff @(posedge clk_i) begin
          found <= found_d;
          more  <= more_d;
          item  <= item_d;
        end
      end else begin : gen_wire
        assign found = found_d;
        assign more  = more_d;
        assign item  = item_d;
      end
    end
  end
  assign found_o = gen_level[Levels].found[0];
  assign more_o  = gen_level[Levels].more[0];
  assign item_o  = gen_level[Levels].item;

  if (Levels <= Period) begin : gen_no_register
    logic unused;
    assign unused = clk_i;
  end
endmodule : first_pixel_tree

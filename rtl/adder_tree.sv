// Sum of the lanes' products, signed: a register a level, so $clog2(NumLanes) cycles of enable_i.
module adder_tree #(
  parameter int unsigned NumLanes = 3,   // 1..64
  parameter int unsigned Width    = 32,  // bits of a product
  localparam int unsigned Levels   = $clog2(NumLanes),
  localparam int unsigned SumWidth = Width + Levels
) (
  input  logic                      clk_i,
  input  logic                      enable_i,
  input  logic [NumLanes*Width-1:0] product_i,
  output logic [SumWidth-1:0]       sum_o
);
  if (NumLanes < 1 || NumLanes > 64) $fatal(1, "adder_tree: NumLanes = %0d: must be 1..64", NumLanes);
  if (Width < 1 || Width > 128) $fatal(1, "adder_tree: Width = %0d: must be 1..128", Width);

  if (NumLanes <= 1) begin : gen_leaf  // 0 too: a tree of none has no end, and hides the message above
    logic unused;
    assign unused = clk_i ^ enable_i;
    assign sum_o  = product_i;
  end else begin : gen_level
    localparam int unsigned Pairs = (NumLanes + 1) / 2;
    logic [Pairs*(Width+1)-1:0] pair_d, pair_q;
    for (genvar p = 0; p < Pairs; p++) begin : gen_pair
      logic [Width-1:0] a, b;
      assign a = product_i[2*p*Width +: Width];
      if (2 * p + 1 < NumLanes) assign b = product_i[(2*p+1)*Width +: Width];
      else assign b = '0;
      assign pair_d[p*(Width+1) +: Width+1] = {a[Width-1], a} + {b[Width-1], b};
    end
    always_ff @(posedge clk_i) if (enable_i) pair_q <= pair_d;
    adder_tree #(.NumLanes(Pairs), .Width(Width + 1)) u_rest (
      .clk_i,
      .enable_i,
      .product_i(pair_q),
      .sum_o
    );
  end
endmodule : adder_tree

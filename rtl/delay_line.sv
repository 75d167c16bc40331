// What went in Depth pushes ago comes out: a memory as a ring, read in the push before the one that needs the word, so
// that it can be a block RAM. Nothing is known of the first Depth words that come out.
module delay_line #(
  parameter int unsigned Depth = 8,  // at least 1
  parameter int unsigned Width = 16  // bits of a word
) (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, active low

  input  logic             push_i,
  input  logic [Width-1:0] data_i,
  output logic [Width-1:0] data_o  // what was pushed Depth pushes before this one
);
  if (Depth < 1) $fatal(1, "delay_line: Depth = %0d: must be at least 1", Depth);
  if (Width < 1) $fatal(1, "delay_line: Width = %0d: must be at least 1", Width);

  logic [Width-1:0] data_q;
  assign data_o = data_q;

  if (Depth <= 1) begin : gen_register  // 0 too: a memory of less than nothing hides the message above
    logic unused;
    assign unused = rst_ni;
    always_ff @(posedge clk_i) if (push_i) data_q <= data_i;
  end else begin : gen_memory
    // The register is the last place of the ring: the word read makes room for the one that comes.
    localparam int unsigned Places    = Depth - 1;
    localparam int unsigned AddrWidth = Places > 1 ? $clog2(Places) : 1;
    logic [Width-1:0]     memory_q [Places];
    logic [AddrWidth-1:0] place_q;
    always_ff @(posedge clk_i) if (push_i) begin
      data_q            <= memory_q[place_q];
      memory_q[place_q] <= data_i;
    end
    always_ff @(posedge clk_i)
      if (!rst_ni) place_q <= '0;
      else if (push_i) place_q <= place_q == AddrWidth'(Places - 1) ? '0 : place_q + AddrWidth'(1);
  end
endmodule : delay_line

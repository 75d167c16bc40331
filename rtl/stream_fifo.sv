// A FIFO registered both ways: what is written at t can be read from t+1 on, and the place of what is read at t can be
// written from t+1 on. So nothing combinational passes from one side to the other, and a depth of 1 takes a word every
// other cycle.
module stream_fifo #(
  parameter int unsigned Depth    = 2,   // words, at least 1
  parameter int unsigned Width    = 16,  // bits of a word
  parameter int unsigned LutDepth = 64   // the deepest one that lies in LUTs: a LUT has 64 words
) (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, active low

  input  logic             valid_i,
  output logic             ready_o,
  input  logic [Width-1:0] data_i,

  output logic             valid_o,
  input  logic             ready_i,
  output logic [Width-1:0] data_o
);
  if (Depth < 1) $fatal(1, "stream_fifo: Depth = %0d: must be at least 1", Depth);
  if (Width < 1) $fatal(1, "stream_fifo: Width = %0d: must be at least 1", Width);

  localparam int unsigned CountWidth = $clog2(Depth + 1);
  logic [CountWidth-1:0] count_q;
  logic                  write, read;
  assign ready_o = count_q != CountWidth'(Depth);
  assign valid_o = count_q != '0;
  assign write   = valid_i && ready_o;
  assign read    = valid_o && ready_i;
  always_ff @(posedge clk_i)
    if (!rst_ni) count_q <= '0;
    else if (write != read) count_q <= write ? count_q + CountWidth'(1) : count_q - CountWidth'(1);

  if (Depth <= 1) begin : gen_register
    logic [Width-1:0] data_q;
    always_ff @(posedge clk_i) if (write) data_q <= data_i;
    assign data_o = data_q;
  end else begin : gen_memory
    localparam int unsigned AddrWidth = $clog2(Depth);
    logic [Width-1:0]     memory_q [Depth];
    logic [AddrWidth-1:0] write_q, read_d, read_q;
    assign read_d = !read ? read_q : read_q == AddrWidth'(Depth - 1) ? '0 : read_q + AddrWidth'(1);
    always_ff @(posedge clk_i) begin
      if (!rst_ni) write_q <= '0;
      else if (write) write_q <= write_q == AddrWidth'(Depth - 1) ? '0 : write_q + AddrWidth'(1);
      read_q <= rst_ni ? read_d : '0;
      if (write) memory_q[write_q] <= data_i;
    end

    // The RAM of LUTs is read where the word is needed. A block RAM is read a cycle ahead; the word that comes in that
    // very cycle passes beside it.
    if (Depth <= LutDepth) begin : gen_distributed
      assign data_o = memory_q[read_q];
    end else begin : gen_block
      logic             fresh_q;
      logic [Width-1:0] stored_q, written_q;
      always_ff @(posedge clk_i) begin
        stored_q  <= memory_q[read_d];
        written_q <= data_i;
        fresh_q   <= write && write_q == read_d;
      end
      assign data_o = fresh_q ? written_q : stored_q;
    end
  end
endmodule : stream_fifo

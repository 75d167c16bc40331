// What stream_fifo promises: words come out in the order in which they went in, each once; there is a word from the
// cycle after its write on, and room from the cycle after a read on, and neither sooner. Followed is any one word.
module stream_fifo_proof #(
  parameter int unsigned Depth    = 3,
  parameter int unsigned Width    = 2,
  parameter int unsigned LutDepth = 64
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             valid_i,
  input logic [Width-1:0] data_i,
  input logic             ready_i,
  input logic             watch_i  // the word that is written is the one to follow
);
  logic was_reset_q;
  initial was_reset_q = 1'b0;
  always_ff @(posedge clk_i) was_reset_q <= 1'b1;
  always_comb m_reset: assume (rst_ni == was_reset_q);

  logic             ready, valid, write, read;
  logic [Width-1:0] data;
  stream_fifo #(.Depth(Depth), .Width(Width), .LutDepth(LutDepth)) u_dut (
    .clk_i,
    .rst_ni,
    .valid_i,
    .ready_o(ready),
    .data_i,
    .valid_o(valid),
    .ready_i,
    .data_o (data)
  );
  assign write = valid_i && ready;
  assign read  = valid && ready_i;

  localparam int unsigned CountWidth = $clog2(Depth + 1);
  logic [CountWidth-1:0] words_q, ahead_q;  // in the FIFO; of these, in front of the watched one
  logic                  watching_q;
  logic [Width-1:0]      word_q;
  always_ff @(posedge clk_i)
    if (!rst_ni) begin
      words_q    <= '0;
      watching_q <= 1'b0;
    end else begin
      words_q <= words_q + CountWidth'(write) - CountWidth'(read);
      if (!watching_q && write && watch_i) begin
        watching_q <= 1'b1;
        ahead_q    <= words_q - CountWidth'(read);
        word_q     <= data_i;
      end else if (watching_q && read) begin
        watching_q <= ahead_q != '0;
        ahead_q    <= ahead_q - CountWidth'(1);
      end
    end

  always_comb if (rst_ni) begin
    a_ready: assert (ready == (words_q != CountWidth'(Depth)));
    a_valid: assert (valid == (words_q != '0));
    a_data:  assert (!watching_q || ahead_q != '0 || (valid && data == word_q));
    c_full:  cover (words_q == CountWidth'(Depth) && watching_q && ahead_q == CountWidth'(Depth - 1));
    c_last:  cover (watching_q && words_q == CountWidth'(1) && read);
  end
endmodule : stream_fifo_proof

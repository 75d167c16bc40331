// What delay_line promises: a word comes out Depth pushes after it went in, however the pushes are spread. Followed is
// any one word.
module delay_line_proof #(
  parameter int unsigned Depth = 4,
  parameter int unsigned Width = 2
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             push_i,
  input logic [Width-1:0] data_i,
  input logic             watch_i  // the word that is pushed is the one to follow
);
  logic was_reset_q;
  initial was_reset_q = 1'b0;
  always_ff @(posedge clk_i) was_reset_q <= 1'b1;
  always_comb m_reset: assume (rst_ni == was_reset_q);

  logic [Width-1:0] data;
  delay_line #(.Depth(Depth), .Width(Width)) u_dut (
    .clk_i,
    .rst_ni,
    .push_i,
    .data_i,
    .data_o(data)
  );

  localparam int unsigned CountWidth = $clog2(Depth + 1);
  logic                  watching_q, due;
  logic [CountWidth-1:0] pushes_q;  // since the watched one
  logic [Width-1:0]      word_q;
  assign due = pushes_q == CountWidth'(Depth - 1);
  always_ff @(posedge clk_i)
    if (!rst_ni) watching_q <= 1'b0;
    else if (push_i)
      if (!watching_q) begin
        watching_q <= watch_i;
        pushes_q   <= '0;
        word_q     <= data_i;
      end else begin
        watching_q <= !due;
        pushes_q   <= pushes_q + CountWidth'(1);
      end

  always_comb if (rst_ni) begin
    a_data: assert (!watching_q || !due || data == word_q);
    c_due:  cover (watching_q && due && push_i);
  end
endmodule : delay_line_proof

// What accumulator_bank promises: for every group of windows one result a filter, in order, each the sum of that
// filter's beats, saturated or wrapped beat by beat; a result is held until it is taken. Followed is any one filter.
// Assumed are beats as crossbar_arbiter makes them: passes in order, flushes only where a window ends.
module accumulator_bank_proof #(
  parameter int unsigned SumWidth    = 2,
  parameter int unsigned AccWidth    = 3,
  parameter bit          Saturate    = 1'b1,
  parameter int unsigned FilterWidth = 1
) (
  input logic                clk_i,
  input logic                rst_ni,
  input logic                valid_i,
  input logic                add_i,
  input logic [SumWidth-1:0] sum_i,
  input logic                pass_end_i,
  input logic                last_i,
  input logic                flush_i,
  input logic                result_ready_i
);
  logic [FilterWidth-1:0] last_filter_q, watched_q;  // anything, and steady
  always_ff @(posedge clk_i) begin
    last_filter_q <= last_filter_q;
    watched_q     <= watched_q;
  end
  always_comb m_watched: assume (watched_q <= last_filter_q);

  // ---- the beats
  logic                   was_reset_q;
  initial was_reset_q = 1'b0;
  logic [FilterWidth-1:0] pass_q;
  logic                   start_q, open_q;  // the pass begins; the group has a window that was dealt
  logic                   ready, take, window_ends, clear, send, flush_empty;
  assign window_ends = !add_i || (pass_end_i && pass_q == last_filter_q);
  assign clear       = add_i && start_q && !open_q;
  assign send        = add_i && pass_end_i && last_i;
  assign flush_empty = add_i ? last_i : !open_q;
  assign take        = valid_i && ready;

  logic                 waited_q;
  logic [SumWidth+3:0]  beat, beat_q;
  assign beat = {add_i, sum_i, pass_end_i, last_i, flush_i};
  always_ff @(posedge clk_i) begin
    was_reset_q <= 1'b1;
    waited_q    <= rst_ni && valid_i && !ready;
    beat_q      <= beat;
  end
  logic in_window_q, window_last_q;  // last_i is that of the window
  always_comb begin
    m_reset:    assume (rst_ni == was_reset_q);
    m_held:     assume (!waited_q || (valid_i && beat == beat_q));
    m_flush:    assume (!flush_i || window_ends);
    m_token:    assume (add_i || !in_window_q);
    m_one_last: assume (!in_window_q || last_i == window_last_q);
  end
  always_ff @(posedge clk_i)
    if (!rst_ni) begin
      pass_q      <= '0;
      start_q     <= 1'b1;
      open_q      <= 1'b0;
      in_window_q <= 1'b0;
    end else if (take) begin
      in_window_q   <= !window_ends;
      window_last_q <= last_i;
      start_q       <= !add_i || pass_end_i;
      if (window_ends) pass_q <= '0;
      else if (pass_end_i) pass_q <= pass_q + FilterWidth'(1);
      if (window_ends) open_q <= (open_q || add_i) && !((add_i && last_i) || flush_i);
    end

  // ---- the engine
  logic                result_valid, result_end;
  logic [AccWidth-1:0] result;
  accumulator_bank #(
    .SumWidth   (SumWidth),
    .AccWidth   (AccWidth),
    .Saturate   (Saturate),
    .FilterWidth(FilterWidth)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .last_filter_i (last_filter_q),
    .valid_i,
    .ready_o       (ready),
    .add_i,
    .sum_i,
    .filter_i      (pass_q),
    .clear_i       (clear),
    .send_i        (send),
    .flush_i,
    .flush_empty_i (flush_empty),
    .result_valid_o(result_valid),
    .result_ready_i,
    .result_o      (result),
    .result_end_o  (result_end)
  );

  // ---- the sum of the watched filter, by arithmetic wide enough to be exact
  localparam int Most = 2 ** (AccWidth - 1) - 1;
  logic signed [AccWidth+1:0] sum_q, exact, sum_d;
  assign exact = (clear ? '0 : sum_q) + (AccWidth+2)'($signed(sum_i));
  always_comb begin
    sum_d = exact;
    if (exact > Most) sum_d = Saturate ? Most : exact - 2 ** AccWidth;
    if (exact < -Most - 1) sum_d = Saturate ? -Most - 1 : exact + 2 ** AccWidth;
  end

  // ---- results: by position in the stream, the filter; of the watched one, what is owed: a sent sum, then a flushed one
  logic                       watched_beat, leaves, sent_owed_q, flushed_owed_q;
  logic [FilterWidth-1:0]     filter_q;
  logic signed [AccWidth+1:0] sent_q, flushed_q;
  assign watched_beat = take && add_i && pass_q == watched_q;
  assign leaves       = result_valid && result_ready_i;
  always_ff @(posedge clk_i)
    if (!rst_ni) begin
      filter_q       <= '0;
      sent_owed_q    <= 1'b0;
      flushed_owed_q <= 1'b0;
    end else begin
      if (leaves) filter_q <= filter_q == last_filter_q ? '0 : filter_q + FilterWidth'(1);
      if (leaves && filter_q == watched_q) begin
        if (sent_owed_q) sent_owed_q <= 1'b0;
        else flushed_owed_q <= 1'b0;
      end
      if (watched_beat) sum_q <= sum_d;
      if (watched_beat && send) begin
        sent_owed_q <= 1'b1;
        sent_q      <= sum_d;
      end
      if (take && flush_i) begin
        flushed_owed_q <= 1'b1;
        flushed_q      <= flush_empty ? '0 : watched_beat ? sum_d : sum_q;
      end
    end

  logic                stuck_q, end_q;
  logic [AccWidth-1:0] result_q;
  always_ff @(posedge clk_i) begin
    stuck_q  <= rst_ni && result_valid && !result_ready_i;
    result_q <= result;
    end_q    <= result_end;
  end
  always_comb if (rst_ni) begin
    a_held: assert (!stuck_q || (result_valid && result == result_q && result_end == end_q));
    a_end:  assert (!result_valid || result_end == (filter_q == last_filter_q));
    a_owed: assert (!result_valid || filter_q != watched_q || sent_owed_q || flushed_owed_q);
    a_sum:  assert (!result_valid || filter_q != watched_q
                    || (AccWidth+2)'($signed(result)) == (sent_owed_q ? sent_q : flushed_q));
    c_overflow:      cover (watched_beat && exact > Most);
    c_both:          cover (sent_owed_q && flushed_owed_q && result_valid);
    c_flush_overrun: cover (flushed_owed_q && take && clear && pass_q == watched_q);
    c_two_filters:   cover (result_valid && result_end && filter_q != '0);
  end
endmodule : accumulator_bank_proof

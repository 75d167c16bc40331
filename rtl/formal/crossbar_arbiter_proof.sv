// What crossbar_arbiter promises, for every sequence of windows, stalls and resets. Nothing is assumed: all inputs are
// free in every cycle, but that last_pass_i is steady out of reset, and that there is a reset to begin with.
//
// The reference keeps what the outside can see: how many windows are inside, what the oldest of them asked for, what it
// was given. Its asserts are named a_*, what must be reachable for them to mean something c_*.
module crossbar_arbiter_proof #(
  parameter int unsigned NumInputs      = 4,
  parameter int unsigned NumLanes       = 2,
  parameter int unsigned PassWidth      = 2,
  parameter bit          SkipZeroWindow = 1'b0,
  parameter int unsigned SkipDepth      = 4,
  localparam int unsigned CountWidth    = $clog2(SkipDepth + 2),
  localparam int unsigned IndexWidth    = $clog2(NumInputs + 1)
) (
  input logic                  clk_i,
  input logic                  reset_i,
  input logic [PassWidth-1:0]  any_last_pass_i,
  input logic                  window_valid_i,
  input logic [NumInputs-1:0]  request_i,
  input logic                  last_i,
  input logic                  beat_ready_i,
  input logic [IndexWidth-1:0] one_i, other_i  // any two inputs
);
  logic began_q;
  initial began_q = 1'b0;
  always_ff @(posedge clk_i) began_q <= 1'b1;

  logic                 rst_ni;
  logic [PassWidth-1:0] last_pass_q;
  assign rst_ni = began_q && !reset_i;
  always_ff @(posedge clk_i) if (!rst_ni) last_pass_q <= any_last_pass_i;

  logic                          window_ready, load, beat_valid, dealt, pass_start, pass_end, first, last;
  logic                          flush, flush_empty;
  logic [NumLanes*NumInputs-1:0] grant;
  logic [PassWidth-1:0]          pass;
  logic [CountWidth-1:0]         ended;
  crossbar_arbiter #(
    .NumInputs     (NumInputs),
    .NumLanes      (NumLanes),
    .PassWidth     (PassWidth),
    .SkipZeroWindow(SkipZeroWindow),
    .SkipDepth     (SkipDepth)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .last_pass_i   (last_pass_q),
    .window_valid_i,
    .window_ready_o(window_ready),
    .request_i,
    .last_i,
    .load_o        (load),
    .beat_valid_o  (beat_valid),
    .beat_ready_i,
    .grant_o       (grant),
    .pass_o        (pass),
    .dealt_o       (dealt),
    .pass_start_o  (pass_start),
    .pass_end_o    (pass_end),
    .first_o       (first),
    .last_o        (last),
    .ended_o       (ended),
    .flush_o       (flush),
    .flush_empty_o (flush_empty)
  );

  function automatic logic [IndexWidth-1:0] count(input logic [NumInputs-1:0] bits);
    count = '0;
    for (int unsigned i = 0; i < NumInputs; i++) count = count + IndexWidth'(bits[i]);
  endfunction

  // ---- the reference
  localparam logic [IndexWidth-1:0] Lanes    = IndexWidth'(NumLanes);
  localparam logic [IndexWidth-1:0] MaxBeats = IndexWidth'((NumInputs + NumLanes - 1) / NumLanes);

  logic [CountWidth-1:0] inside_q;       // windows entered and not ended; the oldest is the head
  logic [NumInputs-1:0]  request_q;      // of the head
  logic                  skip_q, end_q;  // it is skipped; it is dealt and ends its group
  logic                  due_q;          // a skipped window inside ends a group
  logic [NumInputs-1:0]  pending_q;      // what this pass still has to serve
  logic [PassWidth-1:0]  pass_q;
  logic [IndexWidth-1:0] age_q;          // beats of this pass so far
  logic [IndexWidth-1:0] next_q;         // the input after the one served last: the search starts here
  logic                  open_q;         // of the group that beats belong to, a window was dealt

  logic enter, take, zero, becomes_head;
  assign enter        = window_valid_i && window_ready;
  assign take         = beat_valid && beat_ready_i;
  assign zero         = SkipZeroWindow && request_i == '0;
  assign becomes_head = enter && inside_q == (take ? ended : '0);

  logic [NumInputs-1:0]  granted, twice;
  logic [NumLanes-1:0]   used, crowded;  // lanes with a grant, and with more than one
  logic [IndexWidth-1:0] served;         // the last one of this beat
  always_comb begin
    granted = '0;
    twice   = '0;
    served  = '0;
    for (int unsigned n = 0; n < NumLanes; n++) begin
      twice      = twice | (granted & grant[n*NumInputs +: NumInputs]);
      granted    = granted | grant[n*NumInputs +: NumInputs];
      used[n]    = grant[n*NumInputs +: NumInputs] != '0;
      crowded[n] = !$onehot0(grant[n*NumInputs +: NumInputs]);
      for (int unsigned i = 0; i < NumInputs; i++)
        if (grant[n*NumInputs + i]) served = IndexWidth'(i);
    end
  end

  logic all_served, group_open;  // group_open: behind this beat's own window, before those skipped with it
  assign all_served = (pending_q & ~granted) == '0;
  assign group_open = dealt ? !last : open_q;

  always_ff @(posedge clk_i) begin
    inside_q <= inside_q + CountWidth'(enter) - (take ? ended : '0);
    if (take) begin
      pending_q <= all_served ? request_q : pending_q & ~granted;
      age_q  <= all_served ? '0 : age_q + IndexWidth'(1);
      pass_q <= pass_q + PassWidth'(all_served);
      if (used != '0) next_q <= served == IndexWidth'(NumInputs - 1) ? '0 : served + IndexWidth'(1);
      if (ended != '0) begin
        open_q <= group_open && !flush;
        due_q  <= 1'b0;
      end
    end
    if (becomes_head) begin
      request_q <= request_i;
      pending_q <= request_i;
      skip_q    <= zero;
      end_q     <= last_i && !zero;
      pass_q    <= '0;
    end
    if (enter && zero && last_i) due_q <= 1'b1;
    if (!rst_ni) begin
      inside_q <= '0;
      due_q    <= 1'b0;
      age_q    <= '0;
      next_q   <= '0;
      open_q   <= 1'b0;
    end
  end

  // ---- windows
  always_comb if (rst_ni) begin
    a_busy_while_inside: assert (beat_valid == (inside_q != '0));
    a_room:              assert (inside_q <= CountWidth'(SkipDepth + 1));
    a_load_head:         assert (load == becomes_head);
    a_only_zeros_wait:   assert (!enter || becomes_head || zero);
    // One may enter in the cycle in which the last one ends, and a zero window where the buffer has room.
    a_ready:             assert (window_ready == (inside_q == '0 || (take && ended != '0)
                                                  || (zero && inside_q <= CountWidth'(SkipDepth) && !due_q)));
  end

  // ---- a beat
  always_comb if (rst_ni && beat_valid) begin
    a_dealt:               assert (dealt == !skip_q);
    a_only_requests:       assert ((granted & ~pending_q) == '0);  // and so none twice in a pass
    a_request_has_a_lane:  assert (twice == '0);
    a_lane_has_a_request:  assert (crowded == '0);
    a_work_conserving:     assert (count(granted) == (count(pending_q) < Lanes ? count(pending_q) : Lanes));
    a_lanes_in_order:      assert ((used & (used + NumLanes'(1))) == '0);
    a_pass:                assert (skip_q || pass == pass_q);
    a_pass_start:          assert (pass_start == (!skip_q && age_q == '0));
    a_pass_ends_when_done: assert (pass_end == (!skip_q && all_served));
    a_deadline:            assert (age_q < MaxBeats);
    a_window_ends:         assert ((ended != '0) == (skip_q || (all_served && pass_q == last_pass_q)));
    a_all_end_together:    assert (ended == '0 || ended == inside_q);
    a_last:                assert (last == end_q);
    a_first:               assert (first == (!skip_q && !open_q));
    a_flush:               assert (flush == (ended != '0 && due_q));
    a_flush_empty:         assert (flush_empty == (flush && !group_open));
    // Why the deadline is met, for the solver: all beats of the pass so far were full.
    a_age:                 assert (age_q * Lanes + count(pending_q) <= IndexWidth'(NumInputs));
  end
  always_comb if (rst_ni && !beat_valid)
    a_nothing_open_is_left: assert (!due_q && age_q == '0);

  // ---- cyclic order, for any two inputs: who comes earlier in the search is served in an earlier lane
  logic [IndexWidth-1:0] one_distance, other_distance;
  logic [NumLanes-1:0]   one_lane, other_lane;
  assign one_distance   = one_i >= next_q ? one_i - next_q : one_i + IndexWidth'(NumInputs) - next_q;
  assign other_distance = other_i >= next_q ? other_i - next_q : other_i + IndexWidth'(NumInputs) - next_q;
  always_comb
    for (int unsigned n = 0; n < NumLanes; n++) begin
      one_lane[n]   = grant[n*NumInputs + one_i];
      other_lane[n] = grant[n*NumInputs + other_i];
    end
  always_comb if (rst_ni && beat_valid && one_i < NumInputs && other_i < NumInputs)
    a_cyclic_order: assert (!(one_lane != '0 && pending_q[other_i] && other_distance < one_distance)
                            || (other_lane != '0 && other_lane < one_lane));

  // ---- a beat that is not taken is there in the next cycle; only skipped windows may still join it
  localparam int unsigned BeatWidth = NumLanes * NumInputs + PassWidth + 5;
  logic                  held_q, flush_q, flush_empty_q;
  logic [BeatWidth-1:0]  beat, beat_q;
  logic [CountWidth-1:0] ended_q;
  assign beat = {grant, pass, dealt, pass_start, pass_end, first, last};
  always_ff @(posedge clk_i) begin
    held_q        <= rst_ni && beat_valid && !beat_ready_i;
    beat_q        <= beat;
    ended_q       <= ended;
    flush_q       <= flush;
    flush_empty_q <= flush_empty;
  end
  always_comb if (rst_ni && held_q) begin
    a_held:       assert (beat_valid && beat == beat_q);
    a_joined:     assert ((ended == '0) == (ended_q == '0) && ended >= ended_q);
    a_flush_held: assert (!flush_q || (flush && flush_empty == flush_empty_q && ended == ended_q));
  end

  // ---- the proof is of something
  always_comb if (rst_ni && take) begin
    c_full_window:   cover (request_q == '1 && all_served && age_q == MaxBeats - IndexWidth'(1));
    c_empty_window:  cover (request_q == '0);
    c_back_to_back:  cover (load && ended != '0 && !skip_q && request_q != '0);
    c_all_passes:    cover (ended != '0 && pass_q == '1);
    c_search_wraps:  cover (next_q != '0 && grant[0] && used == '1);
    c_stalled_enter: cover (held_q && enter);
    c_last:          cover (last && pass_end && ended != '0);
  end
  if (SkipZeroWindow) begin : gen_skip
    always_comb if (rst_ni && take) begin
      c_skip_alone:     cover (skip_q && ended == CountWidth'(1));
      c_skip_full:      cover (dealt && ended == CountWidth'(SkipDepth + 1));
      c_skip_two_ends:  cover (dealt && last && flush && flush_empty);
      c_skip_flush_sum: cover (flush && !flush_empty);
      c_skip_joins:     cover (held_q && ended > ended_q);
    end
  end
endmodule : crossbar_arbiter_proof

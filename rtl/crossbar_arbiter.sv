// Deals the requests of a window to the lanes, NumLanes a cycle, round-robin: the search starts after the input served
// last, across cycles and windows. A window is dealt once a pass, that is, once for each filter that uses it. A cycle
// of its work is a beat.
//
// A new window enters in the cycle in which the last beat of the one before is taken, so that beats follow each other
// without a gap, and a pass takes max(1, ceil(requests / NumLanes)) of them.
//
// A window without requests takes one beat of no grants a pass. With SkipZeroWindow it takes none: while the engine
// works on the window before, it waits in the skip buffer and ends together with that one; only an engine that would
// otherwise stand still gives it a beat of its own. The buffer closes behind a window that ends a group, so that a
// beat closes one group at most by skipping. Windows end in the order in which they entered.
module crossbar_arbiter #(
  parameter int unsigned NumInputs      = 9,     // M: operands of a window, 1..64
  parameter int unsigned NumLanes       = 3,     // N: multipliers, 1..NumInputs
  parameter int unsigned PassWidth      = 1,     // bits of a pass number: up to 2**PassWidth passes, 1..16
  parameter bit          SkipZeroWindow = 1'b0,
  parameter int unsigned SkipDepth      = 4,     // windows in the skip buffer, 1..14
  localparam int unsigned CountWidth    = $clog2(SkipDepth + 2)
) (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, active low

  input  logic [PassWidth-1:0] last_pass_i,  // passes of a window - 1; steady out of reset

  input  logic                 window_valid_i,
  output logic                 window_ready_o,
  input  logic [NumInputs-1:0] request_i,
  input  logic                 last_i,  // the window ends a group: it is that of a pixel's last channel
  output logic                 load_o,  // the window that enters goes to the engine: its operands are needed

  output logic                          beat_valid_o,
  input  logic                          beat_ready_i,
  output logic [NumLanes*NumInputs-1:0] grant_o,       // lane n in bits n*NumInputs +: NumInputs: one-hot, or zero
  output logic [PassWidth-1:0]          pass_o,
  output logic                          dealt_o,       // of a window that is dealt; 0: only ends a skipped one
  output logic                          pass_start_o,  // first beat of a pass
  output logic                          pass_end_o,    // last beat of a pass
  output logic                          first_o,       // no window of the group was dealt before this one
  output logic                          last_o,        // the window ends its group
  // These three may still grow while the beat waits: skipped windows join it.
  output logic [CountWidth-1:0]         ended_o,       // windows that end with this beat: its own, and skipped ones
  output logic                          flush_o,       // one of the skipped ends a group, after all else of the beat
  output logic                          flush_empty_o  // and no window of that group was dealt
);
  if (NumInputs < 1 || NumInputs > 64)
    $fatal(1, "crossbar_arbiter: NumInputs = %0d: must be 1..64", NumInputs);
  if (NumLanes < 1 || NumLanes > NumInputs)
    $fatal(1, "crossbar_arbiter: NumLanes = %0d: must be 1..NumInputs (%0d)", NumLanes, NumInputs);
  if (PassWidth < 1 || PassWidth > 16)
    $fatal(1, "crossbar_arbiter: PassWidth = %0d: must be 1..16", PassWidth);
  if (SkipDepth < 1 || SkipDepth > 14)
    $fatal(1, "crossbar_arbiter: SkipDepth = %0d: must be 1..14", SkipDepth);

  // The window at work.
  logic                 busy_d, busy_q;    // there is one
  logic                 dealt_d, dealt_q;  // 0: it is skipped, and has the engine because nothing else had
  logic                 start_d, start_q;  // its pass has not begun
  logic                 first_d, first_q;
  logic                 last_d, last_q;
  logic [NumInputs-1:0] window_d, window_q;    // its requests
  logic [NumInputs-1:0] pending_d, pending_q;  // those that this pass still has to serve
  logic [PassWidth-1:0] pass_d, pass_q;
  // Skipped windows that end with it: of them, how many wait behind it, and whether one ends a group.
  logic [CountWidth-1:0] skipped_d, skipped_q;
  logic                  flush_d, flush_q;
  logic                  flush_empty_d, flush_empty_q;
  logic                  open_d, open_q;    // of the group that windows are entering, one was dealt
  logic [NumInputs-1:0]  after_d, after_q;  // the inputs after the one served last

  // ---- deal: lane after lane takes the first request that those before it left
  logic [2*NumInputs-1:0] in_turn, left, winner;  // requests after the one served last, then the others
  logic [NumInputs-1:0]   upper, lower, served;
  logic                   take, pass_ends, window_ends;

  assign in_turn = {pending_q & ~after_q, pending_q & after_q};
  always_comb begin
    left = in_turn;
    for (int unsigned n = 0; n < NumLanes; n++) begin
      winner = left & (~left + (2*NumInputs)'(1));  // lowest set bit
      left   = left & ~winner;
      grant_o[n*NumInputs +: NumInputs] = winner[NumInputs +: NumInputs] | winner[0 +: NumInputs];
    end
  end
  assign {lower, upper} = in_turn & ~left;
  assign served = lower | upper;

  assign take        = busy_q && beat_ready_i;
  assign pass_ends   = left == '0;
  assign window_ends = pass_ends && (!dealt_q || pass_q == last_pass_i);

  always_comb begin
    after_d = lower != '0 ? lower : upper;
    for (int unsigned shift = 1; shift < NumInputs; shift *= 2) after_d = after_d | (after_d >> shift);
    after_d = (take && served != '0) ? ~after_d : after_q;
  end

  // ---- enter: to the engine, or as a zero window to the skip buffer
  logic zero, engine_free, buffer_free, enter;
  assign zero           = SkipZeroWindow && request_i == '0;
  assign engine_free    = !busy_q || (take && window_ends);
  assign buffer_free    = skipped_q != CountWidth'(SkipDepth) && !flush_q;
  assign window_ready_o = engine_free || (zero && buffer_free);
  assign enter          = window_valid_i && window_ready_o;
  assign load_o         = enter && engine_free;

  always_comb begin
    busy_d        = busy_q && !engine_free;
    dealt_d       = dealt_q;
    start_d       = take ? pass_ends : start_q;
    first_d       = first_q;
    last_d        = last_q;
    window_d      = window_q;
    pending_d     = !take ? pending_q : pass_ends ? window_q : pending_q & ~served;
    pass_d        = (take && pass_ends) ? pass_q + PassWidth'(1) : pass_q;
    skipped_d     = skipped_q;
    flush_d       = flush_q;
    flush_empty_d = flush_empty_q;
    open_d        = open_q;
    if (enter) open_d = !last_i && (open_q || !zero);
    if (engine_free) begin
      skipped_d     = '0;
      flush_d       = 1'b0;
      flush_empty_d = 1'b0;
    end
    if (load_o) begin
      busy_d    = 1'b1;
      dealt_d   = !zero;
      start_d   = 1'b1;
      first_d   = !open_q;
      last_d    = last_i && !zero;
      window_d  = request_i;
      pending_d = request_i;
      pass_d    = '0;
    end
    if (enter && zero && last_i) begin
      flush_d       = 1'b1;
      flush_empty_d = !open_q;
    end
    if (enter && !load_o) skipped_d = skipped_q + CountWidth'(1);
  end

  assign beat_valid_o  = busy_q;
  assign pass_o        = pass_q;
  assign dealt_o       = dealt_q;
  assign pass_start_o  = dealt_q && start_q;
  assign pass_end_o    = dealt_q && pass_ends;
  assign first_o       = dealt_q && first_q;
  assign last_o        = last_q;
  assign ended_o       = window_ends ? skipped_q + CountWidth'(1) : '0;
  assign flush_o       = window_ends && flush_q;
  assign flush_empty_o = flush_o && flush_empty_q;

  always_ff @(posedge clk_i) begin
    busy_q        <= rst_ni && busy_d;
    dealt_q       <= dealt_d;
    start_q       <= start_d;
    first_q       <= first_d;
    last_q        <= last_d;
    window_q      <= window_d;
    pending_q     <= rst_ni ? pending_d : '0;
    pass_q        <= pass_d;
    skipped_q     <= rst_ni ? skipped_d : '0;
    flush_q       <= rst_ni && flush_d;
    flush_empty_q <= flush_empty_d;
    open_q        <= rst_ni && open_d;
    after_q       <= rst_ni ? after_d : '0;
  end
endmodule : crossbar_arbiter

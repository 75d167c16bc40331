// SparsePixels' sparse input reduction (arXiv 2512.06208): an image goes in with all its pixels at once; out comes the
// list of the first slots_i of those whose value is above the threshold, in raster order. A slot without a pixel holds
// index 0 and value 0, and so do those beyond slots_i.
//
// Every four pixels have a head, the first of them that is not in the list. A search finds the first head; in its last
// cycle the pixel goes into its slot and its group shows the next head, so that the next search begins in the cycle
// behind. So an image takes 3 + searches * Stages cycles until its list is there: it is stored, compared, and
// the heads are found; and there is a search for each of slots_i, or, with EarlyExit, for each pixel that there is, and
// one at least. The cycle after the list was taken is free for the next image.
module input_reduction #(
  parameter int unsigned NumPixels      = 100,  // at least 2
  parameter int unsigned ValueWidth     = 8,    // bits of a value, unsigned
  parameter int unsigned NumSlots       = 8,    // the most that slots_i may ask for
  parameter int unsigned LevelsPerCycle = 3,    // of the tree
  parameter bit          EarlyExit      = 1'b0,
  localparam int unsigned IndexWidth    = $clog2(NumPixels),
  localparam int unsigned CountWidth    = $clog2(NumSlots + 1)
) (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, active low

  // Steady out of reset.
  input  logic [ValueWidth-1:0] threshold_i,
  input  logic [CountWidth-1:0] slots_i,  // 1..NumSlots

  input  logic                            image_valid_i,
  output logic                            image_ready_o,
  input  logic [NumPixels*ValueWidth-1:0] image_i,

  output logic                           list_valid_o,
  input  logic                           list_ready_i,
  output logic [NumSlots*IndexWidth-1:0] index_o,
  output logic [NumSlots*ValueWidth-1:0] value_o
);
  if (NumPixels < 2) $fatal(1, "input_reduction: NumPixels = %0d: must be at least 2", NumPixels);
  if (ValueWidth < 1) $fatal(1, "input_reduction: ValueWidth = %0d: must be at least 1", ValueWidth);
  if (NumSlots < 1) $fatal(1, "input_reduction: NumSlots = %0d: must be at least 1", NumSlots);
  if (LevelsPerCycle < 1) $fatal(1, "input_reduction: LevelsPerCycle = %0d: must be at least 1", LevelsPerCycle);

  localparam int unsigned NumGroups  = (NumPixels + 3) / 4;
  localparam int unsigned Levels     = $clog2(NumGroups);
  localparam int unsigned Period     = LevelsPerCycle < 1 ? 1 : LevelsPerCycle;  // 0 hides the message above
  localparam int unsigned Stages     = Levels <= Period ? 1 : (Levels + Period - 1) / Period;  // cycles of a search
  localparam int unsigned StageWidth = Stages > 1 ? $clog2(Stages) : 1;
  localparam int unsigned ItemWidth  = 2 + ValueWidth;  // a head
  localparam int unsigned FoundWidth = Levels + 2;      // a pixel's number, as it comes out of the tree
  localparam int unsigned GroupWidth = Levels > 0 ? Levels : 1;
  localparam int unsigned ImageWidth = ValueWidth < 1 ? 1 : 4 * NumGroups * ValueWidth;  // the last group filled up

  typedef enum logic [2:0] {Idle, Compare, Heads, Search, Done} state_e;
  state_e                  state_d, state_q;
  logic [StageWidth-1:0]   stage_q;
  logic [CountWidth-1:0]   count_q;  // searches made
  logic                    take, found, more, search_ends, last_search;
  logic [FoundWidth-1:0]   number;
  logic [ValueWidth-1:0]   value;
  assign image_ready_o = state_q == Idle;
  assign list_valid_o  = state_q == Done;
  assign take          = image_ready_o && image_valid_i;
  assign search_ends   = state_q == Search && stage_q == StageWidth'(Stages - 1);
  assign last_search   = count_q + CountWidth'(1) == slots_i || (EarlyExit && !more);

  always_comb begin
    state_d = state_q;
    case (state_q)
      Idle:    if (take) state_d = Compare;
      Compare: state_d = Heads;
      Heads:   state_d = Search;
      Search:  if (search_ends && last_search) state_d = Done;
      Done:    if (list_ready_i) state_d = Idle;
      default: state_d = Idle;
    endcase
  end
  always_ff @(posedge clk_i) begin
    state_q <= rst_ni ? state_d : Idle;
    stage_q <= state_q == Search && !search_ends ? stage_q + StageWidth'(1) : '0;
    if (state_q == Idle) count_q <= '0;
    else if (search_ends) count_q <= count_q + CountWidth'(1);
  end

  // ---- pixels; those that fill the last group up are never above the threshold
  logic [NumGroups-1:0]           next, group_found, group_more;
  logic [NumGroups*ItemWidth-1:0] group_item;
  always_comb begin
    next = {NumGroups{state_q == Heads}};
    if (search_ends && found) next[GroupWidth'(number >> 2)] = 1'b1;
  end
  pixel_heads #(.NumGroups(NumGroups), .ValueWidth(ValueWidth)) u_heads (
    .clk_i,
    .load_i   (take),
    .image_i  (ImageWidth'(image_i)),
    .compare_i(state_q == Compare),
    .threshold_i,
    .next_i   (next),
    .found_o  (group_found),
    .more_o   (group_more),
    .item_o   (group_item)
  );

  first_pixel_tree #(.NumEntries(NumGroups), .ItemWidth(ItemWidth), .LevelsPerCycle(LevelsPerCycle)) u_tree (
    .clk_i,
    .found_i(group_found),
    .more_i (group_more),
    .item_i (group_item),
    .found_o(found),
    .more_o (more),
    .item_o ({number, value})
  );

  // ---- the list
  for (genvar s = 0; s < NumSlots; s++) begin : gen_slot
    logic write;
    assign write = search_ends && found && count_q == CountWidth'(s);
    always_ff @(posedge clk_i)
      if (!rst_ni || take) begin
        index_o[s*IndexWidth +: IndexWidth] <= '0;
        value_o[s*ValueWidth +: ValueWidth] <= '0;
      end else if (write) begin
        index_o[s*IndexWidth +: IndexWidth] <= number[IndexWidth-1:0];
        value_o[s*ValueWidth +: ValueWidth] <= value;
      end
  end
`ifdef VERILATOR  // rtl/formal/input_reduction_proof.sv proves it of small ones
  logic [FoundWidth-1:0] last_q;  // number of the last pixel in the list
  logic [NumGroups-1:0]  hit;
  assign hit = NumGroups'(1) << (number >> 2);
  always_ff @(posedge clk_i) if (search_ends && found) last_q <= number;
  always_ff @(posedge clk_i) if (rst_ni && search_ends) begin
    a_first:   assert (found ? (group_found & (hit | (hit - NumGroups'(1)))) == hit : group_found == '0);
    a_heads:   assert ((group_more & ~group_found) == '0);
    a_ascends: assert (!found || count_q == '0 || number > last_q);
  end
`endif
endmodule : input_reduction

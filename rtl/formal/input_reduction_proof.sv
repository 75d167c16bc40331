// What input_reduction promises, for every image, threshold, number of slots and stall: a list holds the first pixels
// above the threshold in raster order, and none but these, each with its value; it comes in the cycle that is stated,
// and stays until it is taken. The reference keeps the image. Its asserts are named a_*, what must be reachable for
// them to mean something c_*.
module input_reduction_proof #(
  parameter int unsigned NumPixels      = 9,
  parameter int unsigned ValueWidth     = 1,
  parameter int unsigned NumSlots       = 3,
  parameter int unsigned LevelsPerCycle = 1,
  parameter bit          EarlyExit      = 1'b0,
  localparam int unsigned IndexWidth    = $clog2(NumPixels),
  localparam int unsigned SlotWidth     = $clog2(NumSlots + 1)
) (
  input logic                            clk_i,
  input logic                            reset_i,
  input logic [ValueWidth-1:0]           any_threshold_i,
  input logic [SlotWidth-1:0]            any_slots_i,
  input logic                            image_valid_i,
  input logic [NumPixels*ValueWidth-1:0] image_i,
  input logic                            list_ready_i
);
  logic began_q, rst_n;
  initial began_q = 1'b0;
  always_ff @(posedge clk_i) began_q <= 1'b1;
  assign rst_n = began_q && !reset_i;

  logic [ValueWidth-1:0] threshold_q;
  logic [SlotWidth-1:0]  slots_q;
  always_ff @(posedge clk_i) if (!rst_n) begin
    threshold_q <= any_threshold_i;
    slots_q     <= any_slots_i == '0 || any_slots_i > SlotWidth'(NumSlots) ? SlotWidth'(1) : any_slots_i;
  end

  logic                           image_ready, list_valid, take, leave;
  logic [NumSlots*IndexWidth-1:0] index;
  logic [NumSlots*ValueWidth-1:0] value;
  input_reduction #(
    .NumPixels     (NumPixels),
    .ValueWidth    (ValueWidth),
    .NumSlots      (NumSlots),
    .LevelsPerCycle(LevelsPerCycle),
    .EarlyExit     (EarlyExit)
  ) u_dut (
    .clk_i,
    .rst_ni       (rst_n),
    .threshold_i  (threshold_q),
    .slots_i      (slots_q),
    .image_valid_i,
    .image_ready_o(image_ready),
    .image_i,
    .list_valid_o (list_valid),
    .list_ready_i,
    .index_o      (index),
    .value_o      (value)
  );
  assign take  = image_valid_i && image_ready;
  assign leave = list_valid && list_ready_i;

  // ---- the reference: a walk over the image that was taken
  localparam int unsigned Levels     = NumPixels <= 8 ? 1 : $clog2(NumPixels) - 2;
  localparam int unsigned Stages     = (Levels + LevelsPerCycle - 1) / LevelsPerCycle;
  localparam int unsigned CycleWidth = $clog2(3 + NumSlots * Stages + 1);
  logic                            busy_q;
  logic [NumPixels*ValueWidth-1:0] image_q;
  logic [CycleWidth-1:0]           cycle_q, due;  // since the image was taken
  always_ff @(posedge clk_i)
    if (!rst_n) busy_q <= 1'b0;
    else if (take) begin
      busy_q  <= 1'b1;
      image_q <= image_i;
      cycle_q <= CycleWidth'(1);
    end else begin
      if (leave) busy_q <= 1'b0;
      if (cycle_q != due) cycle_q <= cycle_q + CycleWidth'(1);
    end

  logic [NumSlots*IndexWidth-1:0] expected_index;
  logic [NumSlots*ValueWidth-1:0] expected_value;
  logic [SlotWidth-1:0]           found, searches;
  always_comb begin
    expected_index = '0;
    expected_value = '0;
    found          = '0;
    for (int unsigned p = 0; p < NumPixels; p++)
      if (image_q[p*ValueWidth +: ValueWidth] > threshold_q && found != slots_q) begin
        for (int unsigned s = 0; s < NumSlots; s++)
          if (found == SlotWidth'(s)) begin
            expected_index[s*IndexWidth +: IndexWidth] = IndexWidth'(p);
            expected_value[s*ValueWidth +: ValueWidth] = image_q[p*ValueWidth +: ValueWidth];
          end
        found = found + SlotWidth'(1);
      end
    searches = !EarlyExit ? slots_q : found == '0 ? SlotWidth'(1) : found;
    due      = CycleWidth'(3) + CycleWidth'(Stages) * CycleWidth'(searches);
  end

  always_comb if (rst_n) begin
    a_ready: assert (image_ready == !busy_q);
    a_valid: assert (list_valid == (busy_q && cycle_q == due));
    a_index: assert (!list_valid || index == expected_index);
    a_value: assert (!list_valid || value == expected_value);
    c_full:  cover (leave && slots_q == SlotWidth'(NumSlots) && found == slots_q);
    c_empty: cover (leave && found == '0);
    c_waits: cover (list_valid && !list_ready_i);
  end
endmodule : input_reduction_proof

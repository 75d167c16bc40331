// A matrix-vector unit for weights pruned in blocks by columns and rows. Each PE owns neighbouring rows of the matrix
// and has a program of the words that they kept: it spends no step on others. PEs do not wait for each other within a
// vector and begin the next one together. Output word n holds row n of every PE, the exact signed sums (thresholds are
// not part of the unit); it is complete with the step in which the last PE ends that row.
//
// That step waits for room behind, and the whole unit with it; the word leaves 4 + $clog2(Simd) cycles later, whatever
// out_room_i says then: whoever gives room keeps a place for each word on its way.
//
// Of two banks one takes in the next vector meanwhile, a word a cycle. A vector begins the cycle after its last word
// came in, its bank is free the cycle after its last step.
module bcr_mvau #(
  parameter int unsigned NumPes       = 4,     // 1..64
  parameter int unsigned Simd         = 4,     // values of a word, lanes of a PE, 1..64
  parameter int unsigned MaxWords     = 16,    // of a vector, that last_word_i may ask for
  parameter int unsigned MaxRows      = 8,     // of a PE, that last_row_i may ask for
  parameter int unsigned ProgramDepth = 128,   // steps of a PE
  parameter int unsigned DataWidth    = 8,     // bits of a value, signed, 1..64
  parameter int unsigned WeightWidth  = 8,     // bits of a weight, signed, 1..64
  parameter bit          Gather       = 1'b0,  // each lane takes any value of the vector; else all take a word of it
  localparam int unsigned WordWidth    = MaxWords > 1 ? $clog2(MaxWords) : 1,
  localparam int unsigned RowWidth     = MaxRows > 1 ? $clog2(MaxRows) : 1,
  localparam int unsigned PeWidth      = NumPes > 1 ? $clog2(NumPes) : 1,
  localparam int unsigned AddrWidth    = ProgramDepth > 1 ? $clog2(ProgramDepth) : 1,
  localparam int unsigned PlaceWidth   = WordWidth + (Gather ? $clog2(Simd) : 0),
  localparam int unsigned PlacesWidth  = (Gather ? Simd : 1) * PlaceWidth,
  localparam int unsigned AccWidth     = DataWidth + WeightWidth + $clog2(Simd * MaxWords)
) (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, active low; programs outlive it

  // Steady out of reset.
  input  logic [WordWidth-1:0] last_word_i,  // words of a vector - 1
  input  logic [RowWidth-1:0]  last_row_i,   // rows of a PE - 1

  // Programs are written before the first word comes.
  input  logic                        program_valid_i,
  input  logic [PeWidth-1:0]          program_pe_i,
  input  logic [AddrWidth-1:0]        program_step_i,
  input  logic                        program_ends_i,     // the row ends with this step
  input  logic [PlacesWidth-1:0]      program_places_i,   // the word; with Gather of each lane {word, value of it}
  input  logic [Simd*WeightWidth-1:0] program_weights_i,  // of lane n at n*WeightWidth; 0 where it idles

  input  logic                      word_valid_i,
  output logic                      word_ready_o,
  input  logic [Simd*DataWidth-1:0] word_i,  // value n at n*DataWidth

  input  logic                       out_room_i,
  output logic                       out_valid_o,
  output logic [NumPes*AccWidth-1:0] out_o  // of PE p at p*AccWidth
);
  if (NumPes < 1 || NumPes > 64) $fatal(1, "bcr_mvau: NumPes = %0d: must be 1..64", NumPes);

  // ---- banks
  logic [1:0]           full_q;
  logic                 load_bank_q, work_bank_q, take, loaded, ends;
  logic [WordWidth-1:0] load_word_q;
  assign word_ready_o = !full_q[load_bank_q];
  assign take         = word_valid_i && word_ready_o;
  assign loaded       = take && load_word_q == last_word_i;
  always_ff @(posedge clk_i)
    if (!rst_ni) begin
      full_q      <= '0;
      load_bank_q <= 1'b0;
      work_bank_q <= 1'b0;
      load_word_q <= '0;
    end else begin
      full_q      <= (full_q | 2'(loaded) << load_bank_q) & ~(2'(ends) << work_bank_q);
      load_bank_q <= load_bank_q ^ loaded;
      work_bank_q <= work_bank_q ^ ends;
      if (take) load_word_q <= loaded ? '0 : load_word_q + WordWidth'(1);
    end

  // ---- steps
  localparam int unsigned Stages = 3 + $clog2(Simd);  // from a step to the sum that can be read
  logic [NumPes-1:0]          done;
  logic                       step, complete;
  logic [RowWidth-1:0]        row_q, sum_row_q;  // of the word that is awaited; that leaves
  logic [Stages-1:0]          complete_q;
  logic [NumPes*AccWidth-1:0] sums;
  assign step     = full_q[work_bank_q] && (out_room_i || done != '1);
  assign complete = step && done == '1;
  assign ends     = complete && row_q == last_row_i;
  always_ff @(posedge clk_i)
    if (!rst_ni) begin
      row_q       <= '0;
      sum_row_q   <= '0;
      complete_q  <= '0;
      out_valid_o <= 1'b0;
      out_o       <= '0;
    end else begin
      if (complete) row_q <= ends ? '0 : row_q + RowWidth'(1);
      if (complete_q[Stages-1]) sum_row_q <= sum_row_q == last_row_i ? '0 : sum_row_q + RowWidth'(1);
      complete_q  <= {complete_q[Stages-2:0], complete};
      out_valid_o <= complete_q[Stages-1];
      if (complete_q[Stages-1]) out_o <= sums;
    end

  for (genvar p = 0; p < NumPes; p++) begin : gen_pe
    bcr_pe #(
      .Simd        (Simd),
      .MaxWords    (MaxWords),
      .MaxRows     (MaxRows),
      .ProgramDepth(ProgramDepth),
      .DataWidth   (DataWidth),
      .WeightWidth (WeightWidth),
      .Gather      (Gather)
    ) u_pe (
      .clk_i,
      .rst_ni,
      .last_row_i,
      .program_valid_i(program_valid_i && program_pe_i == PeWidth'(p)),
      .program_step_i,
      .program_entry_i({program_ends_i, program_places_i, program_weights_i}),
      .word_valid_i   (take),
      .word_bank_i    (load_bank_q),
      .word_number_i  (load_word_q),
      .word_i,
      .step_i         (step),
      .bank_i         (work_bank_q),
      .restart_i      (ends),
      .row_i          (row_q),
      .done_o         (done[p]),
      .sum_row_i      (sum_row_q),
      .sum_o          (sums[p*AccWidth +: AccWidth])
    );
  end
`ifdef VERILATOR  // rtl/formal/bcr_mvau_proof.sv proves what the unit does
  always_ff @(posedge clk_i) if (rst_ni) begin
    a_program: assert (!program_valid_i || (full_q == '0 && load_word_q == '0));
    a_banks:   assert (load_bank_q == work_bank_q || full_q[work_bank_q]);
  end
`endif
endmodule : bcr_mvau

// What bcr_mvau promises, for all programs, vectors and stalls, of two PEs of one lane, two words, two rows of one or
// two steps each: words are taken while fewer than two vectors are inside; an output word is completed by the step that
// models/finn/bcr.h says, once there is room, and leaves four cycles later with the sums of its rows.
//
// The reference keeps programs and vectors, and counts the steps of the unit: row n ends with as many as the PE takes
// that has most up to there. Its asserts are named a_*, what must be reachable for them to mean something c_*.
module bcr_mvau_proof (
  input logic       clk_i,
  input logic [3:0] any_long_i,  // row r of PE p, in bit 2 p + r, takes two steps
  input logic       program_place_i,
  input logic       program_weight_i,
  input logic       word_valid_i,
  input logic       word_i,
  input logic       out_room_i
);
  // ---- programs are written in reset: bit 4 p + s of those of the reference is step s of PE p
  logic [3:0] count_q, long_q;
  logic [7:0] place_q, weight_q;
  logic       rst_n;
  logic [1:0] step;
  initial count_q = '0;
  assign rst_n = count_q[3];
  assign step  = count_q[1:0];
  always_ff @(posedge clk_i) begin
    if (!rst_n) count_q <= count_q + 4'd1;
    if (count_q == '0) long_q <= any_long_i;
    if (!rst_n) place_q[count_q[2:0]] <= program_place_i;
    if (!rst_n) weight_q[count_q[2:0]] <= program_weight_i;
  end
  function automatic logic [1:0] last_step(input logic [1:0] long, input logic row);  // that ends it
    last_step = 2'(long[0]) + (row ? 2'd1 + 2'(long[1]) : 2'd0);
  endfunction
  logic [3:0] long_now;  // the first entry is written before long_q is known
  logic [1:0] long_here;
  logic       ends;
  assign long_now  = count_q == '0 ? any_long_i : long_q;
  assign long_here = count_q[2] ? long_now[3:2] : long_now[1:0];
  assign ends      = step == last_step(long_here, 1'b0) || step == last_step(long_here, 1'b1);

  logic       word_ready, out_valid;
  logic [5:0] out;
  bcr_mvau #(
    .NumPes      (2),
    .Simd        (1),
    .MaxWords    (2),
    .MaxRows     (2),
    .ProgramDepth(4),
    .DataWidth   (1),
    .WeightWidth (1)
  ) u_dut (
    .clk_i,
    .rst_ni           (rst_n),
    .last_word_i      (1'b1),
    .last_row_i       (1'b1),
    .program_valid_i  (!rst_n),
    .program_pe_i     (count_q[2]),
    .program_step_i   (step),
    .program_ends_i   (ends),
    .program_places_i (program_place_i),
    .program_weights_i(program_weight_i),
    .word_valid_i,
    .word_ready_o     (word_ready),
    .word_i,
    .out_room_i,
    .out_valid_o      (out_valid),
    .out_o            (out)
  );

  // ---- vectors, at most two; the oldest is the one at hand
  logic [1:0] inside_q;  // of them, in full
  logic       half_q, half_word_q, take, loaded, leaves;
  logic [1:0] oldest_q, newest_q;
  assign take   = word_valid_i && inside_q != 2'd2;
  assign loaded = take && half_q;
  always_ff @(posedge clk_i)
    if (!rst_n) begin
      inside_q <= '0;
      half_q   <= 1'b0;
    end else begin
      inside_q <= inside_q + 2'(loaded) - 2'(leaves);
      half_q   <= half_q ^ take;
      if (take) half_word_q <= word_i;
      if (leaves) oldest_q <= newest_q;
      if (loaded && inside_q == 2'(leaves)) oldest_q <= {word_i, half_word_q};
      else if (loaded) newest_q <= {word_i, half_word_q};
    end

  // ---- steps
  logic       row_q, steps, completes;
  logic [1:0] step_q, last0, last1;  // of the vector at hand; that ends the row, of each PE
  logic       ends_row;
  assign last0     = last_step(long_q[1:0], row_q);
  assign last1     = last_step(long_q[3:2], row_q);
  assign ends_row  = step_q == (last0 > last1 ? last0 : last1);
  assign steps     = inside_q != '0 && (!ends_row || out_room_i);
  assign completes = steps && ends_row;
  assign leaves    = completes && row_q;

  // ---- sums: values and weights are 0 or -1, so that a product is 0 or 1
  function automatic logic [2:0] sum(input logic [3:0] places, input logic [3:0] weights, input logic [1:0] long,
                                     input logic row, input logic [1:0] vector);
    sum = '0;
    for (int unsigned s = 0; s < 4; s++)
      if ((!row || 2'(s) > last_step(long, 1'b0)) && 2'(s) <= last_step(long, row))
        sum = sum + 3'(weights[s] && vector[places[s]]);
  endfunction
  logic [5:0]  sums;
  logic [2:0]  complete_q;
  logic [17:0] sums_q;
  logic        valid_q;
  logic [5:0]  out_q;
  assign sums = {sum(place_q[7:4], weight_q[7:4], long_q[3:2], row_q, oldest_q),
                 sum(place_q[3:0], weight_q[3:0], long_q[1:0], row_q, oldest_q)};
  always_ff @(posedge clk_i) begin
    sums_q <= {sums_q[11:0], sums};
    out_q  <= sums_q[17:12];
    if (!rst_n) begin
      row_q      <= 1'b0;
      step_q     <= '0;
      complete_q <= '0;
      valid_q    <= 1'b0;
    end else begin
      row_q      <= row_q ^ completes;
      step_q     <= leaves ? '0 : step_q + 2'(steps);
      complete_q <= {complete_q[1:0], completes};
      valid_q    <= complete_q[2];
    end
  end

  always_comb if (rst_n) begin
    a_ready: assert (word_ready == (inside_q != 2'd2));
    a_valid: assert (out_valid == valid_q);
    a_out:   assert (!valid_q || out == out_q);
    c_most:  cover (valid_q && out == {3'd2, 3'd2});
    c_waits: cover (inside_q == 2'd2 && step_q == 2'd3 && ends_row && !out_room_i);
    c_apart: cover (leaves && long_q == 4'b0110);
  end
endmodule : bcr_mvau_proof

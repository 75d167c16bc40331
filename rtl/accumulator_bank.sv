// Partial sums over channels, one a filter. A beat adds to the sum of its filter; the last beat of the last window of a
// group sends it. A flush sends the sums of all filters, one a cycle, while later beats may already begin the next
// group: they follow in the same order, no faster, and so never overtake it.
module accumulator_bank #(
  parameter int unsigned SumWidth    = 34,    // bits of a beat's sum, signed
  parameter int unsigned AccWidth    = 48,    // bits of a partial sum and a result, signed, SumWidth..128
  parameter bit          Saturate    = 1'b0,  // what overflows AccWidth stays at the end of the range; else it wraps
  parameter int unsigned FilterWidth = 1      // bits of a filter's number, 1..16
) (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, active low

  input  logic [FilterWidth-1:0] last_filter_i,  // filters - 1; steady out of reset

  input  logic                   valid_i,
  output logic                   ready_o,        // depends on the beat
  input  logic                   add_i,          // the beat has a sum to add; without: only a flush
  input  logic [SumWidth-1:0]    sum_i,
  input  logic [FilterWidth-1:0] filter_i,
  input  logic                   clear_i,        // the filter's partial sum begins with this beat
  input  logic                   send_i,         // and ends with it
  input  logic                   flush_i,        // after this beat, send all filters' sums
  input  logic                   flush_empty_i,  // which are zero: there was nothing to add

  output logic                   result_valid_o,
  input  logic                   result_ready_i,
  output logic [AccWidth-1:0]    result_o,
  output logic                   result_end_o    // of the last filter
);
  if (SumWidth < 1) $fatal(1, "accumulator_bank: SumWidth = %0d: must be at least 1", SumWidth);
  if (AccWidth < SumWidth || AccWidth > 128)
    $fatal(1, "accumulator_bank: AccWidth = %0d: must be SumWidth (%0d)..128", AccWidth, SumWidth);
  if (FilterWidth < 1 || FilterWidth > 16)
    $fatal(1, "accumulator_bank: FilterWidth = %0d: must be 1..16", FilterWidth);

  logic [AccWidth-1:0]    partial_q [2**FilterWidth];
  logic                   flushing_d, flushing_q, flush_empty_d, flush_empty_q;
  logic [FilterWidth-1:0] flush_filter_d, flush_filter_q;
  logic                   result_valid_d, result_valid_q, result_end_d, result_end_q;
  logic [AccWidth-1:0]    result_d, result_q;

  logic                   take, result_free, flush_ends;
  logic [AccWidth-1:0]    partial, total;
  logic [AccWidth:0]      exact;

  // All waits for a result that is not taken; a beat that sends or flushes waits for the flush before it.
  assign result_free = !result_valid_q || result_ready_i;
  assign ready_o     = result_free && !(flushing_q && valid_i && (send_i || flush_i));
  assign take        = valid_i && ready_o;
  assign flush_ends  = flush_filter_q == last_filter_i;

  assign partial = clear_i ? '0 : partial_q[filter_i];
  assign exact  = {partial[AccWidth-1], partial} + {{AccWidth + 1 - SumWidth{sum_i[SumWidth-1]}}, sum_i};
  if (Saturate) begin : gen_saturate
    assign total = exact[AccWidth] == exact[AccWidth-1]
      ? exact[AccWidth-1:0] : {exact[AccWidth], {AccWidth - 1{!exact[AccWidth]}}};
  end else begin : gen_wrap
    logic unused;
    assign unused = exact[AccWidth];
    assign total  = exact[AccWidth-1:0];
  end

  always_comb begin
    flushing_d     = flushing_q;
    flush_empty_d  = flush_empty_q;
    flush_filter_d = flush_filter_q;
    result_valid_d = result_valid_q && !result_free;
    result_d       = result_q;
    result_end_d   = result_end_q;
    if (flushing_q && result_free) begin
      result_valid_d = 1'b1;
      result_d       = flush_empty_q ? '0 : partial_q[flush_filter_q];
      result_end_d   = flush_ends;
      flush_filter_d = flush_filter_q + FilterWidth'(1);
      flushing_d     = !flush_ends;
    end
    if (take && send_i) begin
      result_valid_d = 1'b1;
      result_d       = total;
      result_end_d   = filter_i == last_filter_i;
    end
    if (take && flush_i) begin
      flushing_d     = 1'b1;
      flush_empty_d  = flush_empty_i;
      flush_filter_d = '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take && add_i) partial_q[filter_i] <= total;
    flushing_q     <= rst_ni && flushing_d;
    flush_empty_q  <= flush_empty_d;
    flush_filter_q <= flush_filter_d;
    result_valid_q <= rst_ni && result_valid_d;
    result_q       <= result_d;
    result_end_q   <= result_end_d;
  end

  assign result_valid_o = result_valid_q;
  assign result_o       = result_q;
  assign result_end_o   = result_end_q;
endmodule : accumulator_bank

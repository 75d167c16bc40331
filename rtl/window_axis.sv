// One axis of a zero-padded map under a sliding window: where the scan stands, whether values are there, and whether a
// window ends there. The axis ends with the last value or the last window, whichever is later.
module window_axis #(
  parameter int unsigned Values  = 8,  // positions that hold values
  parameter int unsigned Pad     = 1,  // positions of zeros before them
  parameter int unsigned Kernel  = 3,  // positions under a window
  parameter int unsigned Stride  = 1,  // from one window to the next
  parameter int unsigned Windows = 8
) (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, active low

  input  logic step_i,       // to the next position; from the last one to the first
  output logic value_o,      // this one holds a value
  output logic completes_o,  // it is the last of a window
  output logic last_o        // of all
);
  if (Values < 1) $fatal(1, "window_axis: Values = %0d: must be at least 1", Values);
  if (Kernel < 1) $fatal(1, "window_axis: Kernel = %0d: must be at least 1", Kernel);
  if (Stride < 1) $fatal(1, "window_axis: Stride = %0d: must be at least 1", Stride);
  if (Windows < 1) $fatal(1, "window_axis: Windows = %0d: must be at least 1", Windows);

  localparam int unsigned FirstEnd = Kernel - 1;
  localparam int unsigned LastEnd  = FirstEnd + (Windows - 1) * Stride;
  localparam int unsigned Last     = Pad + Values > LastEnd + 1 ? Pad + Values - 1 : LastEnd;
  localparam int unsigned PosWidth = Last > 0 ? $clog2(Last + 1) : 1;

  logic [PosWidth-1:0] position_q;
  logic [31:0]         position;
  logic                in_phase;
  assign position    = 32'(position_q);  // and + 1 >: Verilator warns of >= 0
  assign value_o     = position + 1 > Pad && position < Pad + Values;
  assign completes_o = position + 1 > FirstEnd && position <= LastEnd && in_phase;
  assign last_o      = position == Last;
  always_ff @(posedge clk_i)
    if (!rst_ni || (step_i && last_o)) position_q <= '0;
    else if (step_i) position_q <= position_q + PosWidth'(1);

  if (Stride <= 1) begin : gen_every
    assign in_phase = 1'b1;
  end else begin : gen_stride
    localparam int unsigned PhaseWidth = $clog2(Stride);
    localparam int unsigned Start      = (Stride - FirstEnd % Stride) % Stride;
    logic [PhaseWidth-1:0] phase_q;  // 0 at FirstEnd, and every Stride from there
    assign in_phase = phase_q == '0;
    always_ff @(posedge clk_i)
      if (!rst_ni || (step_i && last_o)) phase_q <= PhaseWidth'(Start);
      else if (step_i) phase_q <= phase_q == PhaseWidth'(Stride - 1) ? '0 : phase_q + PhaseWidth'(1);
  end
endmodule : window_axis

# The crossbars for which RTL is verilated, MxN: inputs of a window and lanes. Parameters of RTL are compile-time, so a
# simulation with another shape has no RTL to run. Each stands with and without SkipZeroWindow, as the arbiter alone and
# as the sparse vector-dot engine; the dense engine of the same shape is the baseline.
set(SPARSIM_RTL_SHAPES 4x2 8x2 9x1 9x2 9x3 9x4 9x9 16x4 25x5 32x8 49x7)

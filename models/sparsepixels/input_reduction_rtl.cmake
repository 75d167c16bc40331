# rtl/input_reduction.sv as built for co-simulation: height, width, bits of a value, levels of the tree a cycle; each
# with and without early exit. Threshold and slots are pins; it holds as many slots as
# ReductionShape::kMostRtlSlots says.
set(SPARSIM_INPUT_REDUCTIONS
  # height width bits levels
  " 1  2   8  1"   # no tree above the heads
  " 1  5   8  3"   # a group that is not full
  " 8  8   8  1"   # a register behind every level
  " 8  8   8  3"
  " 9 23   8  2"   # neither pixels nor groups are a power of two
  "10 10   8  3"   # as in the published designs
  "10 10  16  3"
  "28 28   8  3"
  "56 56   8  3"   # jets
  "56 56  16  3"
  "63 63   8  3"   # neutrinos
  "63 63  16  3")

include(${PROJECT_SOURCE_DIR}/models/crossbar/verilate.cmake)

set(models)
set(built)
foreach(row IN LISTS SPARSIM_INPUT_REDUCTIONS)
  string(REGEX MATCHALL "[0-9]+" values "${row}")
  list(GET values 0 height)
  list(GET values 1 width)
  list(GET values 2 bits)
  list(GET values 3 levels)
  math(EXPR pixels "${height} * ${width}")
  foreach(early_exit IN ITEMS 0 1)
    set(name Vinput_reduction_${height}x${width}_${bits}_${levels}_${early_exit})
    # Loops stay loops: unrolled, thousands of pixels take the compiler minutes.
    verilate_model(${name} TOP input_reduction SOURCES first_pixel_tree.sv pixel_heads.sv input_reduction.sv
      PARAMETERS NumPixels=${pixels} ValueWidth=${bits} NumSlots=32 LevelsPerCycle=${levels} EarlyExit=1'b${early_exit}
      OPTIONS --assert --unroll-count 8)
    list(APPEND models ${name})
    list(APPEND built "Built<${name}, ${height}, ${width}, ${bits}, ${levels}, ${early_exit}>")
  endforeach()
endforeach()

verilated_table(sparsim_verilated_input_reduction HEADER verilated_input_reductions.h LIST VerilatedInputReductions
  MODELS ${models} BUILT ${built})

# rtl/bcr_mvau.sv as built for co-simulation. Words of a vector and rows of a PE are pins; it holds as many as
# BcrMvauShape::kMostWords, kMostRows and kMostSteps say.
set(SPARSIM_BCR_MVAUS
  # pe simd data weight gather
  " 1   1    8     8     0"
  " 3   2    4     6     1"   # a power of two in nothing but lanes
  " 2   3    8     1     0"
  " 4   4    8     8     0"
  " 4   4    8     8     1"
  " 8   8    8     8     0"
  " 8   8    8     8     1")

include(${PROJECT_SOURCE_DIR}/models/crossbar/verilate.cmake)

set(models)
set(built)
foreach(row IN LISTS SPARSIM_BCR_MVAUS)
  string(REGEX MATCHALL "[0-9]+" values "${row}")
  list(GET values 0 pe)
  list(GET values 1 simd)
  list(GET values 2 data)
  list(GET values 3 weight)
  list(GET values 4 gather)
  set(name Vbcr_mvau_${pe}x${simd}_${data}_${weight}_${gather})
  verilate_model(${name} TOP bcr_mvau SOURCES adder_tree.sv bcr_pe.sv bcr_mvau.sv
    PARAMETERS NumPes=${pe} Simd=${simd} MaxWords=128 MaxRows=64 ProgramDepth=4096 DataWidth=${data}
      WeightWidth=${weight} Gather=1'b${gather}
    OPTIONS --assert)
  list(APPEND models ${name})
  list(APPEND built "Built<${name}, ${pe}, ${simd}, ${data}, ${weight}, ${gather}>")
endforeach()
verilated_table(sparsim_verilated_bcr_mvau HEADER verilated_bcr_mvaus.h LIST VerilatedBcrMvaus
  MODELS ${models} BUILT ${built})

# rtl/conv_node.sv as built for co-simulation, a row a node, in the order of ConvNodeShape: all of it is compile-time.
# depths: of the FIFOs of windows, of results, and behind.
set(SPARSIM_CONV_NODES
  #   map   channels  kernel  stride  dilation  pad   windows  streams cluster engines  depths   lanes skip
  "  6  7      3       3  3    1  1     1  1    1  1    6  7      1       1       1     4 16  2    3    0"
  "  6  7      3       3  3    1  1     1  1    1  1    6  7      1       1       1     1 16  1    2    1"
  "  9  8      2       3  3    2  2     1  1    0  1    4  4      1       1       1     2 16  4    3    0"  # rows left
  "  9  8      2       3  3    2  2     1  1    0  1    4  4      1       1       2     4 16  3    9    1"
  "  8  7      1       3  3    2  2     1  1    1  0    4  4      1       1       1     4 16  2    2    1"  # zeros left
  "  6  5      2       5  5    1  1     1  1    2  2    6  5      1       1       1     4 16  1    5    0"
  "  7  8      2       3  3    1  2     2  3    2  3    7  4      1       1       1     2 16  2    3    1"  # dilated
  "  5  6      2       3  1    1  1     1  1    1  0    5  6      1       1       1     2 16  2    1    0"  # one column
  "  5  6      3       1  3    1  2     1  1    0  1    5  3      1       1       1     3 16  5    3    1"  # one row
  "  4  5      3       1  1    1  1     1  1    0  0    4  5      1       8       1     4 16  2    2    0"  # clusters
  "  5  5      2       1  1    2  2     1  1    0  0    3  3      1       8       2     1 16  1    4    1"
  # Several streams and their join.
  "  6  7      2       3  3    1  1     1  1    1  1    6  7      2       1       1     2  1  1    2    0"
  "  6  7      2       3  3    1  1     1  1    1  1    6  7      3       1       2     1  3  4    3    1"
  "  7  5      1       3  3    2  1     1  1    1  1    4  5      4       1       1     4  2  2    1    1"
  "  4  5      2       1  1    1  1     1  1    0  0    4  5      2       1       1     2  4  3    1    0"  # 1x1
  # Layers of traces/shapes.h5: conv1, block_a, down, mix.
  " 32 32      3       3  3    1  1     1  1    1  1   32 32      1       1       4     4 16 16    4    0"
  " 16 16      8       3  3    1  1     1  1    1  1   16 16      4       1       4     4 16 16    3    0"
  " 16 16      8       3  3    2  2     1  1    1  1    8  8      4       1       8     4 16 16    3    1"
  "  8  8      8       1  1    1  1     1  1    0  0    8  8      1       8       8     4 16 16    2    1"
  # The 3x3 convolutions of 256 channels of ResNet-18.
  " 14 14     64       3  3    1  1     1  1    1  1   14 14      4       1       4     4 16 16    3    0")

include(${PROJECT_SOURCE_DIR}/models/crossbar/verilate.cmake)

set(names Height Width Channels KernelH KernelW StrideH StrideW DilationH DilationW PadTop PadLeft WindowsH WindowsW
  NumStreams Cluster NumEngines WindowDepth ResultDepth OutDepth NumLanes SkipZeroWindow)
set(models)
set(built)
foreach(row IN LISTS SPARSIM_CONV_NODES)
  string(REGEX MATCHALL "[0-9]+" values "${row}")
  list(LENGTH models index)
  set(parameters)
  foreach(name value IN ZIP_LISTS names values)
    list(APPEND parameters ${name}=${value})
  endforeach()
  list(TRANSFORM parameters REPLACE "(SkipZeroWindow=)" "\\11'b")
  verilate_model(Vconv_node_${index} TOP conv_node
    SOURCES window_axis.sv delay_line.sv sliding_window.sv stream_fifo.sv nonzero_check.sv crossbar_arbiter.sv
      sparse_crossbar.sv adder_tree.sv accumulator_bank.sv multiply_accumulate.sv weight_pointer.sv
      sparse_vector_dot.sv conv_stream.sv conv_node.sv
    PARAMETERS ${parameters} SkipDepth=4 DataWidth=16 WeightWidth=16 AccWidth=48 Saturate=1'b0 PassWidth=10 RowWidth=20
    OPTIONS --assert)
  list(APPEND models Vconv_node_${index})
  string(REPLACE ";" ", " values "${values}")
  list(APPEND built "Built<Vconv_node_${index}, ${values}>")
endforeach()

verilated_table(sparsim_verilated_conv_node HEADER verilated_conv_nodes.h LIST VerilatedConvNodes
  MODELS ${models} BUILT ${built})

sparsim_library(sparsim_conv_node_rtl
  SOURCES rtl_conv_node.cpp verilated_conv_node.cpp
  DEPENDS sparsim_fpgaconvnet sparsim_verilated_conv_node)

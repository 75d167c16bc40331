# Verilated RTL. Verilator's own verilate() runs at configure time and compiles six files a model: 12 s each. This takes
# 1.5 s, at build time, and again only where a source was touched.
find_package(verilator 5.006 REQUIRED)

set(SPARSIM_VERILATED_DIR ${CMAKE_CURRENT_BINARY_DIR}/verilated)
file(MAKE_DIRECTORY ${SPARSIM_VERILATED_DIR})

# verilate_model(name TOP module SOURCES a.sv PARAMETERS M=9 [OPTIONS --assert]): class `name` in
# ${SPARSIM_VERILATED_DIR}/name/name.h, all of its C++ in name.cpp beside.
# All loops are unrolled: those of 49x7's crossbar are past Verilator's limit and run 15 times slower.
function(verilate_model name)
  cmake_parse_arguments(arg "" "TOP" "SOURCES;PARAMETERS;OPTIONS" ${ARGN})
  list(TRANSFORM arg_PARAMETERS PREPEND -G)
  list(TRANSFORM arg_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/rtl/)
  add_custom_command(
    OUTPUT ${SPARSIM_VERILATED_DIR}/${name}.cpp
    BYPRODUCTS ${SPARSIM_VERILATED_DIR}/${name}/${name}.h
    # File names hold hashes of what is in them: none of the last time may stay.
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${name}
    COMMAND ${VERILATOR_BIN} --cc -O3 --x-assign fast --x-initial fast --threads 1 --unroll-count 1024
      --unroll-stmts 1000000 --prefix ${name} -Mdir ${name} --top-module ${arg_TOP} ${arg_PARAMETERS} ${arg_OPTIONS}
      ${arg_SOURCES}
    COMMAND sh -c "printf '#include \"%s\"\\n' ${name}/*.cpp >${name}.cpp"
    DEPENDS ${arg_SOURCES}
    WORKING_DIRECTORY ${SPARSIM_VERILATED_DIR}
    COMMENT "Verilating ${name}"
    VERBATIM)
endfunction()

# verilated_table(library HEADER name.h LIST Name MODELS class... BUILT "Built<class, parameters>"...): a library of
# models, and in its header what an adapter walks: List<Built...> of any two templates.
function(verilated_table library)
  cmake_parse_arguments(arg "" "HEADER;LIST" "MODELS;BUILT" ${ARGN})
  list(TRANSFORM arg_MODELS REPLACE "(.+)" "#include \"\\1/\\1.h\"\n" OUTPUT_VARIABLE includes)
  string(JOIN "" includes ${includes})
  string(JOIN ",\n    " built ${arg_BUILT})
  file(CONFIGURE OUTPUT ${SPARSIM_VERILATED_DIR}/${arg_HEADER} CONTENT "#pragma once

${includes}
template <template <class...> class List, template <class Rtl, int... parameters> class Built>
using ${arg_LIST} = List<
    ${built}>;
")
  list(TRANSFORM arg_MODELS REPLACE "(.+)" "${SPARSIM_VERILATED_DIR}/\\1.cpp" OUTPUT_VARIABLE sources)
  add_library(${library} STATIC ${sources})
  target_include_directories(${library} SYSTEM PUBLIC ${SPARSIM_VERILATED_DIR})
  target_compile_options(${library} PRIVATE -O3 -w)
  target_link_libraries(${library} PUBLIC sparsim_verilated)
endfunction()

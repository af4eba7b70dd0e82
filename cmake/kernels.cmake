# Target `kernels`: every kernels/*.cu in one fatbin, twice (exact and fast arithmetic), with nvcc. Needs no GPU.
#
#   ELBO4J_RESOURCES   where the jar's resources are gathered: exact.fatbin, fast.fatbin, kernels.properties
#   ELBO4J_KERNELS     where what tests and people read goes: exact.ptx, unfused.ptx, resources.txt

set(architectures 75 80 86 89 90 100 120)
set(flags -std=c++17 -O3 --fmad=false -prec-div=true -prec-sqrt=true -ftz=false --threads 0 --compress-mode=size -Xptxas -v)

file(GLOB sources CONFIGURE_DEPENDS ${ELBO4J_ROOT}/kernels/*.cu)
file(GLOB headers CONFIGURE_DEPENDS ${ELBO4J_ROOT}/kernels/*.cuh)

# One translation unit, because one module cannot be linked with PTX in it. Each file keeps its own names.
set(unit "")
foreach(header ${headers})
    string(APPEND unit "#include \"${header}\"\n")
endforeach()
foreach(source ${sources})
    get_filename_component(stem ${source} NAME_WE)
    string(APPEND unit "namespace ${stem}_cu {\n#include \"${source}\"\n}\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/unit.cu CONTENT "${unit}" @ONLY)
# The same with every written fma taken apart: what still comes out fused was not written.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/unfused.cu @ONLY
    CONTENT "#define __fmaf_rn(a, b, c) ((a) * (b) + (c))\n#define __fma_rn(a, b, c) ((a) * (b) + (c))\n${unit}")

# The same sources give the same bytes wherever they lie: nvcc puts a hash of the source's path into the names of what is static.
# It has no option of its own for that, but hands this one on to its compiler.
set(nameless -Xcicc --orig_src_path_name -Xcicc unit.cu)
execute_process(COMMAND ${NVCC} --dryrun ${nameless} -ptx -x cu /dev/null -o ${CMAKE_BINARY_DIR}/nameless.ptx
    RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
if(failed)
    set(nameless "")
endif()
list(APPEND flags ${nameless})

set(codes "")
foreach(architecture ${architectures})
    list(APPEND codes -gencode arch=compute_${architecture},code=sm_${architecture})
endforeach()
# PTX of the oldest, so that every GPU that is newer than all of these, or in between, can compile it.
list(APPEND codes -gencode arch=compute_75,code=compute_75)

set(made "")
foreach(arithmetic exact fast)
    set(define "")
    if(arithmetic STREQUAL "fast")
        set(define -DELBO4J_FAST)
    endif()
    add_custom_command(
        OUTPUT ${ELBO4J_RESOURCES}/${arithmetic}.fatbin
        COMMAND ${CMAKE_COMMAND} -D NVCC=${NVCC} -D "FLAGS=${flags};${codes};${define}" -D SOURCE=${CMAKE_BINARY_DIR}/unit.cu
            -D ARITHMETIC=${arithmetic} -D LISTED=${CMAKE_CURRENT_LIST_DIR}/local-memory.txt
            -D FATBIN=${ELBO4J_RESOURCES}/${arithmetic}.fatbin -D REPORT=${ELBO4J_KERNELS}/resources-${arithmetic}.txt
            -P ${CMAKE_CURRENT_LIST_DIR}/fatbin.cmake
        DEPENDS ${sources} ${headers} ${CMAKE_BINARY_DIR}/unit.cu ${CMAKE_CURRENT_LIST_DIR}/fatbin.cmake
            ${CMAKE_CURRENT_LIST_DIR}/local-memory.txt ${CMAKE_CURRENT_LIST_DIR}/kernels.cmake
        COMMENT "kernels, ${arithmetic} arithmetic"
        VERBATIM)
    list(APPEND made ${ELBO4J_RESOURCES}/${arithmetic}.fatbin)
endforeach()

foreach(name exact unfused)
    set(source ${CMAKE_BINARY_DIR}/unit.cu)
    if(name STREQUAL "unfused")
        set(source ${CMAKE_BINARY_DIR}/unfused.cu)
    endif()
    add_custom_command(
        OUTPUT ${ELBO4J_KERNELS}/${name}.ptx
        COMMAND ${NVCC} -std=c++17 -O3 --fmad=false -prec-div=true -prec-sqrt=true -ftz=false
            ${nameless} -arch=compute_75 -ptx -o ${ELBO4J_KERNELS}/${name}.ptx ${source}
        DEPENDS ${sources} ${headers} ${source} ${CMAKE_CURRENT_LIST_DIR}/kernels.cmake
        COMMENT "${name}.ptx"
        VERBATIM)
    list(APPEND made ${ELBO4J_KERNELS}/${name}.ptx)
    add_custom_target(${name}_ptx DEPENDS ${ELBO4J_KERNELS}/${name}.ptx)
endforeach()

execute_process(COMMAND ${NVCC} --version OUTPUT_VARIABLE version)
string(REGEX MATCH "release ([0-9]+\\.[0-9]+)" ignored "${version}")
list(JOIN architectures "," names)
file(CONFIGURE OUTPUT ${ELBO4J_RESOURCES}/kernels.properties @ONLY
    CONTENT "# What the kernels in this jar were built for\ncuda=${CMAKE_MATCH_1}\narchitectures=${names}\nptx=75\n")

add_custom_target(kernels ALL DEPENDS ${made})

# Target `emulator`: libcuda.so.1, libcublas.so.12 and libcurand.so.10 of a CUDA device that runs kernels/*.cu on this
# machine's processor (test/emulator/README.md). Needs g++, GNU ld and Boost.Context; no part of CUDA.
#
#   ELBO4J_EMULATOR        where the libraries go

set(emulator ${ELBO4J_ROOT}/test/emulator)
set(generated ${CMAKE_BINARY_DIR}/emulator)
set(kernel_pattern "extern \"C\" __global__ void (__launch_bounds__\\([0-9A-Z_, ]+\\) )?([a-z0-9_]+)\\(const (__grid_constant__ )?([A-Za-z0-9]+) p\\)")

include(CheckCXXSourceRuns)
set(CMAKE_REQUIRED_FLAGS -mfma)
check_cxx_source_runs("int main() { return __builtin_cpu_supports(\"fma\") ? 0 : 1; }" ELBO4J_HAS_FMA)

# Two files for each .cu: it in a namespace of its own, and the list of its kernels. OBJECTS gets an object library;
# its __shared__ arrays, all that it can write to, come to stand together by the linker script.
function(emulator_kernels objects script sources)
    set(wrappers "")
    set(sections "")
    foreach(source ${sources})
        get_filename_component(stem ${source} NAME_WE)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
        file(STRINGS ${source} lines REGEX "${kernel_pattern}")
        foreach(arithmetic exact fast)
            set(space ${stem}_${arithmetic})
            set(text "")
            set(list "")
            foreach(line ${lines})
                string(REGEX MATCH "${kernel_pattern}" ignored "${line}")
                set(name ${CMAKE_MATCH_2})
                set(struct ${CMAKE_MATCH_4})
                set(bounds 1024)
                if(CMAKE_MATCH_1 MATCHES "([0-9]+)")
                    set(bounds ${CMAKE_MATCH_1})
                endif()
                string(APPEND text "#define ${name} ${name}_${arithmetic}\n")
                string(APPEND list "    {\"${name}\", sizeof(${space}::${struct}), ${bounds},\n"
                    "     [](const void* p) { ${space}::${name}_${arithmetic}(*static_cast<const ${space}::${struct}*>(p)); },\n"
                    "     ${space}_begin, ${space}_end, \"${arithmetic}\"},\n")
            endforeach()
            string(APPEND text "namespace ${space} {\n#include \"${source}\"\n}\n")
            string(REPLACE ";" "\\;" list "${list}")
            string(APPEND text "#include \"${emulator}/registration.h\"\n"
                "extern \"C\" __attribute__((visibility(\"hidden\"))) char ${space}_begin[], ${space}_end[];\n"
                "static const emulation::Kernel kernels[] = {\n${list}};\n"
                "__attribute__((constructor)) static void add() { emulation::add(kernels, sizeof kernels / sizeof *kernels); }\n")
            string(REPLACE "\\;" ";" text "${text}")
            set(wrapper ${generated}/${objects}/${space}.cpp)
            if(lines)
                file(CONFIGURE OUTPUT ${wrapper} CONTENT "${text}" @ONLY)
                list(APPEND wrappers ${wrapper})
                if(arithmetic STREQUAL "fast")
                    set_source_files_properties(${wrapper} PROPERTIES COMPILE_DEFINITIONS ELBO4J_FAST)
                endif()
                string(APPEND sections "    ${space}_begin = .;\n    *${space}.cpp.o(.bss .data COMMON)\n"
                    "    . = ALIGN(16);\n    ${space}_end = .;\n    . = ALIGN(64);\n")
            endif()
        endforeach()
    endforeach()
    file(CONFIGURE OUTPUT ${script} CONTENT "SECTIONS {\n  .shared_memory (NOLOAD) : {\n${sections}  }\n}\nINSERT AFTER .bss\n" @ONLY)
    add_library(${objects} OBJECT ${wrappers})
    # -fsanitize=alignment with traps: a vector access that a GPU refuses is refused here too.
    target_compile_options(${objects} PRIVATE -w -fno-math-errno -fsanitize=alignment -fsanitize-undefined-trap-on-error
        $<$<BOOL:${ELBO4J_HAS_FMA}>:-mfma> -include ${emulator}/cuda_emulation.h)
endfunction()

# One file with a function for every symbol of a list that nothing defines better.
function(emulator_stubs output library result)
    file(STRINGS ${emulator}/symbols/${library}.txt symbols REGEX "^[a-z]")
    set(text "#include \"stub.h\"\n")
    foreach(symbol ${symbols})
        string(APPEND text "STUB(${symbol}, ${result})\n")
    endforeach()
    string(REPLACE "\\;" ";" text "${text}")
    file(CONFIGURE OUTPUT ${output} CONTENT "${text}" @ONLY)
endfunction()

emulator_stubs(${generated}/stubs-cuda.cpp cuda 801)
emulator_stubs(${generated}/stubs-cublas.cpp cublas 15)
emulator_stubs(${generated}/stubs-curand.cpp curand 999)
set(names "")
foreach(library cuda cublas curand)
    file(STRINGS ${emulator}/symbols/${library}.txt symbols REGEX "^[a-z]")
    foreach(symbol ${symbols})
        string(APPEND names "    \"${symbol}\",\n")
    endforeach()
endforeach()
file(CONFIGURE OUTPUT ${generated}/symbols.cpp @ONLY
    CONTENT "namespace emulation {\nextern const char* const SYMBOLS[];\nconst char* const SYMBOLS[] = {\n${names}    nullptr};\n}\n")

set(options -O2 -std=c++17 -fPIC -fvisibility=hidden -ffp-contract=off)
add_compile_options(${options})

file(GLOB driver CONFIGURE_DEPENDS ${emulator}/driver/*.cpp)
add_library(emulator_device OBJECT ${driver} ${emulator}/control.cpp ${emulator}/memory.cpp ${emulator}/fibers.cpp
    ${emulator}/meetings.cpp ${emulator}/schedule.cpp ${generated}/symbols.cpp ${generated}/stubs-cuda.cpp)
target_include_directories(emulator_device PRIVATE ${emulator})
target_compile_options(emulator_device PRIVATE -Wall -Wextra)

# A libcuda.so.1 in FOLDER that holds the kernels of SOURCES.
function(emulator_library target folder sources)
    set(script ${generated}/${target}.ld)
    emulator_kernels(${target}_kernels ${script} "${sources}")
    add_library(${target} SHARED $<TARGET_OBJECTS:emulator_device> $<TARGET_OBJECTS:${target}_kernels>)
    set_target_properties(${target} PROPERTIES OUTPUT_NAME cuda SUFFIX .so.1 LIBRARY_OUTPUT_DIRECTORY ${folder}
        NO_SONAME ON LINK_DEPENDS ${script})
    target_link_libraries(${target} PRIVATE ${boost_context} -Wl,-soname,libcuda.so.1 -Wl,-z,now -Wl,-T,${script} pthread)
endfunction()

file(GLOB sources CONFIGURE_DEPENDS ${ELBO4J_ROOT}/kernels/*.cu)
emulator_library(emulator_cuda ${ELBO4J_EMULATOR} "${sources}")

# cuBLAS also as a machine with CUDA 13 has it, in a folder of its own.
foreach(library cublas:12: curand:10: cublas:13:/cuda13)
    string(REPLACE ":" ";" library ${library})
    list(GET library 0 name)
    list(GET library 1 version)
    list(GET library 2 folder)
    set(target emulator_${name}_${version})
    file(CONFIGURE OUTPUT ${generated}/${name}.${version}.version @ONLY CONTENT "lib${name}.so.${version} {\n    global: ${name}*;\n    local: *;\n};\n")
    add_library(${target} SHARED ${emulator}/${name}.cpp ${generated}/stubs-${name}.cpp)
    target_include_directories(${target} PRIVATE ${emulator})
    target_compile_options(${target} PRIVATE -Wall -Wextra)
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name} SUFFIX .so.${version} LIBRARY_OUTPUT_DIRECTORY ${ELBO4J_EMULATOR}${folder}
        NO_SONAME ON BUILD_RPATH "$ORIGIN;$ORIGIN/..")
    target_link_libraries(${target} PRIVATE emulator_cuda -Wl,-soname,lib${name}.so.${version}
        -Wl,--version-script=${generated}/${name}.${version}.version)
endforeach()

add_custom_target(emulator ALL DEPENDS emulator_cuda emulator_cublas_12 emulator_curand_10 emulator_cublas_13)

# ---- its own test, on kernels with planted faults: cmake/build selftest ----

emulator_library(emulator_planted ${generated}/planted ${emulator}/selftest/planted.cu)
file(GLOB selftest CONFIGURE_DEPENDS ${emulator}/selftest/*.cpp)
add_executable(emulator_selftest ${selftest} ${emulator}/cublas.cpp ${emulator}/curand.cpp)
target_include_directories(emulator_selftest PRIVATE ${emulator})
target_link_libraries(emulator_selftest PRIVATE emulator_planted)
add_custom_target(selftest DEPENDS emulator_selftest COMMAND ${CMAKE_COMMAND} -D TEST=$<TARGET_FILE:emulator_selftest> -P ${CMAKE_CURRENT_LIST_DIR}/selftest.cmake VERBATIM)
set_target_properties(emulator_planted emulator_planted_kernels emulator_selftest PROPERTIES EXCLUDE_FROM_ALL ON)

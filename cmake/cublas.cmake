# Target `cublas_forward`: a resource of the jar that lets JCublas2 use libcublas.so.13. Needs no part of CUDA.
#
#   ELBO4J_LIBRARIES   where the jar's native libraries are gathered

# Something to link with; the real one is found at run time.
file(WRITE ${CMAKE_BINARY_DIR}/cublas13.cpp "")
file(WRITE ${CMAKE_BINARY_DIR}/cublas-forward.version "libcublas.so.12 {\n    global: cublas*_v2;\n    local: *;\n};\n")
add_library(cublas_13 SHARED ${CMAKE_BINARY_DIR}/cublas13.cpp)
set_target_properties(cublas_13 PROPERTIES NO_SONAME ON)
target_link_libraries(cublas_13 PRIVATE -Wl,-soname,libcublas.so.13)

add_library(cublas_forward SHARED cublas-forward.cpp)
set_target_properties(cublas_forward PROPERTIES OUTPUT_NAME cublas-forward NO_SONAME ON SKIP_BUILD_RPATH ON
    LIBRARY_OUTPUT_DIRECTORY ${ELBO4J_LIBRARIES})
target_compile_options(cublas_forward PRIVATE -O2 -fno-exceptions -Wall -Wextra)
target_link_libraries(cublas_forward PRIVATE -nodefaultlibs -Wl,--no-as-needed cublas_13 c dl -Wl,-soname,libcublas.so.12 -Wl,-s
    -Wl,--version-script=${CMAKE_BINARY_DIR}/cublas-forward.version)

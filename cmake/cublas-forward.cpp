// In the place of libcublas.so.12, which JCublas2 is linked with, on a machine that has libcublas.so.13 only. The
// functions that io.github.elbo4j.cuda.Cublas calls are passed on; they have the same parameters in both.
#include <dlfcn.h>

extern "C" __attribute__((visibility("hidden"))) void* cublasPlaces[6];
void* cublasPlaces[6];

// CUBLAS_STATUS_NOT_SUPPORTED
static int missing() { return 15; }

__attribute__((constructor)) static void look() {
    static const char* const names[] = {
            "cublasCreate_v2", "cublasDestroy_v2", "cublasSetStream_v2", "cublasSgemm_v2", "cublasStrmm_v2", "cublasStrsm_v2"};
    // This library needs it, so that the loader has found it before, or has said that it is not there.
    void* library = dlopen("libcublas.so.13", RTLD_LAZY | RTLD_NOLOAD);
    for (int i = 0; i < 6; i++) {
        void* place = library == nullptr ? nullptr : dlsym(library, names[i]);
        cublasPlaces[i] = place == nullptr ? (void*) missing : place;
    }
}

// A jump leaves registers and stack as the caller made them.
#define FORWARD(name, i) \
    __asm__(".globl " #name "\n.type " #name ", @function\n" #name ":\n    jmp *cublasPlaces+8*" #i "(%rip)\n.size " #name ", .-" #name "\n");

FORWARD(cublasCreate_v2, 0)
FORWARD(cublasDestroy_v2, 1)
FORWARD(cublasSetStream_v2, 2)
FORWARD(cublasSgemm_v2, 3)
FORWARD(cublasStrmm_v2, 4)
FORWARD(cublasStrsm_v2, 5)

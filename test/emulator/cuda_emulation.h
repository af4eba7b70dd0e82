// What nvcc knows and g++ does not: put in front of every kernels/*.cu (-include), so that the very same source runs on
// the emulated device. Needs no CUDA header, and includes none of the C++ library's, whose names the kernels may use.
//
// Shuffles, votes, __syncwarp and __syncthreads are true meetings of fibers (meetings.cpp). A __shared__ array is one
// static array: one block runs at a time, and finds it poisoned.
#pragma once

#define __global__
#define __device__
#define __host__
#define __constant__
#define __shared__ static
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __grid_constant__

// ---- vectors ----

struct uint3 { unsigned int x, y, z; };
struct dim3 { unsigned int x, y, z; };
struct __align__(8) float2 { float x, y; };
struct __align__(16) float4 { float x, y, z, w; };
struct __align__(16) double2 { double x, y; };
struct __align__(8) int2 { int x, y; };
struct __align__(16) int4 { int x, y, z, w; };
struct __align__(8) uint2 { unsigned int x, y; };
struct __align__(16) uint4 { unsigned int x, y, z, w; };
struct __align__(16) longlong2 { long long x, y; };

inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline double2 make_double2(double x, double y) { return {x, y}; }
inline int2 make_int2(int x, int y) { return {x, y}; }
inline int4 make_int4(int x, int y, int z, int w) { return {x, y, z, w}; }
inline uint2 make_uint2(unsigned int x, unsigned int y) { return {x, y}; }
inline uint4 make_uint4(unsigned int x, unsigned int y, unsigned int z, unsigned int w) { return {x, y, z, w}; }

// ---- the schedule's side: fibers.h ----

// The running fiber's; set anew at every switch.
extern uint3 threadIdx __attribute__((visibility("hidden")));
extern uint3 blockIdx __attribute__((visibility("hidden")));
extern dim3 blockDim __attribute__((visibility("hidden")));
extern dim3 gridDim __attribute__((visibility("hidden")));
static constexpr int warpSize = 32;

#include "meeting.h"

namespace emulation {
template <class T>
inline unsigned long long toBits(T value) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "shuffles move 4 or 8 bytes");
    unsigned long long bits = 0;
    __builtin_memcpy(&bits, &value, sizeof(T));
    return bits;
}

template <class T>
inline T fromBits(unsigned long long bits) {
    T value;
    __builtin_memcpy(&value, &bits, sizeof(T));
    return value;
}

inline int lane() { return (int) ((threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z)) & 31u); }

template <class T>
inline T shuffle(unsigned int mask, T value, int source, Place place) {
    return fromBits<T>(meetWarp(SHUFFLE, mask, toBits(value), source, place));
}
} // namespace emulation

#define ELBO4J_PLACE const char *file = __builtin_FILE(), int line = __builtin_LINE()

inline void __syncthreads(ELBO4J_PLACE) { emulation::meetBlock({file, line}); }
inline void __syncwarp(unsigned int mask = 0xffffffffu, ELBO4J_PLACE) {
    emulation::meetWarp(emulation::WARP_BARRIER, mask, 0, 0, {file, line});
}

template <class T>
inline T __shfl_sync(unsigned int mask, T value, int source, int width = 32, ELBO4J_PLACE) {
    const int group = emulation::lane() & ~(width - 1);
    return emulation::shuffle(mask, value, group | (source & (width - 1)), {file, line});
}
template <class T>
inline T __shfl_up_sync(unsigned int mask, T value, unsigned int delta, int width = 32, ELBO4J_PLACE) {
    const int lane = emulation::lane();
    const int source = lane - (int) delta;
    return emulation::shuffle(mask, value, source < (lane & ~(width - 1)) ? lane : source, {file, line});
}
template <class T>
inline T __shfl_down_sync(unsigned int mask, T value, unsigned int delta, int width = 32, ELBO4J_PLACE) {
    const int lane = emulation::lane();
    const int end = (lane & ~(width - 1)) + width;
    return emulation::shuffle(mask, value, lane + (int) delta >= end ? lane : lane + (int) delta, {file, line});
}
template <class T>
inline T __shfl_xor_sync(unsigned int mask, T value, int other, int width = 32, ELBO4J_PLACE) {
    const int lane = emulation::lane();
    const int end = (lane & ~(width - 1)) + width;
    return emulation::shuffle(mask, value, (lane ^ other) >= end ? lane : lane ^ other, {file, line});
}

inline unsigned int __ballot_sync(unsigned int mask, int predicate, ELBO4J_PLACE) {
    return (unsigned int) emulation::meetWarp(emulation::VOTE, mask, predicate != 0, 0, {file, line});
}
inline int __any_sync(unsigned int mask, int predicate, ELBO4J_PLACE) {
    return emulation::meetWarp(emulation::VOTE, mask, predicate != 0, 0, {file, line}) != 0;
}
inline int __all_sync(unsigned int mask, int predicate, ELBO4J_PLACE) {
    return emulation::meetWarp(emulation::VOTE, mask, predicate == 0, 0, {file, line}) == 0;
}

#undef ELBO4J_PLACE

// One operating-system thread runs all fibers, and switches them at meetings only: nothing to order, all is atomic.
inline void __threadfence() {}
inline void __threadfence_block() {}
inline void __trap() { emulation::stop(); }

template <class T>
inline T elbo4jExchange(T* place, T value) {
    const T old = *(volatile T*) place;
    *(volatile T*) place = value;
    return old;
}
inline int atomicAdd(int* p, int v) { return elbo4jExchange(p, (int) ((unsigned int) *p + (unsigned int) v)); }
inline unsigned int atomicAdd(unsigned int* p, unsigned int v) { return elbo4jExchange(p, *p + v); }
inline unsigned long long atomicAdd(unsigned long long* p, unsigned long long v) { return elbo4jExchange(p, *p + v); }
inline int atomicMin(int* p, int v) { return elbo4jExchange(p, v < *p ? v : *p); }
inline unsigned int atomicMin(unsigned int* p, unsigned int v) { return elbo4jExchange(p, v < *p ? v : *p); }
inline int atomicMax(int* p, int v) { return elbo4jExchange(p, v > *p ? v : *p); }
inline unsigned int atomicMax(unsigned int* p, unsigned int v) { return elbo4jExchange(p, v > *p ? v : *p); }
inline int atomicOr(int* p, int v) { return elbo4jExchange(p, *p | v); }
inline unsigned int atomicOr(unsigned int* p, unsigned int v) { return elbo4jExchange(p, *p | v); }
inline int atomicExch(int* p, int v) { return elbo4jExchange(p, v); }
inline unsigned int atomicExch(unsigned int* p, unsigned int v) { return elbo4jExchange(p, v); }
inline int atomicCAS(int* p, int was, int v) { return elbo4jExchange(p, *p == was ? v : *p); }
inline unsigned int atomicCAS(unsigned int* p, unsigned int was, unsigned int v) { return elbo4jExchange(p, *p == was ? v : *p); }

template <class T>
inline T __ldg(const T* place) {
    return *place;
}

// ---- numbers ----

inline float __int_as_float(int x) { return emulation::fromBits<float>((unsigned int) x); }
inline float __uint_as_float(unsigned int x) { return emulation::fromBits<float>(x); }
inline int __float_as_int(float x) { return emulation::fromBits<int>(emulation::toBits(x)); }
inline unsigned int __float_as_uint(float x) { return emulation::fromBits<unsigned int>(emulation::toBits(x)); }
inline double __longlong_as_double(long long x) { return emulation::fromBits<double>((unsigned long long) x); }
inline long long __double_as_longlong(double x) { return (long long) emulation::toBits(x); }

inline float __int2float_rn(int x) { return (float) x; }
inline float __uint2float_rn(unsigned int x) { return (float) x; }
inline float __ll2float_rn(long long x) { return (float) x; }
inline float __ull2float_rn(unsigned long long x) { return (float) x; }
inline float __double2float_rn(double x) { return (float) x; }
inline double __int2double_rn(int x) { return x; }
inline double __uint2double_rn(unsigned int x) { return x; }
inline double __ll2double_rn(long long x) { return (double) x; }

inline float __fmaf_rn(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double __fma_rn(double a, double b, double c) { return __builtin_fma(a, b, c); }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __frcp_rn(float a) { return 1.0f / a; }
inline float __fsqrt_rn(float a) { return __builtin_sqrtf(a); }
inline double __dadd_rn(double a, double b) { return a + b; }
inline double __dsub_rn(double a, double b) { return a - b; }
inline double __dmul_rn(double a, double b) { return a * b; }
inline double __ddiv_rn(double a, double b) { return a / b; }
inline double __dsqrt_rn(double a) { return __builtin_sqrt(a); }

#define fabsf __builtin_fabsf
#define fabs __builtin_fabs
#define fmaf __builtin_fmaf
#define fma __builtin_fma
#define sqrtf __builtin_sqrtf
#define sqrt __builtin_sqrt
#define copysignf __builtin_copysignf
#define fmaxf __builtin_fmaxf
#define fminf __builtin_fminf
inline bool isnan(float x) { return x != x; }
inline bool isnan(double x) { return x != x; }
inline bool isinf(float x) { return __builtin_fabsf(x) == __builtin_inff(); }
inline bool isinf(double x) { return __builtin_fabs(x) == __builtin_inf(); }
inline bool isfinite(float x) { return __builtin_fabsf(x) < __builtin_inff(); }
inline bool isfinite(double x) { return __builtin_fabs(x) < __builtin_inf(); }

// The hardware's approximations, which ELBO4J_FAST asks for: here correct to a rounding or so, which no GPU promises.
inline float __expf(float x) { return __builtin_expf(x); }
inline float __logf(float x) { return __builtin_logf(x); }
inline float __log2f(float x) { return __builtin_log2f(x); }
inline float exp2f(float x) { return __builtin_exp2f(x); }
inline float __sinf(float x) { return __builtin_sinf(x); }
inline float __cosf(float x) { return __builtin_cosf(x); }
inline float __fdividef(float a, float b) { return a / b; }
inline float __frsqrt_rn(float x) { return (float) (1.0 / __builtin_sqrt((double) x)); }

inline unsigned int __umulhi(unsigned int a, unsigned int b) { return (unsigned int) (((unsigned long long) a * b) >> 32); }
inline int __mulhi(int a, int b) { return (int) (((long long) a * b) >> 32); }
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    return (unsigned long long) (((unsigned __int128) a * b) >> 64);
}
inline int __popc(unsigned int x) { return __builtin_popcount(x); }
inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz((unsigned int) x); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline unsigned int __funnelshift_l(unsigned int low, unsigned int high, unsigned int shift) {
    return (unsigned int) (((((unsigned long long) high << 32) | low) << (shift & 31u)) >> 32);
}

inline int min(int a, int b) { return b < a ? b : a; }
inline int max(int a, int b) { return a < b ? b : a; }
inline unsigned int min(unsigned int a, unsigned int b) { return b < a ? b : a; }
inline unsigned int max(unsigned int a, unsigned int b) { return a < b ? b : a; }
inline long long min(long long a, long long b) { return b < a ? b : a; }
inline long long max(long long a, long long b) { return a < b ? b : a; }
inline unsigned long long min(unsigned long long a, unsigned long long b) { return b < a ? b : a; }
inline unsigned long long max(unsigned long long a, unsigned long long b) { return a < b ? b : a; }

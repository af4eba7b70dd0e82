// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011): four words as a
// pure function of a counter of four words and a key of two.                                            twin: Philox
//
// words(seed, step, b, s, d) = Philox(counter = (d/4, s, b, step), key = (low 32 bits, high 32 bits of seed))
#pragma once

static __device__ __forceinline__ uint4 philox(
        unsigned int k0, unsigned int k1, unsigned int c0, unsigned int c1, unsigned int c2, unsigned int c3) {
#pragma unroll
    for (int round = 0; round < 10; round++) {
        const unsigned long long p0 = 0xD2511F53ull * c0;
        const unsigned long long p1 = 0xCD9E8D57ull * c2;
        c0 = (unsigned int) (p1 >> 32) ^ c1 ^ k0;
        c1 = (unsigned int) p1;
        c2 = (unsigned int) (p0 >> 32) ^ c3 ^ k1;
        c3 = (unsigned int) p0;
        k0 += 0x9E3779B9u; // the golden ratio
        k1 += 0xBB67AE85u; // √3 − 1
    }
    return make_uint4(c0, c1, c2, c3);
}

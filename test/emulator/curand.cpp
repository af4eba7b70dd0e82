// The part of cuRAND that this project calls, on the emulated device's memory. Philox begins with cuRAND's own words at
// seed 0; apart from that, words and normals are others than cuRAND's, but as good, and a function of seed, type, offset.
#include "emulator.h"

#include <cmath>
#include <set>

namespace {

using namespace emulation;

enum Status {
    SUCCESS = 0, NOT_INITIALIZED = 101, TYPE_ERROR = 103, OUT_OF_RANGE = 104, LENGTH_NOT_MULTIPLE = 105, LAUNCH_FAILURE = 201,
    PREEXISTING_FAILURE = 202, INITIALIZATION_FAILED = 203
};

enum Type { DEFAULT = 100, XORWOW = 101, PHILOX = 161 };

struct Generator {
    int type = XORWOW;
    uint64_t seed = 0, offset = 0;
    void* stream = nullptr;
};

std::set<const Generator*> generators;

int check(const Generator* g) { return generators.count(g) == 0 ? NOT_INITIALIZED : usable() != 0 ? PREEXISTING_FAILURE : SUCCESS; }

// The words of a generator from a position on.
class Words {
public:
    explicit Words(const Generator& g) : type(g.type), seed(g.seed), position(g.offset) {
        if (type == XORWOW) {
            begin(position / CHUNK);
            for (uint64_t skip = position % CHUNK; skip > 0; skip--) {
                step();
            }
        }
    }

    uint32_t next() {
        const uint64_t at = position++;
        if (type == XORWOW) {
            if (at % CHUNK == 0) {
                begin(at / CHUNK);
            }
            return step();
        }
        if (at % 4 == 0 || !filled) {
            fill(at / 4);
        }
        return block[at % 4];
    }

private:
    static constexpr uint64_t CHUNK = 4096; // each with a state of its own, so that every offset is near one

    // Marsaglia, "Xorshift RNGs", 2003, with a state from SplitMix64.
    void begin(uint64_t chunk) {
        uint64_t x = seed * 0xd1342543de82ef95ull + chunk;
        for (int i = 0; i < 6; i++) {
            uint64_t y = x += 0x9e3779b97f4a7c15ull;
            y = (y ^ (y >> 30)) * 0xbf58476d1ce4e5b9ull;
            y = (y ^ (y >> 27)) * 0x94d049bb133111ebull;
            state[i] = (uint32_t) (y >> 32) | (i == 0);
        }
    }

    uint32_t step() {
        const uint32_t t = state[0] ^ (state[0] >> 2);
        for (int i = 0; i < 4; i++) {
            state[i] = state[i + 1];
        }
        state[4] = state[4] ^ (state[4] << 4) ^ t ^ (t << 1);
        return state[4] + (state[5] += 362437);
    }

    // Philox4x32-10; cuRAND's host generator walks word 2 of the counter.
    void fill(uint64_t at) {
        uint32_t c[4] = {0, 0, (uint32_t) at, (uint32_t) (at >> 32)}, k0 = (uint32_t) seed, k1 = (uint32_t) (seed >> 32);
        for (int round = 0; round < 10; round++) {
            const uint64_t p0 = 0xD2511F53ull * c[0], p1 = 0xCD9E8D57ull * c[2];
            c[0] = (uint32_t) (p1 >> 32) ^ c[1] ^ k0;
            c[1] = (uint32_t) p1;
            c[2] = (uint32_t) (p0 >> 32) ^ c[3] ^ k1;
            c[3] = (uint32_t) p0;
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        for (int i = 0; i < 4; i++) {
            block[i] = c[i];
        }
        filled = true;
    }

    int type;
    uint64_t seed, position;
    bool filled = false;
    uint32_t state[6], block[4];
};

template <class T>
int generate(Generator* g, T* out, size_t n, std::function<void(Words&)> work) {
    if (const int status = check(g)) {
        return status;
    }
    if (n == 0) {
        return SUCCESS;
    }
    const Generator now = *g;
    g->offset += n;
    const bool there = isAllocated(out, n * sizeof(T));
    const int result = submit(g->stream, [=] {
        if (!there) {
            fail(700, "cuRAND: illegal address");
            return;
        }
        Words words(now);
        work(words);
    });
    return result == 0 ? SUCCESS : LAUNCH_FAILURE;
}

} // namespace

API int curandCreateGenerator(Generator** g, int type) {
    ENTER("curandCreateGenerator")
    if (usable() != 0) {
        return INITIALIZATION_FAILED;
    }
    if (type != DEFAULT && type != XORWOW && type != PHILOX) {
        return TYPE_ERROR;
    }
    *g = new Generator;
    (*g)->type = type == DEFAULT ? XORWOW : type;
    generators.insert(*g);
    count(CURAND, 1);
    return SUCCESS;
}

API int curandDestroyGenerator(Generator* g) {
    ENTER("curandDestroyGenerator")
    if (generators.erase(g) == 0) {
        return NOT_INITIALIZED;
    }
    count(CURAND, -1);
    return SUCCESS;
}

API int curandGetVersion(int* version) {
    ENTER("curandGetVersion")
    *version = 10307;
    return SUCCESS;
}

API int curandSetStream(Generator* g, void* stream) {
    ENTER("curandSetStream")
    if (const int status = check(g)) {
        return status;
    }
    g->stream = stream;
    return SUCCESS;
}

API int curandSetPseudoRandomGeneratorSeed(Generator* g, unsigned long long seed) {
    ENTER("curandSetPseudoRandomGeneratorSeed")
    if (const int status = check(g)) {
        return status;
    }
    g->seed = seed;
    g->offset = 0;
    return SUCCESS;
}

API int curandSetGeneratorOffset(Generator* g, unsigned long long offset) {
    ENTER("curandSetGeneratorOffset")
    if (const int status = check(g)) {
        return status;
    }
    g->offset = offset;
    return SUCCESS;
}

API int curandSetGeneratorOrdering(Generator* g, int) {
    ENTER("curandSetGeneratorOrdering")
    return check(g);
}

API int curandGenerate(Generator* g, uint32_t* out, size_t n) {
    ENTER("curandGenerate")
    return generate(g, out, n, [=](Words& words) {
        for (size_t i = 0; i < n; i++) {
            out[i] = words.next();
        }
    });
}

API int curandGenerateUniform(Generator* g, float* out, size_t n) {
    ENTER("curandGenerateUniform")
    return generate(g, out, n, [=](Words& words) {
        for (size_t i = 0; i < n; i++) {
            out[i] = (float) (((words.next() >> 8) + 1) * 0x1p-24); // in (0, 1]
        }
    });
}

API int curandGenerateNormal(Generator* g, float* out, size_t n, float mean, float deviation) {
    ENTER("curandGenerateNormal")
    if (n % 2 != 0) {
        return LENGTH_NOT_MULTIPLE;
    }
    return generate(g, out, n, [=](Words& words) {
        for (size_t i = 0; i < n; i += 2) {
            const double radius = std::sqrt(-2.0 * std::log((words.next() + 0.5) * 0x1p-32));
            const double angle = (words.next() + 0.5) * 0x1p-31 * M_PI;
            out[i] = (float) (mean + deviation * radius * std::sin(angle));
            out[i + 1] = (float) (mean + deviation * radius * std::cos(angle));
        }
    });
}

// The part of cuBLAS that this project calls, on the emulated device's memory. Matrices are stored by columns. Sums run
// in four strands, as no kernel of this project does: nobody may count on cuBLAS's order.
#include "emulator.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace emulation;

enum Status { SUCCESS = 0, NOT_INITIALIZED = 1, INVALID_VALUE = 7, EXECUTION_FAILED = 13, NOT_SUPPORTED = 15 };

struct Handle {
    void* stream = nullptr;
    int mathMode = 0;
};

std::set<const Handle*> handles;

int check(const Handle* handle) { return handles.count(handle) == 0 ? NOT_INITIALIZED : usable() != 0 ? EXECUTION_FAILED : SUCCESS; }

// A matrix, or its transpose, without a copy.
struct View {
    float* first;
    int64_t rowStride, columnStride;
    float& at(int64_t i, int64_t j) const { return first[i * rowStride + j * columnStride]; }
    View transposed() const { return {first, columnStride, rowStride}; }
};

View stored(const float* first, int64_t leading) { return {const_cast<float*>(first), 1, leading}; }

bool isThere(const float* first, int64_t rows, int64_t columns, int64_t leading) {
    return rows == 0 || columns == 0 || isAllocated(first, sizeof(float) * (size_t) ((columns - 1) * leading + rows));
}

int run(const Handle* handle, const char* name, bool there, std::function<void()> work) {
    if (!there) {
        work = [name] { fail(700, std::string(name) + " of cuBLAS: illegal address"); };
    }
    return submit(handle->stream, std::move(work)) == 0 ? SUCCESS : EXECUTION_FAILED;
}

float dot(int64_t n, const View& a, int64_t row, const View& b, int64_t column) {
    float sums[4] = {};
    for (int64_t k = 0; k < n; k++) {
        sums[k & 3] += a.at(row, k) * b.at(k, column);
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

void multiply(int64_t m, int64_t n, int64_t k, float alpha, View a, View b, float beta, View c) {
    for (int64_t j = 0; j < n; j++) {
        for (int64_t i = 0; i < m; i++) {
            const float sum = alpha * dot(k, a, i, b, j);
            c.at(i, j) = beta == 0.0f ? sum : sum + beta * c.at(i, j); // beta 0: what C held is not read
        }
    }
}

// The triangle of an n × n matrix, from the left of n × width matrices.
struct Triangle {
    View a;
    bool upper, unit;
    int64_t n;
    int64_t begin(int64_t row) const { return upper ? row + 1 : 0; }
    int64_t end(int64_t row) const { return upper ? n : row; }
    float diagonal(int64_t i) const { return unit ? 1.0f : a.at(i, i); }
};

void multiply(const Triangle& t, int64_t width, float alpha, View b, View c) {
    std::vector<float> column((size_t) t.n);
    for (int64_t j = 0; j < width; j++) {
        for (int64_t i = 0; i < t.n; i++) {
            float sum = t.diagonal(i) * b.at(i, j);
            for (int64_t k = t.begin(i); k < t.end(i); k++) {
                sum += t.a.at(i, k) * b.at(k, j);
            }
            column[(size_t) i] = alpha * sum;
        }
        for (int64_t i = 0; i < t.n; i++) {
            c.at(i, j) = column[(size_t) i];
        }
    }
}

void solve(const Triangle& t, int64_t width, float alpha, View b) {
    for (int64_t j = 0; j < width; j++) {
        for (int64_t step = 0; step < t.n; step++) {
            const int64_t i = t.upper ? t.n - 1 - step : step;
            float sum = alpha * b.at(i, j);
            for (int64_t k = t.begin(i); k < t.end(i); k++) {
                sum -= t.a.at(i, k) * b.at(k, j);
            }
            b.at(i, j) = sum / t.diagonal(i);
        }
    }
}

int gemm(const Handle* handle, int ta, int tb, int64_t m, int64_t n, int64_t k, const float* alpha, const float* a, int64_t lda,
         int64_t strideA, const float* b, int64_t ldb, int64_t strideB, const float* beta, float* c, int64_t ldc, int64_t strideC,
         int64_t count) {
    if (const int status = check(handle)) {
        return status;
    }
    const int64_t rowsA = ta == 0 ? m : k, columnsA = ta == 0 ? k : m, rowsB = tb == 0 ? k : n, columnsB = tb == 0 ? n : k;
    if (m < 0 || n < 0 || k < 0 || count < 0 || lda < std::max<int64_t>(1, rowsA) || ldb < std::max<int64_t>(1, rowsB)
        || ldc < std::max<int64_t>(1, m) || ta < 0 || ta > 2 || tb < 0 || tb > 2) {
        return INVALID_VALUE;
    }
    bool there = true;
    for (int64_t i = 0; i < count; i++) {
        there = there && isThere(a + i * strideA, rowsA, columnsA, lda) && isThere(b + i * strideB, rowsB, columnsB, ldb)
                && isThere(c + i * strideC, m, n, ldc);
    }
    return run(handle, "sgemm", there, [=, alpha = *alpha, beta = *beta] {
        for (int64_t i = 0; i < count; i++) {
            const View va = stored(a + i * strideA, lda), vb = stored(b + i * strideB, ldb);
            multiply(m, n, k, alpha, ta == 0 ? va : va.transposed(), tb == 0 ? vb : vb.transposed(), beta, stored(c + i * strideC, ldc));
        }
    });
}

// B·op(A) is the transpose of op(A)ᵀ·Bᵀ.
int triangular(const Handle* handle, const char* name, int side, int fill, int transposed, int unit, int64_t m, int64_t n,
               const float* alpha, const float* a, int64_t lda, const float* b, int64_t ldb, float* c, int64_t ldc) {
    if (const int status = check(handle)) {
        return status;
    }
    const int64_t order = side == 0 ? m : n;
    if (m < 0 || n < 0 || lda < std::max<int64_t>(1, order) || ldb < std::max<int64_t>(1, m) || ldc < std::max<int64_t>(1, m)) {
        return INVALID_VALUE;
    }
    const bool there = isThere(a, order, order, lda) && isThere(b, m, n, ldb) && isThere(c, m, n, ldc);
    const bool turned = (transposed != 0) != (side != 0);
    const View va = stored(a, lda), vb = stored(b, ldb), vc = stored(c, ldc);
    const Triangle t = {turned ? va.transposed() : va, (fill == 1) != turned, unit == 1, order};
    const int64_t width = side == 0 ? n : m;
    const bool solving = std::string(name) == "strsm";
    return run(handle, name, there, [=, alpha = *alpha] {
        if (solving) {
            solve(t, width, alpha, side == 0 ? vc : vc.transposed());
        } else {
            multiply(t, width, alpha, side == 0 ? vb : vb.transposed(), side == 0 ? vc : vc.transposed());
        }
    });
}

} // namespace

API int cublasCreate_v2(Handle** handle) {
    ENTER("cublasCreate")
    if (usable() != 0) {
        return NOT_INITIALIZED;
    }
    *handle = new Handle;
    handles.insert(*handle);
    count(CUBLAS, 1);
    return SUCCESS;
}

API int cublasDestroy_v2(Handle* handle) {
    ENTER("cublasDestroy")
    if (handles.erase(handle) == 0) {
        return NOT_INITIALIZED;
    }
    count(CUBLAS, -1);
    return SUCCESS;
}

API int cublasSetStream_v2(Handle* handle, void* stream) {
    ENTER("cublasSetStream")
    if (const int status = check(handle)) {
        return status;
    }
    handle->stream = stream;
    return SUCCESS;
}

API int cublasSetMathMode(Handle* handle, int mode) {
    ENTER("cublasSetMathMode")
    if (const int status = check(handle)) {
        return status;
    }
    handle->mathMode = mode;
    return SUCCESS;
}

API int cublasSetPointerMode_v2(Handle* handle, int mode) {
    ENTER("cublasSetPointerMode")
    if (const int status = check(handle)) {
        return status;
    }
    return mode == 0 ? SUCCESS : NOT_SUPPORTED; // scalars on the device
}

API int cublasSetWorkspace_v2(Handle* handle, void*, size_t) {
    ENTER("cublasSetWorkspace")
    return check(handle);
}

API int cublasGetVersion_v2(Handle*, int* version) {
    ENTER("cublasGetVersion")
    *version = 120600;
    return SUCCESS;
}

API int cublasSgemm_v2(Handle* handle, int ta, int tb, int m, int n, int k, const float* alpha, const float* a, int lda, const float* b,
                       int ldb, const float* beta, float* c, int ldc) {
    ENTER("cublasSgemm")
    return gemm(handle, ta, tb, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0, 1);
}

API int cublasSgemm_v2_64(Handle* handle, int ta, int tb, int64_t m, int64_t n, int64_t k, const float* alpha, const float* a,
                          int64_t lda, const float* b, int64_t ldb, const float* beta, float* c, int64_t ldc) {
    ENTER("cublasSgemm_64")
    return gemm(handle, ta, tb, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0, 1);
}

API int cublasSgemmStridedBatched(Handle* handle, int ta, int tb, int m, int n, int k, const float* alpha, const float* a, int lda,
                                  long long strideA, const float* b, int ldb, long long strideB, const float* beta, float* c, int ldc,
                                  long long strideC, int batch) {
    ENTER("cublasSgemmStridedBatched")
    return gemm(handle, ta, tb, m, n, k, alpha, a, lda, strideA, b, ldb, strideB, beta, c, ldc, strideC, batch);
}

API int cublasStrsm_v2(Handle* handle, int side, int fill, int transposed, int unit, int m, int n, const float* alpha, const float* a,
                       int lda, float* b, int ldb) {
    ENTER("cublasStrsm")
    return triangular(handle, "strsm", side, fill, transposed, unit, m, n, alpha, a, lda, b, ldb, b, ldb);
}

API int cublasStrsm_v2_64(Handle* handle, int side, int fill, int transposed, int unit, int64_t m, int64_t n, const float* alpha,
                          const float* a, int64_t lda, float* b, int64_t ldb) {
    ENTER("cublasStrsm_64")
    return triangular(handle, "strsm", side, fill, transposed, unit, m, n, alpha, a, lda, b, ldb, b, ldb);
}

API int cublasStrmm_v2(Handle* handle, int side, int fill, int transposed, int unit, int m, int n, const float* alpha, const float* a,
                       int lda, const float* b, int ldb, float* c, int ldc) {
    ENTER("cublasStrmm")
    return triangular(handle, "strmm", side, fill, transposed, unit, m, n, alpha, a, lda, b, ldb, c, ldc);
}

API int cublasStrmm_v2_64(Handle* handle, int side, int fill, int transposed, int unit, int64_t m, int64_t n, const float* alpha,
                          const float* a, int64_t lda, const float* b, int64_t ldb, float* c, int64_t ldc) {
    ENTER("cublasStrmm_64")
    return triangular(handle, "strmm", side, fill, transposed, unit, m, n, alpha, a, lda, b, ldb, c, ldc);
}

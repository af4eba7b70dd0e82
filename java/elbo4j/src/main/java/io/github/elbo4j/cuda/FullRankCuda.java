package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Shape;

/** Launches kernels/fullrank.cu; solving is gemm's, the normals are made by their own family. */
final class FullRankCuda {
    private final Cuda cuda;
    private final NormalCuda normal;
    private final GemmCuda gemm;
    private final Kernel sample;
    private final Kernel sample32;
    private final Kernel residual;
    private final Kernel negate;
    private final Kernel density;
    private final Kernel entropy;

    FullRankCuda(Cuda cuda, NormalCuda normal, GemmCuda gemm) {
        this.cuda = cuda;
        this.normal = normal;
        this.gemm = gemm;
        sample = cuda.kernel("fullrank_sample");
        sample32 = cuda.kernel("fullrank_sample32");
        residual = cuda.kernel("fullrank_residual");
        negate = cuda.kernel("fullrank_negate");
        density = cuda.kernel("fullrank_density");
        entropy = cuda.kernel("fullrank_entropy");
    }

    void sample(Key key, int step, Shape shape, Buffer mu, Buffer factor, Buffer z) {
        boolean small = tiles(shape, GemmCuda.TILE) < GemmCuda.BUSY || shape.dimensions() <= GemmCuda.SMALL_TILE;
        cuda.launch()
                .of(small ? sample32 : sample)
                .normals(key, step, shape)
                .buffer(mu)
                .buffer(factor)
                .buffer(z)
                .run(tiles(shape, small ? GemmCuda.SMALL_TILE : GemmCuda.TILE), Grid.THREADS, "fullRankSample");
    }

    private static long tiles(Shape shape, int size) {
        return shape.problems() * (Grid.ceilDiv(shape.draws(), size) * Grid.ceilDiv(shape.dimensions(), size));
    }

    void logDensity(Shape shape, Buffer mu, Buffer factor, Buffer z, Buffer logQ) {
        String operation = "fullRankLogDensity";
        long h = cuda.arena().take(Float.BYTES * shape.elements());
        residual(shape, mu, z, h, operation);
        solve(shape, factor, h, false, operation);
        cuda.launch()
                .of(density)
                .buffer(factor)
                .address(h)
                .buffer(logQ)
                .number(shape.problems())
                .number(shape.draws())
                .number(shape.dimensions())
                .number(0)
                .run(Grid.rows(shape.rows(), shape.dimensions()), Grid.THREADS, operation);
    }

    void gradient(Shape shape, Buffer mu, Buffer factor, Buffer z, Buffer gradient) {
        String operation = "fullRankLogDensityGradient";
        long x = Launch.place(gradient, 0);
        residual(shape, mu, z, x, operation);
        solve(shape, factor, x, false, operation);
        solve(shape, factor, x, true, operation);
        cuda.launch()
                .of(negate)
                .address(x)
                .number(shape.elements())
                .run(Grid.threads(shape.elements()), Grid.THREADS, operation);
    }

    void score(Key key, int step, Shape shape, Buffer factor, Buffer score) {
        normal.normal(key, step, shape, score);
        solve(shape, factor, Launch.place(score, 0), true, "fullRankScore");
    }

    void entropy(int problems, int dimensions, Buffer factor, Buffer result, long slot) {
        cuda.launch()
                .of(entropy)
                .buffer(factor)
                .address(Launch.place(result, slot * problems))
                .number(problems)
                .number(dimensions)
                .run(Grid.rows(problems, dimensions), Grid.THREADS, "fullRankEntropy");
    }

    private void residual(Shape shape, Buffer mu, Buffer z, long to, String operation) {
        cuda.launch()
                .of(residual)
                .buffer(mu)
                .buffer(z)
                .address(to)
                .number(shape.problems())
                .number(shape.draws())
                .number(shape.dimensions())
                .number(0)
                .run(Grid.threads(shape.elements()), Grid.THREADS, operation);
    }

    /** {@code L⁻¹}, or {@code L⁻ᵀ}, times each of the draws {@code x[B][S][D]}, in place: a draw is a column. */
    private void solve(Shape shape, Buffer factor, long x, boolean transposed, String operation) {
        int dims = shape.dimensions();
        View l = View.rowMajor(Launch.place(factor, 0), dims, dims);
        View draws = View.rowMajor(x, shape.draws(), dims).transposed();
        View triangle = transposed ? l.transposed() : l;
        gemm.solve(triangle, draws, shape.problems(), dims, shape.draws(), transposed, true, operation);
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.FullRankOps;
import io.github.elbo4j.device.Index;

/** Launches kernels/fullrank.cu; solving is gemm's, the normals are made by their own family. */
final class FullRankCuda extends KernelFamily {
    /** Dimensions up to which a draw is in a thread's registers, and threads of a block, as in kernels/fullrank.cuh. */
    private static final int FEW = 32;

    private static final int FEW_THREADS = 128;

    private final NormalCuda normal;
    private final GemmCuda gemm;
    private final Kernel sample = cuda.kernel("fullrank_sample");
    private final Kernel sample32 = cuda.kernel("fullrank_sample32");
    private final Kernel sampleFew = cuda.kernel("fullrank_sample_few");
    private final Kernel scoreFew = cuda.kernel("fullrank_score_few");
    private final Kernel densityFew = cuda.kernel("fullrank_density_few");
    private final Kernel gradientFew = cuda.kernel("fullrank_gradient_few");
    private final Kernel residual = cuda.kernel("fullrank_residual");
    private final Kernel negate = cuda.kernel("fullrank_negate");
    private final Kernel density = cuda.kernel("fullrank_density");
    private final Kernel densityAtDraw = cuda.kernel("fullrank_density_at_draw");
    private final Kernel entropy = cuda.kernel("fullrank_entropy");

    FullRankCuda(Cuda cuda, NormalCuda normal, GemmCuda gemm) {
        super(cuda);
        this.normal = normal;
        this.gemm = gemm;
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(FullRankOps.FullRankSample.class, this::sample);
        launchers.add(FullRankOps.FullRankLogDensity.class, this::logDensity);
        launchers.add(FullRankOps.FullRankLogDensityAtDraw.class, this::logDensityAtDraw);
        launchers.add(FullRankOps.FullRankScore.class, this::score);
        launchers.add(FullRankOps.FullRankEntropy.class, op -> {
            long to = Launch.place(op.entropy(), 0);
            entropy(op.factor(), to, op.slot().by(op.problems()), op.problems(), op.dimensions());
        });
    }

    private void sample(FullRankOps.FullRankSample op) {
        DrawBlock shape = op.shape();
        boolean small = tiles(shape, GemmCuda.TILE) < GemmCuda.BUSY;
        Launch launch = launch(isFew(shape) ? sampleFew : small ? sample32 : sample)
                .normals(op.key(), op.step(), shape)
                .buffer(op.mu())
                .buffer(op.factor())
                .buffer(op.z());
        if (isFew(shape)) {
            runFew(launch, shape);
        } else {
            launch.run(tiles(shape, small ? GemmCuda.SMALL_TILE : GemmCuda.TILE));
        }
    }

    private static boolean isFew(DrawBlock shape) {
        return shape.dimensions() <= FEW;
    }

    /** A warp for each 32 draws of a problem. */
    private static void runFew(Launch launch, DrawBlock shape) {
        long warps = shape.problems() * Grid.ceilDiv(shape.draws(), Grid.WARP);
        launch.run(Grid.threads(warps * Grid.WARP, FEW_THREADS), FEW_THREADS);
    }

    private static long tiles(DrawBlock shape, int size) {
        return shape.problems() * (Grid.ceilDiv(shape.draws(), size) * Grid.ceilDiv(shape.dimensions(), size));
    }

    private void logDensity(FullRankOps.FullRankLogDensity op) {
        DrawBlock shape = op.shape();
        Buffer logQ = op.logQ();
        Buffer gradient = op.gradient();
        if (isFew(shape)) {
            if (logQ != null) {
                few(densityFew, shape, op.mu(), op.factor(), op.z(), logQ);
            }
            if (gradient != null) {
                few(gradientFew, shape, op.mu(), op.factor(), op.z(), gradient);
            }
            return;
        }
        long h = gradient == null ? cuda.workspace(Float.BYTES * shape.elements()) : Launch.place(gradient, 0);
        residual(shape, op.mu(), op.z(), h);
        solve(shape, op.factor(), h, false);
        if (logQ != null) {
            launch(density)
                    .buffer(op.factor())
                    .address(h)
                    .buffer(logQ)
                    .number(shape.problems())
                    .number(shape.draws())
                    .number(shape.dimensions())
                    .number(0)
                    .run(Grid.rows(shape.allDraws(), shape.dimensions()));
        }
        if (gradient != null) {
            solve(shape, op.factor(), h, true);
            launch(negate).address(h).number(shape.elements()).run(Grid.threads(shape.elements()));
        }
    }

    private void few(Kernel kernel, DrawBlock shape, Buffer mu, Buffer factor, Buffer z, Buffer to) {
        Launch launch = launch(kernel)
                .buffer(mu)
                .buffer(factor)
                .buffer(z)
                .buffer(to)
                .number(shape.problems())
                .number(shape.draws())
                .number(shape.dimensions())
                .number(0);
        runFew(launch, shape);
    }

    private void score(FullRankOps.FullRankScore op) {
        if (isFew(op.shape())) {
            Launch launch = launch(scoreFew)
                    .normals(op.key(), op.step(), op.shape())
                    .address(0)
                    .buffer(op.factor())
                    .buffer(op.score());
            runFew(launch, op.shape());
            return;
        }
        long x = Launch.place(op.score(), 0);
        normal.normal(op.key(), op.step(), op.shape(), x);
        solve(op.shape(), op.factor(), x, true);
    }

    private void logDensityAtDraw(FullRankOps.FullRankLogDensityAtDraw op) {
        DrawBlock shape = op.shape();
        long entropies = cuda.workspace((long) Double.BYTES * shape.problems());
        entropy(op.factor(), entropies, Index.of(0), shape.problems(), shape.dimensions());
        launch(densityAtDraw)
                .normals(op.key(), op.step(), shape)
                .address(entropies)
                .buffer(op.logQ())
                .run(Grid.quadRows(shape.allDraws(), shape.dimensions()));
    }

    private void entropy(Buffer factor, long to, Index first, int problems, int dims) {
        launch(entropy)
                .buffer(factor)
                .address(to)
                .index(first)
                .number(problems)
                .number(dims)
                .run(Grid.rows(problems, dims));
    }

    private void residual(DrawBlock shape, Buffer mu, Buffer z, long to) {
        launch(residual)
                .buffer(mu)
                .buffer(z)
                .address(to)
                .number(shape.problems())
                .number(shape.draws())
                .number(shape.dimensions())
                .number(0)
                .run(Grid.threads(shape.elements()));
    }

    /** {@code L⁻¹}, or {@code L⁻ᵀ}, times each of the draws {@code x[B][S][D]}, in place: a draw is a column. */
    private void solve(DrawBlock shape, Buffer factor, long x, boolean transposed) {
        int dims = shape.dimensions();
        MatrixBatch l = MatrixBatch.rowMajor(Launch.place(factor, 0), dims, dims);
        MatrixBatch draws = MatrixBatch.rowMajor(x, shape.draws(), dims).transposed();
        MatrixBatch triangle = transposed ? l.transposed() : l;
        gemm.solve(triangle, draws, shape.problems(), dims, shape.draws(), transposed, true);
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.Matrix;

/** Launches kernels/gemm.cu, or with fast arithmetic calls cuBLAS where it takes the matrices. */
final class GemmCuda extends KernelFamily {
    /** Rows and columns of a tile, and of the smaller one. */
    static final int TILE = 64;

    static final int SMALL_TILE = 32;
    /** Blocks that keep a large GPU busy; with fewer, tiles are small. */
    static final long BUSY = 264;

    /** The part of A that is read: Triangle of kernels/gemm.cuh. */
    private static final int WHOLE = 0;

    private static final int LOWER = 1;
    private static final int UPPER = 2;

    /** k's of a chain, of a product and of a triangle's. */
    private static final int PANEL = 1024;

    private static final int TRIANGLE_PANEL = 256;
    private static final int LANES = 32;
    /** Memory for the chains of panels; with more outputs than fit, they come one lot after the other. */
    static final long WORKSPACE = 256L << 20;

    /** The same; a test has less. */
    private static long workspace = WORKSPACE;

    private final Kernel multiply = cuda.kernel("gemm_multiply");
    private final Kernel multiply32 = cuda.kernel("gemm_multiply32");
    private final Kernel add = cuda.kernel("gemm_add");
    private final Kernel copy = cuda.kernel("gemm_copy");
    private final Kernel solve = cuda.kernel("gemm_solve");
    private final Kernel solve32 = cuda.kernel("gemm_solve32");

    GemmCuda(Cuda cuda) {
        super(cuda);
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(GemmOps.Gemm.class, op -> {
            Cublas cublas = cuda.cublas();
            if (cublas == null || !cublas.gemm(op)) {
                gemm(op);
            }
        });
        launchers.add(GemmOps.TriangularMultiply.class, op -> triangular(op.l(), op.upper(), false, op.b()));
        launchers.add(GemmOps.TriangularSolve.class, op -> triangular(op.l(), op.upper(), true, op.b()));
    }

    static void workspace(long bytes) {
        workspace = bytes;
    }

    private void gemm(GemmOps.Gemm op) {
        Matrix c = op.c();
        boolean accumulate = op.accumulate();
        int inner = op.a().columns();
        MatrixBatch left = MatrixBatch.of(op.a());
        MatrixBatch right = MatrixBatch.of(op.b());
        MatrixBatch target = MatrixBatch.of(c);
        int panels = (int) Grid.ceilDiv(inner, PANEL);
        if (panels < 2 || c.rows() == 0 || c.columns() == 0) {
            Product all = new Product(left, right, target, 1, c.rows(), c.columns(), inner, PANEL);
            launch(all, accumulate, WHOLE, 1f);
            return;
        }
        // A block of C whose chains fit, of as many rows as a tile where it can be.
        long fit = Math.max(1, workspace / Float.BYTES / panels);
        int columns = (int) Math.min(c.columns(), Math.max(1, fit / Math.min(TILE, c.rows())));
        int rows = (int) Math.min(c.rows(), Math.max(1, fit / columns));
        long sums = cuda.workspace(Float.BYTES * (long) rows * columns * panels);
        for (int i = 0; i < c.rows(); i += rows) {
            for (int j = 0; j < c.columns(); j += columns) {
                int m = Math.min(rows, c.rows() - i);
                int n = Math.min(columns, c.columns() - j);
                MatrixBatch block = target.from(i, j);
                Product part = new Product(left.from(i, 0), right.from(0, j), block, 1, m, n, inner, PANEL);
                launchPanels(part, 1f, sums, panels);
                block.to(launch(add))
                        .address(sums)
                        .number(m)
                        .number(n)
                        .number(panels)
                        .flag(accumulate)
                        .run(Grid.threads((long) m * n));
            }
        }
    }

    private void triangular(Matrix l, boolean upper, boolean solve, Matrix b) {
        Cublas cublas = cuda.cublas();
        if (cublas != null && cublas.triangular(l, upper, solve, b)) {
            return;
        }
        MatrixBatch target = MatrixBatch.of(b);
        if (solve) {
            solve(MatrixBatch.of(l), target, 1, b.rows(), b.columns(), upper, false);
            return;
        }
        long elements = (long) b.rows() * b.columns();
        MatrixBatch source = MatrixBatch.rowMajor(cuda.workspace(Float.BYTES * elements), b.rows(), b.columns());
        target.to(launch(copy))
                .address(source.at())
                .number(b.rows())
                .number(b.columns())
                .run(Grid.threads(elements));
        Product product =
                new Product(MatrixBatch.of(l), source, target, 1, b.rows(), b.columns(), b.rows(), TRIANGLE_PANEL);
        launch(product, false, upper ? UPPER : LOWER, 1f);
    }

    /**
     * {@code X = L⁻¹·X} in place for every problem, forward, or backward if {@code upper}.
     *
     * @param logDiagonal whether L's diagonal is stored as its logarithm
     */
    void solve(MatrixBatch l, MatrixBatch x, int problems, int rows, int columns, boolean upper, boolean logDiagonal) {
        int panels = (int) Grid.ceilDiv(rows, TRIANGLE_PANEL);
        if (!upper || panels < 2) {
            for (int first = 0; first < rows; first += TRIANGLE_PANEL) {
                // What the rows above contribute: X −= L·X, panel by panel, in the order of the chains.
                if (first > 0) {
                    int height = Math.min(TRIANGLE_PANEL, rows - first);
                    MatrixBatch target = x.from(first, 0);
                    Product known =
                            new Product(l.from(first, 0), x, target, problems, height, columns, first, TRIANGLE_PANEL);
                    launch(known, true, WHOLE, -1f);
                }
                solvePanel(l, x, problems, rows, columns, first, upper, logDiagonal, 0, 0);
            }
            return;
        }
        // What the rows below contribute comes after the panel's own chain, so that it is kept for then.
        long column = (long) Float.BYTES * (panels - 1) * TRIANGLE_PANEL * problems;
        int together = (int) Math.min(columns, Math.max(LANES, workspace / Math.max(1, column)));
        long later = cuda.workspace(column * together);
        for (int from = 0; from < columns; from += together) {
            int count = Math.min(together, columns - from);
            MatrixBatch part = x.from(0, from);
            for (int panel = panels - 1; panel >= 0; panel--) {
                int first = panel * TRIANGLE_PANEL;
                int below = Math.min(rows, first + TRIANGLE_PANEL);
                Product known = new Product(
                        l.from(first, below),
                        part.from(below, 0),
                        part.from(first, 0),
                        problems,
                        below - first,
                        count,
                        rows - below,
                        TRIANGLE_PANEL);
                launchPanels(known, -1f, later, panels - 1 - panel);
                solvePanel(l, part, problems, rows, count, first, true, logDiagonal, later, panels - 1 - panel);
            }
        }
    }

    /** The rows of a panel, which depend on each other. */
    private void solvePanel(
            MatrixBatch l,
            MatrixBatch x,
            int problems,
            int rows,
            int columns,
            int first,
            boolean upper,
            boolean logDiagonal,
            long later,
            int laterPanels) {
        Launch launch = launch(rows <= SMALL_TILE ? solve32 : solve);
        x.to(l.to(launch))
                .address(later)
                .number(problems)
                .number(rows)
                .number(columns)
                .number(first)
                .number(laterPanels)
                .flag(upper)
                .flag(logDiagonal)
                .number(0)
                .run(problems * Grid.ceilDiv(columns, LANES), LANES);
    }

    /** The whole of C, each output by one thread. */
    private void launch(Product product, boolean accumulate, int triangle, float sign) {
        launch(product, 0, 1, accumulate, triangle, sign);
    }

    /** The chains of all panels, to {@code sums}; C is not touched. */
    private void launchPanels(Product product, float sign, long sums, int panels) {
        launch(product, sums, panels, false, WHOLE, sign);
    }

    private void launch(Product product, long sums, int panels, boolean accumulate, int triangle, float sign) {
        boolean small = product.tiles(TILE) * panels < BUSY;
        Launch launch = launch(small ? multiply32 : multiply);
        product.c()
                .to(product.b().to(product.a().to(launch)))
                .address(sums)
                .number(product.problems())
                .number(product.rows())
                .number(product.columns())
                .number(product.inner())
                .number(panels)
                .flag(accumulate)
                .number(triangle)
                .number(sign)
                .number(product.panel())
                .number(0)
                .run(product.tiles(small ? SMALL_TILE : TILE) * panels);
    }

    /** C of rows × columns and A·B over so many k's in panels of {@code panel}, for every problem. */
    private record Product(
            MatrixBatch a, MatrixBatch b, MatrixBatch c, int problems, int rows, int columns, int inner, int panel) {
        long tiles(int size) {
            return problems * Grid.ceilDiv(rows, size) * Grid.ceilDiv(columns, size);
        }
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.Matrix;

/** Launches kernels/gemm.cu, or with fast arithmetic calls cuBLAS where it takes the matrices. */
final class GemmCuda extends KernelFamily {
    /** Rows and columns of a tile, and of the smaller one. */
    static final int TILE = 64;

    static final int SMALL_TILE = 32;
    /** The others of a product: where a few outputs are to give many blocks, and where many are. */
    private static final int LEAST_TILE = 16;

    private static final int LARGE_TILE = 128;
    /** Blocks that give each multiprocessor of a large GPU two; with fewer, tiles are smaller. */
    static final long BUSY = 264;

    /** The part of A that is read: Triangle of kernels/gemm.cuh. */
    private static final int WHOLE = 0;

    private static final int LOWER = 1;
    private static final int UPPER = 2;

    /** k's of a chain, of a product and of a triangle's. */
    private static final int PANEL = 1024;

    private static final int TRIANGLE_PANEL = 256;
    private static final int LANES = 32;
    /** Warps that solve with an upper triangle: one solves, one reads. */
    private static final int UPPER_WARPS = 2;

    /** Rows and columns of a thread where it goes along the problems. */
    private static final int EACH = 2;
    /** Problems that lie beside each other, of which a warp may take some. */
    private static final int FEWEST = 8;
    /** Memory for the chains of panels; with more outputs than fit, they come one lot after the other. */
    static final long WORKSPACE = 256L << 20;

    /** The same; a test has less. */
    private static long workspace = WORKSPACE;

    private final Kernel multiply128 = cuda.kernel("gemm_multiply128");
    private final Kernel multiply64 = cuda.kernel("gemm_multiply64");
    private final Kernel multiply32 = cuda.kernel("gemm_multiply32");
    private final Kernel multiply16 = cuda.kernel("gemm_multiply16");
    private final Kernel panels64 = cuda.kernel("gemm_panels64");
    private final Kernel panels32 = cuda.kernel("gemm_panels32");
    private final Kernel multiplyBeside = cuda.kernel("gemm_multiply_beside");
    private final Kernel add = cuda.kernel("gemm_add");
    private final Kernel copy = cuda.kernel("gemm_copy");
    private final Kernel solve = cuda.kernel("gemm_solve");
    private final Kernel solve32 = cuda.kernel("gemm_solve32");
    private final Kernel solveUpper = cuda.kernel("gemm_solve_upper");
    private final Kernel solveUpper32 = cuda.kernel("gemm_solve_upper32");
    private final Kernel solveBeside = cuda.kernel("gemm_solve_beside");

    GemmCuda(Cuda cuda) {
        super(cuda);
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(GemmOps.Gemm.class, op -> {
            Cublas cublas = cuda.cublas();
            if (cublas == null || !cublas.gemm(op)) {
                gemm(op.asBatch());
            }
        });
        launchers.add(GemmOps.BatchedGemm.class, this::gemm);
        launchers.add(GemmOps.BatchedTriangularSolve.class, this::solve);
        launchers.add(GemmOps.TriangularMultiply.class, op -> triangular(op.l(), op.upper(), false, op.b()));
        launchers.add(GemmOps.TriangularSolve.class, op -> triangular(op.l(), op.upper(), true, op.b()));
    }

    static void workspace(long bytes) {
        workspace = bytes;
    }

    static long workspace() {
        return workspace;
    }

    private void gemm(GemmOps.BatchedGemm op) {
        boolean accumulate = op.accumulate();
        Product all = Product.of(op);
        int panels = (int) Grid.ceilDiv(all.inner, PANEL);
        if (panels < 2 || all.rows == 0 || all.columns == 0 || all.problems == 0) {
            launch(all, accumulate, WHOLE, 1f);
            return;
        }
        // A block of C whose chains fit, of as many rows as a tile where it can be, of as many problems as fit then.
        long fit = Math.max(1, workspace / Float.BYTES / panels);
        int columns = (int) Math.min(all.columns, Math.max(1, fit / Math.min(TILE, all.rows)));
        int rows = (int) Math.min(all.rows, Math.max(1, fit / columns));
        int problems = (int) Math.min(all.problems, Math.max(1, fit / columns / rows));
        long sums = cuda.workspace(Float.BYTES * (long) problems * rows * columns * panels);
        for (int b = 0; b < all.problems; b += problems) {
            for (int i = 0; i < all.rows; i += rows) {
                for (int j = 0; j < all.columns; j += columns) {
                    Product part = all.part(b, problems, i, rows, j, columns);
                    launchPanels(part, 1f, sums, panels);
                    part.c()
                            .to(launch(add))
                            .address(sums)
                            .number(part.problems)
                            .number(part.rows)
                            .number(part.columns)
                            .number(panels)
                            .flag(accumulate)
                            .number(0)
                            .run(Grid.threads((long) part.problems * part.rows * part.columns));
                }
            }
        }
    }

    private void solve(GemmOps.BatchedTriangularSolve op) {
        MatrixBatch l = MatrixBatch.of(op.l());
        MatrixBatch x = MatrixBatch.of(op.b());
        int problems = op.b().count();
        int rows = op.b().first().rows();
        int columns = op.b().first().columns();
        if (problems < FEWEST || !l.isBeside() || !x.isBeside()) {
            solve(l, x, problems, rows, columns, op.upper(), false);
            return;
        }
        x.to(l.to(launch(solveBeside)))
                .address(0)
                .number(problems)
                .number(rows)
                .number(columns)
                .number(0)
                .number(0)
                .flag(op.upper())
                .flag(false)
                .number(0)
                .run(Grid.threads((long) problems * columns));
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
        boolean few = rows <= LANES;
        Kernel kernel = upper ? few ? solveUpper32 : solveUpper : few ? solve32 : solve;
        long warps = upper ? UPPER_WARPS : Grid.ceilDiv(Math.min(rows - first, TRIANGLE_PANEL), LANES);
        x.to(l.to(launch(kernel)))
                .address(later)
                .number(problems)
                .number(rows)
                .number(columns)
                .number(first)
                .number(laterPanels)
                .flag(upper)
                .flag(logDiagonal)
                .number(0)
                .run(problems * Grid.ceilDiv(columns, LANES), (int) warps * LANES);
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
        boolean beside = product.isBeside() && triangle == WHOLE;
        boolean many = triangle != WHOLE || (sums == 0 && product.inner() > product.panel());
        int tile = product.tile(panels, many);
        Kernel kernel;
        if (beside) {
            kernel = multiplyBeside;
        } else if (many) {
            kernel = tile == TILE ? panels64 : panels32;
        } else {
            kernel = switch (tile) {
                case LARGE_TILE -> multiply128;
                case TILE -> multiply64;
                case SMALL_TILE -> multiply32;
                default -> multiply16;
            };
        }
        product.c()
                .to(product.b().to(product.a().to(launch(kernel))))
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
                .run(beside ? Grid.threads(product.tiles(EACH) * panels) : product.tiles(tile) * panels);
    }

    /** C of rows × columns and A·B over so many k's in panels of {@code panel}, for every problem. */
    private record Product(
            MatrixBatch a, MatrixBatch b, MatrixBatch c, int problems, int rows, int columns, int inner, int panel) {
        static Product of(GemmOps.BatchedGemm op) {
            Matrix c = op.result().first();
            return new Product(
                    MatrixBatch.of(op.left()),
                    MatrixBatch.of(op.right()),
                    MatrixBatch.of(op.result()),
                    op.result().count(),
                    c.rows(),
                    c.columns(),
                    op.left().first().columns(),
                    PANEL);
        }

        /** At most {@code m × n} outputs of at most {@code count} problems. */
        Product part(int from, int count, int i, int m, int j, int n) {
            return new Product(
                    a.fromProblem(from).from(i, 0),
                    b.fromProblem(from).from(0, j),
                    c.fromProblem(from).from(i, j),
                    Math.min(count, problems - from),
                    Math.min(m, rows - i),
                    Math.min(n, columns - j),
                    inner,
                    panel);
        }

        /** Whether threads beside each other should take problems, not rows or columns. */
        boolean isBeside() {
            return problems >= FEWEST && a.isBeside() && b.isBeside() && c.isBeside();
        }

        /**
         * The largest tile that makes blocks enough for the whole GPU, and of whose rows and columns most are there.
         *
         * @param many whether an output has several panels in one launch
         */
        int tile(int panels, boolean many) {
            if (!many && rows > TILE && columns > TILE && tiles(LARGE_TILE) * panels >= Grid.BUSY) {
                return LARGE_TILE;
            }
            if (tiles(TILE) * panels >= Grid.BUSY) {
                return TILE;
            }
            return many || tiles(SMALL_TILE) * panels >= Grid.BUSY ? SMALL_TILE : LEAST_TILE;
        }

        long tiles(int size) {
            return problems * Grid.ceilDiv(rows, size) * Grid.ceilDiv(columns, size);
        }
    }
}

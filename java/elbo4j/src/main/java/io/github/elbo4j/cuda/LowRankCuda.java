package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.LowRankOps;
import io.github.elbo4j.device.Shape;
import org.jspecify.annotations.Nullable;

/** Launches kernels/lowrank.cu; the normals are made by their own family. */
final class LowRankCuda {
    /** Draws and coordinates of a block of lowrank_sample. */
    private static final int SAMPLE_DRAWS = 32;

    private static final int SAMPLE_COORDINATES = 128;

    private final Cuda cuda;
    private final NormalCuda normal;
    private final Kernel sample;
    private final Kernel products;
    private final Kernel invert;
    private final Kernel standardize;
    private final Kernel project;
    private final Kernel latent;
    private final Kernel density;
    private final Kernel entropyGradient;

    LowRankCuda(Cuda cuda, NormalCuda normal) {
        this.cuda = cuda;
        this.normal = normal;
        sample = cuda.kernel("lowrank_sample");
        products = cuda.kernel("lowrank_products");
        invert = cuda.kernel("lowrank_invert");
        standardize = cuda.kernel("lowrank_standardize");
        project = cuda.kernel("lowrank_project");
        latent = cuda.kernel("lowrank_latent");
        density = cuda.kernel("lowrank_density");
        entropyGradient = cuda.kernel("lowrank_entropy_gradient");
    }

    void addTo(Launchers launchers) {
        launchers.add(LowRankOps.LowRankSample.class, this::sample);
        launchers.add(LowRankOps.LowRankCapacitance.class, this::capacitance);
        launchers.add(LowRankOps.LowRankLogDensity.class, this::logDensity);
        launchers.add(LowRankOps.LowRankAtDraw.class, this::atDraw);
        launchers.add(LowRankOps.LowRankEntropyGradient.class, this::entropyGradient);
    }

    private void sample(LowRankOps.LowRankSample op) {
        Shape shape = op.shape();
        long across = Grid.ceilDiv(shape.dimensions(), SAMPLE_COORDINATES);
        cuda.launch()
                .of(sample)
                .normals(op.key(), op.step(), LowRankOps.normals(shape, op.rank()))
                .buffer(op.mu())
                .buffer(op.omega())
                .buffer(op.factor())
                .buffer(op.z())
                .number(op.rank())
                .run(
                        shape.problems() * (Grid.ceilDiv(shape.draws(), SAMPLE_DRAWS) * across),
                        Grid.THREADS,
                        "lowRankSample");
    }

    private void capacitance(LowRankOps.LowRankCapacitance op) {
        long pairs = op.rank() * (op.rank() + 1L) / 2;
        capacitance(products, op, Grid.rows(op.problems() * pairs, op.dimensions()));
        capacitance(invert, op, Math.min(Grid.MOST, op.problems()));
    }

    private void capacitance(Kernel kernel, LowRankOps.LowRankCapacitance op, long blocks) {
        cuda.launch()
                .of(kernel)
                .buffer(op.omega())
                .buffer(op.factor())
                .buffer(op.capacitance())
                .number(op.problems())
                .number(op.dimensions())
                .number(op.rank())
                .run(blocks, Grid.THREADS, "lowRankCapacitance");
    }

    private void logDensity(LowRankOps.LowRankLogDensity op) {
        String operation = "lowRankLogDensity";
        Shape shape = op.shape();
        Shape all = LowRankOps.normals(shape, op.rank());
        long y = cuda.workspace(Float.BYTES * all.elements());
        cuda.launch()
                .of(standardize)
                .buffer(op.mu())
                .buffer(op.omega())
                .buffer(op.z())
                .address(y)
                .number(shape.problems())
                .number(shape.draws())
                .number(shape.dimensions())
                .number(op.rank())
                .run(Grid.threads(all.elements()), Grid.THREADS, operation);
        new Density(op.omega(), op.factor(), op.capacitance(), y, null, op.logQ(), op.gradient(), shape, op.rank(), -1)
                .launch(operation);
    }

    private void atDraw(LowRankOps.LowRankAtDraw op) {
        String operation = "lowRankAtDraw";
        Shape shape = op.shape();
        Shape all = LowRankOps.normals(shape, op.rank());
        long y = cuda.workspace(Float.BYTES * all.elements());
        normal.normal(op.key(), op.step(), all, y, operation);
        new Density(
                        op.omega(),
                        op.factor(),
                        op.capacitance(),
                        y,
                        op.latent(),
                        op.logQ(),
                        op.score(),
                        shape,
                        op.rank(),
                        1)
                .launch(operation);
    }

    private void entropyGradient(LowRankOps.LowRankEntropyGradient op) {
        cuda.launch()
                .of(entropyGradient)
                .buffer(op.omega())
                .buffer(op.factor())
                .buffer(op.capacitance())
                .buffer(op.gradient())
                .number(op.problems())
                .number(op.dimensions())
                .number(op.rank())
                .run(Grid.threads((long) op.problems() * op.dimensions()), Grid.THREADS, "lowRankEntropyGradient");
    }

    /** What follows from y and eta: the struct LowRankDensity, which three kernels read. */
    private final class Density {
        private final Buffer omega;
        private final Buffer factor;
        private final Buffer capacitance;
        private final long y;
        private final @Nullable Buffer latentOut;
        private final @Nullable Buffer logQ;
        private final @Nullable Buffer slope;
        private final Shape shape;
        private final int rank;
        private final float sign;

        /** @param y the address of [B][S][D + R] */
        Density(
                Buffer omega,
                Buffer factor,
                Buffer capacitance,
                long y,
                @Nullable Buffer latentOut,
                @Nullable Buffer logQ,
                @Nullable Buffer slope,
                Shape shape,
                int rank,
                float sign) {
            this.omega = omega;
            this.factor = factor;
            this.capacitance = capacitance;
            this.y = y;
            this.latentOut = latentOut;
            this.logQ = logQ;
            this.slope = slope;
            this.shape = shape;
            this.rank = rank;
            this.sign = sign;
        }

        void launch(String operation) {
            long rows = shape.rows();
            int dims = shape.dimensions();
            long projected = cuda.workspace(Double.BYTES * rows * rank);
            long coefficients = cuda.workspace(Float.BYTES * rows * rank);
            launch(project, projected, coefficients, Grid.rows(rows * rank, dims), operation);
            launch(latent, projected, coefficients, Grid.rows(rows, rank), operation);
            launch(density, projected, coefficients, Grid.rows(rows, dims), operation);
        }

        private void launch(Kernel kernel, long projected, long coefficients, long blocks, String operation) {
            cuda.launch()
                    .of(kernel)
                    .buffer(omega)
                    .buffer(factor)
                    .buffer(capacitance)
                    .address(y)
                    .address(projected)
                    .address(coefficients)
                    .buffer(latentOut)
                    .buffer(logQ)
                    .buffer(slope)
                    .number(shape.problems())
                    .number(shape.draws())
                    .number(shape.dimensions())
                    .number(rank)
                    .number(sign)
                    .run(blocks, Grid.THREADS, operation);
        }
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.LowRankOps;
import org.jspecify.annotations.Nullable;

/** Launches kernels/lowrank.cu; the normals are made by their own family. */
final class LowRankCuda extends KernelFamily {
    /** Draws and coordinates of a block of lowrank_sample. */
    private static final int SAMPLE_DRAWS = 32;

    private static final int SAMPLE_COORDINATES = 128;

    private final NormalCuda normal;
    private final Kernel sample = cuda.kernel("lowrank_sample");
    private final Kernel products = cuda.kernel("lowrank_products");
    private final Kernel invert = cuda.kernel("lowrank_invert");
    private final Kernel standardize = cuda.kernel("lowrank_standardize");
    private final Kernel project = cuda.kernel("lowrank_project");
    private final Kernel latent = cuda.kernel("lowrank_latent");
    private final Kernel density = cuda.kernel("lowrank_density");
    private final Kernel entropyGradient = cuda.kernel("lowrank_entropy_gradient");

    LowRankCuda(Cuda cuda, NormalCuda normal) {
        super(cuda);
        this.normal = normal;
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(LowRankOps.LowRankSample.class, this::sample);
        launchers.add(LowRankOps.LowRankCapacitance.class, this::capacitance);
        launchers.add(LowRankOps.LowRankLogDensity.class, this::logDensity);
        launchers.add(LowRankOps.LowRankAtDraw.class, this::atDraw);
        launchers.add(LowRankOps.LowRankEntropyGradient.class, this::entropyGradient);
    }

    private void sample(LowRankOps.LowRankSample op) {
        DrawBlock shape = op.shape();
        long across = Grid.ceilDiv(shape.dimensions(), SAMPLE_COORDINATES);
        launch(sample)
                .normals(op.key(), op.step(), LowRankOps.normals(shape, op.rank()))
                .buffer(op.mu())
                .buffer(op.omega())
                .buffer(op.factor())
                .buffer(op.z())
                .number(op.rank())
                .run(shape.problems() * (Grid.ceilDiv(shape.draws(), SAMPLE_DRAWS) * across));
    }

    private void capacitance(LowRankOps.LowRankCapacitance op) {
        long pairs = op.rank() * (op.rank() + 1L) / 2;
        capacitance(products, op, Grid.rows(op.problems() * pairs, op.dimensions()));
        capacitance(invert, op, Math.min(Grid.MOST, op.problems()));
    }

    private void capacitance(Kernel kernel, LowRankOps.LowRankCapacitance op, long blocks) {
        launch(kernel)
                .buffer(op.omega())
                .buffer(op.factor())
                .buffer(op.capacitance())
                .number(op.problems())
                .number(op.dimensions())
                .number(op.rank())
                .run(blocks);
    }

    private void logDensity(LowRankOps.LowRankLogDensity op) {
        DrawBlock shape = op.shape();
        DrawBlock all = LowRankOps.normals(shape, op.rank());
        long y = cuda.workspace(Float.BYTES * all.elements());
        launch(standardize)
                .buffer(op.mu())
                .buffer(op.omega())
                .buffer(op.z())
                .address(y)
                .number(shape.problems())
                .number(shape.draws())
                .number(shape.dimensions())
                .number(op.rank())
                .run(Grid.threads(all.elements()));
        density(new Density(
                op.omega(), op.factor(), op.capacitance(), y, null, op.logQ(), op.gradient(), shape, op.rank(), -1));
    }

    private void atDraw(LowRankOps.LowRankAtDraw op) {
        DrawBlock shape = op.shape();
        DrawBlock all = LowRankOps.normals(shape, op.rank());
        long y = cuda.workspace(Float.BYTES * all.elements());
        normal.normal(op.key(), op.step(), all, y);
        density(new Density(
                op.omega(), op.factor(), op.capacitance(), y, op.latent(), op.logQ(), op.score(), shape, op.rank(), 1));
    }

    private void entropyGradient(LowRankOps.LowRankEntropyGradient op) {
        launch(entropyGradient)
                .buffer(op.omega())
                .buffer(op.factor())
                .buffer(op.capacitance())
                .buffer(op.gradient())
                .number(op.problems())
                .number(op.dimensions())
                .number(op.rank())
                .run(Grid.threads((long) op.problems() * op.dimensions()));
    }

    /**
     * What follows from y and eta: the struct LowRankDensity, which three kernels read.
     *
     * @param y the address of [B][S][D + R]
     */
    private record Density(
            Buffer omega,
            Buffer factor,
            Buffer capacitance,
            long y,
            @Nullable Buffer latent,
            @Nullable Buffer logQ,
            @Nullable Buffer slope,
            DrawBlock shape,
            int rank,
            float sign) {}

    private void density(Density of) {
        long rows = of.shape.allDraws();
        int dims = of.shape.dimensions();
        long projected = cuda.workspace(Double.BYTES * rows * of.rank);
        long coefficients = cuda.workspace(Float.BYTES * rows * of.rank);
        density(project, of, projected, coefficients, Grid.rows(rows * of.rank, dims));
        density(latent, of, projected, coefficients, Grid.rows(rows, of.rank));
        density(density, of, projected, coefficients, Grid.rows(rows, dims));
    }

    private void density(Kernel kernel, Density of, long projected, long coefficients, long blocks) {
        launch(kernel)
                .buffer(of.omega)
                .buffer(of.factor)
                .buffer(of.capacitance)
                .address(of.y)
                .address(projected)
                .address(coefficients)
                .buffer(of.latent)
                .buffer(of.logQ)
                .buffer(of.slope)
                .number(of.shape.problems())
                .number(of.shape.draws())
                .number(of.shape.dimensions())
                .number(of.rank)
                .number(of.sign)
                .run(blocks);
    }
}

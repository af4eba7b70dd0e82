package io.github.elbo4j.factors;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.estimate.Evidence;
import io.github.elbo4j.estimate.EvidenceOfRows;
import io.github.elbo4j.expr.Expr;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * The marginal likelihood of rows by a fitted model, {@code log p(x) = Σ_n log Σ_z p(x_n, z)} at its weights, which have no prior: by draws of
 * each row's z, and exactly. The draws are the same on every exact device.
 */
public final class FactorEvidence {
    /** Rows that are enumerated at a time, so that memory does not grow with all of them. */
    private static final int ENUMERATED = 512;

    private final Device device;
    private final BinaryFactors factors;
    private final BinaryData data;

    /** What z is drawn from. */
    public enum Proposal {
        /** Every one of the 2^D states with the same probability. */
        UNIFORM,
        /** The model's prior. */
        PRIOR,
        /** The encoder's q(z | x_n). */
        ENCODER,
        /** The same with every probability kept from 0.047 to 0.953, as {@link RowBounds} does it. */
        WIDENED_ENCODER;

        /** The logits, [n][D]. */
        private Expr logits(RowBlock block, BinaryFactors factors) {
            Expr encoder = block.logits();
            return switch (this) {
                case UNIFORM -> encoder.times(0);
                case PRIOR ->
                    encoder.times(0)
                            .plus(Expr.data(
                                    "prior",
                                    IntStream.range(0, factors.factors())
                                            .mapToDouble(factors::priorLogit)
                                            .toArray()));
                case ENCODER -> encoder;
                case WIDENED_ENCODER -> RowBounds.widened(encoder);
            };
        }
    }

    /**
     * Of these rows.
     *
     * @throws IllegalArgumentException if they have other columns than the model
     */
    public FactorEvidence(Device device, BinaryFactors factors, BinaryData data) {
        if (!data.columns().equals(factors.columns())) {
            throw new IllegalArgumentException("the rows have the columns " + String.join(", ", data.columns())
                    + ", but the factors are of " + String.join(", ", factors.columns()));
        }
        this.device = device;
        this.factors = factors;
        this.data = data;
    }

    /**
     * By draws.
     *
     * @param cancelled asked now and then
     * @throws CancellationException if it was cancelled
     */
    public Evidence estimate(Proposal proposal, EvidenceOfRows.Draws draws, BooleanSupplier cancelled) {
        int count = draws.ofRow();
        EvidenceOfRows sums = new EvidenceOfRows(draws);
        int most = RowBlock.most(factors, count);
        double[] ratios = new double[count];
        for (int from = 0; from < data.rows(); from += most) {
            stop(cancelled);
            int rows = Math.min(most, data.rows() - from);
            RowBlock block = new RowBlock(factors, data, from, rows);
            Expr logits = proposal.logits(block, factors);
            Expr z = block.draw(draws.key().fork("rows from " + from), count, logits);
            float[] both = block.values(device, List.of(block.logJoint(z), Estimator.logQ(z, logits)), 2L * count);
            for (int n = 0; n < rows; n++) {
                for (int s = 0; s < count; s++) {
                    ratios[s] = (double) both[n * count + s] - both[(rows + n) * count + s];
                }
                sums.add(ratios);
            }
        }
        return sums.sum();
    }

    /**
     * By {@link Enumeration} of all 2^D states for each row.
     *
     * @param cancelled asked now and then
     * @throws IllegalArgumentException if there are more factors than {@link Enumeration#MANY_ROWS} for more than one row
     * @throws CancellationException if it was cancelled
     */
    public double exact(BooleanSupplier cancelled) {
        Enumeration.check(factors.factors(), data.rows());
        double sum = 0;
        for (int from = 0; from < data.rows(); from += ENUMERATED) {
            int to = Math.min(data.rows(), from + ENUMERATED);
            BinaryData some = data.rows(IntStream.range(from, to).toArray());
            Enumeration all = Enumeration.of(device, factors, some, cancelled, done -> {});
            for (int n = 0; n < to - from; n++) {
                sum += all.logEvidence(n);
            }
        }
        return sum;
    }

    private static void stop(BooleanSupplier cancelled) {
        if (cancelled.getAsBoolean()) {
            throw new CancellationException("cancelled");
        }
    }
}

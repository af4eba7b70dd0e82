package io.github.elbo4j.factors;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.estimate.ParetoShape;
import io.github.elbo4j.expr.Expr;
import java.util.Arrays;
import java.util.List;

/**
 * What fresh draws z of q(z | x_n) say of each of some rows: the ELBO {@code mean_s log p(x_n, z_s) + entropy}, which bounds log p(x_n) from
 * below; log p(x_n) itself by importance sampling, from q with every probability kept from 0.047 to 0.953, since a q that is sure of a
 * factor where the posterior is not has weights with a heavy tail; and how many draws count in that. It never changes.
 */
public final class RowBounds {
    /** The largest logit of what importance sampling draws from. */
    private static final double SUREST = 3;
    /** Up to this k-hat importance sampling can be relied on (Vehtari et al. 2024). */
    static final double RELIABLE = 0.7;
    /**
     * With such a share of effective draws k-hat is not asked: draws of a discrete z repeat, and a tail of equal weights has no
     * shape.
     */
    private static final double ENOUGH = 0.1;

    private final BinaryData data;
    private final Estimate[] elbo; // [N]
    private final Estimate[] logEvidence; // [N]
    private final double[] efficiency; // [N]
    private final double[] kHat; // [N]
    private final double[] q; // [N][D]
    private final int draws;

    private RowBounds(BinaryData data, int factors, int draws) {
        this.data = data;
        this.draws = draws;
        elbo = new Estimate[data.rows()];
        logEvidence = new Estimate[data.rows()];
        efficiency = new double[data.rows()];
        kHat = new double[data.rows()];
        q = new double[data.rows() * factors];
    }

    /**
     * By draws on a device.
     *
     * @param draws of each row, at least 2
     * @throws IllegalArgumentException if the rows have other columns than the model
     */
    public static RowBounds of(Device device, BinaryFactors factors, BinaryData data, int draws, Key key) {
        return of(device, factors, data, 0, draws, key);
    }

    /**
     * Of some of many rows: what is found of a row depends on its number, not on how many are looked at at once.
     *
     * @param first the number of the first of the rows, a multiple of {@link #rowsOfBlock}
     * @param draws of each row, at least 2
     * @throws IllegalArgumentException if the rows have other columns than the model, or first is no such multiple
     */
    public static RowBounds of(Device device, BinaryFactors factors, BinaryData data, int first, int draws, Key key) {
        if (!data.columns().equals(factors.columns())) {
            throw new IllegalArgumentException("the rows have the columns " + String.join(", ", data.columns())
                    + ", but the factors are of " + String.join(", ", factors.columns()));
        }
        int most = rowsOfBlock(factors, draws);
        if (first < 0 || first % most != 0) {
            throw new IllegalArgumentException("first is " + first + ", but must be a multiple of " + most);
        }
        RowBounds bounds = new RowBounds(data, factors.factors(), draws);
        for (int from = 0; from < data.rows(); from += most) {
            Key own = key.fork("rows from " + (first + from));
            bounds.block(device, factors, from, Math.min(most, data.rows() - from), own);
        }
        return bounds;
    }

    /** Rows whose draws are addressed together, by the number of the first one and by their place after it. */
    public static int rowsOfBlock(BinaryFactors factors, int draws) {
        return RowBlock.most(factors, draws);
    }

    /** Logits of which none is so sure of a factor that a draw without it never comes. */
    static Expr widened(Expr logits) {
        return logits.min(Expr.of(SUREST)).max(Expr.of(-SUREST));
    }

    private void block(Device device, BinaryFactors factors, int from, int rows, Key key) {
        int count = factors.factors();
        RowBlock block = new RowBlock(factors, data, from, rows);
        Expr logits = block.logits();
        Expr z = block.draw(key, draws, logits);
        Expr wide = widened(logits);
        Expr proposed = block.draw(key.fork("evidence"), draws, wide);
        List<Expr> wanted = List.of(
                block.logJoint(z),
                block.logJoint(proposed),
                Estimator.logQ(proposed, wide),
                Estimator.entropy(logits),
                logits.sigmoid());
        float[] columns = block.values(device, wanted, 3L * draws + 1 + count);
        for (int n = 0; n < rows; n++) {
            double[] logJoint = new double[draws];
            double[] ratio = new double[draws];
            double entropy = columns[3 * rows * draws + n];
            for (int s = 0; s < draws; s++) {
                logJoint[s] = columns[n * draws + s] + entropy;
                ratio[s] = columns[(rows + n) * draws + s] - columns[(2 * rows + n) * draws + s];
            }
            LogWeights weights = LogWeights.of(ratio);
            elbo[from + n] = LogWeights.mean(logJoint);
            logEvidence[from + n] = weights.logEvidence(0);
            efficiency[from + n] = weights.plainEfficiency(0);
            kHat[from + n] = ParetoShape.ofLogRatios(ratio);
            for (int d = 0; d < count; d++) {
                q[(from + n) * count + d] = columns[rows * (3 * draws + 1) + n * count + d];
            }
        }
    }

    /** The rows. */
    public BinaryData data() {
        return data;
    }

    /** N. */
    public int rows() {
        return elbo.length;
    }

    /** D. */
    public int factors() {
        return q.length / rows();
    }

    /** S, of each row. */
    public int draws() {
        return draws;
    }

    /** The ELBO of a row. */
    public Estimate elbo(int n) {
        return elbo[n];
    }

    /** log p of a row, by importance sampling. */
    public Estimate logEvidence(int n) {
        return logEvidence[n];
    }

    /** The effective number of draws of a row. */
    public double effectiveDraws(int n) {
        return efficiency[n] * draws;
    }

    /** The Pareto shape of a row's weights: above 0.7 its log p(x) and the error of that mean little, unless many draws count all the same. */
    public double kHat(int n) {
        return kHat[n];
    }

    /** Whether log p of a row can be relied on; else it rests on few draws. */
    public boolean isReliable(int n) {
        return efficiency[n] >= ENOUGH || kHat[n] <= RELIABLE;
    }

    /** The share of rows whose log p(x) rests on few draws: it is more often too low than too high, by more than its error. */
    public double unreliable() {
        int count = 0;
        for (int n = 0; n < rows(); n++) {
            count += isReliable(n) ? 0 : 1;
        }
        return (double) count / rows();
    }

    /** q(z_d = 1 | x_n). */
    public double q(int n, int d) {
        return q[n * factors() + d];
    }

    /** The mean over the rows of q(z_d = 1 | x_n). */
    public double share(int d) {
        double sum = 0;
        for (int n = 0; n < rows(); n++) {
            sum += q(n, d);
        }
        return sum / rows();
    }

    /** How many of the rows have a factor more probably on than off. */
    public int rowsWith(int d) {
        int count = 0;
        for (int n = 0; n < rows(); n++) {
            count += q(n, d) > 0.5 ? 1 : 0;
        }
        return count;
    }

    /** The mean over the rows of their ELBOs, with the error that comes from the draws (not from the choice of rows). */
    public Estimate elbo() {
        return mean(elbo);
    }

    /** The same of log p(x_n). */
    public Estimate logEvidence() {
        return mean(logEvidence);
    }

    /** The median over the rows of the effective number of draws. */
    public double effectiveDraws() {
        double[] sorted = efficiency.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2] * draws;
    }

    /** Of a mean over the rows, the sum. */
    Estimate sum(Estimate mean) {
        return new Estimate(mean.value() * rows(), mean.standardError() * rows(), mean.draws());
    }

    private static Estimate mean(Estimate[] of) {
        double sum = 0;
        double squares = 0;
        long draws = 0;
        for (Estimate each : of) {
            sum += each.value();
            squares += each.standardError() * each.standardError();
            draws += each.draws();
        }
        return new Estimate(sum / of.length, StrictMath.sqrt(squares) / of.length, draws);
    }
}

package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.KlOps;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.family.FullRankGaussian;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.MeanFieldGaussian;
import io.github.elbo4j.family.VariationalFamily;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Kullback–Leibler divergences {@code KL(q ‖ p) = E_q[log q − log p]}, in nats: of members of families, one for each problem; of
 * two Gaussians; of two tables of probabilities. It is not symmetric.
 */
public final class Kl {
    /** How far the sum of a table of probabilities may be from 1. */
    private static final double TABLE_TOLERANCE = 1e-6;

    private static final long WORKSPACE_BYTES = 64L << 20;

    private Kl() {}

    /**
     * A divergence in nats, in the unit of another base: 2 gives bits, 10 bans.
     *
     * @param base positive, not 1
     */
    public static double inBase(double nats, double base) {
        if (!(base > 0 && base != 1 && base < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("base is " + base + ", but must be positive, finite and not 1");
        }
        return nats / StrictMath.log(base);
    }

    /** To the standard normal, in closed form. */
    public static double[] toStandard(MeanFieldGaussian q) {
        try (Buffer kl = q.device().allocate(ElementType.FLOAT64, q.problems())) {
            q.device().run(new KlOps.KlToStandard(q.problems(), q.dimensions(), q.mu(), q.omega(), kl));
            return kl.toDoubles();
        }
    }

    /** Between diagonal Gaussians, in closed form. */
    public static double[] closed(MeanFieldGaussian q, MeanFieldGaussian p) {
        same(q, p);
        try (Buffer kl = q.device().allocate(ElementType.FLOAT64, q.problems())) {
            q.device()
                    .run(new KlOps.KlDiagonal(q.problems(), q.dimensions(), q.mu(), q.omega(), p.mu(), p.omega(), kl));
            return kl.toDoubles();
        }
    }

    /** Between full-rank Gaussians, in closed form. */
    public static double[] closed(FullRankGaussian q, FullRankGaussian p) {
        same(q, p);
        try (Buffer kl = q.device().allocate(ElementType.FLOAT64, q.problems())) {
            q.device().run(new KlOps.KlFull(q.problems(), q.dimensions(), q.mu(), q.factor(), p.mu(), p.factor(), kl));
            return kl.toDoubles();
        }
    }

    /**
     * Between any two Gaussians, in closed form, in float64.
     *
     * @throws IllegalStateException if a covariance is not positive definite
     */
    public static double closed(Gaussian q, Gaussian p) {
        int d = same(q, p);
        if (q.isIndependent() && p.isIndependent()) {
            double sum = 0;
            for (int i = 0; i < d; i++) {
                double ratio = q.standardDeviation(i) / p.standardDeviation(i);
                double apart = (q.mean(i) - p.mean(i)) / p.standardDeviation(i);
                sum += 0.5 * (apart * apart + ratio * ratio - 1) - StrictMath.log(ratio);
            }
            return Math.max(0, sum); // less only by rounding
        }
        // log q − log p is quadratic: its mean over q is that over 2D points which have q's mean and covariance.
        double sum = 0;
        double[] epsilon = new double[d];
        for (int i = 0; i < d; i++) {
            for (double sign : new double[] {-1, 1}) {
                epsilon[i] = sign * Math.sqrt(d);
                double[] z = q.at(epsilon);
                sum += q.logDensity(z) - p.logDensity(z);
            }
            epsilon[i] = 0;
        }
        return Math.max(0, sum / (2 * d));
    }

    /**
     * Between any two Gaussians, from draws of q on a device.
     *
     * @param draws 2 or more
     * @throws IllegalStateException if a covariance is not positive definite
     */
    public static Estimate monteCarlo(Device device, Gaussian q, Gaussian p, Key key, int draws) {
        int d = same(q, p);
        EstimateChecks.independent(key);
        double[] shift = new double[d];
        double[] scale = new double[d];
        for (int i = 0; i < d; i++) {
            scale[i] = 1 / q.standardDeviation(i);
            shift[i] = -q.mean(i) * scale[i];
        }
        double[] none = new double[d];
        // The divergence is the same in units of q, where float32 does no harm.
        try (VariationalFamily from = q.affine(shift, scale, none).on(device);
                VariationalFamily to = p.affine(shift, scale, none).on(device)) {
            return monteCarlo(from, to, key, draws, WORKSPACE_BYTES)[0];
        }
    }

    private static int same(Gaussian q, Gaussian p) {
        if (q.dimensions() != p.dimensions()) {
            throw new IllegalArgumentException("q has " + q.dimensions() + " dimensions, but p has " + p.dimensions());
        }
        return q.dimensions();
    }

    /**
     * Between two tables of probabilities of the same cases: {@code Σ q_i·log(q_i/p_i)}, where a case of {@code q_i = 0} counts
     * nothing; positive infinity if p rules out what q does not.
     *
     * @throws IllegalArgumentException if they are not of one length, or one is no table of probabilities (the sum may be 1e-6 off
     *     1)
     */
    public static double discrete(double[] q, double[] p) {
        sameCases(q, p);
        double sum = 0;
        for (int i = 0; i < q.length; i++) {
            sum += q[i] == 0 ? 0 : q[i] * StrictMath.log(q[i] / p[i]);
        }
        return Math.max(0, sum);
    }

    /**
     * {@link #discrete} from draws of q.
     *
     * @param draws 2 or more
     */
    public static Estimate discreteMonteCarlo(double[] q, double[] p, Key key, int draws) {
        sameCases(q, p);
        EstimateChecks.draws(draws);
        double[] below = new double[q.length]; // the cases before each, in probability
        double sum = 0;
        for (int i = 0; i < q.length; i++) {
            below[i] = sum;
            sum += q[i];
        }
        SplittableRandom random = new SplittableRandom(key.seed());
        Mean mean = new Mean();
        for (int s = 0; s < draws; s++) {
            int i = Arrays.binarySearch(below, sum * random.nextDouble());
            i = i < 0 ? -i - 2 : i;
            while (q[i] == 0) { // where it stands at the very edge of cases that do not occur
                i = i + 1 < q.length && below[i + 1] <= below[i] ? i + 1 : i - 1;
            }
            mean.add(StrictMath.log(q[i] / p[i]));
        }
        return mean.estimate(1);
    }

    private static void sameCases(double[] q, double[] p) {
        if (q.length != p.length) {
            throw new IllegalArgumentException("q has " + q.length + " cases, but p has " + p.length);
        }
        probabilities("q", q);
        probabilities("p", p);
    }

    private static void probabilities(String name, double[] table) {
        double sum = 0;
        for (int i = 0; i < table.length; i++) {
            if (!(table[i] >= 0 && table[i] <= 1)) {
                throw new IllegalArgumentException(
                        name + "[" + i + "] is " + table[i] + ", but a probability is from 0 to 1");
            }
            sum += table[i];
        }
        if (!(Math.abs(sum - 1) <= TABLE_TOLERANCE)) {
            throw new IllegalArgumentException("the probabilities of " + name + " have the sum " + sum
                    + ", but it must be 1; divide each by the sum if they are counts or rounded");
        }
    }

    /** From draws of q: the mean of {@code log q − log p}, for any two families. */
    public static Estimate[] monteCarlo(
            VariationalFamily q, VariationalFamily p, Key key, int draws, long workspaceBytes) {
        same(q, p);
        EstimateChecks.draws(draws);
        Device device = q.device();
        int problems = q.problems();
        long all = (long) problems * draws;
        try (Resources own = new Resources(device)) {
            DrawChunks chunks = new DrawChunks(problems, draws, q.dimensions(), q.dimensions(), workspaceBytes);
            Buffer z = own.allocate(chunks.largest().elements());
            Buffer part = own.allocate(ElementType.FLOAT64, chunks.largest().allDraws());
            Buffer logQ = own.allocate(ElementType.FLOAT64, all);
            Buffer logP = own.allocate(ElementType.FLOAT64, all);
            Buffer kl = own.allocate(ElementType.FLOAT64, 3L * problems);
            for (int w = 0; w < chunks.count(); w++) {
                DrawBlock shape = chunks.shape(w);
                q.sample(key, 0, shape, z);
                q.logDensity(shape, z, part);
                chunks.gather(device, w, part, logQ);
                p.logDensity(shape, z, part);
                chunks.gather(device, w, part, logP);
            }
            device.run(new KlOps.KlMonteCarlo(problems, draws, logQ, logP, kl));
            double[] moments = kl.toDoubles();
            Estimate[] estimates = new Estimate[problems];
            for (int b = 0; b < problems; b++) {
                estimates[b] = new Estimate(moments[3 * b], moments[3 * b + 2], draws);
            }
            return estimates;
        }
    }

    private static void same(VariationalFamily q, VariationalFamily p) {
        if (q.problems() != p.problems() || q.dimensions() != p.dimensions()) {
            throw new IllegalArgumentException("q has " + q.problems() + " problems of " + q.dimensions()
                    + " dimensions, but p has " + p.problems() + " of " + p.dimensions());
        }
    }
}

package io.github.elbo4j.infer;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.internal.Special;
import io.github.elbo4j.estimate.SmoothedWeights;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.PointDensity;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What importance resampling makes of the normals of several paths (Zhang, Carpenter, Gelman and Vehtari 2022, section 2.3): a density q rather than
 * the resampled draws. The normals that differ are the components of a mixture, at first of equal weights; a round takes draws of it, weights
 * {@code p/q} with Pareto smoothing, and gives each component the weight, the mean and the covariance that its share of the weighted draws has: a step
 * of EM towards the least {@code KL(p ‖ q)} (population Monte Carlo; Cappé, Douc, Guillin, Marin and Robert, Statistics and Computing 18, 2008).
 *
 * <p>The weights are those of the whole mixture, whichever component a draw is of: their variance is no larger than that of each by its own normal, as in
 * the paper, and a draw of one path in the mode of another weighs what it should (the balance heuristic; Veach and Guibas 1995; Owen and Zhou 2000).
 *
 * <p>A round raises {@code Σ w·log q} over its draws, by more than over others: by as much as the numbers that it fits are to the draws that the weights
 * are worth (Akaike 1974). It is taken if it raises it by more than that.
 */
final class PathMixture {
    /** Draws of a round. */
    static final int DRAWS = FreshDraws.DRAWS;

    private static final int MOST_ROUNDS = 8;
    /** Nats by which one normal may differ from another to be taken for the same, whose difference the draws mend. */
    private static final double AGREEMENT = 0.5;
    /** Nats that a round must gain beyond its optimism: what a mean costs that is a tenth of a standard deviation off. */
    private static final double LEAST_GAIN = 0.005;
    /** Nats that a round gains after which the weights are so even that another would repeat it. */
    private static final double SETTLED = 0.05;
    /** A component of less is left out: few draws are its own. */
    private static final double LEAST_WEIGHT = 1e-3;
    /** Draws for each dimension that a component's share must be worth in the end, so that its width is its own. */
    private static final int LEAST_DRAWS = 4;

    private final LogJoint joint;
    private final PointDensity density;
    private final Key key;
    private final BooleanSupplier cancelled;
    private final MixtureComponent best;
    private List<MixtureComponent> q;
    private List<MixtureComponent> known; // those of q that are the answer
    private int taken; // rounds
    private int evaluations;

    /**
     * A round's outcome.
     *
     * @param known those of its components whose draws are worth as many as there are dimensions, if there are any, so that their widths are their own
     * @param gain of the mean of log q under the weights
     * @param optimism what of it is due to the draws
     */
    private record Round(List<MixtureComponent> q, List<MixtureComponent> known, double gain, double optimism) {}

    /**
     * Nothing resampled yet.
     *
     * @param best normal of all paths
     * @param others the best of each, the better first
     */
    PathMixture(
            LogJoint joint,
            PointDensity density,
            StartNormal best,
            List<StartNormal> others,
            Key key,
            BooleanSupplier cancelled) {
        this.joint = joint;
        this.density = density;
        this.key = key.fork("resampling");
        this.cancelled = cancelled;
        this.best = MixtureComponent.of(0, best);
        q = distinct(others);
        known = q;
    }

    /** The normals that do not agree with the best one nor with each other, and that one. */
    private List<MixtureComponent> distinct(List<StartNormal> others) {
        List<MixtureComponent> distinct = new ArrayList<>(List.of(best));
        for (StartNormal other : others) {
            MixtureComponent next = MixtureComponent.of(0, other);
            if (distinct.stream().noneMatch(known -> agree(known, next))) {
                distinct.add(next);
            }
        }
        return MixtureComponent.normalized(distinct);
    }

    private static boolean agree(MixtureComponent a, MixtureComponent b) {
        return a.divergence(b) < AGREEMENT || b.divergence(a) < AGREEMENT;
    }

    /** The mixture, of one component where that is enough. */
    NormalMixture mixture() {
        return MixtureComponent.mixture(joint.parameterNames(), known);
    }

    /** Rounds that were taken. */
    int taken() {
        return taken;
    }

    int evaluations() {
        return evaluations;
    }

    /** Resamples, until that gains no more. */
    void resample() {
        int n = joint.dimensions();
        if (q.size() == 1 && n * (n + 3) / 2 > DRAWS) {
            return; // more numbers than draws
        }
        for (int i = 0; i < MOST_ROUNDS && !cancelled.getAsBoolean(); i++) {
            Round round = round(key.fork("round " + i));
            if (round == null) {
                known = List.of(best);
                taken = 0;
                return;
            }
            if (!(round.gain > round.optimism + LEAST_GAIN)) {
                return;
            }
            q = round.q;
            known = round.known;
            taken++;
            if (round.gain < SETTLED) {
                return;
            }
        }
    }

    private DrawSource.OfMixture source(List<MixtureComponent> of) {
        return new DrawSource.OfMixture(joint, density, MixtureComponent.mixture(joint.parameterNames(), of));
    }

    /** Null where the weights are not finite. */
    private @Nullable Round round(Key its) {
        DrawSource.OfMixture source = source(q);
        double[][] draws = source.draws(its, DRAWS);
        double[] weights = SmoothedWeights.of(source.logRatios(draws)).weights();
        evaluations += DRAWS;
        double[][] shares = new double[q.size()][DRAWS]; // of the weights, by component
        double[] before = new double[DRAWS]; // log q
        for (int s = 0; s < DRAWS; s++) {
            double[] terms = terms(q, draws[s]);
            before[s] = Special.logSum(terms);
            for (int k = 0; k < terms.length; k++) {
                shares[k][s] = weights[s] * StrictMath.exp(terms[k] - before[s]);
            }
        }
        List<MixtureComponent> next = new ArrayList<>();
        List<MixtureComponent> known = new ArrayList<>();
        double optimism = 0;
        for (int k = 0; k < shares.length; k++) {
            double weight = sum(shares[k]);
            if (weight >= LEAST_WEIGHT) {
                for (int s = 0; s < DRAWS; s++) {
                    shares[k][s] /= weight;
                }
                WeightedMoments moments = WeightedMoments.of(draws, shares[k]);
                MixtureComponent moved = moved(q.get(k), StrictMath.log(weight), moments);
                next.add(moved);
                if (LEAST_DRAWS * moments.squares() * joint.dimensions() <= 1) {
                    known.add(moved);
                }
                optimism += weight * moments.freedom() * moments.squares();
            }
        }
        if (next.isEmpty()) {
            return null;
        }
        List<MixtureComponent> after = MixtureComponent.normalized(next);
        double gain = 0;
        for (int s = 0; s < DRAWS; s++) {
            gain += weights[s] == 0 ? 0 : weights[s] * (Special.logSum(terms(after, draws[s])) - before[s]);
        }
        return new Round(after, known.isEmpty() ? after : MixtureComponent.normalized(known), gain, optimism);
    }

    private static MixtureComponent moved(MixtureComponent from, double logWeight, WeightedMoments moments) {
        MixtureComponent moved = moments.component(logWeight, from.normal().covariance());
        return moved == null || !moved.normal().isFinite() ? from.weighing(logWeight) : moved;
    }

    private static double[] terms(List<MixtureComponent> of, double[] z) {
        double[] terms = new double[of.size()];
        for (int k = 0; k < terms.length; k++) {
            terms[k] = of.get(k).logTermAt(z);
        }
        return terms;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}

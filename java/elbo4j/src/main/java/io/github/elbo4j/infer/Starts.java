package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.model.PointDensity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a fit starts: of the normals along several {@link LbfgsPath}s, and of those whose precision is measured by
 * differences of the gradient at the best of them, the one with the largest ELBO. The first path begins at the initial
 * mean, the others at seeded points around it. Paths that arrive at separate modes show what a single start would miss.
 */
final class Starts {
    /** Draws that judge a normal of a path. */
    private static final int DRAWS = 16;
    /** Draws that judge the last few, and the evidence of a mode. */
    static final int FINAL_DRAWS = 512;
    /** Normals that are judged by them. */
    private static final int FINALISTS = 3;
    /** The standard deviation of the other paths' first points around the initial mean. */
    static final double SPREAD = 2;
    /** The same around the first end that a path found, in standard deviations of the normal there. */
    private static final double LOCAL_SPREAD = 6;
    /** Dimensions up to which covariances of a path are dense and the Hessian is measured. */
    static final int DENSE = 256;
    /** A mode with a smaller part of the evidence of all than exp of this does not count. */
    private static final double NEGLIGIBLE = -6;

    private final PointDensity density;
    private final Geometry geometry;
    private final int dimensions;
    private final BooleanSupplier cancelled;
    private final float[] epsilon; // [FINAL_DRAWS][D], the first DRAWS of them along the paths
    private final int finalDraws;

    private final List<Candidate> candidates = new ArrayList<>();
    private final List<Arrival> arrivals = new ArrayList<>();
    private int evaluations;
    private int walked;

    /**
     * What the paths found.
     *
     * @param normal to start from; null if log p was finite nowhere
     * @param modes if there are separate ones that matter, the best first; else empty
     * @param evaluations of log p and its gradient
     * @param words what was done
     */
    record Found(@Nullable StartNormal normal, List<Mode> modes, int evaluations, String words) {}

    /** The end of a path that arrived, and the best normal there. */
    private record Arrival(double[] end, double logP, StartNormal normal) {}

    /** A normal and the ELBO of few draws. */
    private record Candidate(StartNormal normal, double elbo) {}

    /** @param most draws that judge the last few */
    Starts(Device device, PointDensity density, Geometry geometry, Key key, BooleanSupplier cancelled, int most) {
        this.density = density;
        this.geometry = geometry;
        this.dimensions = density.dimensions();
        this.cancelled = cancelled;
        finalDraws = (int) Math.max(DRAWS, Math.min(most, (1L << 22) / dimensions));
        epsilon = normals(device, key.fork("paths"), geometry.q.block(finalDraws, 0));
    }

    /**
     * Looks for a normal, by paths over a sample of the rows and one over all from where these arrive, or by paths over all.
     *
     * @param paths from 1
     * @param sample null where rows are not so many
     */
    Found search(Device device, double[] mean, int paths, Key key, @Nullable RowSample sample) {
        Found near = sample == null ? null : near(device, mean, paths, key, sample);
        if (near != null) {
            return near;
        }
        try {
            walkAll(device, mean, paths, key);
        } catch (CancellationException e) {
            return interrupted();
        }
        StartNormal best = best();
        List<Mode> modes = modes(separate());
        String words = best == null
                ? "log p was not finite at the start of any of " + paths + " paths"
                : String.format(
                        Locale.ROOT, "started from the best normal of %s (%d evaluations)", paths(walked), evaluations);
        return new Found(best, modes, evaluations, words);
    }

    /**
     * Goes on from where paths over a sample of the rows arrived, by a path for each separate end in the coordinates of the
     * normal there; null if one does not arrive, so that nothing is known of its neighbourhood.
     */
    private @Nullable Found near(Device device, double[] mean, int paths, Key key, RowSample sample) {
        List<Arrival> ends;
        try (PointDensity some = sample.density()) {
            Starts there = new Starts(device, some, geometry, key, cancelled, finalDraws);
            there.walkAll(device, mean, paths, key);
            ends = there.separate();
        }
        for (Arrival end : ends) {
            LbfgsPath path = new LbfgsPath(
                    Objective.within(density, end.normal),
                    new double[dimensions],
                    cancelled,
                    StartNormal.ones(dimensions));
            boolean finite = path.walk((x, gradient, h) -> {});
            evaluations += path.evaluations();
            if (!finite || !path.arrived()) {
                return null;
            }
            arrive(end.normal.at(path.end()), path.logP(), end.normal);
        }
        if (ends.isEmpty() || arrivals.size() < ends.size()) {
            return null;
        }
        StartNormal best = best();
        return best == null
                ? null
                : new Found(
                        best,
                        arrivals.size() < 2 ? List.of() : modes(separate()),
                        evaluations,
                        String.format(
                                Locale.ROOT,
                                "started from the curvature at the mode: %s over %d of the many rows, then one over all (%d"
                                        + " evaluations)",
                                paths(paths),
                                sample.size(),
                                evaluations));
    }

    private static String paths(int count) {
        return count + (count == 1 ? " L-BFGS path" : " L-BFGS paths");
    }

    private void walkAll(Device device, double[] mean, int paths, Key key) {
        float[] offsets = normals(device, key.fork("starts"), geometry.q.block(Math.max(1, paths - 1), 0));
        for (int p = 0; p < paths && !cancelled.getAsBoolean(); p++) {
            walk(place(p, mean, offsets));
        }
    }

    /** The best of the few candidates that are judged by more draws; null if none has an ELBO. */
    private @Nullable StartNormal best() {
        StartNormal best = null;
        double bestElbo = Double.NEGATIVE_INFINITY;
        candidates.sort((a, b) -> Double.compare(b.elbo, a.elbo));
        for (Candidate candidate : candidates.subList(0, Math.min(FINALISTS, candidates.size()))) {
            Estimate elbo = candidate.normal.elbo(density, epsilon, finalDraws);
            evaluations += finalDraws;
            if (elbo.value() > bestElbo) {
                best = candidate.normal;
                bestElbo = elbo.value();
            }
        }
        return best;
    }

    /** Where path p begins: at the mean, some units around it, or, of every other path, around the first end in its own scale. */
    private double[] place(int p, double[] mean, float[] offsets) {
        Arrival first = p % 2 == 0 && p > 0 && !arrivals.isEmpty() ? arrivals.get(0) : null;
        double[] from = (first == null ? mean : first.end).clone();
        for (int d = 0; d < dimensions && p > 0; d++) {
            double unit = first == null ? SPREAD : LOCAL_SPREAD * first.normal.sd()[d];
            from[d] += unit * offsets[(p - 1) * dimensions + d];
        }
        return from;
    }

    /** The thread was interrupted, so that nothing more may be evaluated: the best of what has been, if there is any. */
    private Found interrupted() {
        StartNormal best = candidates.stream()
                .max(Comparator.comparingDouble(Candidate::elbo))
                .map(Candidate::normal)
                .orElse(null);
        return new Found(best, List.of(), evaluations, "was stopped while it looked for a start");
    }

    private void walk(double[] from) {
        LbfgsPath path = new LbfgsPath(Objective.of(density), from, cancelled);
        StartNormal[] best = new StartNormal[1];
        double[] elbo = {Double.NEGATIVE_INFINITY};
        int[] visits = {0};
        // A dense normal costs D³; of a long path in many dimensions only some are looked at.
        int stride = 1 + dimensions / 64;
        boolean finite;
        try {
            finite = path.walk((x, gradient, h) -> {
                if (visits[0]++ % stride != 0) {
                    return;
                }
                consider(normal(x, gradient, h), best, elbo);
            });
        } catch (CancellationException e) {
            if (best[0] != null) {
                candidates.add(new Candidate(best[0], elbo[0]));
            }
            throw e;
        } finally {
            evaluations += path.evaluations();
        }
        if (!finite) {
            return;
        }
        walked++;
        if (best[0] != null) {
            StartNormal along = best[0];
            consider(measured(along.mean(), along), best, elbo);
            candidates.add(new Candidate(best[0], elbo[0]));
        }
        if (path.arrived() && best[0] != null) {
            arrive(path.end(), path.logP(), best[0]);
        }
    }

    /** Notes the end of a path, and the normal there if it has one. */
    private void arrive(double[] end, double logP, StartNormal scale) {
        StartNormal there = dimensions > DENSE ? StartNormal.independent(end, scale.sd()) : measured(end, scale);
        if (there != null && there.isFinite()) {
            evaluations += DRAWS;
            candidates.add(
                    new Candidate(there, there.elbo(density, epsilon, DRAWS).value()));
            arrivals.add(new Arrival(end, logP, there));
        }
    }

    private void consider(@Nullable StartNormal candidate, StartNormal[] best, double[] elbo) {
        if (candidate == null || !candidate.isFinite()) {
            return;
        }
        evaluations += DRAWS;
        double value = candidate.elbo(density, epsilon, DRAWS).value();
        if (value > elbo[0]) {
            best[0] = candidate;
            elbo[0] = value;
        }
    }

    /** {@code N(x + H·g, H)}, or the independent normal that is closest to it. */
    private @Nullable StartNormal normal(double[] x, double[] gradient, InverseHessian h) {
        double[] mean = h.times(gradient);
        for (int d = 0; d < dimensions; d++) {
            mean[d] += x[d];
        }
        if (dimensions > DENSE) {
            double[] sd = h.diagonal();
            for (int d = 0; d < dimensions; d++) {
                sd[d] = Math.sqrt(sd[d]);
            }
            return StartNormal.independent(mean, sd);
        }
        double[][] factor = DenseMatrix.cholesky(h.dense());
        return factor == null ? null : geometry.member(mean, factor);
    }

    /**
     * The normal whose mean is one Newton step from a point and whose precision is the Hessian of −log p there, by
     * differences of the gradient over about a standard deviation; null if that is not positive definite or too large.
     */
    private @Nullable StartNormal measured(double[] at, StartNormal scale) {
        if (dimensions > DENSE) {
            return null;
        }
        double[] gradient = new double[dimensions];
        double[][] precision = Precision.measure(density, at, scale.sd(), gradient);
        evaluations += 2 * dimensions + 1;
        double[][] lower = DenseMatrix.cholesky(precision);
        if (lower == null) {
            return null;
        }
        double[][] covariance = LowerTriangle.inverseOfSquare(lower);
        double[][] factor = DenseMatrix.cholesky(covariance);
        if (factor == null) {
            return null;
        }
        double[] mean = DenseMatrix.times(covariance, gradient);
        for (int d = 0; d < dimensions; d++) {
            mean[d] += at[d];
        }
        return geometry.member(mean, factor);
    }

    /** The arrivals that are apart from each other, the best first. */
    private List<Arrival> separate() {
        List<Arrival> separate = new ArrayList<>();
        arrivals.sort((a, b) -> Double.compare(b.logP, a.logP));
        for (Arrival arrival : arrivals) {
            boolean known = false;
            for (Arrival other : separate) {
                known |= !isApart(arrival, other);
            }
            if (!known) {
                separate.add(arrival);
            }
        }
        return separate;
    }

    /** The modes among separate arrivals, if there are several that matter. */
    private List<Mode> modes(List<Arrival> separate) {
        List<Mode> modes = new ArrayList<>();
        double most = Double.NEGATIVE_INFINITY;
        for (Arrival arrival : separate) {
            Estimate evidence =
                    arrival.normal.logWeights(density, epsilon, finalDraws).logEvidence(0);
            evaluations += finalDraws;
            if (Double.isFinite(evidence.value())) {
                modes.add(new Mode(arrival.end, arrival.normal.sd(), evidence));
                most = Math.max(most, evidence.value());
            }
        }
        double least = most + NEGLIGIBLE;
        modes.removeIf(mode -> mode.logEvidence().value() < least);
        modes.sort((a, b) ->
                Double.compare(b.logEvidence().value(), a.logEvidence().value()));
        return modes.size() < 2 ? List.of() : List.copyOf(modes);
    }

    /** Whether two ends are apart by more than the width of either and log p dips between them. */
    private boolean isApart(Arrival a, Arrival b) {
        double widest = 0;
        for (int d = 0; d < dimensions; d++) {
            widest = Math.max(
                    widest,
                    Math.abs(a.end[d] - b.end[d])
                            / Math.max(a.normal.sd()[d], b.normal.sd()[d]));
        }
        if (!(widest > 1)) {
            return false;
        }
        int inner = 15;
        double[] points = new double[inner * dimensions];
        for (int i = 0; i < inner; i++) {
            double share = (i + 1.0) / (inner + 1);
            for (int d = 0; d < dimensions; d++) {
                points[i * dimensions + d] = a.end[d] + share * (b.end[d] - a.end[d]);
            }
        }
        double[] logP = new double[inner];
        density.evaluate(inner, points, logP, null);
        evaluations += inner;
        double dip = Arrays.stream(logP).min().orElse(Double.NaN);
        return !(dip > Math.min(a.logP, b.logP) - 1);
    }

    /** Standard normals of a block. */
    static float[] normals(Device device, Key key, DrawBlock shape) {
        try (Buffer buffer = device.allocate(shape.elements())) {
            device.run(new NormalOps.Normal(key, Index.of(0), shape, buffer));
            return buffer.toFloats();
        }
    }
}

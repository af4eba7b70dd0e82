package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.model.PointDensity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a fit starts: of the normals along several {@link LbfgsPath}s, and of those whose precision is measured by
 * differences of the gradient at the best of them, the one with the largest ELBO. The first path begins at the initial
 * mean, the others at seeded points around it; they walk side by side ({@link Walks}). Paths that arrive at separate modes show what a single start would miss.
 */
final class Starts {
    /** Draws that judge the last few, and the evidence of a mode. */
    static final int FINAL_DRAWS = 512;
    /** Normals that are judged by them. */
    private static final int FINALISTS = 3;
    /** The standard deviation of the other paths' first points around the initial mean. */
    static final double SPREAD = 2;
    /** The same around the first end that a path found, in standard deviations of the normal there. */
    private static final double LOCAL_SPREAD = 6;
    /** Nats below the best ELBO from which on a normal has no part in a mixture: some exp(−10) of it. */
    private static final double FAR_BELOW = 10;
    /** A mode with a smaller part of the evidence of all than exp of this does not count. */
    static final double NEGLIGIBLE = -6;

    private final PointDensity density;
    private final Geometry geometry;
    private final Walks walks;
    private final int dimensions;
    private final BooleanSupplier cancelled;
    private final float[] epsilon; // [finalDraws][D]
    private final int finalDraws;
    private int evaluations; // beside those of the walks

    /**
     * What the paths found.
     *
     * @param normal to start from; null if log p was finite nowhere
     * @param others normals of the paths, one or two of each, the best first
     * @param modes if there are separate ones that matter, the best first; else empty
     * @param evaluations of log p and its gradient
     * @param words what was done
     */
    record Found(
            @Nullable StartNormal normal, List<StartNormal> others, List<Mode> modes, int evaluations, String words) {}

    /** @param most draws that judge the last few */
    Starts(Device device, PointDensity density, Geometry geometry, Key key, BooleanSupplier cancelled, int most) {
        this.density = density;
        this.geometry = geometry;
        this.dimensions = density.dimensions();
        this.cancelled = cancelled;
        finalDraws = (int) Math.max(Walks.DRAWS, Math.min(most, (1L << 22) / dimensions));
        epsilon = normals(device, key.fork("paths"), geometry.q.block(finalDraws, 0));
        walks = new Walks(density, geometry, cancelled, epsilon);
    }

    /**
     * Looks for a normal, by paths over a sample of the rows and one over all from where these arrive, or by paths over all.
     *
     * @param most paths, from 1; a single one where many rows have one mode
     * @param sample null where rows are not so many
     */
    Found search(Device device, double[] mean, int most, Key key, @Nullable RowSample sample) {
        int paths = sample == null ? most : sample.paths(most);
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
                        Locale.ROOT,
                        "started from the best normal of %s (%d evaluations)",
                        paths(walks.count()),
                        evaluations());
        return new Found(best, others(), modes, evaluations(), words);
    }

    /**
     * Goes on from where paths over a sample of the rows arrived, by a path for each separate end in the coordinates of the
     * normal there; null if one does not arrive, so that nothing is known of its neighbourhood.
     */
    private @Nullable Found near(Device device, double[] mean, int paths, Key key, RowSample sample) {
        List<Walks.Arrival> ends;
        try (PointDensity some = sample.density()) {
            Starts there = new Starts(device, some, geometry, key, cancelled, finalDraws);
            there.walkAll(device, mean, paths, key);
            ends = there.separate();
        }
        for (Walks.Arrival end : ends) {
            LbfgsPath path = new LbfgsPath(
                    Objective.within(density, end.normal()),
                    new double[dimensions],
                    cancelled,
                    StartNormal.ones(dimensions));
            boolean finite = path.walk((x, gradient, h) -> {});
            evaluations += path.evaluations();
            if (!finite || !path.arrived()) {
                return null;
            }
            walks.arrive(List.of(new Walks.End(end.normal().at(path.end()), path.logP(), end.normal())));
        }
        if (ends.isEmpty() || walks.arrivals().size() < ends.size()) {
            return null;
        }
        StartNormal best = best();
        return best == null
                ? null
                : new Found(
                        best,
                        others(),
                        walks.arrivals().size() < 2 ? List.of() : modes(separate()),
                        evaluations(),
                        String.format(
                                Locale.ROOT,
                                "started from the curvature at the mode: %s over %d of the many rows, then one over all (%d"
                                        + " evaluations)",
                                paths(paths),
                                sample.size(),
                                evaluations()));
    }

    private static String paths(int count) {
        return count + (count == 1 ? " L-BFGS path" : " L-BFGS paths");
    }

    /** Walks in two rounds, of paths around the mean, and of those around the first end that these find. */
    private void walkAll(Device device, double[] mean, int paths, Key key) {
        float[] offsets = normals(device, key.fork("starts"), geometry.q.block(Math.max(1, paths - 1), 0));
        for (boolean local : new boolean[] {false, true}) {
            walks.walk(IntStream.range(0, paths)
                    .filter(p -> isLocal(p) == local)
                    .mapToObj(p -> place(p, mean, offsets))
                    .toList());
        }
    }

    private static boolean isLocal(int path) {
        return path % 2 == 0 && path > 0;
    }

    private int evaluations() {
        return evaluations + walks.evaluations();
    }

    /** The best of the few candidates that are judged by more draws; null if none has an ELBO. */
    private @Nullable StartNormal best() {
        StartNormal best = null;
        double bestElbo = Double.NEGATIVE_INFINITY;
        List<StartNormal> finalists = sorted(candidate -> true).limit(FINALISTS).toList();
        if (finalists.size() == 1 && Double.isFinite(walks.candidates().get(0).elbo())) {
            return finalists.get(0);
        }
        evaluations += finalists.size() * finalDraws;
        double[] elbos = StartNormal.elbos(density, finalists, epsilon, finalDraws);
        for (int k = 0; k < elbos.length; k++) {
            if (elbos[k] > bestElbo) {
                best = finalists.get(k);
                bestElbo = elbos[k];
            }
        }
        return best;
    }

    /** Where path p begins: at the mean, some units around it, or, of every other path, around the first end so far in its own scale. */
    private double[] place(int p, double[] mean, float[] offsets) {
        List<Walks.Arrival> arrivals = walks.arrivals();
        Walks.Arrival first = isLocal(p) && !arrivals.isEmpty() ? arrivals.get(0) : null;
        double[] from = (first == null ? mean : first.end()).clone();
        for (int d = 0; d < dimensions && p > 0; d++) {
            double unit = first == null ? SPREAD : LOCAL_SPREAD * first.normal().sd()[d];
            from[d] += unit * offsets[(p - 1) * dimensions + d];
        }
        return from;
    }

    /** The thread was interrupted, so that nothing more may be evaluated: the best of what has been, if there is any. */
    private Found interrupted() {
        StartNormal best = sorted(candidate -> true).findFirst().orElse(null);
        return new Found(best, others(), List.of(), evaluations(), "was stopped while it looked for a start");
    }

    /** The candidates that may matter beside the best, the best first. */
    private List<StartNormal> others() {
        double most = walks.candidates().stream()
                .mapToDouble(Walks.Candidate::elbo)
                .max()
                .orElse(0);
        return sorted(candidate -> candidate.elbo() >= most - FAR_BELOW).toList();
    }

    /** The candidates, the best first. */
    private Stream<StartNormal> sorted(Predicate<Walks.Candidate> which) {
        return walks.candidates().stream()
                .filter(which)
                .sorted(Comparator.comparingDouble(Walks.Candidate::elbo).reversed())
                .map(Walks.Candidate::normal);
    }

    /** The arrivals that are apart from each other, the best first. */
    private List<Walks.Arrival> separate() {
        List<Walks.Arrival> separate = new ArrayList<>();
        for (Walks.Arrival arrival : walks.arrivals().stream()
                .sorted(Comparator.comparingDouble(Walks.Arrival::logP).reversed())
                .toList()) {
            boolean known = false;
            for (Walks.Arrival other : separate) {
                known |= !isApart(arrival, other);
            }
            if (!known) {
                separate.add(arrival);
            }
        }
        return separate;
    }

    /** The modes among separate arrivals, if there are several that matter. */
    private List<Mode> modes(List<Walks.Arrival> separate) {
        List<Mode> modes = new ArrayList<>();
        double most = Double.NEGATIVE_INFINITY;
        for (Walks.Arrival arrival : separate) {
            Estimate evidence =
                    arrival.normal().logWeights(density, epsilon, finalDraws).logEvidence(0);
            evaluations += finalDraws;
            if (Double.isFinite(evidence.value())) {
                modes.add(new Mode(arrival.end(), arrival.normal().sd(), evidence));
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
    private boolean isApart(Walks.Arrival a, Walks.Arrival b) {
        double widest = 0;
        for (int d = 0; d < dimensions; d++) {
            widest = Math.max(
                    widest,
                    Math.abs(a.end()[d] - b.end()[d])
                            / Math.max(a.normal().sd()[d], b.normal().sd()[d]));
        }
        if (!(widest > 1)) {
            return false;
        }
        int inner = 15;
        double[] points = new double[inner * dimensions];
        for (int i = 0; i < inner; i++) {
            double share = (i + 1.0) / (inner + 1);
            for (int d = 0; d < dimensions; d++) {
                points[i * dimensions + d] = a.end()[d] + share * (b.end()[d] - a.end()[d]);
            }
        }
        double[] logP = new double[inner];
        density.evaluate(inner, points, logP, null);
        evaluations += inner;
        double dip = Arrays.stream(logP).min().orElse(Double.NaN);
        return !(dip > Math.min(a.logP(), b.logP()) - 1);
    }

    /** Standard normals of a block. */
    static float[] normals(Device device, Key key, DrawBlock shape) {
        try (Buffer buffer = device.allocate(shape.elements())) {
            device.run(new NormalOps.Normal(key, Index.of(0), shape, buffer));
            return buffer.toFloats();
        }
    }
}

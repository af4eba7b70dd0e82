package io.github.elbo4j.infer;

import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.model.PointDensity;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * {@link LbfgsPath}s over one density that walk side by side, the normals along them, and those whose precision is measured at the best of these
 * and at the ends. What is asked of log p for several paths is one evaluation; no path's numbers depend on the others.
 */
final class Walks {
    /** Dimensions up to which normals have correlations and the Hessian is measured. */
    static final int DENSE = 256;
    /** Draws that judge a normal of a path. */
    static final int DRAWS = 16;

    private final PointDensity density;
    private final Geometry geometry;
    private final int dimensions;
    private final BooleanSupplier cancelled;
    private final float[] epsilon; // [DRAWS or more][D]

    private final List<Candidate> candidates = new ArrayList<>();
    private final List<Arrival> arrivals = new ArrayList<>();
    private int evaluations;
    private int count;

    /** A normal and the ELBO of few draws. */
    record Candidate(StartNormal normal, double elbo) {}

    /** The end of a path that arrived, and the best normal there. */
    record Arrival(double[] end, double logP, StartNormal normal) {}

    /**
     * The end of a path that arrived.
     *
     * @param scale about the width of p there
     */
    record End(double[] at, double logP, StartNormal scale) {}

    /** A path, the normal at its point where that is yet to be judged, and the best one so far. */
    private final class Walker {
        final LbfgsPath path;
        private @Nullable StartNormal next;
        private @Nullable Candidate best;
        private int visits;

        Walker(double[] from) {
            // A dense normal costs D³; of a long path in many dimensions only some are looked at.
            int stride = 1 + dimensions / 64;
            path = new LbfgsPath(Objective.of(density), from, cancelled).visitedBy((x, gradient, h) -> {
                if (visits++ % stride == 0) {
                    propose(normal(x, gradient, h));
                }
            });
        }

        void propose(@Nullable StartNormal normal) {
            next = normal != null && normal.isFinite() ? normal : null;
        }
    }

    /** @param epsilon standard normals that judge every normal */
    Walks(PointDensity density, Geometry geometry, BooleanSupplier cancelled, float[] epsilon) {
        this.density = density;
        this.geometry = geometry;
        this.dimensions = density.dimensions();
        this.cancelled = cancelled;
        this.epsilon = epsilon;
    }

    /** The best normal along each path, and those at the ends. */
    List<Candidate> candidates() {
        return candidates;
    }

    List<Arrival> arrivals() {
        return arrivals;
    }

    /** Paths at whose beginning log p was finite. */
    int count() {
        return count;
    }

    int evaluations() {
        return evaluations;
    }

    /** Walks side by side from these places. */
    void walk(List<double[]> places) {
        if (places.isEmpty() || cancelled.getAsBoolean()) {
            return;
        }
        List<Walker> walkers = places.stream().map(Walker::new).toList();
        List<End> ends = new ArrayList<>();
        try {
            LbfgsPath.walk(
                    Objective.of(density),
                    walkers.stream().map(walker -> walker.path).toList(),
                    () -> judge(walkers));
            measureBest(walkers);
        } finally { // also of what was stopped on the way
            for (Walker walker : walkers) {
                evaluations += walker.path.evaluations();
                count += walker.path.isFinite() ? 1 : 0;
                Candidate best = walker.best;
                if (best != null) {
                    candidates.add(best);
                    if (walker.path.arrived()) {
                        ends.add(new End(walker.path.end(), walker.path.logP(), best.normal));
                    }
                }
            }
        }
        arrive(ends);
    }

    /** Judges what is yet to be judged. */
    private void judge(List<Walker> walkers) {
        List<Walker> some = new ArrayList<>();
        List<StartNormal> normals = new ArrayList<>();
        for (Walker walker : walkers) {
            if (walker.next != null) {
                some.add(walker);
                normals.add(walker.next);
                walker.next = null;
            }
        }
        List<Candidate> judged = judged(normals);
        for (int k = 0; k < judged.size(); k++) {
            Walker walker = some.get(k);
            double above = walker.best == null ? Double.NEGATIVE_INFINITY : walker.best.elbo;
            walker.best = judged.get(k).elbo > above ? judged.get(k) : walker.best;
        }
    }

    private List<Candidate> judged(List<StartNormal> normals) {
        double[] elbos = StartNormal.elbos(density, normals, epsilon, DRAWS);
        evaluations += normals.size() * DRAWS;
        return IntStream.range(0, elbos.length)
                .mapToObj(k -> new Candidate(normals.get(k), elbos[k]))
                .toList();
    }

    /** Lets the normals compete whose precision is measured at the means of the best. */
    private void measureBest(List<Walker> walkers) {
        List<Walker> some = new ArrayList<>();
        List<End> places = new ArrayList<>();
        for (Walker walker : walkers) {
            if (walker.best != null) {
                some.add(walker);
                places.add(new End(walker.best.normal.mean(), walker.best.elbo, walker.best.normal));
            }
        }
        measure(places, (normal, k) -> some.get(k).propose(normal));
        judge(walkers);
    }

    /** Notes the ends of paths that have a normal there. */
    void arrive(List<End> ends) {
        List<Arrival> found = new ArrayList<>();
        if (dimensions > DENSE) {
            ends.forEach(
                    end -> found.add(new Arrival(end.at, end.logP, StartNormal.independent(end.at, end.scale.sd()))));
        } else {
            measure(ends, (normal, k) -> found.add(new Arrival(ends.get(k).at, ends.get(k).logP, normal)));
        }
        found.removeIf(arrival -> !arrival.normal.isFinite());
        candidates.addAll(judged(found.stream().map(Arrival::normal).toList()));
        arrivals.addAll(found);
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
     * The normals whose means are one Newton step from these points and whose precisions are the Hessians of −log p there, by
     * differences of the gradient over about a standard deviation; none where that is not positive definite, or too large.
     *
     * @param found is given each, and the number of its point
     */
    private void measure(List<End> points, ObjIntConsumer<StartNormal> found) {
        if (dimensions > DENSE || points.isEmpty()) {
            return;
        }
        List<Precision.Place> places = points.stream()
                .map(point -> new Precision.Place(point.at, point.scale.sd(), new double[dimensions]))
                .toList();
        List<double[][]> precisions = Precision.measure(density, places);
        evaluations += places.size() * (2 * dimensions + 1);
        for (int k = 0; k < places.size(); k++) {
            double[][] lower = DenseMatrix.cholesky(precisions.get(k));
            double[][] covariance = lower == null ? null : LowerTriangle.inverseOfSquare(lower);
            double[][] factor = covariance == null ? null : DenseMatrix.cholesky(covariance);
            if (covariance != null && factor != null) {
                double[] mean = DenseMatrix.times(covariance, places.get(k).gradient());
                for (int d = 0; d < dimensions; d++) {
                    mean[d] += places.get(k).at()[d];
                }
                found.accept(geometry.member(mean, factor), k);
            }
        }
    }
}

package io.github.elbo4j.infer;

import io.github.elbo4j.device.internal.Interrupts;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.SmoothedWeights;
import io.github.elbo4j.infer.LeaveOneOut.Observation;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What comes of observations, one block after the other. */
final class LeaveOneOutSums {
    /** Observations whose influences are on the host at a time. */
    private static final int BLOCK = 256;

    /** {@code log p(y_i | z_s)} of a block. */
    interface Values {
        double at(int observation, int draw);
    }

    private final List<String> names;
    private final double @Nullable [] logRatios;
    private final SmoothedWeights seen;
    private final Observation[] observations;
    private final double[] influence; // of each draw on the sum of all elpd
    private int done;

    LeaveOneOutSums(List<String> names, int draws, double @Nullable [] logRatios) {
        if (names.size() < 2) {
            throw new IllegalArgumentException(
                    "the model has a single observation, but leaving one out takes two or more");
        }
        this.names = names;
        this.logRatios = logRatios;
        this.seen = logRatios == null ? SmoothedWeights.equal(draws) : SmoothedWeights.of(logRatios);
        this.observations = new Observation[names.size()];
        this.influence = new double[draws];
    }

    void add(int count, Values values) {
        for (int from = 0; from < count; from += BLOCK) {
            Interrupts.check();
            int first = from;
            double[][] influences = new double[Math.min(BLOCK, count - from)][];
            IntStream.range(0, influences.length)
                    .parallel()
                    .forEach(i -> influences[i] = add(done + i, draw -> values.at(first + i, draw)));
            for (double[] each : influences) { // in order, so that the sum is the same with any number of threads
                for (int s = 0; s < influence.length; s++) {
                    influence[s] += each[s];
                }
            }
            done += influences.length;
        }
    }

    private double[] add(int number, IntToDoubleFunction logLikelihood) {
        int draws = influence.length;
        double[] log = IntStream.range(0, draws).mapToDouble(logLikelihood).toArray();
        double[] ratios = new double[draws];
        for (int s = 0; s < draws; s++) {
            double ratio = logRatios == null ? 0 : logRatios[s];
            // Where an observation is impossible so are all together, and nothing is known of the others.
            ratios[s] = ratio == Double.NEGATIVE_INFINITY ? ratio : ratio - log[s];
        }
        SmoothedWeights weights = SmoothedWeights.of(ratios);
        Estimate elpd = weights.logMean(log);
        for (int s = 0; s < draws; s++) {
            ratios[s] = weights.influence(s, log[s], elpd.value());
        }
        observations[number] = new Observation(
                names.get(number),
                elpd,
                weights.kHat(),
                weights.efficiency(),
                seen.logMean(log).value(),
                seen.variance(log));
        return ratios;
    }

    LeaveOneOut result() {
        double squares = Arrays.stream(influence).map(each -> each * each).sum();
        return new LeaveOneOut(List.of(observations), seen, StrictMath.sqrt(squares));
    }
}

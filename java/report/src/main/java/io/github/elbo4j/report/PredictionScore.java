package io.github.elbo4j.report;

import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Prediction;
import java.util.ArrayList;
import java.util.List;

/** How predictions fare where the values are known: sums over them, so that any number may be added. */
public final class PredictionScore {
    /** Bars of the histogram of ranks, and groups of predicted probabilities. */
    static final int BINS = 10;

    private final List<String> names;
    private final boolean isKnown;
    private long count;
    private double logDensity;
    private double logDensitySquares;
    private double drawError;
    private long inHalf;
    private long inNine;
    private long hits;
    private double brier;
    private boolean classes;
    private final long[] ranks = new long[BINS];
    private final List<Group> groups = new ArrayList<>();

    /** Predictions of a class with about the same probability. */
    static final class Group {
        long count;
        double predicted;
        long happened;
    }

    /**
     * Of no predictions yet.
     *
     * @param classes what the values 0, 1, … are called; empty if they are numbers
     * @param isKnown whether the values are known; all but the count is NaN otherwise
     */
    public PredictionScore(List<String> classes, boolean isKnown) {
        this.names = List.copyOf(classes);
        this.isKnown = isKnown;
        for (int i = 0; i < BINS; i++) {
            groups.add(new Group());
        }
    }

    /** Takes a prediction into account. */
    public void add(Prediction prediction) {
        count++;
        classes |= !prediction.probabilities().isEmpty();
        if (!isKnown) {
            return;
        }
        double y = prediction.observed();
        double log = prediction.logDensity().value();
        logDensity += log;
        logDensitySquares += log * log;
        drawError += prediction.logDensity().standardError();
        List<Double> quantiles = prediction.value().quantiles();
        inHalf += within(y, quantiles, 0.25, 0.75);
        inNine += within(y, quantiles, 0.05, 0.95);
        ranks[bin(prediction.rank())]++;
        List<Double> probabilities = prediction.probabilities();
        if (probabilities.isEmpty()) {
            return;
        }
        int most = 0;
        for (int k = 0; k < probabilities.size(); k++) {
            double p = probabilities.get(k);
            int is = y == k ? 1 : 0;
            most = p > probabilities.get(most) ? k : most;
            brier += (p - is) * (p - is);
            if (probabilities.size() > 2 || k == 1) { // of two, one says all
                Group group = groups.get(bin(p));
                group.count++;
                group.predicted += p;
                group.happened += is;
            }
        }
        hits += most == (int) y ? 1 : 0;
    }

    private static int within(double y, List<Double> quantiles, double low, double high) {
        return y >= quantiles.get(Marginal.PROBABILITIES.indexOf(low))
                        && y <= quantiles.get(Marginal.PROBABILITIES.indexOf(high))
                ? 1
                : 0;
    }

    private static int bin(double share) {
        return (int) Math.min(BINS - 1, Math.max(0, share * BINS));
    }

    /** How many there are. */
    public long count() {
        return count;
    }

    /** Whether the values are known. */
    public boolean isKnown() {
        return isKnown;
    }

    /** What the values 0, 1, … are called; empty if they are numbers. */
    public List<String> names() {
        return names;
    }

    /** Whether there are so few values that each has a probability. */
    public boolean ofClasses() {
        return classes;
    }

    /** The sum of the log predictive densities. */
    public double logDensity() {
        return logDensity;
    }

    /** What its error from the draws is at most: all values are predicted from the same draws, so errors may add up. */
    public double drawError() {
        return drawError;
    }

    /** The standard error of the sum over values, as if these were drawn anew. */
    public double logDensitySpread() {
        double mean = logDensity / count;
        return Math.sqrt(count * Math.max(0, logDensitySquares / count - mean * mean) * count / Math.max(1, count - 1));
    }

    /** The share of values within the central 50 %. */
    public double halfCoverage() {
        return (double) inHalf / count;
    }

    /** The share of values within the central 90 %. */
    public double nineCoverage() {
        return (double) inNine / count;
    }

    /** The share of values whose most probable class is right. */
    public double accuracy() {
        return (double) hits / count;
    }

    /** The mean over values of the sum over classes of squared differences (Brier 1950). */
    public double brier() {
        return brier / count;
    }

    /** The score as one line of JSON. */
    public String line() {
        return Json.object(null, json -> {
                    json.writeNumberProperty("values", count);
                    json.writeBooleanProperty("known", isKnown);
                    if (!isKnown) {
                        return;
                    }
                    Json.number(json, "logDensity", logDensity);
                    Json.number(json, "logDensityError", drawError);
                    Json.number(json, "logDensitySpread", logDensitySpread());
                    if (classes) {
                        Json.number(json, "accuracy", accuracy());
                        Json.number(json, "brier", brier());
                    } else {
                        Json.number(json, "coverage50", halfCoverage());
                        Json.number(json, "coverage90", nineCoverage());
                    }
                })
                + "\n";
    }

    long[] ranks() {
        return ranks.clone();
    }

    List<Group> groups() {
        return groups;
    }
}

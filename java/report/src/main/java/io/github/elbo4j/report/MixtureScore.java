package io.github.elbo4j.report;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.mixture.MixtureDensity;
import java.util.Arrays;

/** How a mixture fares on rows: sums over them, so that any number may be added. */
public final class MixtureScore {
    private static final int BINS = 10;
    /** Rows of the mixture's own that others are compared with. */
    private static final int OWN = 10_000;

    private final MixtureDensity density;
    private final double[] own; // log-densities, sorted
    private final long[] ranks = new long[BINS];
    private final long[] rows;
    private long count;
    private double mean;
    private double squares; // of deviations

    /**
     * Of no rows yet.
     *
     * @param seed of the rows that are drawn from the density for comparison
     */
    public MixtureScore(MixtureDensity density, long seed) {
        this.density = density;
        this.rows = new long[density.components()];
        this.own = density.sample(new Key(seed).fork("rows to compare with"), OWN).stream()
                .mapToDouble(draw -> density.logDensity(draw.x()))
                .sorted()
                .toArray();
    }

    /**
     * Takes a row into account (Welford 1962).
     *
     * @param component from which it most probably comes, from 0
     */
    public void add(double logDensity, int component) {
        count++;
        double apart = logDensity - mean;
        mean += apart / count;
        squares += apart * (logDensity - mean);
        rows[component]++;
        int at = Arrays.binarySearch(own, logDensity);
        ranks[(int) Math.min(BINS - 1, (long) BINS * (at < 0 ? -at - 1 : at) / OWN)]++;
    }

    /** Of what it is. */
    public MixtureDensity density() {
        return density;
    }

    /** How many rows there are. */
    public long count() {
        return count;
    }

    /** The mean log-density of a row. */
    public double mean() {
        return mean;
    }

    /** The standard error of the mean over rows, as if these were drawn anew; NaN of one row. */
    public double meanError() {
        return Math.sqrt(squares / (count - 1) / count);
    }

    /** Rows that most probably come from component k. */
    public long rows(int k) {
        return rows[k];
    }

    /** How many log-densities are in each tenth of those that the mixture's own rows would have. */
    long[] ranks() {
        return ranks.clone();
    }

    /** The score as one line of JSON. */
    public String line() {
        return Json.object(null, json -> {
                    json.writeNumberProperty("rows", count);
                    Json.number(json, "logDensity", count * mean);
                    Json.number(json, "logDensitySpread", count * meanError());
                    Json.number(json, "meanLogDensity", mean);
                    Json.number(json, "meanLogDensityError", meanError());
                    json.writeArrayPropertyStart("components");
                    for (long each : rows) {
                        json.writeNumber(each);
                    }
                    json.writeEndArray();
                })
                + "\n";
    }
}

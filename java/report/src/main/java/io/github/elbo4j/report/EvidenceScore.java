package io.github.elbo4j.report;

import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;
import java.util.Arrays;

/** How probable rows are by trained networks: 16 bytes are kept of each. */
public final class EvidenceScore {
    private final int draws;
    private double[] elbo = new double[16];
    private double[] logEvidence = new double[16];
    private int count;
    private int unreliable;

    /**
     * Of no rows yet.
     *
     * @param draws by which the evidence of each is estimated
     */
    public EvidenceScore(int draws) {
        this.draws = draws;
    }

    /** Takes a row into account. */
    public void add(double rowElbo, double rowLogEvidence, boolean isReliable) {
        if (count == elbo.length) {
            elbo = Arrays.copyOf(elbo, Math.multiplyExact(count, 2));
            logEvidence = Arrays.copyOf(logEvidence, elbo.length);
        }
        elbo[count] = rowElbo;
        logEvidence[count++] = rowLogEvidence;
        unreliable += isReliable ? 0 : 1;
    }

    /** How many rows there are. */
    public int count() {
        return count;
    }

    /** Draws for each row. */
    public int draws() {
        return draws;
    }

    /** The mean over rows of the ELBO; its error is that of rows drawn anew. */
    public Estimate elbo() {
        return LogWeights.mean(Arrays.copyOf(elbo, count));
    }

    /** The mean over rows of log p(x); its error is that of rows drawn anew. */
    public Estimate logEvidence() {
        return LogWeights.mean(values());
    }

    /** log p(x) of the rows. */
    double[] values() {
        return Arrays.copyOf(logEvidence, count);
    }

    /** The share of rows whose log p(x) rests on few draws. */
    public double unreliable() {
        return (double) unreliable / count;
    }

    /** The score as one line of JSON; its fields are those that {@code fit.json} has of rows that were held out. */
    public String line() {
        return Json.object(null, json -> {
                    json.writeNumberProperty("rows", count);
                    json.writeNumberProperty("draws", draws);
                    Json.number(json, "elbo", elbo().value());
                    Json.number(json, "elboStandardError", elbo().standardError());
                    Json.number(json, "logEvidence", logEvidence().value());
                    Json.number(json, "logEvidenceStandardError", logEvidence().standardError());
                    Json.number(json, "unreliable", unreliable());
                })
                + "\n";
    }
}

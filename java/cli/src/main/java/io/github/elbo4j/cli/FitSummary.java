package io.github.elbo4j.cli;

import io.github.elbo4j.infer.Assessment;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.infer.Verdict;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is told about a fit, wherever it is told: on the terminal, in {@code fit.json} and in the report.
 *
 * @param model {@code logistic} or {@code linear}
 * @param family {@code full-rank} or {@code mean-field}
 * @param gradient {@code auto}, {@code reparam}, {@code path} or {@code score}
 * @param steps the steps that were done
 * @param elbo the evidence lower bound with every constant, estimated from fresh draws; NaN if there is none
 * @param elboError its standard error
 * @param assessment how far to trust it, and why: the library's
 * @param parameters in the order of the covariance
 * @param covariance of the parameters, on the scale of the data; null where there are many and nobody asked for it
 * @param trace the ELBO as the fit saw it
 * @param options what was asked for and what was chosen in its stead, in the order of the help text; strings, numbers and
 *     booleans
 */
record FitSummary(
        String model,
        String family,
        String gradient,
        long seed,
        int steps,
        Ending ending,
        double elbo,
        double elboError,
        Assessment assessment,
        List<Parameter> parameters,
        double @Nullable [][] covariance,
        List<TracePoint> trace,
        Map<String, Object> options,
        Source data,
        Run run) {
    /** Phi^-1(0.95): half the width of a central 90 % interval of a normal, in standard deviations. */
    static final double Z95 = 1.6448536269514722;

    /** How the fit came to its end; {@code detail} says it in a sentence. */
    record Ending(Status status, String detail) {}

    /**
     * A parameter's marginal, which is normal on the scale of the data.
     *
     * @param unit the standard deviation of the column it multiplies, or NaN where it multiplies none
     */
    record Parameter(String name, double mean, double sd, double unit) {
        double q05() {
            return mean - Z95 * sd;
        }

        double q95() {
            return mean + Z95 * sd;
        }
    }

    /**
     * What the model was fitted to.
     *
     * @param droppedRows rows of the file that were left out because a cell of theirs is missing
     * @param codings how columns that held no numbers became numbers
     * @param notes what else is to be known of how the file was read
     */
    record Source(
            String file,
            String sha256,
            int rows,
            String target,
            List<String> predictors,
            int droppedRows,
            List<Coding> codings,
            List<String> notes) {
        /** Such as {@code 197 rows}, or {@code 197 rows (3 dropped)}. */
        String rowsInWords() {
            return Text.count(rows, "row")
                    + (droppedRows == 0 ? "" : " (" + Numbers.grouped(droppedRows) + " with missing cells dropped)");
        }
    }

    /**
     * Where and how fast it ran. Nothing but the device's name goes into {@code fit.json}'s comparable part.
     *
     * @param device {@code simd}, {@code scalar}, …
     * @param description the device in words
     * @param reason why it is this device
     */
    record Run(String device, String description, String reason, double seconds, double drawsPerSecond) {}

    boolean converged() {
        return ending.status == Status.CONVERGED;
    }

    Verdict verdict() {
        return assessment.verdict();
    }

    double kHat() {
        return assessment.kHat();
    }

    /** Whether the numbers may be used: the process then exits with 0. */
    boolean good() {
        return verdict() != Verdict.DO_NOT_TRUST;
    }
}

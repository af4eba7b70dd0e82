package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.PointDensity;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What fresh draws of a fitted q show: the ELBO, the importance-weighted log evidence and the verdict. {@link Sgvi} is judged in
 * the same way, so that the verdicts of methods mean the same.
 *
 * @param elbo from fresh draws, unless it is known in closed form
 * @param assessment of the weights {@code p/q}, and of how the fit ended
 * @param corrected what the weights make of q; null where {@link WeightedDraws#refusal} says why not
 * @param status how the fit ended, measuring included
 * @param message why, in a clause
 */
public record FreshDraws(
        Estimate elbo,
        Estimate logEvidence,
        Assessment assessment,
        @Nullable Account corrected,
        Status status,
        String message)
        implements Serializable {
    /** Draws of the ELBO, and of the weights at first. */
    public static final int DRAWS = 4096;

    /** The weights are multiplied while k-hat's error may decide, up to twice as many: a fit by few passes is to stay quick. */
    static final int MOST = 2 * DRAWS;

    private static final long MOST_WORKSPACE = 256L << 20;
    /** An ELBO or evidence that was not measured. */
    static final Estimate UNKNOWN = new Estimate(Double.NaN, Double.NaN, 0);

    /**
     * Of a Gaussian, on the device, its numbers rounded to float32.
     *
     * @param joint on the same device
     * @param q in the order of the joint's parameters
     * @param status how the fit ended that found q
     * @param message why, in a clause
     * @param key of the whole fit; the draws have keys of their own
     */
    public static FreshDraws of(Device device, LogJoint joint, Gaussian q, Status status, String message, Key key) {
        return of(device, joint, q, Background.of(new Ending(status, message), List.of(), List.of()), key);
    }

    /**
     * What else is known of a fit.
     *
     * @param modes that starts came upon, if there are several that matter
     * @param concerns beside those that draws show
     * @param few draws to begin with
     * @param most up to twice as many are multiplied while k-hat's error may decide
     * @param sample null, or some of the joint's rows
     * @param response null, or what linear response says, with known errors, where independent normals are reported
     * @param problem the address b of the draws
     */
    record Background(
            Ending ending,
            List<Mode> modes,
            List<Concern> concerns,
            int few,
            int most,
            @Nullable RowSample sample,
            @Nullable Posterior response,
            int problem) {
        static Background of(Ending ending, List<Mode> modes, List<Concern> concerns) {
            return new Background(ending, modes, concerns, DRAWS, MOST, null, null, 0);
        }
    }

    /** Of a fit of which no draws are taken: what is known of it are the concerns. */
    static FreshDraws unmeasured(Ending ending, List<Concern> concerns) {
        return new FreshDraws(
                UNKNOWN,
                UNKNOWN,
                Assessment.of(Double.NaN, Double.NaN, 0, concerns),
                null,
                ending.status(),
                ending.message());
    }

    static FreshDraws of(Device device, LogJoint joint, Gaussian q, Background known, Key key) {
        VariationalFamily onDevice;
        try {
            onDevice = q.on(device);
        } catch (IllegalStateException e) { // not positive definite
            Concern concern = new Concern(
                    Concern.Kind.NO_WEIGHTS, Verdict.DO_NOT_TRUST, null, Objects.requireNonNull(e.getMessage()));
            return unmeasured(known.ending, List.of(concern));
        }
        try (onDevice) {
            onDevice.numberFrom(known.problem);
            Evaluation evaluation = new Evaluation(
                    new DrawSource.OnDevice(
                            joint, onDevice, onDevice.toGaussian(0), workspace(q.dimensions()), PointSet.INDEPENDENT),
                    UNKNOWN,
                    key);
            return measured(evaluation, known, () -> {
                evaluation.judgeLines(joint, device, q, known.sample);
                if (known.response != null) {
                    double[] sd = new double[q.dimensions()];
                    Arrays.setAll(sd, known.response::standardDeviation);
                    evaluation.judgeLinearResponse(sd);
                }
            });
        }
    }

    /** What draws may take on the device at a time: as much as those at first, of which few rows' predictors stay in a processor's cache. */
    private static long workspace(int dimensions) {
        return Math.min(MOST_WORKSPACE, (long) DRAWS * dimensions * Float.BYTES);
    }

    /** @param beyond judges by what draws of q cannot show, where these show nothing that forbids trust */
    private static FreshDraws measured(Evaluation evaluation, Background known, Runnable beyond) {
        MeasuringGuard measuring = new MeasuringGuard(known.ending);
        boolean whole = measuring.succeeds(() -> {
            evaluation.measure(known.few, DRAWS, known.most);
            evaluation.judgeEnd(known.ending);
            known.concerns.forEach(evaluation::add);
            evaluation.judgeModes(known.modes);
            if (evaluation.assessment().verdict() != Verdict.DO_NOT_TRUST) {
                beyond.run();
            }
            evaluation.correct();
        });
        if (!whole) {
            evaluation.judgeEnd(measuring.ending());
        }
        return evaluation.result(measuring.ending());
    }

    /**
     * Of any posterior whose ELBO is known and whose joint is cheap, on the host in float64.
     *
     * @param elbo in closed form
     * @param logJoint log p at a draw [D], with its constants; finite at every draw
     * @param status how the fit ended that found q
     * @param message why, in a clause
     * @param key of the whole fit; the draws have keys of their own
     */
    public static FreshDraws of(
            Posterior q, double elbo, ToDoubleFunction<double[]> logJoint, Status status, String message, Key key) {
        Evaluation evaluation =
                new Evaluation(new DrawSource.InClosedForm(q, Estimate.exact(elbo), logJoint), UNKNOWN, key);
        evaluation.measure(DRAWS, DRAWS, MOST);
        Ending ending = new Ending(status, message);
        evaluation.judgeEnd(ending);
        evaluation.correct();
        return evaluation.result(ending);
    }

    /**
     * Of a mixture. Lines are not asked: one through the middle of a mixture is no line of any of its components.
     *
     * @param density of the joint
     */
    static FreshDraws of(
            Device device, LogJoint joint, PointDensity density, NormalMixture q, Background known, Key key) {
        Evaluation evaluation = new Evaluation(new DrawSource.OfMixture(joint, density, q), UNKNOWN, key);
        return measured(evaluation, known, () -> evaluation.judgeWider(Objective.of(density), q, q.moments()));
    }

    /** Other accounts of the posterior, and {@link #corrected} behind them if it is there. */
    public List<Account> accounts(List<Account> others) {
        List<Account> all = new ArrayList<>(others);
        if (corrected != null) {
            all.add(corrected);
        }
        return all;
    }
}

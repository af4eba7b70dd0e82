package io.github.elbo4j.infer;

import io.github.elbo4j.model.LogJoint;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The end of a fit: rounds of {@link NaturalGradient} steps until more draws would not move the answer. A round's step
 * is the whole natural gradient at first, and half as much each time that steps undo each other; {@link SettlingWindow}
 * averages the q that they lead to, and decides when the average is accurate enough.
 */
final class Settling {
    /** The longest step, in standard deviations: beyond it the natural gradient is not reliable. */
    private static final double LONGEST = 0.5;
    /** The smallest part of the natural gradient that a step takes. */
    private static final double LEAST_STRIDE = 1.0 / 16;

    private final SgviSettings settings;
    private final LogJoint joint;
    private final Coordinates coordinates;
    private final NaturalGradient gradient;
    private final Trace trace;

    /** What an attempt needs of the run that it ends. */
    interface Steps {
        /** Up to the cap. */
        int stepsLeft();

        /** Counts groups of draws as steps. */
        void took(int groups);

        /** Moves the coordinates and q to parameters in z; returns those of q. */
        float[] goTo(float[] parameters);

        /**
         * A round is done.
         *
         * @param isLast whether the attempt ends with it
         * @param state adds what the next round depends on besides the run's own state
         */
        void roundDone(boolean isLast, Consumer<StateHash> state);

        /** log p − log q under these parameters of q, at the draws that compare blocks. */
        double[] comparisonAt(float[] here);
    }

    /**
     * How an attempt ended.
     *
     * @param parameters in z
     * @param comparison log p − log q under them; null if it did not settle
     * @param words why
     */
    record Outcome(float[] parameters, double @Nullable [] comparison, String words) {}

    /** Between two rounds: q in z, the part of the natural gradient that steps take, the latest of these, and their window. */
    private record State(float[] at, double stride, double[] last, SettlingWindow window) {}

    Settling(SgviSettings settings, LogJoint joint, Coordinates coordinates, NaturalGradient gradient, Trace trace) {
        this.settings = settings;
        this.joint = joint;
        this.coordinates = coordinates;
        this.gradient = gradient;
        this.trace = trace;
    }

    /**
     * Rounds from one q on.
     *
     * @param from parameters in z
     * @param before log p − log q there, at the draws that compare blocks
     */
    Outcome attempt(float[] from, double[] before, Steps run) {
        float[] at = from;
        float[] here = run.goTo(at);
        gradient.moved(at);
        gradient.renew();
        SettlingWindow window = new SettlingWindow(here.length);
        double stride = 1;
        double[] last = new double[here.length];
        while (true) {
            if (run.stepsLeft() < NaturalGradient.GROUPS) {
                return unsettled(at, "too few steps are left to tell whether the answer still moves");
            }
            NaturalGradient.Round round = gradient.round(trace, settings.cancelled);
            run.took(round.groups());
            if (settings.cancelled.getAsBoolean()) {
                return unsettled(at, "");
            }
            if (!round.finite()) {
                return unsettled(at, "at some draws log p or its gradient is not finite");
            }
            stride = stride(stride, round, last);
            last = round.delta();
            double[] unit = gradient.units();
            double most = Math.min(1, LONGEST / largest(round.delta()));
            for (int p = 0; p < here.length; p++) {
                here[p] += (float) (stride * most * unit[p] * round.delta()[p]);
            }
            at = coordinates.toOriginal(here);
            here = run.goTo(at);
            gradient.moved(at);
            SettlingWindow.Finding finding = window.add(at, round);
            State state = new State(at, stride, last, window);
            run.roundDone(finding != SettlingWindow.Finding.GOING_ON, to -> hash(state, to));
            switch (finding) {
                case SETTLED -> {
                    at = window.average();
                    double[] after = run.comparisonAt(run.goTo(at));
                    boolean falling =
                            settings.stoppingRule.compare(before, after).finding() == StoppingRule.Finding.FALLING;
                    return falling
                            ? unsettled(at, "where the gradient vanishes the ELBO is lower")
                            : new Outcome(at, after, "more draws would not move the answer: its " + error(window));
                }
                case HOPELESS -> {
                    return unsettled(
                            at,
                            String.format(Locale.ROOT, "the answer still moves by %.1g sd, and its ", window.left())
                                    + error(window));
                }
                case GOING_ON -> {
                    // The curvature averaged over a wider or narrower q is another one.
                    if (window.isWhole()) {
                        gradient.renew();
                    }
                }
            }
        }
    }

    private void hash(State state, StateHash to) {
        gradient.hash(to);
        to.add(state.at);
        to.add(state.stride);
        to.add(state.last);
        state.window.hash(to);
    }

    /** {@link NaturalGradient#linearResponse}. */
    double @Nullable [] linearResponse() {
        return gradient.linearResponse();
    }

    private static Outcome unsettled(float[] at, String words) {
        return new Outcome(at, null, words);
    }

    private String error(SettlingWindow window) {
        return String.format(
                Locale.ROOT,
                "Monte Carlo error is at most %.1g sd (%s)",
                window.error(),
                gradient.describe(window.worst(), joint.parameterNames()));
    }

    /** Half the stride where the last two steps undid each other or the later one was longer, beyond noise. */
    private static double stride(double stride, NaturalGradient.Round round, double[] last) {
        double largest = largest(round.delta());
        boolean noise = largest <= 5 * Math.sqrt(largest(round.variance()));
        double along = InverseHessian.dot(round.delta(), last);
        double lengths = InverseHessian.dot(round.delta(), round.delta()) * InverseHessian.dot(last, last);
        boolean undone = along < 0 && along * along > 0.1 * lengths;
        boolean longer = largest(last) > 0 && largest > largest(last);
        return !noise && (undone || longer) ? Math.max(LEAST_STRIDE, stride / 2) : stride;
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}

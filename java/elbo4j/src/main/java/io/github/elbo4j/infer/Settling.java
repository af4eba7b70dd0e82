package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.FamilyKind;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.PointDensity;
import java.util.Locale;
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

    private final Sgvi.Builder settings;
    private final Device device;
    private final LogJoint joint;
    private final Coordinates coordinates;
    private final NaturalGradient gradient;
    private final Trace trace;
    private final Key key;

    /** What an attempt needs of the run that it ends. */
    interface Steps {
        /** Up to the cap. */
        int stepsLeft();

        /** Counts groups of draws as steps. */
        void took(int groups);

        /** Moves the coordinates and q to parameters in z; returns those of q. */
        float[] goTo(float[] parameters);

        /** log p − log q under these parameters of q, at the draws that compare blocks. */
        double[] comparisonAt(float[] here);
    }

    private NaturalGradient.@Nullable Curvature latest; // of a mean-field fit

    /**
     * How an attempt ended.
     *
     * @param parameters in z
     * @param comparison log p − log q under them; null if it did not settle
     * @param words why
     */
    record Outcome(float[] parameters, double @Nullable [] comparison, String words) {}

    Settling(
            Sgvi.Builder settings,
            Device device,
            LogJoint joint,
            Coordinates coordinates,
            NaturalGradient gradient,
            Trace trace,
            Key key) {
        this.settings = settings;
        this.device = device;
        this.joint = joint;
        this.coordinates = coordinates;
        this.gradient = gradient;
        this.trace = trace;
        this.key = key;
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
        NaturalGradient.Curvature curvature = curvature(at);
        SettlingWindow window = new SettlingWindow(here.length);
        double stride = 1;
        double[] last = new double[here.length];
        while (true) {
            if (run.stepsLeft() < NaturalGradient.GROUPS) {
                return unsettled(at, "too few steps are left to tell whether the answer still moves");
            }
            double[] sd = deviations(at);
            NaturalGradient.Round round = gradient.round(curvature, sd, trace, settings.cancelled);
            run.took(round.groups());
            if (settings.cancelled.getAsBoolean()) {
                return unsettled(at, "");
            }
            if (!round.finite()) {
                return unsettled(at, "at some draws log p or its gradient is not finite");
            }
            stride = stride(stride, round, last);
            last = round.delta();
            double[] unit = gradient.units(curvature, sd);
            double most = Math.min(1, LONGEST / largest(round.delta()));
            for (int p = 0; p < here.length; p++) {
                here[p] += (float) (stride * most * unit[p] * round.delta()[p]);
            }
            at = coordinates.toOriginal(here);
            here = run.goTo(at);
            switch (window.add(at, round)) {
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
                    curvature = window.isWhole() ? curvature(at) : curvature;
                }
            }
        }
    }

    /** The standard deviations in the inverse of the latest measured precision under a mean-field q; null if there is none. */
    double @Nullable [] linearResponse() {
        NaturalGradient.Curvature under = latest;
        if (under == null) {
            return null;
        }
        double[] sd = new double[joint.dimensions()];
        for (int d = 0; d < sd.length; d++) {
            sd[d] = Math.sqrt(under.covariance()[d][d]);
        }
        return sd;
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

    /** q's standard deviations where its parameters hold them. */
    private double[] deviations(float[] parameters) {
        double[] sd = new double[joint.dimensions()];
        for (int d = 0; d < sd.length && settings.family == FamilyKind.MEAN_FIELD; d++) {
            sd[d] = StrictMath.exp(parameters[sd.length + d]);
        }
        return sd;
    }

    /** The posterior's precision under a mean-field q; null where it is not needed or cannot be measured. */
    private NaturalGradient.@Nullable Curvature curvature(float[] parameters) {
        int dimensions = joint.dimensions();
        if (settings.family != FamilyKind.MEAN_FIELD || dimensions > Starts.DENSE) {
            return null;
        }
        double[] mean = new double[dimensions];
        for (int d = 0; d < dimensions; d++) {
            mean[d] = parameters[d];
        }
        StartNormal normal = StartNormal.independent(mean, deviations(parameters));
        try (PointDensity density = new PointDensity(device, joint)) {
            latest = Precision.under(normal, density, device, key.fork("curvature"));
            return latest;
        }
    }
}

package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Compares a model's gradient with finite differences of its own log-joint: along each coordinate, or past {@value
 * #COORDINATES} dimensions along random directions that move all of them at once, and then, where one of these disagrees,
 * along halves of it until the parameter is found. A {@link HostLogJoint} is checked in float64, others in the float32 of
 * their device.
 *
 * <p>With steps e along a direction the five-point formula {@code (8·(f(e) − f(−e)) − (f(2e) − f(−2e))) / 12} is
 * compared with {@code ∇f·e}. What they may differ by follows from the same five values: by how much the formula
 * differs from the three-point one {@code (f(e) − f(−e)) / 2}, by how much the second differences at e and 2e differ (a
 * kink shows in one of the two wherever it lies), and the rounding of f. A disagreement counts if steps of a quarter
 * show it too. So neither a kink ({@code |z|}, a hinge), nor the edge of a support, nor a noisy log p is mistaken for a
 * wrong gradient; the check finds nothing there. A log-joint of minibatches changes from step to
 * step: check the one of all rows.
 */
public final class GradientCheck {
    /** Up to so many dimensions each coordinate is looked at by itself. */
    static final int COORDINATES = 100;

    private final Device device;
    private final LogJoint joint;
    private final @Nullable HostLogJoint host;
    private final int d;

    private GradientCheck(Device device, LogJoint joint) {
        this.device = Objects.requireNonNull(device, "device is null");
        this.joint = Objects.requireNonNull(joint, "joint is null");
        this.host = joint instanceof HostLogJoint function ? function : null;
        this.d = joint.dimensions();
    }

    /**
     * The worst coordinate of the worst place.
     *
     * @param passed whether no disagreement was shown
     * @param coordinate the worst, measured in allowed errors; −1 if a disagreement could not be narrowed down to one, or
     *     nothing could be compared
     * @param name what it is called, or the first and the last of the parameters among which it is
     * @param gradient the model's derivative along it
     * @param difference the finite difference
     * @param allowed how far apart they may be
     * @param message in words, and what to look for
     */
    public record Report(
            boolean passed,
            int coordinate,
            String name,
            double gradient,
            double difference,
            double allowed,
            String message) {}

    /**
     * Checks at one place, with steps in proportion to the coordinates. A place where log p is not finite does not pass.
     *
     * @param at z, [D]; take some that are not special, not zero for instance
     */
    public static Report check(Device device, LogJoint joint, double... at) {
        GradientCheck check = new GradientCheck(device, joint);
        check.length("at", at);
        double[] scale = new double[at.length];
        Arrays.setAll(scale, i -> Math.max(1, Math.abs(at[i])));
        return check.report(new double[][] {at}, scale, true);
    }

    /**
     * Checks at several places, such as draws of a q, with steps in proportion to q's standard deviations. It passes
     * unless a disagreement is shown: where log p is not finite or not smooth nothing can be compared. A place takes
     * {@code 4·D + 2} evaluations of log p, or 10 past {@value #COORDINATES} dimensions; a disagreement takes some
     * more.
     *
     * @param at z, [N][D]
     * @param scale [D], positive: over so much log p changes by about 1
     */
    public static Report check(Device device, LogJoint joint, double[][] at, double[] scale) {
        GradientCheck check = new GradientCheck(device, joint);
        check.length("scale", scale);
        for (int i = 0; i < scale.length; i++) {
            if (!(scale[i] > 0 && Double.isFinite(scale[i]))) {
                throw new IllegalArgumentException("scale[" + i + "] is " + scale[i] + ", but must be positive");
            }
        }
        for (int n = 0; n < at.length; n++) {
            check.length("at[" + n + "]", at[n]);
        }
        return check.report(at, scale, false);
    }

    private void length(String name, double[] values) {
        Objects.requireNonNull(values, name + " is null");
        if (values.length != d) {
            throw new IllegalArgumentException(
                    name + " has " + values.length + " elements, but the model has " + d + " dimensions");
        }
    }

    /** @param strict whether a place where nothing can be compared does not pass */
    private Report report(double[][] at, double[] scale, boolean strict) {
        Differences differences = new Differences(joint.parameterNames(), host == null, this::evaluate);
        Differences.Comparison wrong = null;
        Differences.Comparison right = null;
        String blind = at.length == 0 ? "there is no place to compare at" : null;
        for (int n = 0; n < at.length; n++) {
            Differences.Place place = differences.at(at[n], scale);
            for (Differences.Comparison c : place.compare(differences.directions(n), 1)) {
                if (!c.conclusive()) {
                    blind = place.blindness();
                } else if (c.isWrong() && place.confirms(c)) {
                    wrong = wrong == null || c.ratio() > wrong.ratio() ? c : wrong;
                } else {
                    right = right == null || c.ratio() > right.ratio() ? c : right;
                }
            }
        }
        if (wrong != null) {
            return wrong.place().narrowed(wrong).report(false);
        }
        if (blind != null && (strict || right == null)) {
            String message = "the gradient could not be compared: " + blind;
            return new Report(!strict, -1, "", Double.NaN, Double.NaN, Double.NaN, message);
        }
        return Objects.requireNonNull(right).report(true);
    }

    private void evaluate(int rows, double[] z, double[] f, double[] gradient) {
        if (host != null) {
            host.evaluate(rows, z, f, gradient);
        } else {
            onDevice(device, joint, rows, z, f, gradient);
        }
    }

    private static void onDevice(Device device, LogJoint joint, int rows, double[] z, double[] f, double[] gradient) {
        DrawBlock shape = DrawBlock.of(1, rows, joint.dimensions());
        try (Buffer draws = device.copyOf(LinearPredictor.floats(z));
                Buffer logP = device.allocate(ElementType.FLOAT64, rows);
                Buffer slopes = device.allocate(shape.elements())) {
            joint.evaluate(shape, draws, logP, slopes);
            logP.read(0, f, 0, rows);
            float[] floats = slopes.toFloats();
            for (int i = 0; i < floats.length; i++) {
                gradient[i] = floats[i];
            }
        }
    }
}

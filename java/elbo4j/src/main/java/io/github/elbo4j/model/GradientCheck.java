package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Shape;
import java.util.Locale;

/**
 * Compares a model's gradient with finite differences of its own log-joint, coordinate by coordinate: the five-point
 * formula {@code (8·(f(z+h) − f(z−h)) − (f(z+2h) − f(z−2h))) / 12h}. A {@link HostLogJoint} is checked in float64, others
 * in the float32 of their device. The difference to the three-point formula bounds the formula's own error.
 */
public final class GradientCheck {
    private static final double FLOAT_EPS = 0x1p-23;
    private static final double DOUBLE_EPS = 0x1p-52;
    /** What a right gradient may differ by, in parts of the largest. */
    private static final double RELATIVE = 1e-3;

    private GradientCheck() {}

    /**
     * The worst coordinate.
     *
     * @param passed whether every coordinate agrees within its allowed error
     * @param coordinate the worst, measured in allowed errors
     * @param name what it is called
     * @param gradient the model's
     * @param difference the finite difference
     * @param allowed how far apart they may be
     * @param message in words, and what to look at
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
     * Checks at one place.
     *
     * @param at z, [D]; take some that are not special, not zero for instance
     */
    public static Report check(Device device, LogJoint joint, double... at) {
        int d = joint.dimensions();
        if (at.length != d) {
            throw new IllegalArgumentException(
                    "at has " + at.length + " elements, but the model has " + d + " dimensions");
        }
        boolean host = joint instanceof HostLogJoint;
        double step = host ? 1e-3 : 0x1p-6;
        double eps = host ? DOUBLE_EPS : FLOAT_EPS;
        double[] h = new double[d];
        int rows = 4 * d + 1;
        double[] z = new double[rows * d];
        for (int r = 0; r < rows; r++) {
            System.arraycopy(at, 0, z, r * d, d);
        }
        for (int i = 0; i < d; i++) {
            // A power of two, so that z + h loses nothing more than z does.
            h[i] = step * Math.max(1, Math.scalb(1.0, Math.getExponent(at[i])));
            z[(4 * i + 1) * d + i] += h[i];
            z[(4 * i + 2) * d + i] -= h[i];
            z[(4 * i + 3) * d + i] += 2 * h[i];
            z[(4 * i + 4) * d + i] -= 2 * h[i];
        }
        double[] f = new double[rows];
        double[] gradient = new double[rows * d];
        if (joint instanceof HostLogJoint function) {
            function.function().evaluate(rows, z, f, gradient);
        } else {
            onDevice(device, joint, rows, z, f, gradient);
        }
        double[] difference = new double[d];
        double[] allowed = new double[d];
        int worst = 0;
        double worstRatio = -1;
        for (int i = 0; i < d; i++) {
            double near = f[4 * i + 1] - f[4 * i + 2];
            double far = f[4 * i + 3] - f[4 * i + 4];
            difference[i] = (8 * near - far) / (12 * h[i]);
            double formula = Math.abs(difference[i] - near / (2 * h[i]));
            double rounding = 8 * eps * Math.abs(f[0]) / h[i];
            double size = Math.max(Math.abs(difference[i]), Math.abs(gradient[i]));
            allowed[i] = RELATIVE * size + formula + rounding;
            double error = Math.abs(difference[i] - gradient[i]);
            double ratio = error == 0 ? 0 : error / allowed[i];
            if (Double.isNaN(ratio)) {
                ratio = Double.POSITIVE_INFINITY;
            }
            if (ratio > worstRatio) {
                worstRatio = ratio;
                worst = i;
            }
        }
        boolean passed = Math.abs(difference[worst] - gradient[worst]) <= allowed[worst];
        String name = joint.parameterNames().get(worst);
        String message = String.format(
                Locale.ROOT,
                "%s: in coordinate %d (%s) the gradient is %.8g and central differences of log p give %.8g; they may differ"
                        + " by %.2g.%s",
                passed ? "the gradient agrees" : "the gradient is wrong",
                worst,
                name,
                gradient[worst],
                difference[worst],
                allowed[worst],
                passed ? "" : " " + advice(worst, gradient, difference, allowed));
        return new Report(passed, worst, name, gradient[worst], difference[worst], allowed[worst], message);
    }

    private static String advice(int worst, double[] gradient, double[] difference, double[] allowed) {
        double g = gradient[worst];
        double fd = difference[worst];
        if (!Double.isFinite(g)) {
            return "The gradient is not finite: look for a division by zero or an overflow.";
        }
        if (!Double.isFinite(fd)) {
            return "log p is not finite near this place: check at another one, or look for a logarithm of 0.";
        }
        if (Math.abs(g + fd) <= 2 * allowed[worst]) {
            return "Its sign is reversed: it must be the gradient of log p, not of a loss.";
        }
        if (g == 0) {
            return "It is 0: is this element written?";
        }
        for (int j = 0; j < difference.length; j++) {
            if (j != worst && Math.abs(g - difference[j]) <= allowed[j]) {
                return "It equals the derivative in coordinate " + j + ": are elements exchanged?";
            }
        }
        return String.format(Locale.ROOT, "It is %.4g times what it should be: is a factor or a term missing?", g / fd);
    }

    private static void onDevice(Device device, LogJoint joint, int rows, double[] z, double[] f, double[] gradient) {
        Shape shape = Shape.of(1, rows, joint.dimensions());
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

package io.github.elbo4j.expr;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Recorder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random expressions: derivatives against differences, devices against each other bit for bit, and against float64 within
 * {@link RoundingBound}. {@code -Delbo4j.expressions=10000} tries so many; a failure names its seed and the least number of
 * operations at which it still fails.
 */
class ExpressionsTest {
    private static final int SEEDS = Integer.getInteger("elbo4j.expressions", 250);
    private static final int OPERATIONS = 40;

    /** What is wrong with a joint; null if nothing is. */
    private interface Check {
        String fault(RandomJoint joint, long seed);
    }

    private static void check(Check check) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            int operations = 1 + (int) (seed * 7 % OPERATIONS);
            String fault = check.fault(new RandomJoint(seed, operations), seed);
            if (fault != null) {
                int least = operations;
                for (int fewer = operations - 1; fewer > 0; fewer--) {
                    String smaller = check.fault(new RandomJoint(seed, fewer), seed);
                    if (smaller != null) {
                        least = fewer;
                        fault = smaller;
                    }
                }
                throw new AssertionError("new RandomJoint(" + seed + ", " + least + "): " + fault);
            }
        }
    }

    private static Expr total(Joint joint) {
        Expr total = Expr.of(0);
        for (Expr term : joint.terms()) {
            total = total.plus(term.sum());
        }
        return total;
    }

    private static float[] draws(Joint joint, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] z = new float[count * joint.parameters().dimensions()];
        for (int i = 0; i < z.length; i++) {
            z[i] = (float) random.nextDouble(-1.5, 1.5);
        }
        return z;
    }

    /**
     * Central differences of order h²: those of h and h/10 must agree, or the point is too close to a kink of min, max, abs
     * or where, and the coordinate is left out; fewer than one in twenty are.
     */
    @Test
    void derivativesAreThoseOfDifferences() {
        int[] tried = new int[2];
        check((random, seed) -> {
            Joint joint = random.joint();
            Expr total = total(joint);
            Derivative derivative = new Derivative(List.of(total), List.of(Expr.of(1)));
            double[] z = doubles(draws(joint, 1, seed));
            for (Expr parameter : joint.parameters().slots()) {
                Expr slope = derivative.of(parameter);
                double[] slopes = slope == null ? new double[parameter.size()] : slope.value(z);
                int first = parameter.detail(Detail.Slot.class).offset();
                for (int i = 0; i < Math.min(slopes.length, 4); i++) {
                    double coarse = difference(total, z, first + i, 1e-4);
                    double fine = difference(total, z, first + i, 1e-5);
                    tried[0]++;
                    double scale = 1 + Math.abs(fine);
                    if (Math.abs(coarse - fine) > 1e-4 * scale) {
                        tried[1]++;
                    } else if (!(Math.abs(slopes[i] - fine) <= 2e-4 * scale)) {
                        return parameter + " element " + i + ": " + slopes[i] + " by derivative, " + fine
                                + " by difference";
                    }
                }
            }
            return null;
        });
        assertThat(tried[1]).isLessThan(1 + tried[0] / 20);
    }

    private static double difference(Expr total, double[] z, int i, double h) {
        double[] moved = z.clone();
        moved[i] = z[i] + h;
        double up = total.value(moved)[0];
        moved[i] = z[i] - h;
        return (up - total.value(moved)[0]) / (2 * h);
    }

    /** logP and gradient of a device. */
    private record Values(double[] logP, float[] gradient) {}

    private static Values run(Device device, Joint joint, float[] z, long workspace) {
        int dimensions = joint.parameters().dimensions();
        int draws = z.length / dimensions;
        try (Translation translation = new Translation(device, joint, 0);
                Buffer at = device.copyOf(z);
                Buffer logP = device.allocate(ElementType.FLOAT64, draws);
                Buffer gradient = device.allocate(z.length)) {
            translation.workspaceBytes(workspace);
            DrawBlock shape = DrawBlock.of(1, draws, dimensions);
            Recorder.run(device, to -> translation.record(to, null, shape, at, logP, gradient));
            Values values = new Values(logP.toDoubles(), gradient.toFloats());
            Recorder.run(device, to -> translation.record(to, null, shape, at, logP, null));
            assertThat(logP.toDoubles()).as("without a gradient").containsExactly(values.logP());
            return values;
        }
    }

    @Test
    void devicesAgreeInEveryBit() {
        int[] counts = {1, 3, 64, 100};
        check((random, seed) -> {
            Joint joint = random.joint();
            float[] z = draws(joint, counts[(int) (seed % counts.length)], seed);
            Values scalar = run(TestDevices.scalar(), joint, z, 1 << 26);
            for (Device device : TestDevices.all()) {
                for (long workspace : new long[] {1 << 26, 1 << 15}) {
                    Values other = run(device, joint, z, workspace);
                    String fault = difference(scalar, other);
                    if (fault != null) {
                        return device.name() + ", workspace " + workspace + ": " + fault;
                    }
                }
            }
            return null;
        });
    }

    private static String difference(Values a, Values b) {
        for (int i = 0; i < a.logP().length; i++) {
            if (Double.doubleToLongBits(a.logP()[i]) != Double.doubleToLongBits(b.logP()[i])) {
                return "logP[" + i + "] is " + b.logP()[i] + ", on scalar " + a.logP()[i];
            }
        }
        for (int i = 0; i < a.gradient().length; i++) {
            if (Float.floatToIntBits(a.gradient()[i]) != Float.floatToIntBits(b.gradient()[i])) {
                return "gradient[" + i + "] is " + b.gradient()[i] + ", on scalar " + a.gradient()[i];
            }
        }
        return null;
    }

    /** The gradient of each parameter is compared as one sum of its elements with random signs. */
    @Test
    void valuesAndGradientsAreThoseOfDoubles() {
        int draws = 3;
        check((random, seed) -> {
            Joint joint = random.joint();
            Expr total = total(joint);
            Derivative derivative = new Derivative(List.of(total), List.of(Expr.of(1)));
            int dimensions = joint.parameters().dimensions();
            float[] all = draws(joint, draws, seed);
            Values values = run(TestDevices.scalar(), joint, all, 1 << 26);
            SplittableRandom signs = new SplittableRandom(seed);
            for (int s = 0; s < draws; s++) {
                double[] z = java.util.Arrays.copyOfRange(doubles(all), s * dimensions, (s + 1) * dimensions);
                String fault = far("logP", values.logP()[s], total, z);
                List<Expr> parameters = new ArrayList<>(joint.parameters().slots());
                for (int p = 0; p < parameters.size() && fault == null; p++) {
                    Expr slope = derivative.of(parameters.get(p));
                    double[] sign = signs.doubles(parameters.get(p).size(), -1, 1)
                            .map(Math::signum)
                            .toArray();
                    double sum = 0;
                    int first = s * dimensions
                            + parameters.get(p).detail(Detail.Slot.class).offset();
                    for (int i = 0; i < sign.length; i++) {
                        sum += sign[i] * values.gradient()[first + i];
                    }
                    Expr weights =
                            Leaves.data("signs", sign, false, parameters.get(p).ownExtents());
                    Expr expected =
                            slope == null ? Expr.of(0) : slope.times(weights).sum();
                    fault = far("gradient of " + parameters.get(p), sum, expected, z);
                }
                if (fault != null) {
                    return fault;
                }
            }
            return null;
        });
    }

    private static String far(String what, double value, Expr expected, double[] z) {
        double exact = expected.value(z)[0];
        double bound = expected.varies() ? RoundingBound.of(expected, z) : 1e-6 * Math.abs(exact);
        return Math.abs(value - exact) <= bound ? null : what + " is " + value + ", exactly " + exact + " ± " + bound;
    }

    private static double[] doubles(float[] values) {
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = values[i];
        }
        return result;
    }
}

package io.github.elbo4j;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Inputs of tests, and comparisons that a NaN fails. */
public final class Numbers {
    /** The unit roundoff of float32: half an ulp of 1. */
    public static final double U = 0x1p-24;

    private Numbers() {}

    /** n numbers like normals of the given scale around the given centre; the same for the same seed. */
    public static float[] normals(long seed, long n, double centre, double scale) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[Math.toIntExact(n)];
        for (int i = 0; i < x.length; i++) {
            long bits = random.nextLong();
            // The sum of four uniforms: variance 1/3, hence √3; quick, and bell-shaped enough for an input.
            long sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
            x[i] = (float) (centre + scale * 1.7320508 * (sum / 65536.0 - 2 + 2.0 / 65536));
        }
        return x;
    }

    /** n standard normals. */
    public static float[] normals(long seed, long n) {
        return normals(seed, n, 0, 1);
    }

    /** {@code problems} factors [D][D]: standard normals below a logarithmic diagonal, and NaN above it. */
    public static float[] factors(long seed, int problems, int dimensions) {
        float[] f = normals(seed, (long) problems * dimensions * dimensions, 0, 1 / Math.sqrt(1.0 + dimensions));
        for (int b = 0; b < problems; b++) {
            for (int i = 0; i < dimensions; i++) {
                for (int j = i + 1; j < dimensions; j++) {
                    f[(b * dimensions + i) * dimensions + j] = Float.NaN; // not to be read
                }
            }
        }
        return f;
    }

    /** Fails unless got is within the tolerance of want. */
    public static void close(String what, double got, double want, double tolerance) {
        boolean close = Math.abs(got - want) <= tolerance;
        if (!close) {
            throw new AssertionError(what + " is " + got + ", but must be " + want + " within " + tolerance + " (is "
                    + Math.abs(got - want) + " away)");
        }
    }

    /** Fails unless got is within {@code ulps} roundings (units of {@link #U} times the sum of magnitudes) of the sum. */
    public static void close(String what, double got, Sum want, double roundings) {
        // The subnormal floor: a product of two float32 may round to a multiple of 2^-149.
        close(what, got, want.value, roundings * U * want.magnitude + want.count * 0x1p-149);
    }

    /** The same numbers in float64. */
    public static double[] doubles(float... x) {
        double[] values = new double[x.length];
        Arrays.setAll(values, i -> x[i]);
        return values;
    }

    /** Fails unless the bits are the same; all NaN are alike, +0 and −0 are not. */
    public static void same(String what, double got, double want) {
        if (Double.doubleToLongBits(got) != Double.doubleToLongBits(want)) {
            throw new AssertionError(what + " is " + got + ", but must be " + want + " to the bit");
        }
    }

    /** {@link #same(String, double, double)} for every element. */
    public static void same(String what, float[] got, float[] want) {
        if (got.length != want.length) {
            throw new AssertionError(what + " has " + got.length + " elements, but must have " + want.length);
        }
        for (int i = 0; i < got.length; i++) {
            same(what + "[" + i + "]", got[i], want[i]);
        }
    }

    /** {@link #same(String, double, double)} for every element. */
    public static void same(String what, double[] got, double[] want) {
        if (got.length != want.length) {
            throw new AssertionError(what + " has " + got.length + " elements, but must have " + want.length);
        }
        for (int i = 0; i < got.length; i++) {
            same(what + "[" + i + "]", got[i], want[i]);
        }
    }

    /** A sum in float64 that keeps its condition: the sum of the magnitudes of its terms. */
    public static final class Sum {
        public double value;
        public double magnitude;
        public int count;

        public Sum add(double term) {
            return add(term, Math.abs(term));
        }

        /** A term that is itself a sum, of the given magnitude. */
        public Sum add(double term, double size) {
            value += term;
            magnitude += size;
            count++;
            return this;
        }

        /** Times a constant. */
        public Sum times(double factor) {
            value *= factor;
            magnitude *= Math.abs(factor);
            return this;
        }
    }
}

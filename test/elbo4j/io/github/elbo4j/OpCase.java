package io.github.elbo4j;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Operation;
import java.util.Arrays;
import java.util.List;

/**
 * One operation with arguments that are right, at any B, S and D: what a test needs that speaks of all operations alike.
 * {@link OpCases} has every operation, in each of its modes.
 *
 * @param operation what the cases of an operation have in common
 * @param mode what tells its cases apart
 * @param square whether its memory or work grows with D², so that D should stay small
 * @param fewestDraws what it asks for at least
 */
public record OpCase(String operation, String mode, boolean square, int fewestDraws, Body body) {
    public static final Key KEY = new Key(0xfedcba9876543210L);
    public static final int STEP = 17;

    /** The case's arguments on a device, at a shape. */
    public static final class Call {
        final Arena arena;
        final DrawBlock shape;
        private long seed;

        Call(Arena arena, DrawBlock shape) {
            this.arena = arena;
            this.shape = shape;
        }

        int problems() {
            return shape.problems();
        }

        int draws() {
            return shape.draws();
        }

        int dimensions() {
            return shape.dimensions();
        }

        long factorLength() {
            return shape.parameters() * dimensions();
        }

        long gradientLength() {
            return shape.parameters() + factorLength();
        }

        Buffer normals(long n) {
            return arena.of(Numbers.normals(++seed, n));
        }

        /** Logarithms of scales. */
        Buffer logs(long n) {
            return arena.of(Numbers.normals(++seed, n, -0.3, 0.5));
        }

        /** Numbers that are no float32. */
        Buffer doubles(long n) {
            return arena.of(thirds(n));
        }

        Buffer changedDoubles(long n) {
            return arena.inOut(thirds(n));
        }

        private double[] thirds(long n) {
            double[] x = Numbers.doubles(Numbers.normals(++seed, n));
            Arrays.setAll(x, i -> x[i] / 3);
            return x;
        }

        Buffer changed(long n) {
            return arena.inOut(Numbers.normals(++seed, n));
        }

        Buffer positive(long n) {
            float[] x = Numbers.normals(++seed, n);
            for (int i = 0; i < x.length; i++) {
                x[i] = Math.abs(x[i]);
            }
            return arena.of(x);
        }

        /** Sums of squares, some of them at the ends of what float32 holds. */
        Buffer squares(long n) {
            float[] ends = {0, Float.MIN_VALUE, Float.MIN_NORMAL, 0x1p-100f, 0x1p124f, Float.POSITIVE_INFINITY};
            float[] x = Numbers.normals(++seed, n);
            for (int i = 0; i < x.length; i++) {
                x[i] = i % 61 == 60 ? ends[i / 61 % ends.length] : Math.abs(x[i]);
            }
            return arena.of(x);
        }

        Buffer factor() {
            return arena.of(Numbers.factors(++seed, problems(), dimensions()));
        }

        Buffer runs(long width) {
            int runs = shape.firstDraw() / ElboOps.DRAWS_PER_RUN + ElboOps.runs(draws());
            return arena.runs((long) problems() * runs * width);
        }

        Buffer zerosAndOnes(int n) {
            float[] y = new float[n];
            for (int i = 0; i < n; i++) {
                y[i] = i * 7 % 3 & 1;
            }
            return arena.of(y);
        }

        /** Whole numbers below the number of classes. */
        Buffer classes(int n, int classes) {
            float[] y = new float[n];
            for (int i = 0; i < n; i++) {
                y[i] = i * 7 % 5 % classes;
            }
            return arena.of(y);
        }

        /** A triangle with a diagonal away from zero, and NaN beyond it. */
        Matrix triangle(boolean upper) {
            int m = dimensions();
            float[] l = Numbers.factors(++seed, 1, m);
            for (int i = 0; i < m; i++) {
                l[i * m + i] = 1.5f + Math.abs(l[i * m + i]);
            }
            Matrix lower = Matrix.of(arena.of(l), m, m);
            return upper ? lower.transposed() : lower;
        }
    }

    /** Makes the operation with new arguments. */
    interface Body {
        Operation of(Call call);
    }

    /** Runs the operation; returns the bits of its outputs. */
    public List<long[]> bits(Device device, DrawBlock shape) {
        try (Arena arena = new Arena(device)) {
            device.run(on(arena, shape));
            return arena.outputBits();
        }
    }

    /** The operation, its arguments made in the arena. */
    public Operation on(Arena arena, DrawBlock shape) {
        return body.of(new Call(arena, shape));
    }

    @Override
    public String toString() {
        return mode.isEmpty() ? operation : operation + " " + mode;
    }
}

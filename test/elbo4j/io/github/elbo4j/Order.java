package io.github.elbo4j;

import java.util.Arrays;

/**
 * The order of sums as {@code Operation} states it, written from that text alone: slow, recursive, and sharing no line with any
 * device.
 */
public final class Order {
    private Order() {}

    /** The sum along a row. */
    public static double alongRow(float[] x) {
        if (x.length == 0) {
            return 0;
        }
        double[] tileSums = new double[(x.length + 1023) / 1024];
        for (int t = 0; t < tileSums.length; t++) {
            tileSums[t] = tile(Arrays.copyOfRange(x, 1024 * t, Math.min(x.length, 1024 * t + 1024)));
        }
        return ofSums(tileSums);
    }

    /** The sum over draws of one coordinate. */
    public static double overDraws(float[] x) {
        return ofSums(runs(x));
    }

    /** The run sums over draws of one coordinate. */
    public static double[] runs(float[] x) {
        double[] runs = new double[(x.length + 63) / 64];
        for (int r = 0; r < runs.length; r++) {
            float sum = 0f;
            for (int s = 64 * r; s < Math.min(x.length, 64 * r + 64); s++) {
                sum += x[s];
            }
            runs[r] = sum;
        }
        return runs;
    }

    /** Sums in float64, level upon level, until one is left. */
    public static double ofSums(double[] x) {
        if (x.length == 1) {
            return x[0];
        }
        double[] above = new double[(x.length + 1023) / 1024];
        for (int t = 0; t < above.length; t++) {
            double[] lanes = new double[32];
            for (int i = 1024 * t; i < Math.min(x.length, 1024 * t + 1024); i++) {
                lanes[i % 32] += x[i];
            }
            above[t] = fold(lanes);
        }
        return ofSums(above);
    }

    /** One element of a product, added to an old value: chains of 1024, and a tree in float64 above them. */
    public static float product(float old, float[] a, float[] b) {
        if (a.length == 0) {
            return old;
        }
        double[] chains = new double[(a.length + 1023) / 1024];
        for (int panel = 0; panel < chains.length; panel++) {
            float chain = 0f;
            for (int k = 1024 * panel; k < Math.min(a.length, 1024 * panel + 1024); k++) {
                chain = Math.fma(a[k], b[k], chain);
            }
            chains[panel] = chain;
        }
        return old + (float) tree(chains);
    }

    /** Neighbours are added, level upon level; the last of an odd number is its own sum. */
    public static double tree(double[] x) {
        if (x.length == 1) {
            return x[0];
        }
        double[] above = new double[(x.length + 1) / 2];
        for (int i = 0; i < above.length; i++) {
            above[i] = 2 * i + 1 < x.length ? x[2 * i] + x[2 * i + 1] : x[2 * i];
        }
        return tree(above);
    }

    private static float tile(float[] x) {
        float[] lanes = new float[32];
        for (int i = 0; i < x.length; i++) {
            lanes[i % 32] += x[i];
        }
        for (int half : new int[] {16, 8, 4, 2, 1}) {
            for (int l = 0; l < half; l++) {
                lanes[l] = lanes[l] + lanes[l + half];
            }
        }
        return lanes[0];
    }

    private static double fold(double[] lanes) {
        if (lanes.length == 1) {
            return lanes[0];
        }
        double[] folded = new double[lanes.length / 2];
        for (int l = 0; l < folded.length; l++) {
            folded[l] = lanes[l] + lanes[l + folded.length];
        }
        return fold(folded);
    }
}

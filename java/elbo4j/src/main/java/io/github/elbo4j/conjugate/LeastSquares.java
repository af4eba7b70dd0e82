package io.github.elbo4j.conjugate;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.GramOps;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.model.RegressionData;

/**
 * What a normal likelihood needs of its N rows: XᵀX, Xᵀy and yᵀy, summed on the device in float64.
 *
 * @param rows N
 * @param xx XᵀX, [K][K]
 * @param xy Xᵀy, [K]
 * @param yy yᵀy
 */
record LeastSquares(int rows, double[][] xx, double[] xy, double yy) {
    /** Device memory for the rows that are summed at a time; no result depends on it. */
    private static final long WORKSPACE = 256L << 20;

    private static final int PANEL = 1024;

    static LeastSquares of(Device device, RegressionData data) {
        return of(device, data, 0);
    }

    /** With y + shift for y. */
    static LeastSquares of(Device device, RegressionData data, double shift) {
        return of(device, data, shift, WORKSPACE);
    }

    /**
     * Sums aligned parts of the rows, each a node of the tree in which a sum over all of them adds its panels, and then goes up
     * that tree.
     */
    static LeastSquares of(Device device, RegressionData data, double shift, long workspaceBytes) {
        int k = data.columns().size();
        int n = data.rows();
        // [X y] and, before they are put together, X and y
        long fit = Math.max(1, workspaceBytes / Double.BYTES / (2L * (k + 1)) / PANEL);
        int part = (int) Math.min(n, Math.min(Long.highestOneBit(fit), 1 << 20) * PANEL);
        int parts = (int) ((n + (long) part - 1) / part);
        double[][] sums = new double[parts][];
        try (Resources own = new Resources(device)) {
            Buffer x = own.allocate(ElementType.FLOAT64, (long) part * k);
            Buffer y = own.allocate(ElementType.FLOAT64, part);
            Buffer table = own.allocate(ElementType.FLOAT64, (long) part * (k + 1));
            Buffer gram = own.allocate(ElementType.FLOAT64, (long) (k + 1) * (k + 1));
            for (int p = 0; p < parts; p++) {
                int from = p * part;
                int rows = Math.min(part, n - from);
                x.write(0, data.x(), from * k, rows * k);
                y.write(0, data.y(), from, rows);
                Matrix all = Matrix.of(table, rows, k + 1);
                Matrix target = Matrix.of(y, rows, 1);
                device.run(new MathOps.Scale(1, Matrix.of(x, rows, k), false, all.columns(0, k)));
                device.run(new MathOps.Scale(1, target, false, all.columns(k, k + 1)));
                device.run(new MathOps.Fill(rows, shift, y));
                device.run(new MathOps.Scale(1, target, true, all.columns(k, k + 1)));
                device.run(new GramOps.Gram(all, null, gram));
                sums[p] = gram.toDoubles();
            }
        }
        return of(n, k, total(sums));
    }

    private static LeastSquares of(int rows, int k, double[] gram) {
        double[][] xx = new double[k][k];
        double[] xy = new double[k];
        for (int i = 0; i < k; i++) {
            System.arraycopy(gram, i * (k + 1), xx[i], 0, k);
            xy[i] = gram[i * (k + 1) + k];
        }
        return new LeastSquares(rows, xx, xy, gram[(k + 1) * (k + 1) - 1]);
    }

    /** Their sum as a binary tree over their number, an odd one out going up unchanged. */
    private static double[] total(double[][] parts) {
        double[][] level = parts;
        while (level.length > 1) {
            double[][] above = new double[(level.length + 1) / 2][];
            for (int i = 0; i < above.length; i++) {
                above[i] = level[2 * i];
                if (2 * i + 1 < level.length) {
                    above[i] = new double[level[0].length];
                    for (int e = 0; e < above[i].length; e++) {
                        above[i][e] = level[2 * i][e] + level[2 * i + 1][e];
                    }
                }
            }
            level = above;
        }
        return level[0];
    }

    int columns() {
        return xy.length;
    }

    /** {@code Xᵀ(y − X·beta)}. */
    double[] slope(double[] beta) {
        double[] slope = xy.clone();
        for (int i = 0; i < slope.length; i++) {
            slope[i] -= dot(xx[i], beta);
        }
        return slope;
    }

    /** {@code |y − X·beta|²}, not below 0; it knows about 15 digits of yᵀy. */
    double residuals(double[] beta) {
        return Math.max(0, yy - dot(xy, beta) - dot(slope(beta), beta));
    }

    /** {@code tr(XᵀX·S)}. */
    double trace(double[][] covariance) {
        double sum = 0;
        for (int i = 0; i < xx.length; i++) {
            sum += dot(xx[i], covariance[i]);
        }
        return sum;
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}

package io.github.elbo4j;

/** Small dense matrices in float64, row-major, for closed forms in tests. */
public final class Dense {
    private Dense() {}

    /** Problem b's Cholesky factor: the diagonal is a logarithm; what stands above it is not read. */
    public static double[][] factor(float[] factors, int b, int n) {
        double[][] l = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double value = factors[(b * n + i) * n + j];
                l[i][j] = i == j ? Math.exp(value) : value;
            }
        }
        return l;
    }

    public static double[][] times(double[][] a, double[][] b) {
        double[][] c = new double[a.length][b.length == 0 ? 0 : b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int k = 0; k < b.length; k++) {
                for (int j = 0; j < c[i].length; j++) {
                    c[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return c;
    }

    public static double[] times(double[][] a, double[] x) {
        double[] y = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < x.length; j++) {
                y[i] += a[i][j] * x[j];
            }
        }
        return y;
    }

    public static double[][] transposed(double[][] a) {
        double[][] t = new double[a.length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a.length; j++) {
                t[j][i] = a[i][j];
            }
        }
        return t;
    }

    public static double[][] abs(double[][] a) {
        double[][] m = new double[a.length][];
        for (int i = 0; i < a.length; i++) {
            m[i] = abs(a[i]);
        }
        return m;
    }

    public static double[] abs(double[] x) {
        return java.util.Arrays.stream(x).map(Math::abs).toArray();
    }

    public static double[] sum(double[] x, double factor, double[] y) {
        double[] sum = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            sum[i] = x[i] + factor * y[i];
        }
        return sum;
    }

    public static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    /** By Gauss–Jordan elimination with row pivots. */
    public static double[][] inverse(double[][] a) {
        int n = a.length;
        double[][] w = new double[n][2 * n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(a[i], 0, w[i], 0, n);
            w[i][n + i] = 1;
        }
        for (int k = 0; k < n; k++) {
            int pivot = k;
            for (int i = k; i < n; i++) {
                pivot = Math.abs(w[i][k]) > Math.abs(w[pivot][k]) ? i : pivot;
            }
            double[] row = w[pivot];
            w[pivot] = w[k];
            w[k] = row;
            double p = row[k];
            for (int j = 0; j < 2 * n; j++) {
                row[j] /= p;
            }
            for (int i = 0; i < n; i++) {
                double q = w[i][k];
                for (int j = k; i != k && q != 0 && j < 2 * n; j++) {
                    w[i][j] -= q * row[j];
                }
            }
        }
        double[][] inverse = new double[n][];
        for (int i = 0; i < n; i++) {
            inverse[i] = java.util.Arrays.copyOfRange(w[i], n, 2 * n);
        }
        return inverse;
    }

    /**
     * How far a float32 solution x of L·x = y may be off: |L⁻¹|·(roundings·|L|·|x| + before), where every element of L was
     * rounded that often and y was off by {@code before} (Higham, Accuracy and Stability, theorem 8.5).
     */
    public static double[] solveError(double[][] l, double[][] inverse, double[] x, double roundings, double[] before) {
        double[] residual = times(abs(l), abs(x));
        return times(abs(inverse), sum(before, roundings * Numbers.U, residual));
    }
}

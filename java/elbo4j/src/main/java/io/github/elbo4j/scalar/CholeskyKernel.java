package io.github.elbo4j.scalar;

import java.util.Arrays;

/**
 * A Cholesky factor L and many vectors: {@code x[i·width + l]} is element i of vector l, so that the vectors stand beside each
 * other. A factor f is D × D from index fo on: the lower triangle, its diagonal as a logarithm; {@code diagonal} and {@code
 * inverse} below are exp(log L_ii) and exp(−log L_ii). Every chain runs over increasing k in panels that end at
 * multiples of {@link #PANEL}; a panel begins at +0 and is added to what came before.
 */
final class CholeskyKernel {
    private static final int PANEL = ChainKernel.TRIANGLE_PANEL;

    private static final int CHAINS = 23; // memory slots
    private static final int VALUES = 24;
    /** Rows that are transposed at a time: as many as a cache line has elements. */
    private static final int ROWS = 16;

    private final ChainKernel products;

    CholeskyKernel(ChainKernel products) {
        this.products = products;
    }

    /** {@code out[i] = exp(±f_ii)}. */
    static void exponentials(float[] f, int fo, boolean inverted, float[] out, int dims) {
        for (int i = 0; i < dims; i++) {
            float log = f[fo + i * dims + i];
            out[i] = DetMath.exp(inverted ? -log : log);
        }
    }

    /** {@code x = mu + L·x} in place, upward: {@code x_i = mu[m + i] + Σ_{j ≤ i} L_ij·x_j}. */
    void multiply(
            float[] f,
            int fo,
            float[] diagonal,
            float[] mu,
            int m,
            float[] x,
            int width,
            int dims,
            WorkerMemory memory) {
        float[] chains = memory.floats(CHAINS, width);
        float[] values = memory.floats(VALUES, width);
        for (int i = dims - 1; i >= 0; i--) {
            Arrays.fill(values, 0, width, mu[m + i]);
            for (int panel = 0; panel <= i; panel += PANEL) {
                int depth = Math.min(PANEL, i - panel);
                int at = fo + i * dims + panel;
                products.chains(f, at, 1, 0, x, panel * width, width, 1, depth, 1f, chains, width);
                if (depth < PANEL) {
                    products.end(values, diagonal[i], chains, x, i * width, width);
                } else {
                    products.add(chains, values, 0, width);
                }
            }
        }
    }

    /** {@code L·x = x} in place, forward: {@code x_i = (x_i − Σ_{j < i} L_ij·x_j) · inverse_i}. */
    void solve(float[] f, int fo, float[] inverse, float[] x, int width, int dims, WorkerMemory memory) {
        float[] chains = memory.floats(CHAINS, width);
        for (int i = 0; i < dims; i++) {
            products.addPanels(f, fo + i * dims, 1, 0, x, 0, i, -1f, chains, x, i * width, width);
            products.scale(inverse[i], x, i * width, width);
        }
    }

    /** {@code Lᵀ·x = x} in place, backward: {@code x_i = (x_i − Σ_{j > i} L_ji·x_j) · inverse_i}, down to row first. */
    void solveTransposed(
            float[] f, int fo, float[] inverse, float[] x, int first, int width, int dims, WorkerMemory memory) {
        float[] chains = memory.floats(CHAINS, width);
        for (int i = dims - 1; i >= first; i--) {
            products.addPanels(f, fo + i, dims, 0, x, i + 1, dims, -1f, chains, x, i * width, width);
            products.scale(inverse[i], x, i * width, width);
        }
    }

    /** n vectors that lie after each other in {@code rows}, less mu, to vectors beside each other. */
    static void residuals(float[] rows, int o, float[] mu, int m, float[] x, int n, int width, int dims) {
        if (dims <= ROWS) { // the longer loop inside
            for (int i = 0; i < dims; i++) {
                for (int l = 0; l < n; l++) {
                    x[i * width + l] = rows[o + l * dims + i] - mu[m + i];
                }
            }
            return;
        }
        for (int first = 0; first < dims; first += ROWS) {
            int end = Math.min(dims, first + ROWS);
            for (int l = 0; l < n; l++) {
                for (int i = first; i < end; i++) {
                    x[i * width + l] = rows[o + l * dims + i] - mu[m + i];
                }
            }
        }
    }

    /** The way back. */
    static void toRows(float[] x, int width, float[] rows, int o, int n, int dims) {
        if (dims <= ROWS) {
            for (int i = 0; i < dims; i++) {
                for (int l = 0; l < n; l++) {
                    rows[o + l * dims + i] = x[i * width + l];
                }
            }
            return;
        }
        for (int first = 0; first < dims; first += ROWS) {
            int end = Math.min(dims, first + ROWS);
            for (int l = 0; l < n; l++) {
                for (int i = first; i < end; i++) {
                    rows[o + l * dims + i] = x[i * width + l];
                }
            }
        }
    }
}

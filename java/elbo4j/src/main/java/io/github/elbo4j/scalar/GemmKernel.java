package io.github.elbo4j.scalar;

import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.Matrices;
import io.github.elbo4j.device.Matrix;
import java.util.Arrays;

/** Dense linear algebra. Twin of kernels/gemm.cu. */
public class GemmKernel {
    /** k's of a chain. */
    public static final int PANEL = 1024;
    /** Columns of a work item's block of C. */
    public static final int COLUMNS = 64;
    /** Rows of a work item's block of C, at most. */
    static final int ROWS = 64;

    /**
     * Fused multiply-adds of a step. Vectors gain more here than elsewhere: 128³ of them took 26 µs on one thread and 35 µs on two, whose
     * caches have to exchange the matrices, 256 × 128² 53 and 36 (two cores of an AMD EPYC, 512-bit vectors, JDK 25).
     */
    private static final int FMAS = 24;

    /** k's that a plain inner loop takes at a time. */
    private static final int LINES = 4;

    /** Its operations. */
    public final void addTo(Twins twins) {
        twins.add(GemmOps.Gemm.class, op -> gemm(op.asBatch()));
    }

    // ---- inner loops; SIMD devices replace them ----

    /**
     * {@code c[i,j] = Σ_k a[i,k]·b[k,j]}, each sum one chain of fma from +0: rows × depth times depth × columns ≤ {@link
     * #COLUMNS}. a has strides of as and ak, b a row stride of bs, c of COLUMNS. There is room for whole multiples
     * of {@link #rowMultiple} and {@link #columnMultiple}; what is computed beyond {@code rows} and {@code columns} is not
     * used.
     */
    protected void panel(
            float[] a,
            int ao,
            int as,
            int ak,
            float[] b,
            int bo,
            int bs,
            float[] c,
            int rows,
            int depth,
            int columns,
            WorkerMemory memory) {
        float[][] chains = memory.rows(ROWS + LINES, COLUMNS);
        for (int i = 0; i < rows; i++) {
            Arrays.fill(chains[i], 0f);
        }
        // One array for each row and one index for all: the just-in-time compiler vectorizes this form.
        float[] b0 = chains[ROWS];
        float[] b1 = chains[ROWS + 1];
        float[] b2 = chains[ROWS + 2];
        float[] b3 = chains[ROWS + 3];
        int k = 0;
        for (; k + LINES <= depth; k += LINES) {
            for (int line = 0; line < LINES; line++) {
                System.arraycopy(b, bo + (k + line) * bs, chains[ROWS + line], 0, columns);
            }
            for (int i = 0; i < rows; i++) {
                int at = ao + i * as + k * ak;
                steps(a[at], a[at + ak], a[at + 2 * ak], a[at + 3 * ak], b0, b1, b2, b3, chains[i], columns);
            }
        }
        for (; k < depth; k++) {
            System.arraycopy(b, bo + k * bs, b0, 0, columns);
            for (int i = 0; i < rows; i++) {
                step(a[ao + i * as + k * ak], b0, chains[i], columns);
            }
        }
        for (int i = 0; i < rows; i++) {
            System.arraycopy(chains[i], 0, c, i * COLUMNS, columns);
        }
    }

    private static void step(float aik, float[] line, float[] chain, int columns) {
        for (int j = 0; j < columns; j++) {
            chain[j] = Math.fma(aik, line[j], chain[j]);
        }
    }

    /** Four in order: a chain is loaded and stored once for them. */
    private static void steps(
            float a0,
            float a1,
            float a2,
            float a3,
            float[] b0,
            float[] b1,
            float[] b2,
            float[] b3,
            float[] chain,
            int columns) {
        for (int j = 0; j < columns; j++) {
            chain[j] = Math.fma(a3, b3[j], Math.fma(a2, b2[j], Math.fma(a1, b1[j], Math.fma(a0, b0[j], chain[j]))));
        }
    }

    /** {@code to[o + r·stride + q] = 0 + from[r·COLUMNS + q]}. */
    protected void copy(float[] from, float[] to, int o, int stride, int rows, int columns) {
        for (int r = 0; r < rows; r++) {
            for (int q = 0; q < columns; q++) {
                to[o + r * stride + q] = 0f + from[r * COLUMNS + q];
            }
        }
    }

    /** Rows that the inner loop takes at a time; divides the rows of a block. */
    protected int rowMultiple() {
        return 1;
    }

    /** Columns that the inner loop takes at a time; divides {@link #COLUMNS}. */
    protected int columnMultiple() {
        return 1;
    }

    // ---- the tree over the panels of an output ----

    /** How many numbers of an output the tree over the panels of so many k's keeps: one a level. */
    static int levels(int inner) {
        int panels = HostKernel.ceilDiv(inner, PANEL);
        return panels < 2 ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(panels);
    }

    /**
     * Takes the chains of the next panel into the tree. {@code nodes[l]}, a level of {@code stride} outputs, is the sum of
     * 2^l panels that waits for the next 2^l, where bit l of {@code panel} is set.
     */
    static void addPanel(int panel, float[] block, double[] nodes, int stride, int size) {
        int full = Integer.numberOfTrailingZeros(~panel);
        for (int e = 0; e < size; e++) {
            double sum = block[e];
            for (int l = 0; l < full; l++) {
                sum = nodes[l * stride + e] + sum;
            }
            nodes[full * stride + e] = sum;
        }
    }

    /** The root of the tree over so many panels: a sum that waits goes up unchanged to the next sum that waits. */
    static void total(int panels, double[] nodes, int stride, double[] sums, int at, int size) {
        for (int e = 0; e < size; e++) {
            sums[at + e] = root(panels, nodes, stride, e);
        }
    }

    /** The same, rounded. */
    static void total(int panels, double[] nodes, int stride, float[] sums, int size) {
        for (int e = 0; e < size; e++) {
            sums[e] = (float) root(panels, nodes, stride, e);
        }
    }

    private static double root(int panels, double[] nodes, int stride, int e) {
        double sum = nodes[Integer.numberOfTrailingZeros(panels) * stride + e];
        for (int rest = panels & (panels - 1); rest != 0; rest &= rest - 1) {
            sum = nodes[Integer.numberOfTrailingZeros(rest) * stride + e] + sum;
        }
        return sum;
    }

    // ---- launches ----

    /** Each product by itself. */
    final Task gemm(GemmOps.BatchedGemm op) {
        return new GemmTask(op, this);
    }

    /** The steps of a batch of products. */
    static long cost(GemmOps.BatchedGemm op) {
        Matrix c = op.result().first();
        return (long) op.result().count()
                * c.rows()
                * c.columns()
                * (1 + op.left().first().columns() / FMAS);
    }

    /** Where matrix s of a batch begins. */
    static int place(Matrices matrices, int s) {
        return (int) (matrices.first().offset() + s * matrices.stride());
    }
}

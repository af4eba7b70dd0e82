package io.github.elbo4j.scalar;

import io.github.elbo4j.device.ElementwiseOps;
import io.github.elbo4j.device.ElementwiseOps.Opcode;
import io.github.elbo4j.device.MathOps.Function;
import java.util.Arrays;

/**
 * Elementwise code, an instruction at a time over blocks that stay in the first cache. Twin of kernels/elementwise.cu.
 * {@link StageCode} has the way of a stage, this class the instructions.
 */
public class ElementwiseKernel {
    private final SharedKernels basics;

    public ElementwiseKernel(SharedKernels basics) {
        this.basics = basics;
    }

    /** Its operations. */
    public final void addTo(Twins twins) {
        twins.add(ElementwiseOps.Elementwise.class, op -> new ElementwiseTask(op, this));
    }

    final SumKernel sums() {
        return basics.sums();
    }

    final ElementwiseLoop function(Function f) {
        MathKernel math = basics.math();
        return (a, ao, b, bo, c, co, y, yo, n) -> math.map(f, a, ao, y, yo, n);
    }

    /** The loop of an opcode that is no function. */
    protected ElementwiseLoop loop(Opcode opcode) {
        return switch (opcode) {
            case ADD -> ElementwiseKernel::add;
            case SUBTRACT -> ElementwiseKernel::subtract;
            case MULTIPLY -> ElementwiseKernel::multiply;
            case DIVIDE -> ElementwiseKernel::divide;
            case FMA -> ElementwiseKernel::fma;
            case MIN -> ElementwiseKernel::min;
            case MAX -> ElementwiseKernel::max;
            case SELECT -> ElementwiseKernel::select;
            case NEGATE -> ElementwiseKernel::negate;
            case ABS -> ElementwiseKernel::abs;
            case FUNCTION -> throw new IllegalArgumentException("a function has a loop for each");
        };
    }

    /** a·b − c, rounded once. */
    protected ElementwiseLoop multiplySubtract() {
        return ElementwiseKernel::multiplySubtract;
    }

    /** (a − b)·c, rounded twice. */
    protected ElementwiseLoop subtractMultiply() {
        return ElementwiseKernel::subtractMultiply;
    }

    /** a·b + c, rounded twice. */
    protected ElementwiseLoop multiplyAdd() {
        return ElementwiseKernel::multiplyAdd;
    }

    /** exp(−|a|), the part that softplus and sigmoid share. */
    protected ElementwiseLoop decay() {
        return ElementwiseKernel::decay;
    }

    /** softplus(a), where b = exp(−|a|). */
    protected ElementwiseLoop softplus() {
        return ElementwiseKernel::softplus;
    }

    /** sigmoid(a), where b = exp(−|a|). */
    protected ElementwiseLoop sigmoid() {
        return ElementwiseKernel::sigmoid;
    }

    /** {@code y[yo + r·draws + s] = x[xo + r·step]} for r &lt; rows and s &lt; draws: data, which are the same at all draws. */
    protected void repeat(float[] x, int xo, int step, int rows, float[] y, int yo, int draws) {
        for (int r = 0; r < rows; r++) {
            Arrays.fill(y, yo + r * draws, yo + (r + 1) * draws, x[xo + r * step]);
        }
    }

    // ---- the loops; those of SIMD devices leave what is no whole vector to them ----

    protected static void add(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = a[ao + i] + b[bo + i];
        }
    }

    protected static void subtract(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = a[ao + i] - b[bo + i];
        }
    }

    protected static void multiply(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = a[ao + i] * b[bo + i];
        }
    }

    protected static void divide(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = a[ao + i] / b[bo + i];
        }
    }

    protected static void fma(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = Math.fma(a[ao + i], b[bo + i], c[co + i]);
        }
    }

    protected static void min(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            float first = a[ao + i];
            float second = b[bo + i];
            y[yo + i] = first < second || Float.isNaN(first) ? first : second;
        }
    }

    protected static void max(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            float first = a[ao + i];
            float second = b[bo + i];
            y[yo + i] = first > second || Float.isNaN(first) ? first : second;
        }
    }

    protected static void select(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = a[ao + i] > 0f ? b[bo + i] : c[co + i];
        }
    }

    protected static void negate(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = -a[ao + i];
        }
    }

    protected static void abs(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = Math.abs(a[ao + i]);
        }
    }

    protected static void multiplySubtract(
            float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = Math.fma(a[ao + i], b[bo + i], -c[co + i]);
        }
    }

    protected static void multiplyAdd(
            float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = a[ao + i] * b[bo + i] + c[co + i];
        }
    }

    protected static void subtractMultiply(
            float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = (a[ao + i] - b[bo + i]) * c[co + i];
        }
    }

    protected static void decay(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = DetMath.exp(-Math.abs(a[ao + i]));
        }
    }

    protected static void softplus(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = DetMath.softplus(a[ao + i], b[bo + i]);
        }
    }

    protected static void sigmoid(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = DetMath.sigmoid(a[ao + i], b[bo + i]);
        }
    }
}

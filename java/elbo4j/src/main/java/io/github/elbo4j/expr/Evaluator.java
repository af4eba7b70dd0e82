package io.github.elbo4j.expr;

import io.github.elbo4j.device.internal.Special;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Values of expressions in float64 on the host, for one draw: data that are computed once, and what tests compare with. */
final class Evaluator {
    private final Map<Expr, double[]> values = new HashMap<>();
    private final double[] z;

    /** @param z a draw; empty for what does not vary */
    Evaluator(double[] z) {
        this.z = z;
    }

    /** All elements, row-major. */
    double[] value(Expr e) {
        double[] known = values.get(e);
        if (known == null) {
            evaluate(List.of(e));
            known = Objects.requireNonNull(values.get(e));
        }
        return known;
    }

    private void evaluate(Collection<Expr> results) {
        for (Expr e : Order.of(results)) {
            if (!values.containsKey(e)) {
                values.put(e, compute(e));
            }
        }
    }

    private double[] operand(Expr e, int i) {
        return Objects.requireNonNull(values.get(e.operands().get(i)));
    }

    private double[] compute(Expr e) {
        return switch (e.primitive()) {
            case CONSTANT -> new double[] {e.detail(Double.class)};
            case DATA -> e.detail(Detail.Data.class).values();
            case PARAMETER ->
                Arrays.copyOfRange(
                        z,
                        e.detail(Detail.Slot.class).offset(),
                        e.detail(Detail.Slot.class).offset() + e.size());
            case NORMALS ->
                throw new IllegalArgumentException(
                        e + " is standard normals that a device draws at each step; it has no value without one");
            case SUM, GREATEST -> reduced(e);
            case CUMULATIVE_SUM -> cumulated(e);
            case MATMUL -> matmul(e);
            case GATHER -> gather(e);
            case SEGMENT_SUM -> segmentSum(e);
            case SLICE -> slice(e);
            case CONCATENATE -> concatenate(e);
            case TRANSPOSE -> transpose(e);
            case RESHAPE, SURROGATE -> operand(e, 0);
            case BROADCAST -> elementwise(e);
            default -> elementwise(e);
        };
    }

    private double[] elementwise(Expr e) {
        int[] extents = e.ownExtents();
        int operands = e.operands().size();
        double[] result = new double[e.size()];
        double[] arguments = new double[operands];
        int[][] steps = new int[operands][];
        for (int i = 0; i < operands; i++) {
            steps[i] = Extents.steps(e.operands().get(i).ownExtents(), extents);
        }
        for (int k = 0; k < result.length; k++) {
            for (int i = 0; i < operands; i++) {
                arguments[i] = operand(e, i)[at(k, extents, steps[i])];
            }
            result[k] = e.primitive() == Primitive.BROADCAST ? arguments[0] : of(e.primitive(), arguments);
        }
        return result;
    }

    /** One element. */
    static double of(Primitive primitive, double... x) {
        return switch (primitive) {
            case ADD -> x[0] + x[1];
            case SUBTRACT -> x[0] - x[1];
            case MULTIPLY -> x[0] * x[1];
            case DIVIDE -> x[0] / x[1];
            case MIN -> x[0] < x[1] || Double.isNaN(x[0]) ? x[0] : x[1];
            case MAX -> x[0] > x[1] || Double.isNaN(x[0]) ? x[0] : x[1];
            case SELECT -> x[0] > 0 ? x[1] : x[2];
            case NEGATE -> -x[0];
            case ABS -> Math.abs(x[0]);
            case EXP -> StrictMath.exp(x[0]);
            case LOG -> StrictMath.log(x[0]);
            case LOG1P -> StrictMath.log1p(x[0]);
            case EXPM1 -> StrictMath.expm1(x[0]);
            case SQRT -> Math.sqrt(x[0]);
            case SOFTPLUS -> Math.max(x[0], 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x[0])));
            case SIGMOID ->
                x[0] < 0 ? StrictMath.exp(x[0]) / (1 + StrictMath.exp(x[0])) : 1 / (1 + StrictMath.exp(-x[0]));
            case TANH -> StrictMath.tanh(x[0]);
            case LOG_GAMMA -> Special.logGamma(x[0]);
            case DIGAMMA -> Special.digamma(x[0]);
            case TRIGAMMA -> Special.trigamma(x[0]);
            case LOG_NORMAL_CDF -> Special.logNormalCdf(x[0]);
            case INVERSE_MILLS -> Special.inverseMills(x[0]);
            case ERF -> Special.erf(x[0]);
            default -> throw new AssertionError(primitive);
        };
    }

    private double[] reduced(Expr e) {
        double[] x = operand(e, 0);
        int[] extents = e.operands().get(0).ownExtents();
        boolean[] summed = Simplify.summed(e);
        int[] steps = new int[extents.length];
        int step = 1;
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            steps[axis] = summed[axis] ? 0 : step;
            step *= summed[axis] ? 1 : extents[axis];
        }
        boolean greatest = e.primitive() == Primitive.GREATEST;
        double[] result = new double[e.size()];
        Arrays.fill(result, greatest ? Double.NEGATIVE_INFINITY : 0);
        for (int k = 0; k < x.length; k++) {
            int at = at(k, extents, steps);
            result[at] = greatest ? Math.max(result[at], x[k]) : result[at] + x[k];
        }
        return result;
    }

    /** Where element number k of the extents is by these steps. */
    private static int at(int k, int[] extents, int[] steps) {
        int rest = k;
        int at = 0;
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            at += rest % extents[axis] * steps[axis];
            rest /= extents[axis];
        }
        return at;
    }

    private double[] cumulated(Expr e) {
        double[] result = operand(e, 0).clone();
        int[] extents = e.ownExtents();
        Detail.Along how = e.detail(Detail.Along.class);
        int stride = Extents.stride(extents, how.axis());
        int inner = extents[how.axis()];
        for (int n = 0; n < result.length; n++) {
            int k = how.reverse() ? result.length - 1 - n : n;
            int i = k / Math.max(1, stride) % inner;
            if (i != (how.reverse() ? inner - 1 : 0)) {
                result[k] += result[k + (how.reverse() ? stride : -stride)];
            }
        }
        return result;
    }

    private double[] matmul(Expr e) {
        Detail.Transposed transposed = e.detail(Detail.Transposed.class);
        int[] a = e.operands().get(0).ownExtents();
        int[] b = e.operands().get(1).ownExtents();
        int m = Extents.matrixRows(e.ownExtents());
        int n = Extents.matrixColumns(e.ownExtents());
        int depth = transposed.left() ? Extents.matrixRows(a) : Extents.matrixColumns(a);
        int ofA = Extents.matrixColumns(a);
        int ofB = Extents.matrixColumns(b);
        double[] x = operand(e, 0);
        double[] y = operand(e, 1);
        double[] result = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int k = 0; k < depth; k++) {
                    sum += x[transposed.left() ? k * ofA + i : i * ofA + k]
                            * y[transposed.right() ? j * ofB + k : k * ofB + j];
                }
                result[i * n + j] = sum;
            }
        }
        return result;
    }

    private double[] gather(Expr e) {
        int[] of = e.detail(Levels.class).of();
        double[] result = new double[e.size()];
        int width = of.length == 0 ? 0 : result.length / of.length;
        for (int n = 0; n < of.length; n++) {
            System.arraycopy(operand(e, 0), of[n] * width, result, n * width, width);
        }
        return result;
    }

    private double[] segmentSum(Expr e) {
        int[] of = e.detail(Levels.class).of();
        double[] x = operand(e, 0);
        double[] result = new double[e.size()];
        int width = of.length == 0 ? 0 : x.length / of.length;
        for (int n = 0; n < of.length; n++) {
            for (int j = 0; j < width; j++) {
                result[of[n] * width + j] += x[n * width + j];
            }
        }
        return result;
    }

    private double[] slice(Expr e) {
        Detail.Part part = e.detail(Detail.Part.class);
        return copy(operand(e, 0), e.operands().get(0).ownExtents(), part.axis(), part.from(), part.to());
    }

    private static double[] copy(double[] x, int[] extents, int axis, int from, int to) {
        int stride = Extents.stride(extents, axis);
        int inner = extents[axis];
        int lines = inner == 0 || stride == 0 ? 0 : x.length / (inner * stride);
        double[] result = new double[lines * (to - from) * stride];
        for (int line = 0; line < lines; line++) {
            System.arraycopy(
                    x, (line * inner + from) * stride, result, line * (to - from) * stride, (to - from) * stride);
        }
        return result;
    }

    private double[] concatenate(Expr e) {
        int axis = e.detail(Integer.class);
        int[] extents = e.ownExtents();
        int stride = Extents.stride(extents, axis);
        int lines = 1;
        for (int i = 0; i < axis; i++) {
            lines *= extents[i];
        }
        double[] result = new double[e.size()];
        int done = 0;
        for (int part = 0; part < e.operands().size(); part++) {
            int width = e.operands().get(part).ownExtents()[axis] * stride;
            for (int line = 0; line < lines; line++) {
                System.arraycopy(operand(e, part), line * width, result, line * extents[axis] * stride + done, width);
            }
            done += width;
        }
        return result;
    }

    private double[] transpose(Expr e) {
        int rows = e.ownExtents()[0];
        int columns = e.ownExtents()[1];
        double[] result = new double[e.size()];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                result[i * columns + j] = operand(e, 0)[j * rows + i];
            }
        }
        return result;
    }
}

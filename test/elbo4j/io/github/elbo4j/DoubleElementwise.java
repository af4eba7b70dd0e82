package io.github.elbo4j;

import io.github.elbo4j.device.ElementwiseOps.Effect;
import io.github.elbo4j.device.ElementwiseOps.Instruction;
import io.github.elbo4j.device.ElementwiseOps.Output;
import io.github.elbo4j.device.ElementwiseOps.Place;
import io.github.elbo4j.device.ElementwiseOps.Stage;
import io.github.elbo4j.device.MathOps.Function;
import java.util.Arrays;

/**
 * One stage in float64, each value with a bound on how far float32 may be from it: roundings to first order, each function at both
 * ends of its argument's interval. Where the bound is infinite, or beyond float32's range, anything is right.
 */
final class DoubleElementwise {
    /** Those that it knows. */
    static final Function[] FUNCTIONS = {
        Function.EXP, Function.LOG, Function.LOG1P, Function.SOFTPLUS, Function.SIGMOID, Function.TANH
    };

    /** The largest documented error, 2.35 ulp of at most 2^-23 of the value, and as many of the least subnormal. */
    private static final double FUNCTION_ERROR = 2.35 * 2 * Numbers.U;

    private static final double TINY = 0x1p-149;

    private final double[][] values;
    private final double[][] bounds;
    private final int n;
    private final int draws;
    private final Stage stage;

    DoubleElementwise(Stage stage, int draws) {
        this.stage = stage;
        this.draws = draws;
        this.n = NaiveElementwise.rows(stage) * draws;
        int known = stage.inputs().size() + stage.constants().size();
        this.values = new double[known + stage.code().size()][n];
        this.bounds = new double[values.length][n];
        int v = 0;
        for (Place input : stage.inputs()) {
            values[v++] = Numbers.doubles(NaiveElementwise.read(input, stage, draws));
        }
        for (float constant : stage.constants()) {
            Arrays.fill(values[v++], constant);
        }
        for (Instruction x : stage.code()) {
            for (int i = 0; i < n; i++) {
                apply(x, v, i);
            }
            v++;
        }
    }

    private void apply(Instruction x, int v, int i) {
        double a = values[x.a()][i];
        double b = values[x.opcode().operands() > 1 ? x.b() : x.a()][i];
        double c = values[x.opcode().operands() > 2 ? x.c() : x.a()][i];
        double da = bounds[x.a()][i];
        double db = bounds[x.opcode().operands() > 1 ? x.b() : x.a()][i];
        double dc = bounds[x.opcode().operands() > 2 ? x.c() : x.a()][i];
        double product = Math.abs(a) * db + Math.abs(b) * da + da * db;
        double y = 0;
        double bound = 0;
        switch (x.opcode()) {
            case ADD -> {
                y = a + b;
                bound = da + db;
            }
            case SUBTRACT -> {
                y = a - b;
                bound = da + db;
            }
            case MULTIPLY -> {
                y = a * b;
                bound = product;
            }
            case FMA -> {
                y = a * b + c;
                bound = product + dc;
            }
            case DIVIDE -> {
                y = a / b;
                double least = Math.abs(b) - db;
                bound = least > 0 ? (da + Math.abs(y) * db) / least : Double.POSITIVE_INFINITY;
            }
            case MIN -> {
                y = Math.min(a, b);
                bound = Math.max(da, db);
            }
            case MAX -> {
                y = Math.max(a, b);
                bound = Math.max(da, db);
            }
            case SELECT -> {
                y = a > 0 ? b : c;
                bound = a > 0 ? db : dc;
                if (Math.abs(a) <= da) {
                    bound = Math.max(db, dc) + Math.abs(b - c);
                }
            }
            case NEGATE -> {
                y = -a;
                bound = da;
            }
            case ABS -> {
                y = Math.abs(a);
                bound = da;
            }
            case FUNCTION -> {
                y = of(x.function(), a);
                bound = Math.max(Math.abs(of(x.function(), a + da) - y), Math.abs(of(x.function(), a - da) - y));
                bound += (Math.abs(y) + bound) * FUNCTION_ERROR + 3 * TINY;
            }
        }
        bound += (Math.abs(y) + bound) * Numbers.U + TINY;
        // Beyond float32, and after a NaN, nothing is promised.
        boolean inside = Math.abs(y) + bound < Float.MAX_VALUE && da + db + dc < Double.POSITIVE_INFINITY;
        values[v][i] = inside ? y : 0;
        bounds[v][i] = inside ? bound : Double.POSITIVE_INFINITY;
    }

    private static double of(Function f, double x) {
        return switch (f) {
            case EXP -> StrictMath.exp(x);
            case LOG -> StrictMath.log(x);
            case LOG1P -> StrictMath.log1p(x);
            case SOFTPLUS -> Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
            case SIGMOID -> 1 / (1 + StrictMath.exp(-x));
            case TANH -> StrictMath.tanh(x);
            default -> throw new AssertionError(f);
        };
    }

    /** Compares an output with what a device made of it; returns how many results there was a bound for. */
    int check(Output output, double[] before, double[] got, String what) {
        boolean stored = output.effect() == Effect.STORE;
        int inner = stored ? 1 : Math.toIntExact(stage.inner());
        int e1 = !stored && stage.summed() > 1 ? 1 : stage.e1();
        int e2 = !stored && stage.summed() > 0 ? 1 : stage.e2();
        int outer = stored ? n / draws : Math.toIntExact(stage.outer());
        int bounded = 0;
        for (int k = 0; k < outer; k++) {
            for (int s = 0; s < draws; s++) {
                int at = NaiveElementwise.at(output.place(), e1, e2, k, s);
                double sum = 0;
                double bound = 0;
                double size = 0;
                double most = Double.NEGATIVE_INFINITY;
                for (int j = 0; j < inner; j++) {
                    int i = (k * inner + j) * draws + s;
                    double x = values[output.value()][i];
                    double d = bounds[output.value()][i];
                    most = Math.max(most, x);
                    sum += x;
                    size += Math.abs(x) + d;
                    bound = output.effect() == Effect.MAX ? Math.max(bound, d) : bound + d;
                }
                double want = output.effect() == Effect.MAX ? most : sum;
                if (output.effect() == Effect.SUM || output.effect() == Effect.ADD_SUM) {
                    bound += 37 * Numbers.U * size; // 32 additions in a lane, 5 folds
                }
                if (output.effect() == Effect.SUM) {
                    bound += Numbers.U * (Math.abs(sum) + bound);
                } else if (output.effect() == Effect.ADD_SUM) {
                    want = before[at] + output.scale() * sum;
                    bound = output.scale() * bound + 0x1p-52 * (Math.abs(before[at]) + Math.abs(want));
                }
                if (bound < 1e-2 * (1 + Math.abs(want))) {
                    bounded++;
                }
                if (bound < Double.POSITIVE_INFINITY && want > Double.NEGATIVE_INFINITY && size < Float.MAX_VALUE) {
                    Numbers.close(what + "[" + at + "]", got[at], want, bound);
                }
            }
        }
        return bounded;
    }
}

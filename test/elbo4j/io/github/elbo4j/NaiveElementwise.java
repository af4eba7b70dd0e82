package io.github.elbo4j;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementwiseOps.Effect;
import io.github.elbo4j.device.ElementwiseOps.Elementwise;
import io.github.elbo4j.device.ElementwiseOps.Instruction;
import io.github.elbo4j.device.ElementwiseOps.Output;
import io.github.elbo4j.device.ElementwiseOps.Place;
import io.github.elbo4j.device.ElementwiseOps.Stage;
import io.github.elbo4j.device.MathOps;

/**
 * Elementwise code, element by element in float32, written from the text of {@code ElementwiseOps} alone: each value of a stage as
 * an array of all rows and draws. Slow, and sharing no line with any device but the functions.
 */
public final class NaiveElementwise {
    private NaiveElementwise() {}

    /** Does what the operation says with its buffers, which belong to the device; the device runs only functions. */
    public static void run(Elementwise op, Device device) {
        for (Stage stage : op.stages()) {
            float[][] values = new float
                    [stage.inputs().size()
                            + stage.constants().size()
                            + stage.code().size()][];
            int known = 0;
            for (Place input : stage.inputs()) {
                values[known++] = read(input, stage, op.draws());
            }
            for (float constant : stage.constants()) {
                values[known] = new float[rows(stage) * op.draws()];
                java.util.Arrays.fill(values[known++], constant);
            }
            for (Instruction x : stage.code()) {
                values[known++] = apply(x, values, rows(stage) * op.draws(), device);
            }
            for (Output output : stage.outputs()) {
                write(output, values[output.value()], stage, op.draws());
            }
        }
    }

    static int rows(Stage stage) {
        return stage.e0() * stage.e1() * stage.e2();
    }

    /** Where the element of row k, i2 fastest, at draw s is. */
    static int at(Place place, int e1, int e2, int k, int s) {
        return (int) (place.offset()
                + k / e2 / e1 * place.stride0()
                + k / e2 % e1 * place.stride1()
                + k % e2 * place.stride2()
                + s * place.drawStride());
    }

    static float[] read(Place place, Stage stage, int draws) {
        float[] all = place.buffer().toFloats();
        float[] x = new float[rows(stage) * draws];
        for (int i = 0; i < x.length; i++) {
            x[i] = all[at(place, stage.e1(), stage.e2(), i / draws, i % draws)];
        }
        return x;
    }

    private static float[] apply(Instruction x, float[][] values, int n, Device device) {
        if (x.function() != null) {
            try (Buffer of = device.copyOf(values[x.a()]);
                    Buffer result = device.allocate(n)) {
                device.run(new MathOps.Map(x.function(), n, of, result));
                return result.toFloats();
            }
        }
        float[] y = new float[n];
        int operands = x.opcode().operands();
        for (int i = 0; i < n; i++) {
            float a = values[x.a()][i];
            float b = operands > 1 ? values[x.b()][i] : 0;
            float c = operands > 2 ? values[x.c()][i] : 0;
            y[i] = switch (x.opcode()) {
                case ADD -> a + b;
                case SUBTRACT -> a - b;
                case MULTIPLY -> a * b;
                case DIVIDE -> a / b;
                case FMA -> Math.fma(a, b, c);
                case MIN -> a < b || Float.isNaN(a) ? a : b;
                case MAX -> a > b || Float.isNaN(a) ? a : b;
                case SELECT -> a > 0 ? b : c;
                case NEGATE -> -a;
                case ABS -> Math.abs(a);
                case FUNCTION -> throw new AssertionError();
            };
        }
        return y;
    }

    private static void write(Output output, float[] x, Stage stage, int draws) {
        Place place = output.place();
        if (output.effect() == Effect.STORE) {
            float[] all = place.buffer().toFloats();
            for (int i = 0; i < x.length; i++) {
                all[at(place, stage.e1(), stage.e2(), i / draws, i % draws)] = x[i];
            }
            place.buffer().write(0, all, 0, all.length);
            return;
        }
        boolean adds = output.effect() == Effect.ADD_SUM;
        float[] floats = adds ? new float[0] : place.buffer().toFloats();
        double[] doubles = adds ? place.buffer().toDoubles() : new double[0];
        int inner = Math.toIntExact(stage.inner());
        int e1 = stage.summed() > 1 ? 1 : stage.e1();
        int e2 = stage.summed() > 0 ? 1 : stage.e2();
        for (int outer = 0; outer < stage.outer(); outer++) {
            for (int s = 0; s < draws; s++) {
                float[] summed = new float[inner];
                for (int j = 0; j < inner; j++) {
                    summed[j] = x[(outer * inner + j) * draws + s];
                }
                int at = at(place, e1, e2, outer, s);
                switch (output.effect()) {
                    case SUM -> floats[at] = (float) Order.alongRow(summed);
                    case ADD_SUM -> doubles[at] = Math.fma(output.scale(), Order.alongRow(summed), doubles[at]);
                    default -> floats[at] = greatest(summed);
                }
            }
        }
        if (adds) {
            place.buffer().write(0, doubles, 0, doubles.length);
        } else {
            place.buffer().write(0, floats, 0, floats.length);
        }
    }

    private static float greatest(float[] x) {
        float most = Float.NEGATIVE_INFINITY;
        for (float value : x) {
            most = Math.max(most, value); // NaN if one is, +0 above −0
        }
        return most == 0 ? 0f : most;
    }
}

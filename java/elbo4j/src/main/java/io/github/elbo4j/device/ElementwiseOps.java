package io.github.elbo4j.device;

import io.github.elbo4j.device.Signature.Access;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fused elementwise code, which devices interpret: whatever stands between two products, gathers or sums of a model.
 * Kernel family {@code elementwise}.
 *
 * <p>Values that vary with the draw lie with their draws beside each other, {@code [e0][e1][e2][S]}, so that data are rows
 * and draws are columns.
 */
public interface ElementwiseOps {
    /** What an instruction does with its operands a, b and c. Each result is a float32, rounded once where it is arithmetic. */
    enum Opcode {
        /** a + b. */
        ADD(2),
        /** a − b. */
        SUBTRACT(2),
        /** a·b. */
        MULTIPLY(2),
        /** a/b, as IEEE 754 rounds it. */
        DIVIDE(2),
        /** a·b + c, rounded once. */
        FMA(3),
        /** The smaller: {@code a < b || isNaN(a) ? a : b}. */
        MIN(2),
        /** The greater: {@code a > b || isNaN(a) ? a : b}. */
        MAX(2),
        /** {@code a > 0 ? b : c}. */
        SELECT(3),
        /** −a. */
        NEGATE(1),
        /** |a|. */
        ABS(1),
        /** A function of {@link MathOps.Function}. */
        FUNCTION(1);

        private final int operands;

        Opcode(int operands) {
            this.operands = operands;
        }

        /** How many operands it has: a, or a and b, or all three. */
        public int operands() {
            return operands;
        }
    }

    /**
     * One instruction, whose result is a value of its own.
     *
     * @param function null but for {@link Opcode#FUNCTION}
     * @param a the number of a value of the stage
     * @param b the same; any number where there is no such operand
     * @param c the same
     */
    record Instruction(Opcode opcode, MathOps.@Nullable Function function, int a, int b, int c) {
        public Instruction {
            ArgumentChecks.present("opcode", opcode);
            if ((opcode == Opcode.FUNCTION) != (function != null)) {
                throw new IllegalArgumentException("an instruction with opcode " + opcode + " has the function "
                        + function + ", but it must have one if and only if its opcode is " + Opcode.FUNCTION);
            }
        }
    }

    /**
     * Where the elements of a value are: that of (i0, i1, i2, s) is {@code buffer[offset + i0·stride0 + i1·stride1 + i2·stride2 + s·drawStride]}.
     * A stride of 0 repeats.
     */
    record Place(Buffer buffer, long offset, long stride0, long stride1, long stride2, long drawStride) {
        public Place {
            ArgumentChecks.present("buffer", buffer);
            if (offset < 0 || stride0 < 0 || stride1 < 0 || stride2 < 0 || drawStride < 0) {
                throw new IllegalArgumentException("a place at offset " + offset + " with strides " + stride0 + ", "
                        + stride1 + ", " + stride2 + ", " + drawStride + " has a negative part");
            }
        }

        /** One past the last element that is touched; 0 if there is none. */
        private long end(int[] extents, int draws) {
            long end = offset;
            boolean none = draws == 0;
            for (int i = 0; i < extents.length; i++) {
                none |= extents[i] == 0;
                end = ArgumentChecks.sum(
                        end, ArgumentChecks.times("place", Math.max(0, extents[i] - 1), stride(i)), "place");
            }
            end = ArgumentChecks.sum(end, ArgumentChecks.times("place", Math.max(0, draws - 1), drawStride), "place");
            return none ? 0 : ArgumentChecks.sum(end, 1, "place");
        }

        private long stride(int axis) {
            return axis == 0 ? stride0 : axis == 1 ? stride1 : stride2;
        }

        /** Two elements must not be one of the buffer: from small strides to great, each steps beyond all before it. */
        private void written(int[] extents, int draws) {
            if (end(extents, draws) == 0) {
                return;
            }
            long[][] steps = {{stride0, extents[0]}, {stride1, extents[1]}, {stride2, extents[2]}, {drawStride, draws}};
            Arrays.sort(steps, Comparator.comparingLong(step -> step[0]));
            long reach = 0;
            for (long[] step : steps) {
                if (step[1] > 1) {
                    if (step[0] <= reach) {
                        throw new IllegalArgumentException(
                                "an output of " + extents[0] + " x " + extents[1] + " x "
                                        + extents[2] + " rows of " + draws + " draws has strides " + stride0 + ", "
                                        + stride1
                                        + ", " + stride2 + ", " + drawStride
                                        + ", but its elements must not share places, and those of small strides must lie together");
                    }
                    reach = ArgumentChecks.sum(reach, ArgumentChecks.times("place", step[1] - 1, step[0]), "place");
                }
            }
        }
    }

    /** What is done with the elements of a value. */
    enum Effect {
        /** They are written, float32. */
        STORE,
        /** Their sum over the summed axes is written, float32: in float64 as {@link Operation} has it along a row, rounded once. Of nothing: +0. */
        SUM,
        /** {@code target += scale·sum}, FLOAT64: {@code fma(scale, sum, target)}. */
        ADD_SUM,
        /** The greatest over the summed axes is written, float32: NaN if one is, +0 for −0. Of nothing: −infinity. */
        MAX
    }

    /**
     * A result.
     *
     * @param value the number of a value of the stage
     * @param scale of {@link Effect#ADD_SUM}; else 1
     * @param place for {@link Effect#STORE} of every element; else strides along summed axes are 0
     */
    record Output(Effect effect, int value, double scale, Place place) {
        public Output {
            ArgumentChecks.present("effect", effect);
            ArgumentChecks.present("place", place);
        }
    }

    /**
     * Straight-line code over e0·e1·e2 rows of S draws. The last {@code summed} of the three axes are summed over by the
     * outputs that sum: i2 fastest. Values are numbered: the inputs, the constants, then one for each instruction, whose operands have
     * smaller numbers.
     *
     * @param e0 extents; an axis that is not needed has 1; e0·e1·e2 is an int
     * @param summed 0 to 3
     * @param inputs FLOAT32
     */
    record Stage(
            int e0,
            int e1,
            int e2,
            int summed,
            List<Place> inputs,
            List<Float> constants,
            List<Instruction> code,
            List<Output> outputs) {
        /** The most inputs, constants, instructions and outputs: what a kernel's parameters hold. */
        public static final int MOST_INPUTS = 16;

        public static final int MOST_CONSTANTS = 32;
        public static final int MOST_INSTRUCTIONS = 96;
        public static final int MOST_OUTPUTS = 12;

        public Stage {
            inputs = List.copyOf(ArgumentChecks.present("inputs", inputs));
            constants = List.copyOf(ArgumentChecks.present("constants", constants));
            code = List.copyOf(ArgumentChecks.present("code", code));
            outputs = List.copyOf(ArgumentChecks.present("outputs", outputs));
            ArgumentChecks.notNegative("e0", e0);
            ArgumentChecks.notNegative("e1", e1);
            ArgumentChecks.notNegative("e2", e2);
            long rows = Math.max(1L, e0) * Math.max(1, e1);
            if (rows > Integer.MAX_VALUE / Math.max(1, e2)) {
                throw new IllegalArgumentException("there are " + e0 + "·" + e1 + "·" + e2
                        + " rows, but a stage has at most " + Integer.MAX_VALUE);
            }
            atMost("inputs", inputs.size(), MOST_INPUTS);
            atMost("constants", constants.size(), MOST_CONSTANTS);
            atMost("instructions", code.size(), MOST_INSTRUCTIONS);
            atMost("outputs", outputs.size(), MOST_OUTPUTS);
            atMost("summed axes", summed, 3);
            ArgumentChecks.notNegative("summed", summed);
            int known = inputs.size() + constants.size();
            for (Instruction instruction : code) {
                int operands = instruction.opcode.operands();
                operand(instruction, instruction.a, known);
                operand(instruction, operands > 1 ? instruction.b : 0, known);
                operand(instruction, operands > 2 ? instruction.c : 0, known);
                known++;
            }
            for (Output output : outputs) {
                if (output.value < 0 || output.value >= known) {
                    throw new IllegalArgumentException(
                            output + " is of value " + output.value + ", but there are " + known + " values");
                }
                Place place = output.place;
                if (output.effect != Effect.STORE
                        && ((summed > 0 && place.stride2 != 0)
                                || (summed > 1 && place.stride1 != 0)
                                || (summed > 2 && place.stride0 != 0))) {
                    throw new IllegalArgumentException(output + " moves along an axis that is summed over");
                }
            }
        }

        private static void operand(Instruction instruction, int value, int known) {
            if (value < 0 || value >= known) {
                throw new IllegalArgumentException(instruction + " has operand " + value + ", but only values 0 to "
                        + (known - 1) + " are known before it");
            }
        }

        private static void atMost(String what, int n, int most) {
            if (n > most) {
                throw new IllegalArgumentException("there are " + n + " " + what + ", but a stage has at most " + most);
            }
        }

        /** Rows that an output which sums has: the product of the axes that are not summed over. */
        public long outer() {
            return (summed > 2 ? 1L : e0) * (summed > 1 ? 1L : e1) * (summed > 0 ? 1L : e2);
        }

        /** How many elements each of them sums. */
        public long inner() {
            return (summed > 2 ? (long) e0 : 1L) * (summed > 1 ? e1 : 1L) * (summed > 0 ? e2 : 1L);
        }
    }

    /**
     * Stages, one after the other; each draw goes through them by itself, so what a stage writes, later ones may read at
     * the same draw. Within a stage no output may be an input, or another output.
     *
     * @param draws S
     */
    record Elementwise(int draws, List<Stage> stages) implements Operation {
        public Elementwise {
            ArgumentChecks.notNegative("draws", draws);
            stages = List.copyOf(ArgumentChecks.present("stages", stages));
            for (Stage stage : stages) {
                ArgumentChecks.times(
                        "stage", ArgumentChecks.times("stage", (long) stage.e0 * stage.e1, stage.e2), draws);
                for (Output output : stage.outputs) {
                    output.place.written(extents(stage, output), draws);
                }
            }
        }

        @Override
        public Signature signature() {
            Signature signature = Signature.of("elementwise");
            for (int i = 0; i < stages.size(); i++) {
                Stage stage = stages.get(i);
                for (int j = 0; j < stage.inputs.size(); j++) {
                    Place place = stage.inputs.get(j);
                    long end = place.end(new int[] {stage.e0, stage.e1, stage.e2}, draws);
                    signature.add(
                            "input " + j + " of stage " + i, ElementType.FLOAT32, place.buffer, end, Access.READS);
                }
                for (int j = 0; j < stage.outputs.size(); j++) {
                    Output output = stage.outputs.get(j);
                    boolean adds = output.effect == Effect.ADD_SUM;
                    signature.add(
                            "output " + j + " of stage " + i,
                            adds ? ElementType.FLOAT64 : ElementType.FLOAT32,
                            output.place.buffer,
                            output.place.end(extents(stage, output), draws),
                            adds ? Access.UPDATES : Access.WRITES);
                }
            }
            return signature;
        }

        /** Of what an output has elements of. */
        private static int[] extents(Stage stage, Output output) {
            int summed = output.effect == Effect.STORE ? 0 : stage.summed;
            return new int[] {summed > 2 ? 1 : stage.e0, summed > 1 ? 1 : stage.e1, summed > 0 ? 1 : stage.e2};
        }
    }
}

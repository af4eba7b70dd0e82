package io.github.elbo4j.cuda;

import io.github.elbo4j.device.ElementwiseOps.Effect;
import io.github.elbo4j.device.ElementwiseOps.Instruction;
import io.github.elbo4j.device.ElementwiseOps.Output;
import io.github.elbo4j.device.ElementwiseOps.Place;
import io.github.elbo4j.device.ElementwiseOps.Stage;
import io.github.elbo4j.device.MathOps.Function;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A stage's code for the accumulator machine of kernels/elementwise.cu: an instruction takes one operand from the
 * accumulator, where its result comes to stand; what is needed later, too, goes to a slot of memory.
 *
 * <p>Instructions are reordered so that a result is the next one's operand where that can be, and so that few slots are
 * taken at once: an output's operands come right before it, those that need most slots first (Sethi and Ullman, The
 * generation of optimal code for arithmetic expressions, 1970). What no output needs is left out.
 */
final class AccumulatorCode {
    /** The most steps of a stage: a load for each instruction and output. */
    static final int MOST_STEPS = 2 * (Stage.MOST_INSTRUCTIONS + Stage.MOST_OUTPUTS);

    private static final int NO_SLOT = 0xff;
    private static final int NOTHING = -1;

    /** What the machine does, numbered as in the kernel: with a, b and c; with a and b; with a. */
    private enum Code {
        /** a·b + c. */
        FMA(0),
        /** b·c + a. */
        FMA_ADD(1),
        /** a > 0 ? b : c. */
        SELECT(2),
        /** b > 0 ? a : c. */
        SELECT_THEN(3),
        /** b > 0 ? c : a. */
        SELECT_ELSE(4),
        LOAD(5),
        ADD(6),
        SUBTRACT(7),
        /** b − a. */
        SUBTRACT_FROM(8),
        MULTIPLY(9),
        DIVIDE(10),
        /** b/a. */
        DIVIDE_INTO(11),
        MIN(12),
        /** The smaller of b and a. */
        MIN_OF(13),
        MAX(14),
        /** The greater of b and a. */
        MAX_OF(15),
        NEGATE(16),
        ABS(17),
        FUNCTION(18),
        STORE(19),
        SUM(20),
        GREATEST(21);

        private final int number;

        Code(int number) {
            this.number = number;
        }
    }

    /** Where an operand is, numbered as in the kernel; an input by how it moves with the row. */
    private enum Where {
        ACCUMULATOR(0),
        SLOT(1),
        CONSTANT(2),
        /** Not at all. */
        REPEATED(3),
        LINEAR(4),
        GENERAL(5);

        private final int number;

        Where(int number) {
            this.number = number;
        }
    }

    private final Stage stage;
    private final int inputs;
    private final int firstResult;
    /** For each value that is an instruction's result. */
    private final int[] need;

    private final List<Integer> order = new ArrayList<>();
    private final BitSet ordered = new BitSet();
    /** The last place in the order at which a value is read from its slot; or none. */
    private final int[] lastRead;

    private final int[] slot;
    private final BitSet taken = new BitSet();
    private final List<Long> steps = new ArrayList<>();
    private int slots;
    private int accumulator = NOTHING;

    AccumulatorCode(Stage stage) {
        this.stage = stage;
        inputs = stage.inputs().size();
        firstResult = inputs + stage.constants().size();
        int values = firstResult + stage.code().size();
        need = new int[values];
        lastRead = new int[values];
        slot = new int[values];
        Arrays.fill(lastRead, NOTHING);
        for (int value = firstResult; value < values; value++) {
            need[value] = need(value);
        }
        stage.outputs().forEach(output -> order(output.value()));
        findReads();
        for (int at = 0; at < order.size(); at++) {
            write(at, order.get(at));
        }
        for (int i = 0; i < stage.outputs().size(); i++) {
            int value = stage.outputs().get(i).value();
            if (value < firstResult) {
                if (accumulator != value) {
                    step(Code.LOAD, NO_SLOT, operand(value), 0);
                    accumulator = value;
                }
                write(i);
            }
        }
    }

    /** As the kernel reads them. */
    List<Long> steps() {
        return steps;
    }

    /** How many slots of memory it takes. */
    int slots() {
        return slots;
    }

    /** The stride of a row's number r, where the place of each row is r times that; −1 where there is none such. */
    static long rowStride(Stage stage, Place place) {
        long e2 = Math.max(1, stage.e2());
        long e12 = e2 * Math.max(1, stage.e1());
        long stride = e2 > 1 ? place.stride2() : e12 > 1 ? place.stride1() : place.stride0();
        boolean linear = (e2 == 1 || place.stride2() == stride)
                && (stage.e1() <= 1 || place.stride1() == stride * e2)
                && (stage.e0() <= 1 || place.stride0() == stride * e12);
        return linear ? stride : NOTHING;
    }

    // ---- the order ----

    /** Slots that it takes to compute a value: what is computed before another operand waits in one. */
    private int need(int value) {
        List<Integer> first = operandsToCompute(value);
        int most = 0;
        for (int i = 0; i < first.size(); i++) {
            most = Math.max(most, need[first.get(i)] + i);
        }
        return most;
    }

    private void order(int value) {
        if (value < firstResult || ordered.get(value)) {
            return;
        }
        ordered.set(value);
        operandsToCompute(value).forEach(this::order);
        order.add(value);
    }

    /** The results among the operands of a value, those that need most slots first. */
    private List<Integer> operandsToCompute(int value) {
        return IntStream.of(operands(value))
                .filter(operand -> operand >= firstResult)
                .distinct()
                .boxed()
                .sorted(Comparator.comparingInt(operand -> -need[operand]))
                .toList();
    }

    private int[] operands(int value) {
        Instruction instruction = instruction(value);
        return Arrays.copyOf(
                new int[] {instruction.a(), instruction.b(), instruction.c()},
                instruction.opcode().operands());
    }

    private Instruction instruction(int value) {
        return stage.code().get(value - firstResult);
    }

    /** Which results are read from a slot, and when last. */
    private void findReads() {
        for (int at = 0; at < order.size(); at++) {
            int previous = at == 0 ? NOTHING : order.get(at - 1);
            for (int operand : operands(order.get(at))) {
                if (operand != previous) {
                    lastRead[operand] = at;
                }
            }
        }
    }

    // ---- the steps ----

    /** The steps of an instruction and of the outputs of its result. */
    private void write(int at, int value) {
        int[] operands = operands(value);
        int place = 0; // of the operand that the accumulator is
        while (place < operands.length && operands[place] != accumulator) {
            place++;
        }
        if (place == operands.length) {
            place = 0;
            step(Code.LOAD, NO_SLOT, operand(operands[0]), 0);
            accumulator = operands[0];
        }
        Instruction instruction = instruction(value);
        int b = operands.length > 1 ? operand(operands[place == 0 ? 1 : 0]) : 0;
        int c = operands.length > 2 ? operand(operands[place == 2 ? 1 : 2]) : 0;
        Function function = instruction.function();
        if (function != null) {
            b = MathCuda.number(function);
        }
        for (int operand : operands) {
            if (operand >= firstResult && lastRead[operand] == at) {
                taken.clear(slot[operand]);
            }
        }
        int own = NO_SLOT;
        if (lastRead[value] != NOTHING) {
            own = taken.nextClearBit(0);
            taken.set(own);
            slot[value] = own;
            slots = Math.max(slots, own + 1);
        }
        step(code(instruction, place), own, b, c);
        accumulator = value;
        for (int i = 0; i < stage.outputs().size(); i++) {
            if (stage.outputs().get(i).value() == value) {
                write(i);
            }
        }
    }

    /** The step of an output whose value is in the accumulator. */
    private void write(int output) {
        Output of = stage.outputs().get(output);
        Code code = of.effect() == Effect.STORE ? Code.STORE : of.effect() == Effect.MAX ? Code.GREATEST : Code.SUM;
        step(code, NO_SLOT, where(of.place()).number, output);
    }

    private void step(Code code, int store, int b, int c) {
        steps.add(code.number | ((long) store << 8) | ((long) b << 16) | ((long) c << 32));
    }

    private int operand(int value) {
        if (value == accumulator) {
            return operand(Where.ACCUMULATOR, 0);
        }
        if (value < inputs) {
            return operand(where(stage.inputs().get(value)), value);
        }
        return value < firstResult ? operand(Where.CONSTANT, value - inputs) : operand(Where.SLOT, slot[value]);
    }

    private static int operand(Where where, int index) {
        return (where.number << 8) | index;
    }

    private Where where(Place place) {
        long stride = rowStride(stage, place);
        return stride == NOTHING ? Where.GENERAL : stride == 0 ? Where.REPEATED : Where.LINEAR;
    }

    /** What the machine does where the accumulator is the operand at a place. */
    private static Code code(Instruction instruction, int place) {
        boolean first = place == 0;
        return switch (instruction.opcode()) {
            case ADD -> Code.ADD;
            case SUBTRACT -> first ? Code.SUBTRACT : Code.SUBTRACT_FROM;
            case MULTIPLY -> Code.MULTIPLY;
            case DIVIDE -> first ? Code.DIVIDE : Code.DIVIDE_INTO;
            case FMA -> place < 2 ? Code.FMA : Code.FMA_ADD;
            case MIN -> first ? Code.MIN : Code.MIN_OF;
            case MAX -> first ? Code.MAX : Code.MAX_OF;
            case SELECT -> first ? Code.SELECT : place == 1 ? Code.SELECT_THEN : Code.SELECT_ELSE;
            case NEGATE -> Code.NEGATE;
            case ABS -> Code.ABS;
            case FUNCTION -> Code.FUNCTION;
        };
    }
}

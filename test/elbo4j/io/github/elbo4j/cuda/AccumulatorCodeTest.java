package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElementwiseOps.Effect;
import io.github.elbo4j.device.ElementwiseOps.Instruction;
import io.github.elbo4j.device.ElementwiseOps.Opcode;
import io.github.elbo4j.device.ElementwiseOps.Output;
import io.github.elbo4j.device.ElementwiseOps.Place;
import io.github.elbo4j.device.ElementwiseOps.Stage;
import io.github.elbo4j.device.MathOps.Function;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the code of a stage costs on a GPU: its steps, and the slots of memory that it takes. */
class AccumulatorCodeTest {
    private static final int CONSTANT = 2;
    private static final int FIRST = 3;

    private static Buffer buffer;

    @BeforeAll
    static void allocate() {
        buffer = TestDevices.scalar().allocate(1);
    }

    @AfterAll
    static void close() {
        buffer.close();
    }

    @Test
    void aChainTakesNoSlotAndOneLoad() {
        // (x·2 − y)² with x, y = 0, 1 and 2 = CONSTANT
        AccumulatorCode code = code(
                List.of(of(Opcode.MULTIPLY, 0, CONSTANT), of(Opcode.SUBTRACT, FIRST, 1), of(Opcode.MULTIPLY, 4, 4)),
                FIRST + 2);

        assertThat(code.slots()).isZero();
        assertThat(code.steps()).hasSize(1 + 3 + 1);
    }

    @Test
    void whateverOperandComesFromTheAccumulatorNothingIsLoaded() {
        for (Opcode opcode : Opcode.values()) {
            for (int place = 0; place < opcode.operands() && opcode != Opcode.FUNCTION; place++) {
                int a = place == 0 ? FIRST : 0;
                int b = place == 1 ? FIRST : 1;
                int c = place == 2 ? FIRST : CONSTANT;
                AccumulatorCode code =
                        code(List.of(of(Opcode.ABS, 0, 0), new Instruction(opcode, null, a, b, c)), FIRST + 1);

                assertThat(code.slots()).as("%s of place %d", opcode, place).isZero();
                assertThat(code.steps()).as("%s of place %d", opcode, place).hasSize(1 + 2 + 1);
            }
        }
    }

    @Test
    void whatNoOutputNeedsIsLeftOut() {
        AccumulatorCode code = code(List.of(of(Opcode.ABS, 0, 0), of(Opcode.NEGATE, FIRST, 0)), FIRST);

        assertThat(code.steps()).hasSize(1 + 1 + 1);
    }

    /** The value and the residual of a logistic regression: y·eta − softplus(eta), y − sigmoid(eta). */
    @Test
    void aLikelihoodTakesNoSlot() {
        Instruction softplus = new Instruction(Opcode.FUNCTION, Function.SOFTPLUS, 0, 0, 0);
        Instruction sigmoid = new Instruction(Opcode.FUNCTION, Function.SIGMOID, 0, 0, 0);
        AccumulatorCode code = code(
                List.of(
                        softplus,
                        of(Opcode.NEGATE, FIRST, 0),
                        new Instruction(Opcode.FMA, null, 0, 1, FIRST + 1),
                        sigmoid,
                        of(Opcode.SUBTRACT, 1, FIRST + 3)),
                FIRST + 2,
                FIRST + 4);

        assertThat(code.slots()).isZero();
        assertThat(code.steps()).hasSize(5 + 2 + 2);
    }

    /** A full binary tree over 2^depth leaves, level by level as no machine would want it: depth − 1 wait at most. */
    @Test
    void whatNeedsMostSlotsComesFirst() {
        int depth = 5;
        List<Instruction> instructions = new ArrayList<>();
        for (int i = 0; i < 1 << (depth - 1); i++) {
            instructions.add(of(Opcode.ADD, i % 2, CONSTANT));
        }
        for (int i = 0; instructions.size() < (1 << depth) - 1; i += 2) {
            instructions.add(of(Opcode.MULTIPLY, FIRST + i, FIRST + i + 1));
        }
        AccumulatorCode code = code(instructions, FIRST + instructions.size() - 1);

        assertThat(code.slots()).isEqualTo(depth - 1);
    }

    /** Values that all wait, since each is needed at the beginning and at the end. */
    @Test
    void slotsAreTakenByWhatWaits() {
        int waiting = 40;
        List<Instruction> instructions = new ArrayList<>();
        for (int i = 0; i < waiting; i++) {
            instructions.add(of(Opcode.ADD, i == 0 ? 0 : FIRST + i - 1, 1));
        }
        int last = FIRST + waiting - 1;
        for (int i = 0; i < waiting; i++) {
            instructions.add(of(Opcode.MULTIPLY, last, FIRST + i));
            last = FIRST + waiting + i;
        }
        AccumulatorCode code = code(instructions, last);

        assertThat(code.slots()).isEqualTo(waiting);
    }

    private static Instruction of(Opcode opcode, int a, int b) {
        return new Instruction(opcode, null, a, b, 0);
    }

    /** Of two inputs, 0 and 1, and a constant; the values are stored. */
    private static AccumulatorCode code(List<Instruction> instructions, int... values) {
        Place place = new Place(buffer, 0, 0, 0, 0, 0);
        List<Output> outputs = new ArrayList<>();
        for (int value : values) {
            outputs.add(new Output(Effect.STORE, value, 1, place));
        }
        return new AccumulatorCode(new Stage(1, 1, 1, 0, List.of(place, place), List.of(2f), instructions, outputs));
    }
}

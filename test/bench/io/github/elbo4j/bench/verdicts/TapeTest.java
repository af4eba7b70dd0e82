package io.github.elbo4j.bench.verdicts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.bench.verdicts.Tape.Variable;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class TapeTest {
    /** Every operation against its derivative by hand. */
    @Test
    void operationsKnowTheirDerivatives() {
        double x = 0.7;
        double sigmoid = 1 / (1 + Math.exp(-x));
        check(v -> v.plus(3), x, x + 3, 1);
        check(v -> v.times(-2.5), x, -2.5 * x, -2.5);
        check(Variable::square, x, x * x, 2 * x);
        check(Variable::exp, x, Math.exp(x), Math.exp(x));
        check(Variable::log, x, Math.log(x), 1 / x);
        check(Variable::log1p, x, Math.log(1 + x), 1 / (1 + x));
        check(Variable::logSigmoid, x, Math.log(sigmoid), 1 - sigmoid);
        check(Variable::logSigmoid, -x, Math.log(1 - sigmoid), sigmoid);
        check(Variable::logSigmoid, 800, 0, 0);
        check(Variable::logSigmoid, -800, -800, 1);

        Tape tape = new Tape();
        Variable a = tape.variable(2);
        Variable b = tape.variable(5);
        gradient(tape, a.plus(b), a, 1, b, 1);
        gradient(tape, a.minus(b), a, 1, b, -1);
        gradient(tape, a.times(b), a, 5, b, 2);
        gradient(tape, tape.node(0, new Variable[] {b, a}, new double[] {7, -3}), a, -3, b, 7);
    }

    /** exp(x²·y) + x·log y: each variable goes several ways. */
    @Test
    void waysAreAddedUp() {
        Tape tape = new Tape();
        Variable x = tape.variable(0.5);
        Variable y = tape.variable(1.25);
        Variable f = x.square().times(y).exp().plus(x.times(y.log()));
        double exp = Math.exp(0.25 * 1.25);
        assertThat(f.value()).isEqualTo(exp + 0.5 * Math.log(1.25), within(1e-15));
        gradient(tape, f, x, 2 * 0.5 * 1.25 * exp + Math.log(1.25), y, 0.25 * exp + 0.5 / 1.25);
    }

    @Test
    void aResultTwiceInASumCountsTwice() {
        Tape tape = new Tape();
        Variable x = tape.variable(3);
        Variable square = x.square();
        tape.differentiate(square.plus(square));
        assertThat(x.derivative()).isEqualTo(12);
    }

    /** The derivatives of one result know nothing of those of another, or of what came after it. */
    @Test
    void derivativesAreOfTheResultThatWasAskedFor() {
        Tape tape = new Tape();
        Variable x = tape.variable(3);
        Variable f = x.square();
        Variable g = f.times(10);
        tape.differentiate(g);
        assertThat(x.derivative()).isEqualTo(60);
        tape.differentiate(f);
        assertThat(x.derivative()).isEqualTo(6);
        assertThat(g.derivative()).isZero();
    }

    /** A tape grows, and forgets: x·1.0001^20000, twice. */
    @Test
    void longTapesWorkAndAreUsedAgain() {
        Tape tape = new Tape();
        for (int round = 0; round < 2; round++) {
            tape.clear();
            Variable x = tape.variable(1 + round);
            Variable f = x;
            for (int i = 0; i < 20_000; i++) {
                f = f.times(1.0001);
            }
            tape.differentiate(f);
            double want = Math.pow(1.0001, 20_000);
            assertThat(x.derivative()).isEqualTo(want, within(want * 20_000 * 0x1p-52));
        }
    }

    private static void check(Function<Variable, Variable> operation, double x, double value, double derivative) {
        Tape tape = new Tape();
        Variable variable = tape.variable(x);
        Variable result = operation.apply(variable);
        tape.differentiate(result);
        assertThat(result.value()).isEqualTo(value, within(1e-15 * (1 + Math.abs(value))));
        assertThat(variable.derivative()).isEqualTo(derivative, within(1e-15 * (1 + Math.abs(derivative))));
    }

    private static void gradient(Tape tape, Variable f, Variable a, double da, Variable b, double db) {
        tape.differentiate(f);
        assertThat(a.derivative()).isEqualTo(da, within(1e-14));
        assertThat(b.derivative()).isEqualTo(db, within(1e-14));
    }
}

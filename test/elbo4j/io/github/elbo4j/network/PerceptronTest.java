package io.github.elbo4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.expr.Expr;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class PerceptronTest {
    @Test
    void itsValuesAreMadeOnceAndServeAllThatItIsAppliedTo() {
        Perceptron network = new Perceptron(1, List.of(2), 1, Activation.TANH);
        List<String> made = new ArrayList<>();
        UnaryOperator<Expr> f = network.of((name, extents) -> {
            made.add(name + Arrays.toString(extents));
            return Expr.of(0.5).broadcastTo(extents);
        });
        double at1 = f.apply(Expr.data("x", new double[][] {{1}})).value()[0];
        double[] both = f.apply(Expr.data("x", new double[][] {{1}, {3}})).value();

        assertThat(made).containsExactly("weights 1[1, 2]", "biases 1[2]", "weights 2[2, 1]", "biases 2[1]");
        assertThat(at1).isCloseTo(Math.tanh(1) + 0.5, within(1e-15));
        assertThat(both).containsExactly(at1, Math.tanh(2) + 0.5);
        assertThat(network.size()).isEqualTo(7);
    }

    /** The mean square of 6,000 uniform numbers on ±a is a²/3, with a standard error of its √(4/5/6000), 1.2 %: within 4.9 of them. */
    @Test
    void itStartsAtRandomAsTheKeyHasIt() {
        Perceptron network = new Perceptron(20, List.of(300), 4, Activation.RELU);
        double[] start = network.start(new Key(1)).get("weights 1");
        double[] again = network.start(new Key(1)).get("weights 1");
        double[] other = network.start(new Key(2)).get("weights 1");

        double square = Arrays.stream(start).map(w -> w * w).average().orElse(Double.NaN);
        assertThat(square).isCloseTo(2.0 / 320, within(4.9 * 0.0116 * 2.0 / 320));
        assertThat(again).containsExactly(start);
        assertThat(other[0]).isNotEqualTo(start[0]);
        assertThat(network.start(new Key(1)).get("biases 1")).containsOnly(0);
        assertThat(network.start(new Key(1)).get("weights 2")).hasSize(1200).doesNotContain(start[0]);
    }

    @Test
    void layersWithoutUnitsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Perceptron(3, List.of(4, 0), 1, Activation.TANH))
                .withMessageContainingAll("[3, 4, 0, 1]", "at least 1");
    }
}

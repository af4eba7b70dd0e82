package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.distribution.Bernoulli;
import io.github.elbo4j.distribution.Categorical;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.model.Model;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Predictions from draws that are all the same, whose distribution is then that of the model. */
class PredictionTest {
    private static final int S = 4000;
    /** Four standard errors of a share of a half: once in 16,000 times. The seed is fixed. */
    private static final double SHARE = 4 * 0.5 / Math.sqrt(S);

    private static double[][] same(double... z) {
        double[][] draws = new double[S][];
        Arrays.fill(draws, z);
        return draws;
    }

    @Test
    void ofANormal() {
        Model model =
                Model.define(m -> m.observe(new double[] {3, 1, -5}, Normal.of(m.parameter("mu", Normal.of(0, 1)), 2)));
        List<Prediction> of = Prediction.of(model, same(1), 7).get("y");
        double[] rank = {0.8413, 0.5, 0.00135}; // Phi((y − 1)/2)
        for (int i = 0; i < 3; i++) {
            Prediction prediction = of.get(i);
            double y = prediction.observed();
            double log = -0.125 * (y - 1) * (y - 1) - Math.log(2) - 0.5 * Math.log(2 * Math.PI);
            assertThat(prediction.rank()).isCloseTo(rank[i], within(SHARE));
            assertThat(prediction.logDensity().value()).isCloseTo(log, within(1e-6));
            assertThat(prediction.logDensity().standardError()).isCloseTo(0, within(1e-6));
            assertThat(prediction.value().mean()).isCloseTo(1, within(4 * 2 / Math.sqrt(S)));
            assertThat(prediction.value().name()).isEqualTo("y[" + (i + 1) + "]");
            assertThat(prediction.probabilities()).isEmpty();
        }
        assertThat(of.get(0).plus(10).observed()).isEqualTo(13);
        assertThat(of.get(0).plus(10).value().mean())
                .isCloseTo(of.get(0).value().mean() + 10, within(1e-12));
    }

    /** Draws that are equal to the value count by half. */
    @Test
    void ofFewValues() {
        Model model = Model.define(m -> {
            Expr logit = m.parameter("logit", Normal.of(0, 1));
            m.observe("coin", new int[] {0, 1}, Bernoulli.ofLogit(logit.broadcastTo(2)));
            m.observe("die", new double[] {2}, Categorical.ofLogits(Expr.data("logits", new double[][] {
                {0, 0, Math.log(2)}
            })));
        });
        Map<String, List<Prediction>> of = Prediction.of(model, same(Math.log(3)), 7);
        assertThat(of.get("coin").get(0).probabilities().get(1)).isCloseTo(0.75, within(1e-9));
        assertThat(of.get("coin").get(0).rank()).isCloseTo(0.125, within(SHARE));
        assertThat(of.get("coin").get(1).rank()).isCloseTo(0.625, within(SHARE));
        assertThat(of.get("die").get(0).probabilities().get(2)).isCloseTo(0.5, within(1e-9));
        assertThat(of.get("die").get(0).logDensity().value()).isCloseTo(Math.log(0.5), within(1e-9));
    }

    /** Of two draws of the parameter the density is the mean of two, and its error that of a mean of two. */
    @Test
    void theDensityIsAMeanOverDraws() {
        Model model = Model.define(m -> m.observe(new double[] {0}, Normal.of(m.parameter("mu", Normal.of(0, 1)), 1)));
        Prediction of =
                Prediction.of(model, new double[][] {{0}, {2}}, 7).get("y").get(0);
        double a = 1 / Math.sqrt(2 * Math.PI);
        double b = a * Math.exp(-2);
        assertThat(of.logDensity().value()).isCloseTo(Math.log((a + b) / 2), within(1e-9));
        assertThat(of.logDensity().standardError()).isCloseTo((a - b) / (a + b), within(1e-9));
    }

    @Test
    void drawsOfAnotherModelAreRefused() {
        Model model = Model.define(m -> m.observe(new double[] {0}, Normal.of(m.parameter("mu", Normal.of(0, 1)), 1)));
        assertThatThrownBy(() -> Prediction.of(model, new double[][] {{0, 1}, {2, 3}}, 7))
                .hasMessage("there are 2 draws of 2 coordinates, but there must be 2 or more of 1");
    }
}

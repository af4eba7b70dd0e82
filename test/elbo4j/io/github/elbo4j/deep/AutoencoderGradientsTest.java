package io.github.elbo4j.deep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Joint;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.expr.Translation;
import io.github.elbo4j.network.Activation;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** What training climbs: gradients of the bounds, and the divergence in them. */
class AutoencoderGradientsTest {
    private static final Key KEY = new Key(12);
    private static final int ROWS = 4;
    private static final int WIDTH = 3;

    private static double[][] rows() {
        double[][] rows = new double[ROWS][WIDTH];
        for (int n = 0; n < ROWS; n++) {
            for (int i = 0; i < WIDTH; i++) {
                rows[n][i] = ((n * WIDTH + i) * 7 % 11) / 11.0;
            }
        }
        return rows;
    }

    private record Made(Parameters parameters, Networks networks, double[] start) {}

    private static Made make(Autoencoder model) {
        Parameters parameters = new Parameters();
        Networks networks = new Networks(model, WIDTH, parameters::add);
        double[] start = new double[parameters.dimensions()];
        Random random = new Random(5);
        Arrays.setAll(start, i -> random.nextGaussian() * 0.5);
        return new Made(parameters, networks, start);
    }

    /** Value and gradient of a sum over rows, on a device, with the normals of a step. */
    private static double[] gradient(Device device, Made made, Expr value) {
        int dimensions = made.parameters.dimensions();
        float[] at = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            at[i] = (float) made.start[i];
        }
        try (Translation translation = new Translation(device, new Joint(made.parameters, List.of(value)), 0);
                Buffer z = device.copyOf(at);
                Buffer logP = device.allocate(ElementType.FLOAT64, 1);
                Buffer gradient = device.allocate(dimensions)) {
            Recorder.run(device, to -> translation.record(to, null, DrawBlock.of(1, 1, dimensions), z, logP, gradient));
            double[] all = Arrays.copyOf(logP.toDoubles(), 1 + dimensions);
            float[] slopes = gradient.toFloats();
            for (int i = 0; i < dimensions; i++) {
                all[1 + i] = slopes[i];
            }
            return all;
        }
    }

    private static double[] normals(Device device, Key key, int draws, int latent) {
        try (Buffer epsilon = device.allocate((long) ROWS * draws * latent)) {
            device.run(new NormalOps.Normal(key, Index.of(0), DrawBlock.of(ROWS, draws, latent), epsilon));
            float[] floats = epsilon.toFloats();
            double[] doubles = new double[floats.length];
            Arrays.setAll(doubles, i -> floats[i]);
            return doubles;
        }
    }

    /**
     * Of each decoder, of the prior that is learned, and of one draw or several in the plain bound: back-propagation in float32 against
     * differences in float64, where an element's error is some 1e-5 of the largest.
     */
    @Test
    void gradientsAreThoseOfDifferences() {
        Device device = TestDevices.scalar();
        Table table = Table.empty().with("row", new double[ROWS]);
        Expr x = table.matrix(
                "x",
                WIDTH,
                Arrays.stream(rows()).flatMapToDouble(Arrays::stream).toArray());
        for (Decoder decoder : Decoder.values()) {
            for (int components : new int[] {1, 3}) {
                Autoencoder model = Autoencoder.of(2)
                        .hidden(List.of(5, 4))
                        .activation(Activation.TANH)
                        .decoder(decoder)
                        .priorComponents(components);
                Made made = make(model);
                double[] values =
                        gradient(device, made, made.networks.objective(x, table.normals("epsilon", KEY, 1, 2)));
                Expr epsilon = Expr.data("epsilon", normals(device, KEY, 1, 2)).reshape(ROWS, 1, 2);
                Expr total = made.networks.objective(x, epsilon).sum();
                assertGradient(total, made.start, values);
            }
        }
    }

    private static void assertGradient(Expr total, double[] at, double[] values) {
        assertThat(values[0]).isCloseTo(total.value(at)[0], within(1e-4));
        double largest = Arrays.stream(values).skip(1).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < at.length; i++) {
            double[] moved = at.clone();
            moved[i] = at[i] + 1e-5;
            double up = total.value(moved)[0];
            moved[i] = at[i] - 1e-5;
            double difference = (up - total.value(moved)[0]) / 2e-5;
            assertThat(values[1 + i]).as("weight %d", i).isCloseTo(difference, within(2e-5 * (1 + largest)));
        }
    }

    /** The closed-form KL against draws: 100,000 of them, within five errors (false alarm 6e-7 each). */
    @Test
    void theDivergenceIsThatOfDraws() {
        double[] mean = {0.7, -1.2};
        double[] logSd = {-0.5, 0.3};
        Networks.Encoding q = new Networks.Encoding(
                Expr.data("mean", mean).reshape(1, 2),
                Expr.data("log sd", logSd).reshape(1, 2));
        double closed = Arrays.stream(Networks.divergence(q).value()).sum();
        Random random = new Random(8);
        int draws = 100_000;
        double sum = 0;
        double squares = 0;
        for (int s = 0; s < draws; s++) {
            double f = 0;
            for (int i = 0; i < 2; i++) {
                double epsilon = random.nextGaussian();
                double z = mean[i] + StrictMath.exp(logSd[i]) * epsilon;
                f += -0.5 * epsilon * epsilon - logSd[i] + 0.5 * z * z;
            }
            sum += f;
            squares += f * f;
        }
        double estimate = sum / draws;
        double error = Math.sqrt((squares / draws - estimate * estimate) / draws);
        assertThat(closed).isCloseTo(estimate, within(5 * error));
        assertThat(error).isLessThan(0.01);
    }

    /**
     * The doubly reparameterized gradient has the mean of the plain one, by 1,500 steps of k = 8: of each of 39 weights within five errors
     * of the difference (false alarm 2e-5), and of the encoder's less variance. The value is the bound itself.
     */
    @Test
    void theDoublyReparameterizedGradientIsUnbiased() {
        Device device = TestDevices.scalar();
        Autoencoder model = Autoencoder.of(1).hidden(List.of()).importance(8);
        Made made = make(model);
        Table table = Table.empty().with("row", new double[ROWS]);
        Expr x = table.matrix(
                "x",
                WIDTH,
                Arrays.stream(rows()).flatMapToDouble(Arrays::stream).toArray());
        int dimensions = made.parameters.dimensions();
        int steps = 1500;
        double[] sums = new double[dimensions];
        double[] squares = new double[dimensions];
        double[][] variances = new double[2][dimensions];
        double[][] means = new double[2][dimensions];
        BiFunction<Expr, Expr, Expr> plain = (of, epsilon) -> made.networks
                .logWeights(of, made.networks.encode(of), epsilon)
                .logSumExp(1)
                .minus(StrictMath.log(8));
        for (int step = 0; step < steps; step++) {
            Expr epsilon = table.normals("epsilon", KEY.fork("step " + step), 8, 1);
            double[] one = gradient(device, made, made.networks.objective(x, epsilon));
            double[] other = gradient(device, made, plain.apply(x, epsilon));
            assertThat(one[0]).isCloseTo(other[0], within(1e-5));
            for (int i = 0; i < dimensions; i++) {
                double apart = one[1 + i] - other[1 + i];
                sums[i] += apart;
                squares[i] += apart * apart;
                means[0][i] += one[1 + i] / steps;
                means[1][i] += other[1 + i] / steps;
                variances[0][i] += one[1 + i] * one[1 + i] / steps;
                variances[1][i] += other[1 + i] * other[1 + i] / steps;
            }
        }
        int encoder = WIDTH * 2 + 2;
        for (int i = 0; i < dimensions; i++) {
            double mean = sums[i] / steps;
            double error = Math.sqrt((squares[i] / steps - mean * mean) / steps);
            assertThat(mean).as("weight %d", i).isCloseTo(0, within(5 * error + 1e-5));
            if (i < encoder) {
                double one = variances[0][i] - means[0][i] * means[0][i];
                double other = variances[1][i] - means[1][i] * means[1][i];
                assertThat(one).as("variance of weight %d", i).isLessThan(other);
            }
        }
    }
}

package io.github.elbo4j.deep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.network.Activation;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Networks of weights that were trained elsewhere or before. */
class TrainedAutoencoderTest {
    private static final Key KEY = new Key(12);

    private static double[][] rows(int count, int width) {
        SplittableRandom random = new SplittableRandom(9);
        double[][] rows = new double[count][width];
        for (double[] row : rows) {
            Arrays.setAll(row, i -> random.nextInt(2));
        }
        return rows;
    }

    /** A row's log p(x) follows from its number alone: three blocks at once, or the last one by itself. */
    @EveryDevice
    void evidenceFollowsFromTheNumberOfTheRow(Device device) {
        TrainedAutoencoder networks = AutoencoderTest.linear(0.3);
        int first = 2 * TrainedAutoencoder.BLOCK;
        double[][] rows = rows(first + 5, 3);
        RowEvidence all = networks.evidence(device, rows, KEY, 32);
        RowEvidence last = networks.evidence(device, Arrays.copyOfRange(rows, first, rows.length), first, KEY, 32);
        assertThat(last.logEvidence()).containsExactly(Arrays.copyOfRange(all.logEvidence(), first, rows.length));
        assertThat(last.kHat()).containsExactly(Arrays.copyOfRange(all.kHat(), first, rows.length));
        assertThat(networks.evidence(device, Arrays.copyOfRange(rows, first, rows.length), KEY, 32)
                        .logEvidence())
                .isNotEqualTo(last.logEvidence());
    }

    /** Weights of a fit, put into networks anew on another device, say the same of the held-out rows as the fit did. */
    @EveryDevice
    void theWeightsAreAllThatThereIsOfAFit(Device device) {
        double[][] rows = rows(60, 4);
        Autoencoder model = Autoencoder.of(2)
                .hidden(List.of(5, 3))
                .activation(Activation.TANH)
                .priorComponents(2);
        Training training =
                new Training().steps(40).batch(8).draws(48).heldOut(0.25).seed(3);
        AutoencoderFit fit = training.fit(TestDevices.scalar(), model, rows);
        TrainedAutoencoder again =
                new TrainedAutoencoder(model, 4, fit.networks().weights());
        assertThat(again).isEqualTo(fit.networks()).hasSameHashCodeAs(fit.networks());
        double[][] out =
                Arrays.stream(training.heldOutRows(60)).mapToObj(n -> rows[n]).toArray(double[][]::new);
        RowEvidence evidence = again.evidence(device, out, training.heldOutKey(), training.draws());
        assertThat(evidence.logEvidence())
                .containsExactly(fit.diagnosis().heldOut().logEvidence());
        assertThat(evidence.standardError())
                .containsExactly(fit.diagnosis().heldOut().standardError());
        assertThat(again.generate(device, KEY, 3)[2])
                .containsExactly(fit.networks().generate(TestDevices.scalar(), KEY, 3)[2]);
        assertThat(again.reconstruct(device, out)[1])
                .containsExactly(fit.networks().reconstruct(TestDevices.scalar(), out)[1]);
    }

    @Test
    void weightsHaveNamesInTheirOrder() {
        Autoencoder model = Autoencoder.of(1).hidden(List.of(2));
        TrainedAutoencoder networks =
                new TrainedAutoencoder(model, 3, new float[3 * 2 + 2 + 2 * 2 + 2 + 2 + 2 + 2 * 3 + 3]);
        assertThat(model.extents(3).keySet())
                .containsExactly(
                        "encoder weights 1",
                        "encoder biases 1",
                        "encoder weights 2",
                        "encoder biases 2",
                        "decoder weights 1",
                        "decoder biases 1",
                        "decoder weights 2",
                        "decoder biases 2");
        assertThat(networks.parameters().names())
                .hasSize(27)
                .startsWith("encoder weights 1[1,1]", "encoder weights 1[1,2]");
        assertThat(networks.parameters().names()).endsWith("decoder biases 2[3]");
    }

    @Test
    void whatDoesNotFitIsRefusedInWords() {
        Autoencoder model = Autoencoder.of(1).hidden(List.of()).decoder(Decoder.GAUSSIAN);
        assertThatThrownBy(() -> new TrainedAutoencoder(model, 3, new float[19]))
                .hasMessage("there are 19 weights, but must be 20");
        float[] weights = new float[20];
        weights[4] = Float.NaN;
        assertThatThrownBy(() -> new TrainedAutoencoder(model, 3, weights))
                .hasMessage("weight 5 is NaN, but must be finite");
        assertThatThrownBy(() -> model.extents(0)).hasMessageContaining("width is 0");
        TrainedAutoencoder networks = AutoencoderTest.linear(0);
        Device device = TestDevices.scalar();
        assertThatThrownBy(() -> networks.encode(device, new double[2][4]))
                .hasMessage("rows have 4 elements, but those that trained it had 3");
        assertThatThrownBy(() -> networks.evidence(device, new double[2][3], 100, KEY, 32))
                .hasMessage("first is 100, but must be a multiple of 256");
    }
}

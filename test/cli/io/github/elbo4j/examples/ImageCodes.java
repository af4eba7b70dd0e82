package io.github.elbo4j.examples;

import io.github.elbo4j.Devices;
import io.github.elbo4j.deep.Autoencoder;
import io.github.elbo4j.deep.AutoencoderFit;
import io.github.elbo4j.deep.Decoder;
import io.github.elbo4j.deep.Training;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.PhiloxRandom;
import io.github.elbo4j.network.Activation;
import java.util.List;

/** A variational autoencoder with normal noise of each pixel, trained on minibatches and judged by rows that it has not seen. */
public class ImageCodes {
    static AutoencoderFit fit(Device device, double[][] rows, int latent, int steps) {
        Autoencoder model = Autoencoder.of(latent)
                .hidden(List.of(64))
                .activation(Activation.TANH)
                .decoder(Decoder.GAUSSIAN);
        return new Training().steps(steps).fit(device, model, rows);
    }

    /** Bars of 8 by 8 pixels, each of a random slant and place. */
    static double[][] bars(int count) {
        double[][] rows = new double[count][64];
        PhiloxRandom random = new PhiloxRandom(new Key(1));
        for (double[] row : rows) {
            double angle = Math.PI * random.nextDouble();
            double offset = random.nextGaussian();
            for (int j = 0; j < 64; j++) {
                double far = (j % 8 - 3.5) * Math.cos(angle) + (j / 8 - 3.5) * Math.sin(angle) - offset;
                row[j] = Math.exp(-far * far / 2) + 0.05 * random.nextGaussian();
            }
        }
        return rows;
    }

    public static void main(String[] args) {
        try (Device device = Devices.open("auto")) {
            AutoencoderFit fit = fit(device, bars(4096), 4, 3000);
            System.out.println(fit + "; log p(x) " + fit.diagnosis().heldOut().meanLogEvidence());
        }
    }
}

package io.github.elbo4j.examples;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.PhiloxRandom;
import io.github.elbo4j.mixture.GaussianMixtures;
import io.github.elbo4j.mixture.MixtureData;
import io.github.elbo4j.mixture.MixtureFit;
import java.util.List;

/** A mixture of normals with full covariances, by expectation-maximization. */
public class MixtureByEm {
    static final double[][] CENTRES = {{0, 0, 0, 0}, {3, 1, -1, 2}, {-2, 3, 2, -1}};

    /** @param x [N][4], row-major */
    static MixtureFit fit(Device device, double[] x) {
        MixtureData data = MixtureData.of(List.of("a", "b", "c", "d"), x);
        return GaussianMixtures.em().components(3).build().best(device, data);
    }

    /** Half of the rows around the first centre, 0.3 and 0.2 of them around the others, with noise that the columns share. */
    static double[] rows(int count) {
        double[] x = new double[4 * count];
        PhiloxRandom random = new PhiloxRandom(new Key(4));
        for (int i = 0; i < count; i++) {
            double u = random.nextDouble();
            int c = u < 0.5 ? 0 : u < 0.8 ? 1 : 2;
            double shared = random.nextGaussian();
            for (int j = 0; j < 4; j++) {
                x[4 * i + j] = CENTRES[c][j] + (0.7 + 0.2 * c) * random.nextGaussian() + 0.5 * shared;
            }
        }
        return x;
    }

    public static void main(String[] args) {
        try (Device device = Devices.open("auto")) {
            System.out.println(fit(device, rows(200_000)));
        }
    }
}

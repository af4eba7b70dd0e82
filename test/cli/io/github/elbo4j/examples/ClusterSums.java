package io.github.elbo4j.examples;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.NormalStream;
import io.github.elbo4j.device.PartialSum;
import java.util.stream.IntStream;

/**
 * {@code E[exp(z1)·1(z2 > 0)]} for z ~ N(0, I), cut into any number of parts, each of which might be made by another machine: key
 * and partial sums are serializable, and the total has the same bits however it was cut.
 */
public class ClusterSums {
    /** Of draws first … first + count − 1: normals 2s and 2s + 1 are those of draw s. */
    static PartialSum part(Key key, long first, int count) {
        float[] z = new float[2 * count];
        try (Device device = Devices.open("cpu", 1);
                NormalStream normals = new NormalStream(device, key)) {
            normals.fill(2 * first, z, 0, z.length);
        }
        float[] payoff = new float[count];
        for (int s = 0; s < count; s++) {
            payoff[s] = z[2 * s + 1] > 0 ? (float) Math.exp(z[2 * s]) : 0;
        }
        return PartialSum.ofDraws(first, payoff);
    }

    /** @param each draws of a part, a multiple of 64 */
    static double mean(Key key, int draws, int each) {
        return IntStream.range(0, (draws + each - 1) / each)
                        .parallel()
                        .mapToObj(p -> part(key, (long) p * each, Math.min(each, draws - p * each)))
                        .reduce(PartialSum::merge)
                        .orElseThrow()
                        .total()
                / draws;
    }

    public static void main(String[] args) {
        System.out.println(mean(new Key(42), 1 << 26, 1 << 20));
    }
}

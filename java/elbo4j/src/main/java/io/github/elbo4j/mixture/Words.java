package io.github.elbo4j.mixture;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.distribution.Gamma;
import java.util.SplittableRandom;

/** Random numbers on the host: functions of a key, the same on every Java. */
final class Words {
    private final SplittableRandom words;

    Words(Key key) {
        words = new SplittableRandom(key.seed());
    }

    /** In the open interval (0, 1): 53 bits of a word. */
    double uniform() {
        return ((words.nextLong() >>> 11) + 0.5) * 0x1p-53;
    }

    /** Standard normals (Box and Muller 1958). */
    double[] normals(int count) {
        double[] normals = new double[count];
        for (int i = 0; i < count; i += 2) {
            double radius = Math.sqrt(-2 * StrictMath.log(uniform()));
            double angle = 2 * Math.PI * uniform();
            normals[i] = radius * StrictMath.cos(angle);
            if (i + 1 < count) {
                normals[i + 1] = radius * StrictMath.sin(angle);
            }
        }
        return normals;
    }

    /** An index, with probabilities proportional to these. */
    int index(double[] weights) {
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        double left = sum * uniform();
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                last = i;
                left -= weights[i];
                if (left < 0) {
                    return i;
                }
            }
        }
        return last; // the sum was rounded up
    }

    /** A gamma variate of scale 1. */
    double gamma(double shape) {
        return Gamma.of(shape, 1).draw(new int[] {1}, words)[0];
    }
}

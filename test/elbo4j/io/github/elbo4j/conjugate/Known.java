package io.github.elbo4j.conjugate;

import io.github.elbo4j.House;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;

/** The lines of test/known/conjugate.txt, and the data that conjugate.py made them of. */
final class Known {
    static final List<NormalPrior> PRIORS =
            List.of(new NormalPrior(0.5, 3), new NormalPrior(0, 1), new NormalPrior(-0.2, 2));
    static final NoisePrecision NOISE = new NoisePrecision(2, 0.5);

    private Known() {}

    /** The lines that begin with a word, the numbers after it. */
    static List<double[]> lines(String word) {
        try {
            return Files.readAllLines(House.root().resolve("test/known/conjugate.txt")).stream()
                    .map(line -> line.split(" "))
                    .filter(parts -> parts[0].equals(word))
                    .map(parts -> Arrays.stream(parts)
                            .skip(1)
                            .mapToDouble(Double::parseDouble)
                            .toArray())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static double number(String word) {
        return lines(word).get(0)[0];
    }

    static RegressionData data() {
        double[] x = new double[90];
        double[] y = new double[30];
        for (int n = 0; n < 30; n++) {
            x[3 * n] = 1;
            x[3 * n + 1] = Math.sin(0.7 * n);
            x[3 * n + 2] = Math.cos(1.3 * n) + 0.5 * Math.sin(0.7 * n);
            y[n] = 1 + 2 * x[3 * n + 1] - x[3 * n + 2] + 0.3 * Math.sin(5.1 * n * n);
        }
        return new RegressionData(List.of("intercept", "a", "b"), x, y);
    }

    /** Whether y is above its median. */
    static RegressionData classes() {
        RegressionData data = data();
        double[] sorted = data.y().clone();
        Arrays.sort(sorted);
        double median = (sorted[14] + sorted[15]) / 2;
        return new RegressionData(
                data.columns(),
                data.x(),
                Arrays.stream(data.y()).map(v -> v > median ? 1 : 0).toArray());
    }
}

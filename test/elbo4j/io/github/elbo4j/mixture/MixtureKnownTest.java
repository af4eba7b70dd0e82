package io.github.elbo4j.mixture;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.House;
import io.github.elbo4j.TestDevices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Old Faithful's two components, against R's mclust (test/known/mixture.R), which ran until nothing moved. */
class MixtureKnownTest {
    @Test
    void oldFaithfulHasTheComponentsThatMclustFinds() throws IOException {
        List<String> lines = Files.readAllLines(House.root().resolve("test/known/mixture.txt"));
        assertThat(lines).hasSize(3);
        MixtureData data = faithful();
        for (String line : lines) {
            String[] words = line.split(" ");
            double[] want = new double[words.length];
            for (int i = 2; i < words.length; i++) {
                want[i - 2] = Double.parseDouble(words[i]);
            }
            MixtureFit fit = GaussianMixtures.em()
                    .components(2)
                    .covariances(words[0].equals("full") ? Covariances.FULL : Covariances.DIAGONAL)
                    .penalty(words[1].equals("penalty"))
                    .tolerance(1e-9)
                    .build()
                    .best(TestDevices.scalar(), data);
            // The likelihood is flat at its maximum: its own rounding is that of 272 float32 densities.
            close("log-likelihood", fit.scores().logLikelihood(), want[0], 1e-4);
            close("BIC", fit.scores().bic(), -want[1], 2e-4);
            close("ICL", fit.scores().icl(), -want[2], 2e-3);
            int at = 3;
            for (int k = 0; k < 2; k++) {
                GaussianMixture mixture = fit.mixture();
                double[][] covariance = mixture.covariance(k);
                close("weight", mixture.weight(k), want[at++], 1e-5);
                for (int i = 0; i < 2; i++) {
                    close("mean", mixture.mean(k)[i], want[at++], 1e-4 * Math.sqrt(covariance[i][i]));
                }
                for (int i = 0; i < 2; i++) {
                    for (int j = 0; j <= i; j++) {
                        double scale = Math.sqrt(covariance[i][i] * covariance[j][j]);
                        close("covariance", covariance[i][j], want[at++], 1e-4 * scale);
                    }
                }
            }
        }
    }

    static MixtureData faithful() throws IOException {
        Path file = House.root().resolve("test/data/faithful.csv");
        List<Double> values = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (Character.isDigit(line.charAt(0))) {
                for (String cell : line.split(",")) {
                    values.add(Double.valueOf(cell));
                }
            }
        }
        return MixtureData.of(
                List.of("eruptions", "waiting"),
                values.stream().mapToDouble(each -> each).toArray());
    }
}

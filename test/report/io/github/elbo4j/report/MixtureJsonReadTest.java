package io.github.elbo4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.mixture.Covariances;
import io.github.elbo4j.mixture.GaussianMixture;
import io.github.elbo4j.mixture.GaussianMixtures;
import io.github.elbo4j.mixture.MixtureData;
import io.github.elbo4j.mixture.MixtureFit;
import io.github.elbo4j.mixture.MixturePosterior;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A mixture that was written is read back, and nothing else is. */
class MixtureJsonReadTest {
    private static final List<String> COLUMNS = List.of("a \"quoted\" <name>\n", "größe");
    private static final DataSource DATA =
            new DataSource("d.csv", "00ff", 300, "", COLUMNS, 2, List.of(), List.of("a note"), Map.of());

    @TempDir
    private Path folder;

    /** Of rows of two overlapping components, so that there are concerns. */
    private static MixtureFit fit(GaussianMixtures.Builder method, Covariances covariances) {
        GaussianMixture truth = new GaussianMixture(
                COLUMNS, new double[] {0.7, 0.3}, new double[][] {{0, 10}, {1.5, 12}}, new double[][][] {
                    {{1, 0.3}, {0.3, 2}}, {{0.5, 0}, {0, 1}}
                });
        double[] values = truth.sample(new Key(4), 300).stream()
                .flatMapToDouble(draw -> java.util.Arrays.stream(draw.x()))
                .toArray();
        try (Device device = Devices.open("scalar")) {
            return method.components(3)
                    .covariances(covariances)
                    .maxSweeps(20)
                    .build()
                    .best(device, MixtureData.of(COLUMNS, values));
        }
    }

    private Path written(MixtureFit fit) throws IOException {
        return MixtureReport.of(List.of(fit), fit).about(DATA).write(folder).get(0);
    }

    @ParameterizedTest
    @EnumSource(Covariances.class)
    void aMixtureByEmComesBack(Covariances covariances) throws IOException {
        MixtureFit fit = fit(GaussianMixtures.em(), covariances);
        SavedFit saved = FitJson.open(written(fit));
        assertThat(saved.fit()).isEqualTo(fit.result()).hasSameHashCodeAs(fit.result());
        assertThat(fit.result().assessment().concerns()).isNotEmpty();
        assertThat(saved.density()).isEqualTo(fit.mixture());
        assertThat(saved.model()).isEqualTo("mixture");
        assertThat(saved.data()).isEqualTo(DATA);
    }

    @ParameterizedTest
    @EnumSource(Covariances.class)
    void soDoesAPosteriorByCoordinateAscent(Covariances covariances) throws IOException {
        MixtureFit fit = fit(GaussianMixtures.cavi(), covariances);
        SavedFit saved = FitJson.open(written(fit));
        assertThat(saved.fit()).isEqualTo(fit.result());
        MixturePosterior posterior = (MixturePosterior) fit.result().posterior();
        assertThat(Objects.requireNonNull(saved.density()).logDensity(0.5, 11))
                .isEqualTo(posterior.predictive().logDensity(0.5, 11));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            "format": 1; "format": 2; field format: it is 2, but this version of elbo4j reads format 1
            "format": 1,; ; an older version of elbo4j wrote it
            "weight": 0; "weight": 1; field mixture: the weight of component 1 is 1.
            "covariance": [[; "covariance": [[-; field mixture: the covariance of component 1 is not
            "rows": 1; "rows": -1; field mixture: component 1 has the concentration
            "degrees":; "degree":; field mixture[0].degrees: it is missing
            "covariance": "full"; "covariance": "some"; field settings.covariance: it is "some", but must be one of full, diagonal
            "rng":; "rgn":; field rng: it is missing
            """)
    void aDamagedFileIsRefusedInItsField(String is, String instead, String message) throws IOException {
        Path file = written(fit(GaussianMixtures.cavi(), Covariances.FULL));
        String text = Files.readString(file);
        assertThat(text).contains(is);
        Files.writeString(
                file,
                text.replaceFirst(
                        java.util.regex.Pattern.quote(is),
                        java.util.regex.Matcher.quoteReplacement(instead == null ? "" : instead)));
        assertThatThrownBy(() -> FitJson.open(file))
                .isInstanceOf(FitFileException.class)
                .hasMessageContaining(message);
    }

    @Test
    void withoutDataThereIsNone() throws IOException {
        MixtureFit fit = fit(GaussianMixtures.em(), Covariances.DIAGONAL);
        Path file = MixtureReport.of(List.of(fit), fit).write(folder).get(0);
        assertThat(FitJson.open(file).data()).isNull();
    }
}

package io.github.elbo4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.Standardization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report of a program that uses the library: no data set, no command line. */
class ReportTest {
    @TempDir
    Path folder;

    @Test
    void oneCallWritesBothFiles() throws IOException {
        FitResult fit;
        try (Device device = Devices.open("scalar");
                HostLogJoint joint = HostLogJoint.ofDraw(List.of("x", "y"), (z, g) -> {
                    double bend = z[1] - z[0] * z[0];
                    g[0] = -z[0] + 2 * z[0] * bend;
                    g[1] = -bend;
                    return -0.5 * (z[0] * z[0] + bend * bend);
                })) {
            fit = Sgvi.builder().maxSteps(200).evaluationDraws(500).build().fit(device, joint);
        }
        Path inside = folder.resolve("a/b");
        List<Path> written = Report.of(fit).model(ModelDescription.of("banana")).write(inside);
        assertThat(written).containsExactly(inside.resolve("fit.json"), inside.resolve("report.html"));
        assertThat(Files.list(inside)).hasSize(2);
        assertThat(FitJson.read(written.get(0))).isEqualTo(fit);
        String html = Files.readString(written.get(1));
        assertThat(html)
                .contains("<h1>banana</h1>", ">x</th>", "90 % and 50 % intervals", "Device: scalar.")
                .contains(fit.assessment().concerns().get(0).kind().remedy().replace("'", "&#39;"))
                .doesNotContain("--steps", "--draws", "--learning-rate", "{{", "<pre>", "effect on")
                .doesNotContain("of the column");
    }

    @Test
    void withoutAnythingButAFitTheHeadingSaysWhatThereIs() {
        FitResult fit =
                ExampleFit.of(List.of("a", "b", "c"), 0.2, Status.CONVERGED).fit();
        assertThat(Report.of(fit).html(ZonedDateTime.now())).contains("<h1>Fit of 3 parameters</h1>", "seed 1</p>");
        assertThat(Report.of(fit).line()).startsWith("{\"model\":\"\",\"method\":\"sgvi\",");
    }

    /** Exponential with mean 1: its density falls from zero on. */
    private static final class Exponential implements Posterior {
        @Override
        public List<String> names() {
            return List.of("waiting time", "other");
        }

        @Override
        public double mean(int i) {
            return 1;
        }

        @Override
        public double standardDeviation(int i) {
            return 1;
        }

        @Override
        public double quantile(int i, double p) {
            return -Math.log1p(-p);
        }

        @Override
        public double[][] draws(Key key, int count) {
            throw new UnsupportedOperationException("a report needs none");
        }

        @Override
        public double logDensity(double[] z) {
            return -z[0] - z[1];
        }

        @Override
        public Posterior affine(Standardization.Affine map) {
            throw new UnsupportedOperationException("a report needs none");
        }
    }

    @Test
    void aPosteriorThatIsNotNormalIsDrawnAsItIs() {
        FitResult fit = ExampleFit.result(new Exponential(), 0.2, Status.CONVERGED, List.of());
        String html = Report.of(fit).html(ZonedDateTime.now());
        assertThat(html)
                .contains("\"density\":[[", "This method does not tell the correlations.")
                .contains("\"words\":\"Chart of a density with mean")
                .contains("\"above\":\"P(> 0) > 0.999\"".replace(">", "\\u003e"))
                .doesNotContain("The marginal of each parameter is normal");
        // 5 % and 95 % quantiles of an exponential: 0.0513 and 2.996.
        assertThat(Report.of(fit).line()).contains("\"q05\":0.0512932", "\"q95\":2.995732", "\"covariance\":null");
    }

    @Test
    void probabilitiesAreThoseOfTheQuantiles() {
        Posterior posterior = new Exponential();
        assertThat(ParameterTable.below(posterior, 0, 1))
                .isCloseTo(1 - Math.exp(-1), org.assertj.core.api.Assertions.within(1e-5));
        assertThat(ParameterTable.below(posterior, 0, -1)).isLessThan(1e-5);
    }
}

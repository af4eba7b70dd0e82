package io.github.elbo4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Devices;
import io.github.elbo4j.conjugate.NoisePrecision;
import io.github.elbo4j.conjugate.RegressionPosterior;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Mode;
import io.github.elbo4j.infer.NormalMixture;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.VariationalMixture;
import io.github.elbo4j.model.HostLogJoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What was written is read back, and nothing else is. */
class FitJsonReadTest {
    private static final List<String> NAMES = List.of("intercept", "a \"quoted\" <name>\n", "größe");

    @TempDir
    Path folder;

    private FitResult written(Report report) throws IOException {
        return FitJson.read(report.write(folder).get(0));
    }

    private static FitResult fit(Family family, int evaluationDraws, double curvature) {
        try (Device device = Devices.open("scalar");
                HostLogJoint joint = HostLogJoint.ofDraw(List.of("x", "y"), (z, g) -> {
                    double bend = z[1] - curvature * z[0] * z[0];
                    g[0] = -z[0] + 2 * curvature * z[0] * bend;
                    g[1] = -bend;
                    return -0.5 * (z[0] * z[0] + bend * bend);
                })) {
            return Sgvi.builder()
                    .family(family)
                    .maxSteps(300)
                    .evaluationDraws(evaluationDraws)
                    .build()
                    .fit(device, joint);
        }
    }

    /** With concerns, with an infinite k-hat (of too few draws), of both families. */
    @Test
    void everyFieldOfAFitComesBack() throws IOException {
        for (Family family : Family.values()) {
            for (double curvature : new double[] {0.1, 1}) {
                FitResult fit = fit(family, 100, curvature);
                assertThat(written(Report.of(fit))).isEqualTo(fit).hasSameHashCodeAs(fit);
            }
        }
        FitResult few = fit(Family.fullRank(), 4, 1);
        assertThat(written(Report.of(few))).isEqualTo(few);
    }

    @Test
    void soDoModesAndNumbersThatAreNotFinite() throws IOException {
        List<Mode> modes = List.of(
                new Mode(new double[] {1, 2}, new double[] {0.5, 0.1}, new Estimate(-3, 0.1, 512)),
                new Mode(new double[] {-1, 2}, new double[] {0.5, 0.1}, new Estimate(-3.5, Double.NaN, 1)));
        for (double kHat :
                new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 5e-324}) {
            GaussianPosterior posterior = new GaussianPosterior(
                    List.of("x", "y"), new Gaussian(new double[] {1, 2}, new double[][] {{2, 0.1}, {0.1, 1e-300}}));
            FitResult fit = ExampleFit.result(posterior, kHat, Status.INTERRUPTED, modes);
            assertThat(written(Report.of(fit))).isEqualTo(fit);
            for (Mode other : List.of(
                    new Mode(new double[] {1, 2.5}, new double[] {0.5, 0.1}, new Estimate(-3, 0.1, 512)),
                    new Mode(new double[] {1, 2}, new double[] {0.5, 0.2}, new Estimate(-3, 0.1, 512)),
                    new Mode(new double[] {1, 2}, new double[] {0.5, 0.1}, new Estimate(-4, 0.1, 512)))) {
                List<Mode> others = List.of(other, modes.get(1));
                assertThat(ExampleFit.result(posterior, kHat, Status.INTERRUPTED, others))
                        .isNotEqualTo(fit);
            }
        }
    }

    /** Of either kind: normal–gamma, and independent factors. */
    @Test
    void soDoPosteriorsInClosedForm() throws IOException {
        for (boolean inUnitsOfNoise : new boolean[] {true, false}) {
            RegressionPosterior posterior = new RegressionPosterior(
                    List.of("a", "b", "log noise sd"),
                    new Gaussian(new double[] {1, -2}, new double[][] {{2, 0.1}, {0.1, 0.3}}),
                    inUnitsOfNoise,
                    new NoisePrecision(7.5, 0.4));
            FitResult fit = ExampleFit.result(posterior, Double.NaN, Status.CONVERGED, List.of());
            assertThat(written(Report.of(fit))).isEqualTo(fit);
        }
    }

    /** Whole with its covariances; without them, beyond so many parameters, it is refused in words. */
    @Test
    void soDoMixtures() throws IOException {
        try (Device device = Devices.open("scalar");
                HostLogJoint joint = HostLogJoint.ofDraw(List.of("x", "y"), (z, g) -> {
                    double left = Math.exp(-(z[0] + 4) * (z[0] + 4) / 2);
                    double right = Math.exp(-(z[0] - 4) * (z[0] - 4) / 2);
                    g[0] = (-(z[0] + 4) * left - (z[0] - 4) * right) / (left + right);
                    g[1] = -z[1];
                    return Math.log(left + right) - z[1] * z[1] / 2;
                })) {
            FitResult fit = new VariationalMixture().fit(device, joint);
            assertThat(fit.posterior()).isInstanceOf(NormalMixture.class);
            assertThat(written(Report.of(fit))).isEqualTo(fit);
        }
        List<String> names = new ArrayList<>();
        for (int d = 0; d <= Report.MOST_COVARIANCES; d++) {
            names.add("x" + d);
        }
        Gaussian many = Gaussian.independent(new double[names.size()], new double[names.size()]);
        FitResult wide = ExampleFit.result(
                new NormalMixture(names, new double[] {0.5, 0.5}, List.of(many, many)),
                0.1,
                Status.CONVERGED,
                List.of());
        assertThatThrownBy(() -> written(Report.of(wide)))
                .isInstanceOf(FitFileException.class)
                .hasMessageContaining("--covariance");
        assertThat(written(Report.of(wide).covariance(true))).isEqualTo(wide);
    }

    @Test
    void modelAndDataComeBackToo() throws IOException {
        Report report = ExampleFit.of(NAMES, 0.21, Status.CONVERGED);
        SavedFit saved = FitJson.open(report.write(folder).get(0));
        assertThat(saved.fit()).isEqualTo(report.fit());
        assertThat(saved.model()).isEqualTo("logistic");
        assertThat(saved.data()).isEqualTo(report.data());
        assertThat(saved.options()).containsEntry("standardize", true).containsEntry("draws", 32L);
    }

    /** Written again, what was read gives the same bytes. */
    @Test
    void readingAndWritingChangesNothing() throws IOException {
        Report report = ExampleFit.of(NAMES, 0.6, Status.STEP_LIMIT);
        Path file = report.write(folder).get(0);
        String before = Files.readString(file);
        SavedFit saved = FitJson.open(file);
        Report.of(saved.fit()).model(report.model()).about(report.data()).write(folder);
        assertThat(file).hasContent(before);
    }

    @Test
    void independentNormalsNeedNoCovariance() throws IOException {
        double[] mean = new double[500];
        double[] sd = new double[500];
        Arrays.fill(sd, 0.1);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            names.add("p" + i);
        }
        GaussianPosterior independent = new GaussianPosterior(names, Gaussian.independent(mean, sd));
        FitResult fit = ExampleFit.result(independent, 0.1, Status.CONVERGED, List.of());
        assertThat(written(Report.of(fit))).isEqualTo(fit);
        assertThat(folder.resolve("fit.json")).content().contains("\"covariance\": null");
    }

    @Test
    void aCovarianceThatWasLeftOutIsAskedFor() throws IOException {
        Report report = ExampleFit.ofMany();
        assertThatThrownBy(() -> written(report))
                .isInstanceOf(FitFileException.class)
                .hasMessageContaining("fit.json, field covariance: it was left out")
                .hasMessageContaining("--covariance");
        assertThat(written(report.covariance(true))).isEqualTo(report.fit());
    }

    private void refused(String content, String... words) throws IOException {
        Path file = Files.writeString(folder.resolve("fit.json"), content, StandardCharsets.UTF_8);
        assertThatThrownBy(() -> FitJson.read(file))
                .isInstanceOf(FitFileException.class)
                .hasMessageStartingWith("fit.json")
                .hasMessageContainingAll(words);
    }

    private String document() throws IOException {
        return Files.readString(
                ExampleFit.of(NAMES, 0.21, Status.CONVERGED).write(folder).get(0));
    }

    /** What is in the place of something, the field that is named, and what is said of it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"seed\": 1,                  | \"seed\": 1.5,          | field seed: it is 1.5, but must be a whole number",
                "\"seed\": 1,                  | \"seed\": \"1\",        | field seed: it is \"1\", but must be a whole number",
                "\"seed\": 1,                  |                         | field seed: it is missing",
                "\"steps\": 3600,              | \"steps\": -1,          | field steps: it is -1, but must be a whole number from 0",
                "\"status\": \"converged\"     | \"status\": \"fine\"    | field status: it is \"fine\", but must be one of converged, ",
                "\"format\": 1,                | \"format\": 2,          | field format: it is 2, but this version of elbo4j reads format 1",
                "\"format\": 1,                |                         | an older version of elbo4j wrote it",
                "\"posterior\": \"gaussian\"   | \"posterior\": \"Bag\"  | field posterior: it is a Bag, which the file does not hold whole",
                "\"elbo\": {                   | \"elbo\": [], \"e\": {  | field elbo: it is a list, but must be an object",
                "\"value\": -104.2713          | \"value\": 1e999        | field elbo.value: it is Infinity, but must be a finite number",
                "\"settings\": {               | \"settings\": {\"x\": null, | field settings.x: it is null, but must be a string, a boolean or a number",
                "\"model\": \"logistic\",      |                         | it is JSON, but not a fit.json of elbo4j",
                "\"seconds\": 0.84             | \"seconds\": null       | field seconds: it is null, but must be a finite number",
            })
    void whatIsWrongIsNamedWithItsField(String there, String instead, String words) throws IOException {
        String document = document();
        assertThat(document).contains(there);
        refused(document.replace(there, instead == null ? "" : instead), words);
    }

    @Test
    void parametersMustBeWhole() throws IOException {
        String document = document();
        refused(document.replaceFirst("\"mean\": [^,]*,", "\"mean\": null,"), "field parameters[0].mean: it is null");
        refused(document.replaceFirst("\"sd\": ", "\"sd\": -"), "field parameters[0].sd: it is -", "must be 0 or more");
        refused(document.replaceFirst("\"sd\": [^,]*,", ""), "field parameters[0].sd: it is missing");
        refused(
                document.replaceFirst("(\"covariance\": \\[\\s*\\[)[^,]*,", "$1null,"),
                "field covariance[0][0]: it is null, but must be a finite number");
        refused(
                document.replaceFirst("(\"covariance\": \\[\\s*\\[)[^,]*,", "$1"),
                "field covariance: row 0 of covariance has 2 elements, but mean has 3");
        refused(
                document.replaceFirst("(\"covariance\": \\[\\s*\\[[^,]*,)[^,]*,", "$1 7.5,"),
                "field covariance: ",
                "it must be symmetric");
    }

    @Test
    void aFileThatIsCutOffOrForeignIsRefused() throws IOException {
        String document = document();
        for (int end = 1; end < document.length() - 2; end += 997) {
            refused(document.substring(0, end), "not whole JSON");
        }
        refused("", "is empty");
        refused("   ", "holds nothing");
        refused("{}", "not a fit.json of elbo4j");
        refused("[1, 2]", "it is a list, but must be an object");
        refused("\"model\"", "must be an object");
        refused("a,b,c\n1,2,3\n", "not whole JSON");
        refused(document + "{}", "something follows");
        refused(document.replaceFirst("\"model\"", "\"family\": \"x\", \"model\""), "not whole JSON", "uplicate");
        assertThatThrownBy(() -> FitJson.read(folder.resolve("none.json"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void bytesThatAreNoTextAreRefused() throws IOException {
        Path file = Files.write(folder.resolve("fit.json"), new byte[] {(byte) 0x1f, (byte) 0x8b, 8, 0, 0, 1, 2, 3});
        assertThatThrownBy(() -> FitJson.read(file))
                .isInstanceOf(FitFileException.class)
                .hasMessageContaining("fit.json");
    }
}

package io.github.elbo4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.elbo4j.House;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A compiled Stan model, played by {@code test/stan/gaussian_model.c}: z is normal with the mean and the precision in the
 * data, and sigma is the exponential of the last coordinate. Needs JDK 22 and a C compiler; what is missing is printed.
 */
class StanModelTest {
    private static final double[] MEAN = {1, -2, 0.5};
    /** The inverse of the precision in {@code test/stan/gaussian.json}; its determinant is 6.38. */
    private static final double[][] PRECISION = {{2, 0.6, 0}, {0.6, 1, -0.3}, {0, -0.3, 4}};

    private static final double DETERMINANT = 2 * (1 * 4 - 0.3 * 0.3) - 0.6 * (0.6 * 4);
    /** The diagonal of the inverse, by cofactors. */
    private static final double[] VARIANCE = {
        (1 * 4 - 0.3 * 0.3) / DETERMINANT, 2 * 4 / DETERMINANT, (2 * 1 - 0.6 * 0.6) / DETERMINANT
    };

    @TempDir
    static Path folder;

    private static Path gaussian() {
        return House.root().resolve("test/stan/gaussian.json");
    }

    /** The library, if it can be made and called here; else the test is not run. */
    private static Path library(String... flags) throws IOException, InterruptedException {
        int java = Runtime.version().feature();
        String reason = java < 22 ? "this is Java " + java + ", and 22 or later is needed" : "";
        Path file = folder.resolve("gaussian" + flags.length + ".so");
        if (reason.isEmpty() && !Files.exists(file)) {
            List<String> command = new ArrayList<>(
                    List.of(House.root().resolve("test/stan/compile").toString(), file.toString()));
            command.addAll(List.of(flags));
            Process compiler =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            boolean compiled = compiler.waitFor() == 0;
            assertThat(compiled || said.startsWith("no C compiler")).as(said).isTrue();
            reason = compiled ? "" : said;
        }
        if (!reason.isEmpty()) {
            System.out.println("StanModelTest not run: " + reason);
        }
        assumeTrue(reason.isEmpty(), reason);
        return file;
    }

    private static StanModel open(String json) throws IOException, InterruptedException {
        return StanModel.open(library(), Files.writeString(folder.resolve("data.json"), json), 0);
    }

    /** The data with one field more. */
    private static StanModel openWith(String field) throws IOException, InterruptedException {
        return open(Files.readString(gaussian()).replaceFirst("\\{", "{ " + field + ", "));
    }

    private static double logP(double... z) {
        double quadratic = 0;
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                quadratic += (z[i] - MEAN[i]) * PRECISION[i][j] * (z[j] - MEAN[j]);
            }
        }
        return -0.5 * quadratic + 0.5 * Math.log(DETERMINANT) - 1.5 * Math.log(2 * Math.PI);
    }

    @Test
    void valuesHaveConstantsAndTheJacobianAndGradientsBelongToThem() throws Exception {
        double[] z = {0.3, -1, 2, 1, -2, 0.5, -3, 4, -1};
        double[] values = new double[3];
        double[] without = new double[3];
        double[] gradients = new double[9];
        try (StanModel model = StanModel.open(library(), gaussian(), 0)) {
            model.logJoint().evaluate(3, z, values, gradients);
            model.logJoint().evaluate(3, z, without, null);
        }
        for (int r = 0; r < 3; r++) {
            // A few dozen roundings of terms below 60.
            assertThat(values[r]).isCloseTo(logP(z[3 * r], z[3 * r + 1], z[3 * r + 2]), within(1e-13 * 60));
            for (int i = 0; i < 3; i++) {
                double row = 0;
                for (int j = 0; j < 3; j++) {
                    row -= PRECISION[i][j] * (z[3 * r + j] - MEAN[j]);
                }
                assertThat(gradients[3 * r + i]).isCloseTo(row, within(1e-13 * 60));
            }
        }
        assertThat(without).isEqualTo(values);
    }

    @Test
    void aFitFindsMeansSdsAndAnEvidenceOfOneOnEveryDevice() throws Exception {
        double[] means = null;
        for (Device device : TestDevices.all()) {
            try (StanModel model = StanModel.open(library(), gaussian(), 0)) {
                FitResult fit = Sgvi.builder().seed(3).build().fit(device, model.logJoint());
                assertThat(fit.verdict()).isEqualTo(Verdict.GOOD);
                for (int i = 0; i < 3; i++) {
                    double sd = Math.sqrt(VARIANCE[i]);
                    // A fit ends where its error is half a hundredth of an sd, and half a percent of one.
                    assertThat(fit.posterior().mean(i)).isCloseTo(MEAN[i], within(0.02 * sd));
                    assertThat(fit.posterior().standardDeviation(i)).isCloseTo(sd, within(0.02 * sd));
                }
                double error = fit.elbo().standardError();
                // The family holds the target: the ELBO is below 0 by the KL of errors as small as that, D/2 · 0.02².
                assertThat(fit.elbo().value()).isBetween(-4 * error - 1e-3, 4 * error + 1e-3);
                double[] here = fit.posterior().mean();
                means = means == null ? here : means;
                assertThat(here).as(device.name()).isEqualTo(means);
            }
        }
    }

    @Test
    void namesAreAsInTheProgramAndConstrainLeadsBackToIt() throws Exception {
        try (StanModel model = StanModel.open(library(), gaussian(), 0)) {
            assertThat(model.name()).isEqualTo("gaussian_model");
            assertThat(model.logJoint().parameterNames()).containsExactly("theta[1]", "theta[2]", "sigma");
            assertThat(model.constrainedNames()).containsExactly("theta[1]", "theta[2]", "sigma");
            assertThat(model.constrain(new double[] {3, -4, 0.7}))
                    .containsExactly(new double[] {3, -4, Math.exp(0.7)}, within(1e-15 * 4));
            assertThat(model.logJoint().quantities().names()).isEqualTo(model.constrainedNames());
            assertThat(model.logJoint().quantities().values().apply(new double[] {3, -4, 0.7}))
                    .isEqualTo(model.constrain(new double[] {3, -4, 0.7}));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.constrain(new double[2]))
                    .withMessage("unconstrained has 2 elements, but gaussian_model has 3");
        }
    }

    @Test
    void indexesBecomeBrackets() {
        assertThat(StanModel.names("mu,theta.1,b.2.13,t.1:2.3,z.1.imag,x1"))
                .containsExactly("mu", "theta[1]", "b[2,13]", "t[1]:2[3]", "z.1.imag", "x1");
    }

    @Test
    void theSeedReachesTheModelAsAnUnsignedNumber() throws Exception {
        Path data = Files.writeString(
                folder.resolve("shifted.json"),
                Files.readString(gaussian()).replaceFirst("\\{", "{ \"shift_by_seed\": 1, "));
        double[] value = new double[1];
        try (StanModel model = StanModel.open(library(), data, -1)) {
            model.logJoint().evaluate(1, new double[] {1 + 0xFFFFFFFFL, -2, 0.5}, value, null);
        }
        assertThat(value[0]).isCloseTo(logP(MEAN), within(1e-13));
    }

    @Test
    void aRefusedDrawHasNoDensityAndItsReasonIsKept() throws Exception {
        double[] values = new double[2];
        double[] gradients = new double[6];
        try (StanModel model = openWith("\"reject_above\": 2")) {
            assertThat(model.rejection()).isNull();
            model.logJoint().evaluate(2, new double[] {2.5, 0, 0, 1, -2, 0.5}, values, gradients);
            assertThat(values).containsExactly(Double.NEGATIVE_INFINITY, values[1]);
            assertThat(values[1]).isCloseTo(logP(MEAN), within(1e-13));
            assertThat(gradients).startsWith(Double.NaN, Double.NaN, Double.NaN).endsWith(-0.0, -0.0, -0.0);
            assertThat(model.rejection()).contains("theta[1] is 2.5, but must be less than or equal to 2");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.constrain(new double[] {2.5, 0, 0}))
                    .withMessageContaining("theta[1] is 2.5");
        }
    }

    @Test
    void aFitWhoseDrawsAreRefusedIsNotTrusted() throws Exception {
        try (StanModel model = openWith("\"reject_above\": 1.2")) {
            FitResult fit = Sgvi.builder().seed(3).build().fit(TestDevices.scalar(), model.logJoint());
            assertThat(fit.status()).isNotEqualTo(Status.CONVERGED);
            assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
            assertThat(fit.message()).contains("log p is -infinity");
        }
    }

    /** Draws of q come within 6 sd; what lies beyond is only looked at. */
    @Test
    void refusedDrawsFarOutDoNotMatter() throws Exception {
        try (StanModel model = openWith("\"reject_above\": " + (1 + 8 * Math.sqrt(VARIANCE[0])))) {
            FitResult fit = Sgvi.builder().seed(3).build().fit(TestDevices.scalar(), model.logJoint());
            assertThat(fit.verdict()).isEqualTo(Verdict.GOOD);
            assertThat(model.rejection()).isNotNull();
        }
    }

    @Test
    void severalFitsUseOneModelAtOnce() throws Exception {
        try (StanModel model = StanModel.open(library(), gaussian(), 0)) {
            double[] z = {0.3, -1, 2};
            List<Double> values = IntStream.range(0, 2000)
                    .parallel()
                    .mapToObj(i -> {
                        double[] value = new double[1];
                        model.logJoint().evaluate(1, new double[] {z[0] + i % 7, z[1], z[2]}, value, new double[3]);
                        return value[0] - logP(z[0] + i % 7, z[1], z[2]);
                    })
                    .toList();
            assertThat(values).allMatch(difference -> Math.abs(difference) < 1e-11);
        }
    }

    @Test
    void anInterruptedThreadStops() throws Exception {
        try (StanModel model = StanModel.open(library(), gaussian(), 0)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> model.logJoint().evaluate(1, new double[3], new double[1], null))
                    .isInstanceOf(CancellationException.class);
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void whatIsClosedIsNotUsed() throws Exception {
        StanModel model = StanModel.open(library(), gaussian(), 0);
        model.close();
        model.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> model.logJoint().evaluate(1, new double[3], new double[1], null))
                .withMessageContaining("gaussian_model")
                .withMessageContaining("is closed");
        assertThatIllegalStateException().isThrownBy(() -> model.constrain(new double[3]));
    }

    @Test
    void dataThatStanRefusesAreReportedWithItsReason() throws Exception {
        Path library = library();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> open("{\"precision\": [[1]]}"))
                .withMessageContaining(".so refuses the data in")
                .withMessageContaining("data.json: construct() failed")
                .withMessageContaining("variable name=mean");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> open("{\"mean\": [0, 0], \"precision\": [[1, 2], [2, 1]]}"))
                .withMessageContaining("not positive definite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StanModel.open(library, null, 0))
                .withMessageContaining("refuses no data")
                .withMessageContaining("variable name=mean");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> open("{\"mean\": [], \"precision\": []}"))
                .withMessageContaining("the model gaussian_model has no parameters to fit");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StanModel.open(library, folder.resolve("absent.json"), 0))
                .withMessageContaining("cannot read the data in")
                .withMessageContaining("absent.json");
    }

    @Test
    void whatIsNoCompiledModelIsRefused() throws Exception {
        Path lacking = library("-DWITHOUT_GRADIENT");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StanModel.open(lacking, gaussian(), 0))
                .withMessage(lacking
                        + " has no function bs_log_density_gradient: it is not a Stan model that BridgeStan 2.0 or"
                        + " later has compiled");
        Path text = Files.writeString(folder.resolve("text.so"), "not a library");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StanModel.open(text, gaussian(), 0))
                .withMessageContaining("text.so cannot be loaded: it is no shared library for this machine");
        Path source = Files.writeString(folder.resolve("schools.stan"), "parameters { real mu; }");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StanModel.open(source, null, 0))
                .withMessageContaining("schools.stan is the source of a Stan model: compile it with BridgeStan");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StanModel.open(folder.resolve("absent.so"), null, 0))
                .withMessageContaining("there is no file")
                .withMessageContaining("absent.so");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StanModel.open(folder, null, 0))
                .withMessageContaining("is no file");
    }

    @Test
    void anOlderJavaSaysWhichOneIsNeeded() {
        String message =
                "a compiled model is called through java.lang.foreign, which needs JDK 22 or later, but this is Java ";
        assertThatThrownBy(() -> ForeignLibrary.requireJdk(21))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage(message + "21: set JAVA_HOME to a later JDK");
        ForeignLibrary.requireJdk(22);
        if (Runtime.version().feature() < 22) {
            assertThatThrownBy(() -> StanModel.open(folder.resolve("any.so"), null, 0))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageStartingWith(message + Runtime.version().feature());
        }
    }
}

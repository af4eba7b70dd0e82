package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.report.FitJson;
import io.github.elbo4j.report.SavedFit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fit --stan}, with the library of test/stan: a normal of three coordinates, of which the last is log sigma. */
class StanTest {
    private static final Path STAN = Path.of(System.getProperty("elbo4j.root"), "test", "stan");
    private static final Path DATA = STAN.resolve("gaussian.json");

    @TempDir
    static Path folder;

    /** The library, if it can be made and called here; else the test is not run. */
    private static Path library() throws IOException, InterruptedException {
        int java = Runtime.version().feature();
        String reason = java < 22 ? "this is Java " + java + ", and 22 or later is needed" : "";
        Path file = folder.resolve("gaussian_model.so");
        if (reason.isEmpty() && !Files.exists(file)) {
            Process compiler = new ProcessBuilder(STAN.resolve("compile").toString(), file.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            boolean compiled = compiler.waitFor() == 0;
            assertThat(compiled || said.startsWith("no C compiler")).as(said).isTrue();
            reason = compiled ? "" : said;
        }
        if (!reason.isEmpty()) {
            System.out.println("StanTest not run: " + reason);
        }
        assumeTrue(reason.isEmpty(), reason);
        return file;
    }

    private static Path rejecting(double above) throws IOException {
        String data = Files.readString(DATA).replaceFirst("\\{", "{ \"reject_above\": " + above + ", ");
        return Files.writeString(folder.resolve("rejecting.json"), data);
    }

    @Test
    void itIsFittedAndReportedLikeAReadyModel() throws Exception {
        Path out = folder.resolve("gaussian");
        Cli.Outcome outcome = Cli.run("fit", "--stan", library(), "--data", DATA, "--out", out, "--seed", 3);
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .startsWith("Stan model gaussian_model of gaussian.json, full-rank Gaussian\n")
                .containsPattern("theta\\[1] +1\\.000 +0\\.78\\d ") // sqrt(3.91 / 6.38) = 0.7828
                .containsPattern("log sigma +0\\.500 +0\\.507 ") // sqrt(1.64 / 6.38)
                .contains("sigma 1.65, with 90 % probability between"); // exp 0.5
        SavedFit saved = FitJson.open(out.resolve("fit.json"));
        assertThat(saved.model()).isEqualTo("stan");
        assertThat(saved.options())
                .containsEntry("program", "gaussian_model")
                .containsEntry("library", "gaussian_model.so")
                .containsEntry("data", "gaussian.json")
                .containsKey("dataSha256");
        assertThat(saved.fit().parameterNames()).containsExactly("theta[1]", "theta[2]", "log sigma");
        assertThat(Files.readString(out.resolve("report.html")))
                .contains("Stan model gaussian_model of gaussian.json")
                .contains("the logarithm of a positive one");
    }

    @Test
    void theSameSeedGivesTheSameNumbersOnEveryDevice() throws Exception {
        FitResult[] fits = new FitResult[2];
        for (int i = 0; i < 2; i++) {
            Path out = folder.resolve("device" + i);
            Cli.Outcome outcome = Cli.run(
                    "fit",
                    "--stan",
                    library(),
                    "--data",
                    DATA,
                    "--out",
                    out,
                    "--device",
                    i == 0 ? "scalar" : "cpu",
                    "--json");
            assertThat(outcome.exit()).as(outcome.err()).isZero();
            assertThat(outcome.err()).isEmpty();
            assertThat(outcome.out().lines()).hasSize(1);
            fits[i] = FitJson.read(out.resolve("fit.json"));
        }
        assertThat(fits[1].posterior()).isEqualTo(fits[0].posterior());
        assertThat(fits[1].elbo()).isEqualTo(fits[0].elbo());
    }

    @Test
    void aFitOfTheSameProgramIsContinuedAndOfAnotherModelIsNot() throws Exception {
        Path out = folder.resolve("first");
        assertThat(Cli.run("fit", "--stan", library(), "--data", DATA, "--method", "sgvi", "--out", out, "--quiet")
                        .exit())
                .isZero();
        Path next = folder.resolve("next");
        Object[] again = {
            "fit", "--stan", library(), "--data", DATA, "--out", next, "--continue", out.resolve("fit.json")
        };
        Cli.Outcome continued = Cli.run(again);
        assertThat(continued.exit()).as(continued.err()).isZero();
        assertThat(continued.out().replaceAll("\\s+", " ")).contains("It continued from a fit of 32 steps");

        Path other = folder.resolve("other");
        assertThat(Cli.run(
                                "fit",
                                "logistic",
                                "--data",
                                Cli.data("pima.csv"),
                                "--target",
                                "type",
                                "--ignore",
                                "npreg,bp,skin,bmi,ped",
                                "--out",
                                other,
                                "--quiet")
                        .exit())
                .isZero();
        again[again.length - 1] = other.resolve("fit.json");
        Cli.Outcome refused = Cli.run(again);
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.words()).contains("--continue: fit.json has the model logistic, but this fit has stan");
    }

    /** The density of test/stan in float64, of (theta, log sigma). */
    private static double logDensity(double a, double b, double sigma) {
        double x = a - 1;
        double y = b + 2;
        double z = Math.log(sigma) - 0.5;
        double square = 2 * x * x + y * y + 4 * z * z + 2 * (0.6 * x * y - 0.3 * y * z);
        return 0.5 * (Math.log(6.38) - 3 * Math.log(2 * Math.PI) - square); // the determinant is 6.38
    }

    @Test
    void drawsAreThoseOfTheParametersOfTheProgram() throws Exception {
        Path out = folder.resolve("drawn");
        assertThat(Cli.run("fit", "--stan", library(), "--data", DATA, "--out", out, "--quiet")
                        .exit())
                .isZero();
        Path csv = out.resolve("draws.csv");
        Cli.Outcome outcome =
                Cli.run("draws", "--fit", out, "--stan", library(), "--data", DATA, "--draws", 20, "--out", csv);
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        List<String> lines = Files.readAllLines(csv).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
        assertThat(lines.get(0)).isEqualTo("lp__,log_p__,log_g__,theta.1,theta.2,sigma");
        assertThat(lines).hasSize(22); // the head and the mean besides
        for (String line : lines.subList(2, 22)) {
            double[] cells = Arrays.stream(line.split(","))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            // All of it is float64; q is the density itself, as near as a fit comes.
            assertThat(cells[1]).isCloseTo(logDensity(cells[3], cells[4], cells[5]), within(1e-10));
            assertThat(cells[2]).isCloseTo(cells[1], within(1e-3));
        }

        assertThat(Cli.run("draws", "--fit", out, "--stan", library()).words())
                .contains("is of a Stan program with the data in gaussian.json: name them with --data");
        assertThat(Cli.run("draws", "--fit", out, "--data", DATA).words())
                .contains("is of a Stan program: with --data, name its library with --stan");
        Path other = Files.writeString(folder.resolve("other.json"), Files.readString(DATA) + "\n");
        assertThat(Cli.run("draws", "--fit", out, "--stan", library(), "--data", other)
                        .words())
                .contains("--data: other.json is not the file that the fit in fit.json is of");
        assertThat(Cli.run("predict", "--fit", out, "--data", DATA).words())
                .contains("elbo4j cannot predict: a Stan program does it by itself, in its generated quantities");
        assertThat(Cli.run("loo", "--fit", out, "--data", DATA).words())
                .contains(
                        "elbo4j does not know the likelihood of each row by itself: compare fits of it by their ELBO, or write");
    }

    /** The density is normalized, so log p(x) = 0; q is it up to float32's rounding of draws, which the errors are of. */
    @Test
    void itsEvidenceIsOne() throws Exception {
        Path out = folder.resolve("evidence");
        Object[] words = {"evidence", "--stan", library(), "--data", DATA, "--draws", 20_000, "--out", out, "--json"};
        Cli.Outcome outcome = Cli.run(words);
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        double[] values = Pattern.compile("\"value\": ?(-?[0-9.eE+-]+)")
                .matcher(Files.readString(out.resolve("evidence.json")))
                .results()
                .mapToDouble(found -> Double.parseDouble(found.group(1)))
                .toArray();
        assertThat(values).hasSize(10);
        for (double value : values) {
            assertThat(value).isCloseTo(0, within(1e-4));
        }
        words[words.length - 1] = "--quiet";
        assertThat(Cli.run(words).out().replaceAll("\\s+", " "))
                .contains(
                        "Prior Monte Carlo: a Stan program does not tell its prior and the values of its parameters apart");
    }

    @Test
    void aDrawThatStanRefusesMakesAFitThatIsNotToBeTrusted() throws Exception {
        Cli.Outcome outcome =
                Cli.run("fit", "--stan", library(), "--data", rejecting(1.2), "--out", folder.resolve("rejected"));
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out().replaceAll("\\s+", " "))
                .contains("log p is -infinity at theta[1] = ")
                .doesNotContain("--standardize")
                .doesNotContain("--prior-sd");
        assertThat(outcome.words())
                .contains("note: Stan refused some draws, which count as impossible; of the latest it said: ")
                .contains("but must be less than or equal to 1.2");
    }

    @Test
    void whatCannotBeFittedIsRefusedWithItsReason() throws Exception {
        Path library = library();
        Path empty = Files.writeString(folder.resolve("empty.json"), "{}");
        Cli.Outcome outcome = Cli.run("fit", "--stan", library, "--data", empty);
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words()).contains("refuses the data in").contains("variable name=mean");

        outcome = Cli.run("fit", "--stan", folder.resolve("absent.so"));
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words()).contains("elbo4j: there is no file").contains("absent.so");

        outcome = Cli.run("fit", "--stan", empty);
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words()).contains("cannot be loaded");

        outcome = Cli.run("fit", "--stan", library, "--data", DATA, "--optimizer", "robbins-monro");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words()).contains("--optimizer robbins-monro needs --learning-rate");
    }

    @Test
    void onAnOlderJavaTheMessageSaysWhichOneIsNeeded() {
        if (Runtime.version().feature() >= 22) {
            return; // ForeignLibrary's own test has the message
        }
        Cli.Outcome outcome = Cli.run("fit", "--stan", folder.resolve("any.so"), "--data", DATA);
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words()).contains("needs JDK 22 or later").contains("set JAVA_HOME to a later JDK");
    }

    @Test
    void theLibraryMustBeNamed() {
        Cli.Outcome outcome = Cli.run("fit", "--stan");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).contains("LIBRARY");
        assertThat(Cli.run("fit", "--stan", "--help").out()).startsWith("Usage: elbo4j fit --stan LIBRARY [OPTIONS]\n");
    }
}

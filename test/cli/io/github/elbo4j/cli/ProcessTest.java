package io.github.elbo4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command as a process, started by the launcher. */
@EnabledOnOs(OS.LINUX)
class ProcessTest {
    /** Ends after hours. */
    private static final String LONG =
            " --optimizer robbins-monro --tolerance 1e-12 --steps 2000000000 --evaluation-draws 64 --threads 1";

    @TempDir
    Path folder;

    private Checkout checkout;

    @BeforeEach
    void makeCheckout() throws IOException {
        checkout = new Checkout(folder);
    }

    private static String pima(String more) {
        return "elbo4j fit logistic --data " + Cli.data("pima.csv") + " --target type --out o" + more;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sample --n 3 --seed 1",
                "sample --n 100000 --seed 1",
                "devices",
                "--help",
                "version",
                "completion"
            })
    void outputThatIsLostIsAnError(String command) throws Exception {
        Checkout.Outcome outcome = checkout.bash("elbo4j " + command + " >/dev/full");
        assertThat(outcome.exit()).as(outcome.err()).isEqualTo(3);
        assertThat(outcome.err()).startsWith("elbo4j: what was printed is lost: ");
    }

    @Test
    void theLostResultOfAFitIsAnError() throws Exception {
        String fit = pima(" --json --steps 3 --evaluation-draws 64");
        assertThat(checkout.bash(fit + " >/dev/full").exit()).isEqualTo(3);
        assertThat(folder.resolve("o/fit.json")).isNotEmptyFile();
        assertThat(checkout.bash(fit).exit()).isEqualTo(1); // three steps are too few
    }

    @Test
    void whoHasReadEnoughEndsItQuietly() throws Exception {
        Checkout.Outcome outcome =
                checkout.bash("elbo4j sample --n 2000000000 --seed 1 | head -n 2; exit ${PIPESTATUS[0]}");
        assertThat(outcome.exit()).isEqualTo(141);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out().lines()).hasSize(2);
    }

    @Test
    void namesOutsideAsciiAreFoundInTheLocaleC() throws Exception {
        Path data = Files.copy(Cli.data("pima.csv"), folder.resolve("größe 身長.csv"));
        Files.writeString(data, Files.readString(data).replaceFirst("type", "größe"));
        Checkout.Outcome outcome = checkout.bash(
                "elbo4j fit logistic --data 'größe 身長.csv' --target größe --steps 3 --evaluation-draws 64 --quiet",
                "LC_ALL",
                "C");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).contains("regression of größe, 200 rows of größe 身長.csv");
        assertThat(folder.resolve("elbo4j-fit-größe 身長/fit.json")).exists();
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
    void aSignalIsAnsweredAndTheResultWritten(String signal, int exit) throws Exception {
        Assumptions.assumeFalse(checkout.ignores(signal), signal + " is ignored here");
        Process launcher = checkout.start("exec " + pima(LONG));
        checkout.await("err", "step "); // the fit is under way
        long asked = System.nanoTime();
        Checkout.send(signal, launcher);
        checkout.await("err", "stopping after this step; ");
        long answered = System.nanoTime();
        assertThat(launcher.waitFor(100, TimeUnit.SECONDS)).isTrue();
        assertThat(launcher.exitValue()).as(checkout.read("err")).isEqualTo(exit);
        assertThat(checkout.read("err")).contains(signal.equals("INT") ? "Ctrl-C again to stop now" : "SIG" + signal);
        assertThat(TimeUnit.NANOSECONDS.toSeconds(answered - asked)).isLessThan(10); // on a machine that is busy
        assertThat(folder.resolve("o/fit.json")).content().contains("\"status\": \"interrupted\"");
        assertThat(checkout.read("out")).contains("Interrupted after step");
    }

    @Test
    void aFitThatIsDoneIsKeptWhenTheDrawsAfterItAreStopped() throws Exception {
        Assumptions.assumeFalse(checkout.ignores("INT"), "INT is ignored here");
        Process launcher = checkout.start("exec elbo4j fit " + Cli.data("Schools.java") + " --data "
                + Cli.data("schools.csv") + " --expectation-draws 1e13 --out o");
        checkout.await("err", "the fit is done; ");
        Checkout.send("INT", launcher);
        assertThat(launcher.waitFor(100, TimeUnit.SECONDS)).isTrue();
        assertThat(launcher.exitValue()).as(checkout.read("err")).isEqualTo(130);
        assertThat(checkout.read("err")).contains("--expectation-draws: interrupted");
        assertThat(folder.resolve("o/fit.json"))
                .content()
                .contains("\"status\": \"converged\"", "\"name\": \"tau\"")
                .doesNotContain("expectationDraws");
    }

    @Test
    void aModelThatNeverEndsIsToldOfAndEnded() throws Exception {
        Assumptions.assumeFalse(checkout.ignores("INT"), "INT is ignored here");
        Cli.file(folder, "Endless.java", """
                class Endless {
                    static io.github.elbo4j.model.Model model() {
                        for (;;) {}
                    }
                }
                """);
        Process launcher = checkout.start("exec elbo4j fit Endless.java --out o");
        checkout.await("err", "Endless.java is still at work on its model; Ctrl-C ends it");
        Checkout.send("INT", launcher);
        assertThat(launcher.waitFor(100, TimeUnit.SECONDS)).isTrue();
        assertThat(launcher.exitValue()).as(checkout.read("err")).isEqualTo(130);
        assertThat(folder.resolve("o")).doesNotExist();
    }

    @Test
    void javaDoesNotOutliveItsLauncher() throws Exception {
        Process launcher = checkout.start("exec " + pima(LONG));
        checkout.await("err", "step ");
        List<ProcessHandle> below = launcher.descendants().toList();
        assertThat(below).isNotEmpty();
        launcher.destroyForcibly(); // SIGKILL
        for (ProcessHandle process : below) {
            process.onExit().get(60, TimeUnit.SECONDS);
        }
    }
}

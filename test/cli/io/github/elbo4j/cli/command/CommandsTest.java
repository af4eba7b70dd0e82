package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.cli.subject.OptionChecks;
import java.io.OutputStream;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
    /** Takes each command, the one without a name first. */
    @Retention(RetentionPolicy.RUNTIME)
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fit",
                "fit logistic",
                "fit linear",
                "fit categorical",
                "fit Model.java",
                "fit --stan",
                "fit mixture",
                "fit factors",
                "fit vae",
                "fit network",
                "devices",
                "bench",
                "sample",
                "kl",
                "verify",
                "evidence",
                "evidence linear",
                "evidence --stan",
                "evidence mixture",
                "evidence factors",
                "gradients",
                "gradients Model.java",
                "help",
                "version",
                "completion"
            })
    private @interface EveryCommand {}

    @Test
    void wordsAreThoseOfPhilox() {
        // Known answers of Random123 for counter and key zero.
        Cli.Outcome outcome = Cli.run("sample", "--n", 4, "--seed", 0, "--words", "--device", "scalar");
        assertThat(outcome.exit()).isZero();
        assertThat(outcome.out()).isEqualTo("6627e8d5\ne169c58d\nbc57ac4c\n9b00dbd8\n");
    }

    @Test
    void moreSamplesKeepTheFirst() {
        String few = Cli.run("sample", "--n", 7, "--seed", -3).out();
        String many = Cli.run("sample", "--n", 70_000, "--seed", -3).out(); // more than one block
        assertThat(many).startsWith(few);
        assertThat(many.lines()).hasSize(70_000).allMatch(line -> Float.isFinite(Float.parseFloat(line)));
    }

    @ParameterizedTest
    @CsvSource({
        "18446744073709551615, -1",
        "9223372036854775808, -9223372036854775808",
        "12345678901234567890, -6101065172474983726",
        "9223372036854775807, 9223372036854775807",
    })
    void aSeedIsAny64BitsWithASignOrWithout(String seed, String same) {
        Cli.Outcome outcome = Cli.run("sample", "--n", 3, "--seed", seed, "--words", "--device", "scalar");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .isEqualTo(Cli.run("sample", "--n", 3, "--seed", same, "--words", "--device", "scalar")
                        .out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"18446744073709551616", "-9223372036854775809", "1.5", "0x10", "", "x\u001b"})
    void whatIsNoSeedIsRefused(String seed) {
        Cli.Outcome outcome = Cli.run("sample", "--n", 3, "--seed", seed);
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err())
                .contains("--seed")
                .contains("from -2^63 to 2^64 - 1")
                .doesNotContain("\u001b");
    }

    @Test
    void samplesDoNotDependOnTheDevice() {
        assertThat(Cli.run("sample", "--n", 1001, "--seed", 5, "--device", "scalar")
                        .out())
                .isEqualTo(Cli.run("sample", "--n", 1001, "--seed", 5, "--device", "cpu")
                        .out());
    }

    @Test
    void devicesAreListedWithTheirReasons() {
        Cli.Outcome outcome = Cli.run("devices");
        assertThat(outcome.exit()).isZero();
        assertThat(outcome.out()).containsPattern("(?m)^scalar +yes +\\S").containsPattern("(?m)^simd +(yes|no) +\\S");
        assertThat(outcome.out()).containsPattern("(?m)^cuda +(yes|no) +\\S");
        boolean cuda = outcome.out().startsWith("cuda     yes");
        assertThat(outcome.out())
                .containsPattern(
                        cuda
                                ? "auto is cuda where a step is large, .* 262,144 or more, else (simd|scalar)\\."
                                : "auto is (simd|scalar)\\.");
        assertThat(outcome.out().contains("Fits whose steps are below 131,072 go to scalar"))
                .isEqualTo(Cli.opens("simd"));
    }

    @EveryCommand
    void helpAndVersionEverywhere(String command) {
        for (String option : new String[] {"--help", "--version"}) {
            Cli.Outcome outcome =
                    Cli.run((Object[]) (command + " " + option).strip().split(" "));
            assertThat(outcome.exit()).isZero();
            assertThat(outcome.err()).isEmpty();
            assertThat(outcome.out()).contains(option.equals("--help") ? "Usage: elbo4j" : "elbo4j ");
            assertThat(outcome.out().lines()).allMatch(line -> line.length() <= 100);
        }
    }

    @EveryCommand
    void helpFitsTheTerminalAndEndsWithAnExample(String command) {
        Object[] words = ("help " + command).strip().split(" ");
        for (int columns : new int[] {40, 80, 200}) {
            System.setProperty("elbo4j.terminal.out", "24 " + columns);
            try {
                String help = Cli.run(words).out();
                assertThat(help.lines()).allMatch(line -> line.length() <= Math.min(100, columns));
                assertThat(help).startsWith("Usage: elbo4j");
                assertThat(help).containsPattern("\nExamples?:\n  (source <\\()?elbo4j ");
            } finally {
                System.clearProperty("elbo4j.terminal.out");
            }
        }
        assertThat(Cli.run((Object[]) (command + " --help").strip().split(" ")).out())
                .isEqualTo(Cli.run(words).out());
    }

    @Test
    void requiredOptionsComeFirst() {
        String help = Cli.run("fit", "linear", "--help").out();
        assertThat(help).startsWith("Usage: elbo4j fit linear --data FILE.csv --target COLUMN [OPTIONS]\n");
        assertThat(help)
                .containsPattern("\nRequired:\n  --data FILE.csv .*\n(   .*\n)*  --target COLUMN .*\n\nOptions:\n");
        assertThat(help).contains("  --[no-]standardize ", "  --noise-sd S ", "  --tournament ");
        assertThat(Cli.run("devices", "--help").out()).doesNotContain("Required:");
    }

    @Test
    void exitCodesStandWhereTheyApply() {
        assertThat(Cli.run("fit", "logistic", "--help").out())
                .containsPattern("\n  1 +the verdict is not to trust the fit");
        assertThat(Cli.run("--help").out()).containsPattern("\n  129, 130, 143 +ended by");
        for (String command : new String[] {"devices", "sample", "version"}) {
            assertThat(Cli.run(command, "--help").out())
                    .containsPattern("\n  3 +something broke")
                    .doesNotContain("converge");
        }
    }

    @Test
    void versionAndHelpAreCommandsToo() {
        assertThat(Cli.run("version").out())
                .isEqualTo(Cli.run("--version").out())
                .startsWith("elbo4j ");
        Cli.Outcome unknown = Cli.run("help", "fit", "liner");
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.err()).contains("elbo4j fit has no command \"liner\": did you mean linear?");
    }

    @Test
    void completionIsAScriptThatKnowsTheOptions() throws Exception {
        String script = Cli.run("completion").out();
        assertThat(script).contains("--noise-sd").contains("complete -F");
        // Bash reads it, and completes by it.
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "eval \"$(cat)\"; COMP_WORDS=(elbo4j fit lin); COMP_CWORD=2; _complete_elbo4j; echo \"${COMPREPLY[@]}\"")
                .redirectErrorStream(true)
                .start();
        try (OutputStream in = bash.getOutputStream()) {
            in.write(script.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("linear\n");
    }

    @Test
    void resultsAreNamedAfterTheDataWithoutTheirEndings() {
        assertThat(OptionChecks.stem(Path.of("a/data.csv.gz"))).isEqualTo("data");
        assertThat(OptionChecks.stem(Path.of("a/data.2024.csv"))).isEqualTo("data.2024");
        assertThat(OptionChecks.stem(Path.of("data.gz"))).isEqualTo("data");
        assertThat(OptionChecks.stem(Path.of("data"))).isEqualTo("data");
    }
}

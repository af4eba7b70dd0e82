package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code elbo4j verify}: what was fitted on one device is found again on others, and what was changed since is seen. */
class VerifyTest {
    private static final Pattern STATE = Pattern.compile("\"step\": (\\d+), \"sha256\": \"([0-9a-f]{64})\"");

    @TempDir
    Path folder;

    /** @return what {@code fit.json} is */
    private String fit(Object... args) throws IOException {
        List<Object> all = new ArrayList<>(List.of("fit"));
        all.addAll(List.of(args));
        all.addAll(List.of("--evaluation-draws", 100, "--quiet", "--out", folder.resolve("f")));
        Cli.Outcome outcome = Cli.run(all.toArray());
        assertThat(outcome.exit()).as(outcome.err()).isLessThan(2);
        return Files.readString(folder.resolve("f/fit.json"));
    }

    /** Of which there is a trail of steps, beyond the first block. */
    private String air(Object... more) throws IOException {
        List<Object> args = new ArrayList<>(List.of("linear", "--data", Cli.data("air.csv"), "--target", "ozone"));
        args.addAll(List.of("--batch", 40, "--draws", 8, "--steps", 450, "--device", "cpu"));
        args.addAll(List.of(more));
        return fit(args.toArray());
    }

    private Cli.Outcome verify(Object... more) {
        List<Object> args = new ArrayList<>(List.of("verify", folder.resolve("f")));
        args.addAll(List.of(more));
        return Cli.run(args.toArray());
    }

    private Cli.Outcome verifyAir(Object... more) {
        List<Object> args = new ArrayList<>(List.of("--data", Cli.data("air.csv")));
        args.addAll(List.of(more));
        return verify(args.toArray());
    }

    private void write(String document) throws IOException {
        Files.writeString(folder.resolve("f/fit.json"), document);
    }

    private static List<MatchResult> states(String document) {
        return STATE.matcher(document).results().toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"scalar", "simd", "cuda"})
    void anyDeviceFindsAllBitsAgain(String device) throws IOException {
        if (!Cli.opens(device)) {
            return; // said by the tests of the library
        }
        List<MatchResult> states = states(air());
        assertThat(states).hasSizeGreaterThan(4);
        Cli.Outcome outcome = verifyAir("--device", device);
        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("made again on " + device)
                .contains(
                        "The " + states.size() + " states agree, bit for bit. Every number of the result agrees, too.");
        assertThat(outcome.out().lines().filter(line -> line.endsWith("agree")))
                .hasSize(states.size())
                .last()
                .asString()
                .contains(states.get(states.size() - 1).group(2).substring(0, 12));
    }

    /** The whole again, and of the winner's steps a stretch. */
    @Test
    void aTournamentIsFoundAgain() throws IOException {
        String made = air("--tournament", "--family", "mean-field");
        assertThat(made).contains("\"entrants\": [").contains("\"learningRate\": 0.1");
        assertThat(verifyAir("--device", "scalar").out()).contains("agree, bit for bit. Every number of the result");
        assertThat(verifyAir("--device", "scalar", "--steps", "100-300").out()).contains("agree, bit for bit");
        write(made.replaceFirst("\"difference\": \\{\"value\": -", "\"difference\": {\"value\": -1"));
        assertThat(verifyAir("--device", "scalar").out()).contains("But the result differs, first in \"entrants\"");
    }

    @Test
    void theReadmeSaysWhatIsPrinted() throws IOException {
        Object[] air = {
            "linear", "--data", Cli.data("air.csv"), "--target", "ozone", "--method", "sgvi", "--device", "scalar"
        };
        List<Object> args = new ArrayList<>(List.of("fit"));
        args.addAll(List.of(air));
        args.addAll(List.of("--quiet", "--out", folder.resolve("f")));
        assertThat(Cli.run(args.toArray()).exit()).isZero();
        String printed = verifyAir("--device", "scalar").out().replace("made again on scalar", "made again on simd");
        assertThat(Files.readString(Path.of(System.getProperty("elbo4j.root"), "README.md")))
                .contains("```\n" + printed + "```\n");
    }

    @Test
    void aStretchIsComparedAlone() throws IOException {
        List<Integer> steps = states(air()).stream()
                .map(state -> Integer.valueOf(state.group(1)))
                .filter(step -> step >= 100 && step <= 300)
                .toList();
        Cli.Outcome outcome = verifyAir("--steps", "100-300", "--json", "--device", "scalar");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(Pattern.compile("\"step\":(\\d+)")
                        .matcher(outcome.out())
                        .results()
                        .map(each -> Integer.valueOf(each.group(1))))
                .isEqualTo(steps);
        assertThat(outcome.out())
                .contains("\"resultAgrees\":null,\"agrees\":true")
                .containsOnlyOnce("\n");
        assertThat(outcome.err()).isEmpty();
        outcome = verifyAir("--steps", "1-99");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words()).contains("--steps: there is no state from step 1 to 99; the trail in fit.json has");
    }

    @Test
    void aChangedHashIsFoundAtItsStep() throws IOException {
        String document = air();
        List<MatchResult> states = states(document);
        String before = states.get(1).group(1);
        String step = states.get(2).group(1);
        String hash = states.get(2).group(2);
        write(document.replace(hash, (hash.charAt(0) == 'a' ? "b" : "a") + hash.substring(1)));
        Cli.Outcome outcome = verifyAir("--device", "scalar");
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out().replaceAll("\\s+", " "))
                .contains("The first difference is in steps " + (Integer.parseInt(before) + 1) + "-" + step + ". ");
        assertThat(outcome.out().lines().filter(line -> line.endsWith("differ")))
                .hasSize(1);
        outcome = verifyAir("--steps", "0-" + step, "--json");
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out()).contains("\"firstDifference\":" + step + ",").endsWith("\"agrees\":false}\n");
        outcome = verifyAir("--steps", (Integer.parseInt(step) + 1) + "-1000");
        assertThat(outcome.exit()).as("what comes after it is untouched").isZero();
    }

    /** A state that is not there, and one too many. */
    @Test
    void aTrailOfAnotherLengthIsSeen() throws IOException {
        String document = air();
        List<MatchResult> states = states(document);
        MatchResult last = states.get(states.size() - 1);
        write(document.replace(
                "{" + last.group() + "}", "{" + last.group() + "}, {\"step\": 900, \"sha256\": \"ab\"}"));
        Cli.Outcome outcome = verifyAir();
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out().replaceAll("\\s+", " "))
                .contains("The first difference is in steps " + (Integer.parseInt(last.group(1)) + 1) + "-900");
        write(document.replaceFirst(",\\s*\\{" + last.group() + "}", ""));
        outcome = verifyAir();
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out()).contains("But there are 1 more than the fit tells of.");
    }

    @Test
    void aChangedNumberOfTheResultIsNamed() throws IOException {
        String document = air();
        write(document.replaceFirst("(\"name\": \"wind\", \"mean\": -?\\d+\\.\\d)\\d", "$17"));
        Cli.Outcome outcome = verifyAir();
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out().replaceAll("\\s+", " "))
                .contains(
                        "states agree, bit for bit. But the result differs, first in \"parameters\": in the fit {\"name\": \"wind\"");
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        air();
        Path other = Cli.file(folder, "air.csv", Files.readString(Cli.data("air.csv")) + "\n");
        Cli.Outcome outcome = verify("--data", other);
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words())
                .contains("--data: air.csv is not the file that the fit in fit.json is of: its content differs");
        outcome = verifyAir("--model", Cli.data("Schools.java"));
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words()).contains("fit.json is of the model linear, which needs no --model");
        fit(Cli.data("Schools.java"), "--data", Cli.data("schools.csv"));
        outcome = verify("--data", Cli.data("schools.csv"));
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words()).contains("is of the model in Schools.java: name that file with --model");
        Path changed = Cli.file(
                folder,
                "Schools.java",
                Files.readString(Cli.data("Schools.java")).replace("Normal.of(0, 5)", "Normal.of(0, 6)"));
        outcome = verify("--data", Cli.data("schools.csv"), "--model", changed);
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words()).contains("--model: Schools.java has changed since the fit in fit.json was made");
    }

    /** As an interrupt leaves it: a trail that ends before the fit would have. */
    @Test
    void anInterruptedFitIsComparedAsFarAsItWent() throws IOException {
        String document = air();
        List<MatchResult> states = states(document);
        MatchResult last = states.get(states.size() - 1);
        write(document.replaceFirst(",\\s*\\{" + last.group() + "}", "")
                .replaceFirst("\"status\": \"[a-z ]+\"", "\"status\": \"interrupted\""));
        Cli.Outcome outcome = verifyAir("--device", "scalar");
        assertThat(outcome.exit()).as(outcome.out()).isZero();
        assertThat(outcome.out().replaceAll("\\s+", " "))
                .contains("The " + (states.size() - 1)
                        + " states agree, bit for bit. The result was not compared, since it"
                        + " depends on when the fit was stopped.");
    }

    /** With options of every kind, in the order and the forms that a user may write. */
    @Test
    void whatWasAskedForIsAskedForAgain() throws IOException {
        String document = air("--no-standardize", "--seed=7", "--threads", 1, "--prior-sd=3", "--no-intercept");
        assertThat(document.replaceAll("\\s+", " "))
                .contains("\"arguments\": [ \"linear\", \"--data\", \"air.csv\", \"--target\", \"ozone\", \"--batch\","
                        + " \"40\", \"--draws\", \"8\", \"--steps\", \"450\", \"--no-standardize\", \"--seed\", \"7\","
                        + " \"--prior-sd\", \"3\", \"--no-intercept\", \"--evaluation-draws\", \"100\" ]");
        assertThat(verifyAir("--device", "scalar").exit()).isZero();
    }

    @Test
    void modelsOfOnesOwnAndFitsThatWentOnAreFoundAgain() throws IOException {
        Object[] files = {"--data", Cli.data("schools.csv"), "--model", Cli.data("Schools.java")};
        fit(Cli.data("Schools.java"), "--data", Cli.data("schools.csv"));
        Cli.Outcome outcome = verify(files);
        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isZero();
        Path first = Files.move(folder.resolve("f"), folder.resolve("first"));
        fit(Cli.data("Schools.java"), "--data", Cli.data("schools.csv"), "--continue", first.resolve("fit.json"));
        outcome = verify(files);
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words()).contains("fit.json went on from another fit: name that with --continue");
        List<Object> more = new ArrayList<>(List.of(files));
        more.addAll(List.of("--continue", first));
        outcome = verify(more.toArray());
        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isZero();
    }

    /** A method without steps, and one of those that a fit was compared with. */
    @Test
    void whatKeepsNoTrailIsComparedByItsResult() throws IOException {
        air("--compare", "exact", "--method", "sgvi");
        Path exact = folder.resolve("f/fit-exact.json");
        Cli.Outcome outcome = Cli.run("verify", exact, "--data", Cli.data("air.csv"));
        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isZero();
        assertThat(outcome.out().replaceAll("\\s+", " "))
                .contains("The method exact keeps no trail of states. Every number of the result agrees, too.");
        outcome = Cli.run("verify", exact, "--data", Cli.data("air.csv"), "--steps", "0-9");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words()).contains("fit-exact.json has no trail of states: the method exact keeps none");
    }

    @Test
    void whatCannotBeVerifiedIsToldWithItsReason() throws IOException {
        String document = air();
        refused("--steps is \"9-1\", but must be two numbers of steps", "--steps", "9-1");
        refused("--steps is \"x\", but must be two numbers of steps", "--steps", "x");
        refused("fit.json is of a fit that had no --continue", "--continue", folder.resolve("f"));
        write(document.replaceFirst("(?s)\"arguments\": \\[.*?],", ""));
        refused("fit.json does not say what elbo4j fit was asked for");
        write(document.replace("\"trailVersion\": 1", "\"trailVersion\": 2"));
        refused(
                "fit.json has a trail of version 2, but this elbo4j takes steps whose trail is of version 1",
                "--steps",
                "0-100");
        write(document.replace("\"format\": 1", "\"format\": 2"));
        refused("but this version of elbo4j reads format 1");
        write(document.replace("\"arithmetic\": \"exact\"", "\"arithmetic\": \"fast\""));
        refused("in fast arithmetic, whose bits only a device of its own kind has", "--device", "scalar");
        write(document.replace("\"rng\": \"philox\"", "\"rng\": \"curand\""));
        refused("the fit is of cuRAND's draws", "--device", "simd");
        try (Stream<Path> left = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertThat(left.filter(file -> file.getFileName().toString().startsWith("elbo4j-verify")))
                    .isEmpty();
        }
    }

    private void refused(String words, Object... more) {
        Cli.Outcome outcome = verifyAir(more);
        assertThat(outcome.exit()).as(outcome.out()).isEqualTo(2);
        assertThat(outcome.words()).contains(words);
    }
}

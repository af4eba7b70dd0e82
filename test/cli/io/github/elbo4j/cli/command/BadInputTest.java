package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cli.Cli;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every bad input ends with exit code 2 and one message that says what, where and what to do; and leaves nothing behind. */
class BadInputTest {
    private static final String GOOD = "x,w,y\n1,5,0\n2,3,1\n4,4,1\n";

    @TempDir
    Path folder;

    private String refused(String content, Object... more) {
        return refusedFor("y", content, more);
    }

    private String refusedFor(String target, String content, Object... more) {
        List<Object> args = new ArrayList<>(List.of("fit", "logistic"));
        args.addAll(List.of("--data", Cli.file(folder, "data.csv", content)));
        args.addAll(List.of("--target", target));
        if (!List.of(more).contains("--device")) {
            args.addAll(List.of("--device", "scalar"));
        }
        if (!List.of(more).contains("--out")) {
            args.addAll(List.of("--out", folder.resolve("out")));
        }
        args.addAll(List.of(more));
        return refusal(args.toArray());
    }

    private String refusal(Object... args) {
        Cli.Outcome outcome = Cli.run(args);
        assertThat(outcome.exit()).as(outcome.err()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .startsWith("elbo4j: ")
                .doesNotContain("Exception")
                .doesNotContain("\tat ");
        assertThat(folder.resolve("out")).doesNotExist();
        return outcome.err();
    }

    @Test
    void missingFile() throws IOException {
        Cli.file(folder, "pima.csv", GOOD);
        assertThat(refusal("fit", "logistic", "--data", folder.resolve("pma.csv"), "--target", "y"))
                .contains("there is no file " + folder.resolve("pma.csv"))
                .contains("did you mean " + folder.resolve("pima.csv") + "?");
    }

    @Test
    void missingFolder() {
        assertThat(refusal("fit", "logistic", "--data", folder.resolve("no/data.csv"), "--target", "y"))
                .contains("nor a folder " + folder.resolve("no"));
    }

    @Test
    void aFolderIsNoFile() {
        assertThat(refusal("fit", "logistic", "--data", folder, "--target", "y"))
                .contains(folder + " is a folder; name the file in it");
    }

    @Test
    void unreadableFile() throws IOException {
        Path file = Cli.file(folder, "data.csv", GOOD);
        file.toFile().setReadable(false);
        Assumptions.assumeFalse(Files.isReadable(file), "root reads everything");
        assertThat(refusal("fit", "logistic", "--data", file, "--target", "y")).contains("permission denied");
    }

    @Test
    void unknownTargetOffersTheNearName() {
        assertThat(refusedFor("typ", "x,type\n1,0\n2,1\n"))
                .contains("--target: data.csv has no column \"typ\": did you mean \"type\"?")
                .contains("Its columns are x, type");
        assertThat(refusedFor("quite else", "x,type\n1,0\n2,1\n"))
                .contains("no column \"quite else\".")
                .doesNotContain("did you mean");
    }

    @Test
    void unknownIgnoredColumn() {
        assertThat(refused(GOOD, "--ignore", "w,z")).contains("--ignore: data.csv has no column \"z\"");
        assertThat(refused(GOOD, "--ignore", "y")).contains("--ignore: column \"y\" is the target");
    }

    @Test
    void textInANumericColumn() {
        assertThat(refused("x,w,y\n1,5,0\n2,three,1\n4,4,1\n"))
                .contains("data.csv, row 2 (line 3), column \"w\": \"three\" is not a number")
                .contains("Correct the cell, or leave the column out with --ignore w");
    }

    @Test
    void decimalComma() {
        assertThat(refused("x;w;y\n1;5;0\n2;3,5;1\n")).contains("Read the file with \"--decimal ,\"");
    }

    @Test
    void aColumnOfText() {
        assertThat(refused("x,the colour,y\n1,red,0\n2,blue,1\n4,green,1\n"))
                .contains("column \"the colour\" holds text (\"red\", \"blue\", \"green\")")
                .contains("--categorical 'the colour'")
                .contains("--ignore 'the colour'");
    }

    @Test
    void emptyCells() {
        assertThat(refused("x,w,y\n1,,0\n2,3,1\n4,,1\n"))
                .contains("row 1 (line 2), column \"w\": the cell is empty (the first of 2 such cells in this column)")
                .contains("complete the cell, leave such rows out with --missing drop, or leave the column out");
    }

    @ParameterizedTest
    @CsvSource({
        "NaN, is not a number",
        "NA, is not a number",
        "inf, is infinite",
        "-Infinity, is infinite",
        "1e39, beyond"
    })
    void notFinite(String cell, String words) {
        assertThat(refused("x,w,y\n1,5,0\n2," + cell + ",1\n"))
                .contains("row 2 (line 3), column \"w\": \"" + cell + "\"")
                .contains(words);
    }

    @Test
    void targetNotZeroOrOne() {
        assertThat(refused("x,w,y\n1,5,0\n2,3,0.5\n4,4,1\n"))
                .contains("row 2 (line 3), column \"y\": the target is 0.5, but a logistic regression needs 0 or 1")
                .contains("elbo4j fit linear");
        assertThat(refused("x,w,y\n1,5,1\n2,3,2\n4,4,3\n"))
                .contains("the target is 2")
                .contains("(there are 3)");
        assertThat(refused("x,w,y\n1,5,No\n2,3,Yes\n4,4,Perhaps\n"))
                .contains("target column \"y\" holds text of 3 different values (\"No\", \"Yes\", \"Perhaps\")");
    }

    @Test
    void constantColumn() {
        assertThat(refused("x,w,y\n1,5,0\n2,5,1\n4,5,1\n"))
                .contains("column \"w\" is constant (5 in every row)")
                .contains("--ignore w");
        assertThat(refused("x,w,y\n1,5,1\n2,3,1\n"))
                .contains("target column \"y\" is constant (1 in every row): there is nothing to predict");
    }

    @Test
    void zeroRows() {
        assertThat(refused("x,w,y\n")).contains("has a header but no rows");
        assertThat(refused("")).contains("is empty; its first line must name the columns");
    }

    @Test
    void badHeaders() {
        assertThat(refused("1,2,3\n4,5,6\n"))
                .contains("the first line must name the columns")
                .contains("Add a header");
        assertThat(refused("x,,y\n1,2,0\n")).contains("header: column 2 has no name");
        assertThat(refused("x,x,y\n1,2,0\n")).contains("header: columns 1 and 2 are both named \"x\"");
        assertThat(refused("x,intercept,y\n1,2,0\n2,3,1\n")).contains("has the name of a parameter that elbo4j adds");
    }

    @Test
    void aHeaderThatIsNotUtf8() throws IOException {
        Path file = Files.write(
                folder.resolve("latin.csv"), "gr\u00f6\u00dfe,y\n1,0\n2,1\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(refusal("fit", "logistic", "--data", file, "--target", "y"))
                .contains("the name of column 1 is not UTF-8 text. Save the file as UTF-8");
    }

    @Test
    void raggedRows() {
        assertThat(refused("x,w,y\n1,5,0\n2,3\n"))
                .contains("row 2 (line 3) has 2 cells, but the header names 3 columns");
        assertThat(refused("x,w,y\n1,5,0,7\n"))
                .contains("row 1 (line 2) has 4 cells")
                .contains("begin the header with a delimiter");
    }

    @Test
    void brokenQuotes() {
        assertThat(refused("x,w,y\n1,\"5,0\n2,3,1\n"))
                .contains("data.csv, line 2: a quote (\") that opens in this row");
    }

    @Test
    void aBinaryFile() throws IOException {
        Path file = Files.write(folder.resolve("b.csv"), new byte[] {'P', 'K', 3, 4, 0, 0, 0, 7});
        assertThat(refusal("fit", "logistic", "--data", file, "--target", "y")).contains("is not a text file");
    }

    @ParameterizedTest
    @CsvSource({
        "--learning-rate, -0.1, must be a positive number",
        "--learning-rate, 0, must be a positive number",
        "--learning-rate, NaN, must be a positive number",
        "--learning-rate, fast, 'fast'",
        "--draws, 0, must be 1 or more",
        "--draws, many, 'many'",
        "--steps, 0, must be 1 or more",
        "--threads, 0, must be 1 or more",
        "--batch, 0, must be 1 or more",
        "--batch, 4, but data.csv has only 3 rows",
        "--prior-sd, 0, must be a positive number",
        "--intercept-prior-sd, 0, must be a positive number",
        "--missing, skip, 'must be one of refuse, drop'",
        "--decimal, point, must be . (a point) or",
        "--prior-mean, Infinity, must be a finite number",
        "--device, gpu, 'must be one of auto, cpu, cuda, simd, scalar (did you mean cuda?)'",
        "--device, gpu:1, 'did you mean cuda?'",
        "--device, scalr, did you mean scalar?",
        "--family, meanfield, did you mean mean-field?",
        "--gradient, reparm, did you mean reparam?",
        "--points, sobl, did you mean sobol?",
        "--optimizer, sgd, 'must be one of adam, robbins-monro'",
        "--seed, x, 'x'",
        "--arithmetic, quick, 'must be one of exact, fast'",
        "--rng, xorwow, 'must be one of philox, curand, curand-xorwow'",
        "--arithmetic, fast, needs the device cuda",
        "--rng, curand-xorwow, needs the device cuda",
        "--device, cuda:x, 'must be one of auto, cpu, cuda, simd, scalar'",
        "--baseline, none, --baseline is for --gradient score",
    })
    void badOptions(String option, String value, String words) {
        assertThat(refused(GOOD, option, value))
                .contains(option.equals("--rng") || option.equals("--arithmetic") ? option.substring(2) : option)
                .contains(words)
                .contains(option.equals("--baseline") ? "" : value);
    }

    @Test
    void theDeviceThatThisBuildLacksIsRefusedInWords() {
        Assumptions.assumeFalse(Cli.opens("cuda"));
        assertThat(refused(GOOD, "--device", "cuda")).contains("cuda").contains("elbo4j devices");
    }

    @Test
    void baselineOfTheScoreGradient() {
        assertThat(refused(GOOD, "--gradient", "score", "--baseline", "optimal"))
                .contains("must be one of none, running-mean, leave-one-out, control-variate");
        assertThat(refused(GOOD, "--gradient", "score", "--draws", "1")).contains("the score gradient needs 2 or more");
    }

    @Test
    void pointsAreOfPathwiseGradients() {
        assertThat(refused(GOOD, "--gradient", "score", "--points", "sobol"))
                .contains("--points is sobol, but --gradient score needs independent draws");
        assertThat(refused(GOOD, "--method", "laplace", "--points", "antithetic"))
                .contains("--points is for --method sgvi");
    }

    @Test
    void aTournamentHasRatesAndStartsOfItsOwn() throws IOException {
        assertThat(refused(GOOD, "--tournament", "--learning-rate", "0.1"))
                .contains("--learning-rate is for a single fit, but --tournament has fits with rates of their own");
        assertThat(refused(GOOD, "--tournament", "--optimizer", "adam")).contains("--optimizer is for a single fit");
        assertThat(refused(GOOD, "--tournament", "--continue", Cli.file(folder, "fit.json", "{}")))
                .contains("--tournament has fits with starts of their own");
        assertThat(refused(GOOD, "--method", "laplace", "--tournament")).contains("--tournament is for --method sgvi");
    }

    @Test
    void noiseSd() {
        Path file = Cli.file(folder, "data.csv", GOOD);
        assertThat(refusal("fit", "linear", "--data", file, "--target", "y", "--noise-sd", "-1"))
                .contains("--noise-sd is -1.0, but must be a positive number");
        for (String noise : new String[] {"1e300", "1e-300", "1e19", "1e-19"}) {
            String value = String.valueOf(Double.parseDouble(noise));
            assertThat(refusal(
                            "fit", "linear", "--data", file, "--target", "y", "--noise-sd", noise, "--no-standardize"))
                    .contains("--noise-sd is " + value + ", but must be from 1.0E-18 to 1.0E18");
        }
        // In units of the target, whose sd is 0.5.
        assertThat(refusal("fit", "linear", "--data", file, "--target", "y", "--noise-sd", "1e-300"))
                .contains("--noise-sd is 1.0E-300", "times the target's standard deviation, which is ");
        assertThat(refused(GOOD, "--noise-sd", "1")).contains("--noise-sd").contains("elbo4j fit logistic --help");
    }

    @Test
    void anOutputFolderThatIsAFile() throws IOException {
        Path file = Cli.file(folder, "taken", "");
        assertThat(refused(GOOD, "--out", file)).contains("--out: ").contains("is a file; results need a folder");
    }

    @Test
    void anOutputFolderThatCannotBeMade() throws IOException {
        Path file = Cli.file(folder, "taken", "");
        assertThat(refused(GOOD, "--out", file.resolve("below")))
                .contains("--out: cannot write to " + file.resolve("below"));
    }

    @Test
    void anOutputFolderThatCannotBeWritten() {
        Path proc = Path.of("/proc/self");
        Assumptions.assumeTrue(Files.isDirectory(proc));
        assertThat(refused(GOOD, "--out", proc))
                .contains("--out: cannot write to /proc/self")
                .contains("Name another");
    }

    @Test
    void missingOptionsAndCommands() {
        assertThat(refusal("fit", "logistic"))
                .contains("--data")
                .contains("--target")
                .contains("--help");
        assertThat(refusal("fit")).contains("fit what? Choose logistic, linear");
        assertThat(refusal())
                .contains(
                        "which command? Choose fit, predict, loo, verify, draws, evidence, gradients, kl, devices, bench, sample");
        assertThat(refusal("fti")).contains("fti").contains("fit");
        assertThat(refusal("fit", "logistic", "--dat", "x")).contains("--data");
        assertThat(refusal("sample", "--n", "0", "--seed", "1")).contains("--n is 0, but must be 1 or more");
    }

    @Test
    void theLibrarysOwnRefusalsAreMessagesToo() {
        // So nearly constant that float64 tells the values apart but no scaling makes sense of them.
        assertThat(refused("x,w,y\n1,5,0\n2,5.0000000000000009,1\n4,5,1\n"))
                .contains("data.csv")
                .contains("column w");
    }
}

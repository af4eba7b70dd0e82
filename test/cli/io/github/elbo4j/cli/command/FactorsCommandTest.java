package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.cli.Cli.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FactorsCommandTest {
    @TempDir
    private Path folder;

    /** Two things, each with its two columns, which are on with 9 % where it is not there and with 91 % where it is. */
    private Path things() {
        SplittableRandom random = new SplittableRandom(5);
        StringBuilder csv = new StringBuilder("bread,butter,<nuts>,bolts\n");
        for (int n = 0; n < 400; n++) {
            boolean food = random.nextDouble() < 0.4;
            boolean tools = random.nextDouble() < 0.2;
            for (int p = 0; p < 4; p++) {
                boolean on = random.nextInt(11) == 0 ^ (p < 2 ? food : tools);
                csv.append(on ? 1 : 0).append(p < 3 ? "," : "\n");
            }
        }
        return Cli.file(folder, "things.csv", csv.toString());
    }

    @Test
    void showsFactorsBoundsAndTheExactEvidence() throws IOException {
        Outcome outcome =
                fit(things(), "--factors", "2", "--model", "noisy-or", "--steps", "1500", "--encode", "--quiet");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exit()).isEqualTo(Exit.GOOD);
        assertThat(outcome.out())
                .contains("Noisy-or of 2 binary factors, 4 columns")
                .containsPattern("1 +0\\.[345]\\d\\d +0\\.[345]\\d\\d +(bread, butter|butter, bread)\n")
                .containsPattern("2 +0\\.[12]\\d\\d +0\\.[12]\\d\\d +(<nuts>, bolts|bolts, <nuts>)\n")
                .contains("ELBO, held out")
                .contains("KL(q || p(z | x))")
                .contains("10 rows, each over 4 states of the factors");
        String json = Files.readString(folder.resolve("out/fit.json"));
        assertThat(Cli.fields(json))
                .startsWith("model", "method", "device", "seed", "steps", "status", "factors", "verdict", "concerns")
                .contains("fitted", "heldOut", "independent", "enumerated", "loadings", "format", "settings", "trace");
        assertThat(json).contains("\"method\": \"noisy-or\"").contains("\"states\": 4");
        List<String> rows = Files.readAllLines(folder.resolve("out/factors.csv"));
        assertThat(rows).hasSize(401).startsWith("row,factor1,factor2");
        assertThat(rows.get(400)).startsWith("400,0.");
        String html = Files.readString(folder.resolve("out/report.html"));
        assertThat(html)
                .contains("default-src 'none'")
                .doesNotContain("<script")
                .doesNotContain("<nuts>")
                .contains("What each of 2 factors does to each of 4 columns")
                .contains("elbo4j fit factors --data");
        assertThat(html.split("<rect ", -1)).hasSize(9);
    }

    @Test
    void jsonIsOneLineAndTheSameOnEveryDevice() {
        Path data = things();
        List<String> lines = new ArrayList<>();
        for (String device : List.of("scalar", "simd", "cuda")) {
            if (Cli.opens(device)) {
                Outcome outcome = fit(data, "--factors", "3", "--steps", "60", "--json", "--device", device);
                lines.add(outcome.out()
                        .replaceAll("[sS]econds\":[0-9.eE-]+", "")
                        .replace("\"device\":\"" + device + "\"", ""));
            }
        }
        assertThat(lines.get(0))
                .hasLineCount(1)
                .contains("\"model\":\"factors\"")
                .contains("\"exact\":-");
        assertThat(lines).allMatch(lines.get(0)::equals);
    }

    @Test
    void aThresholdMakesImagesBinaryAndFactorsAreDrawnAsSuch() throws IOException {
        Outcome outcome = fit(
                Cli.data("digits.csv.gz"),
                "--ignore",
                "digit",
                "--threshold",
                "7",
                "--factors",
                "8",
                "--steps",
                "200",
                "--draws",
                "2",
                "--estimator",
                "disarm",
                "--enumerate",
                "2");
        assertThat(outcome.out()).contains("Sigmoid belief network of 8 binary factors, 64 columns");
        String html = Files.readString(folder.resolve("out/report.html"));
        assertThat(html).contains("The columns as an image");
        assertThat(html.split("<rect ", -1)).hasSize(1 + 8 * 64);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --factors 5                     | there are 5 factors for 4 columns; take as many factors as columns at most
            --factors 0                     | --factors is 0, but must be 1 or more
            --factors 2 --model or          | --model is "or", but must be one of sigmoid, noisy-or
            --factors 2 --draws 1           | --draws is 1, but must be 2 or more
            --factors 2 --estimator disarm --draws 3 | --draws is 3, but DisARM takes pairs: it must be even
            --factors 2 --holdout 1         | --holdout is 1.0, but must be from 0 to less than 1
            --factors 2 --hidden -1         | --hidden is -1, but must be 0 or more
            --factors 2 --enumerate -1      | --enumerate is -1, but must be 0 or more
            --factors 21 --enumerate 2      | --enumerate: there are 2^21 states of 21 factors for each of 2 rows; beyond 20 factors only a single row is enumerated
            --factors 31 --enumerate 1      | --enumerate: there are 2^31 states of 31 factors; 2^30 at most are enumerated
            """)
    void whatCannotBeFittedIsRefusedInWords(String options, String message) {
        Outcome outcome = fit(things(), options.split(" "));
        assertThat(outcome.exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(outcome.words()).contains(message);
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void valuesThatAreNotBinaryAreRefusedByRowAndColumn() {
        Outcome outcome = fit(Cli.file(folder, "two.csv", "a,b\n0,1\n1,2\n"), "--factors", "1");
        assertThat(outcome.exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(outcome.words())
                .contains("two.csv: column b is 2.0 in row 2, but must be 0 or 1; a threshold makes it so")
                .contains("--threshold T: 1 above T, else 0");
        Outcome missing = fit(Cli.file(folder, "nan.csv", "a,b\n0,1\n1,NaN\n"), "--factors", "1");
        assertThat(missing.exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(missing.words()).contains("row 2 (line 3), column \"b\"");
        Outcome words = fit(Cli.file(folder, "words.csv", "a,b\n0,red\n1,blue\n0,green\n"), "--factors", "1");
        assertThat(words.words()).contains("but every column must hold numbers");
    }

    private Outcome fit(Path data, String... options) {
        List<Object> args = new ArrayList<>(List.of("fit", "factors", "--data", data, "--out", folder.resolve("out")));
        args.addAll(List.of((Object[]) options));
        return Cli.run(args.toArray());
    }
}

package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.cli.Cli.Outcome;
import io.github.elbo4j.cli.data.NpyFileTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MixtureCommandTest {
    @TempDir
    private Path folder;

    /** The components are those of mclust (MixtureKnownTest); BIC of one and two components is printed by it as 2607.8 and 2322.7. */
    @Test
    void oldFaithfulHasTwoComponents() throws IOException {
        Outcome outcome = fit(Cli.data("faithful.csv"), "--components", "1..3", "--assign", "--quiet");

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exit()).isEqualTo(Exit.GOOD);
        assertThat(outcome.out())
                .contains("Mixture of 2 Gaussians with full covariances, 2 columns")
                .containsPattern("  1 +-1284\\.01 +2607\\.8 +2607\\.8 +good")
                .containsPattern("\\* 2 +-1103\\.68 +2322\\.7 +2323\\.1 +good")
                .containsPattern("1 +0\\.6439 +eruptions +4\\.290 +0\\.407");
        String json = Files.readString(folder.resolve("out/fit.json"));
        assertThat(Cli.fields(json))
                .startsWith("model", "method", "device", "seed", "steps", "status", "converged", "components")
                .contains("bic", "icl", "verdict", "concerns", "mixture", "selection", "settings", "trace");
        assertThat(json).contains("\"file\": \"faithful.csv\"").contains("\"penalty\": true");
        List<String> rows = Files.readAllLines(folder.resolve("out/assignments.csv"));
        assertThat(rows).hasSize(273).startsWith("row,component,probability", "1,1,1.000000", "2,2,1.000000");
        assertThat(rows.stream().filter(row -> row.matches("\\d+,1,[01]\\.\\d{6}")))
                .hasSizeBetween(172, 178);
    }

    @Test
    void theReportDrawsRowsEllipsesAndBicAndRunsNothing() throws IOException {
        fit(Cli.data("faithful.csv"), "--components", "1-2", "--quiet");

        String html = Files.readString(folder.resolve("out/report.html"));
        assertThat(html)
                .contains("default-src 'none'; style-src 'unsafe-inline'")
                .doesNotContain("<script")
                .contains("aria-label=\"Scatter of waiting over eruptions with an ellipse for each of 2 components\"")
                .contains("aria-label=\"BIC over components\"")
                .contains("elbo4j fit mixture --data");
        assertThat(html.split("r=\"2.4\"", -1)).hasSize(273);
        assertThat(html.split("Z\" style=\"stroke:", -1)).hasSize(3);
    }

    @Test
    void jsonIsOneLineAndTheSameOnEveryDevice() {
        Path data = Cli.data("iris.csv");
        String[] args = {"--ignore", "species", "--components", "3", "--covariance", "diagonal", "--json"};
        String scalar = withoutTime(fit(data, add(args, "--device", "scalar")));
        assertThat(scalar).hasLineCount(1).contains("\"model\":\"mixture\"").contains("\"components\":3");
        for (String device : List.of("simd", "cuda")) {
            if (Cli.opens(device)) {
                String other = withoutTime(fit(data, add(args, "--device", device)));
                assertThat(other.replace("\"device\":\"" + device + "\"", "\"device\":\"scalar\""))
                        .isEqualTo(scalar);
            }
        }
    }

    private static String withoutTime(Outcome outcome) {
        assertThat(outcome.err()).isEmpty();
        return outcome.out().replaceAll("\"seconds\":[0-9.eE-]+", "");
    }

    private static String[] add(String[] args, String... more) {
        List<String> all = new ArrayList<>(Arrays.asList(args));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void rowsWithMissingCellsAreRefusedOrLeftOutByTheirNumbers() throws IOException {
        StringBuilder csv = new StringBuilder("a,b\n");
        for (int n = 0; n < 40; n++) {
            csv.append(n == 4 ? "NA" : String.valueOf(n * 7 % 11 + (n % 2) * 50))
                    .append(',')
                    .append(n * n % 13)
                    .append('\n');
        }
        Path data = Cli.file(folder, "holes.csv", csv.toString());
        Outcome refused = fit(data, "--components", "2");
        assertThat(refused.exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(refused.words()).contains("row 5 (line 6), column \"a\": \"NA\" is not a number");

        assertThat(fit(data, "--components", "2", "--missing", "drop", "--assign")
                        .exit())
                .isEqualTo(Exit.GOOD);
        List<String> rows = Files.readAllLines(folder.resolve("out/assignments.csv"));
        assertThat(rows).hasSize(40);
        assertThat(rows.get(4)).startsWith("4,");
        assertThat(rows.get(5)).startsWith("6,");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            iris.csv     | | column "species" holds text ("setosa", "versicolor", "virginica"), but every column must hold numbers. Leave it out with --ignore species
            faithful.csv | --components 0..2 | --components is 0..2, but must be 1 or more, and a range must increase
            faithful.csv | --components many | --components is many, but must be a number or a range such as 1..9
            faithful.csv | --components 300 | faithful.csv: there are 272 rows for 300 components; take as many components at most
            faithful.csv | --covariance fulll | --covariance is "fulll", but must be one of full, diagonal (did you mean full?)
            faithful.csv | --method emm | --method is "emm", but must be one of em, cavi (did you mean em?)
            faithful.csv | --method cavi --no-penalty | --no-penalty is for --method em: cavi has a prior
            faithful.csv | --concentration 0.1 | --concentration is for --method cavi
            faithful.csv | --restarts 0 | --restarts is 0, but must be 1 or more
            faithful.csv | --picture eruptions,wait | --picture: "wait" is not among the columns that are fitted: eruptions, waiting
            faithful.csv | --picture eruptions | --picture is eruptions, but must be two columns: A,B
            faithful.csv | --ignore eruptions,waiting | --ignore leaves no column out of which anything could be fitted
            faithful.csv | --ignore erupt | --ignore: faithful.csv has no column "erupt"
            """)
    void whatCannotBeFittedIsRefusedInWords(String data, String options, String message) {
        Outcome outcome = fit(Cli.data(data), options == null ? new String[0] : options.split(" "));
        assertThat(outcome.exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(outcome.words()).contains(message);
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void aColumnWithoutSpreadIsRefused() {
        Path data = Cli.file(folder, "flat.csv", "a,b\n1,5\n2,5\n3,5\n4,5\n");
        Outcome outcome = fit(data);
        assertThat(outcome.exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(outcome.words())
                .contains("flat.csv: b is 5.00000 in every row: a column without spread has no density; leave it out"
                        + " (--ignore leaves a column out)");
    }

    @Test
    void aFitThatIsNotToBeTrustedSaysSo() {
        Outcome outcome = fit(Cli.data("faithful.csv"), "--components", "3", "--steps", "2");
        assertThat(outcome.exit()).isEqualTo(Exit.BAD_FIT);
        assertThat(outcome.out())
                .contains("do not trust; penalized log-likelihood")
                .contains("The cap of 2 sweeps came first");
    }

    @Test
    void coordinateAscentHasAnElboAndAPosterior() throws IOException {
        Outcome outcome = fit(Cli.data("faithful.csv"), "--method", "cavi", "--components", "1..3");
        assertThat(outcome.exit()).isEqualTo(Exit.GOOD);
        assertThat(outcome.out()).contains("* 2").contains("ELBO").doesNotContain("BIC");
        String json = Files.readString(folder.resolve("out/fit.json"));
        assertThat(json)
                .contains("\"method\": \"cavi\"")
                .contains("\"bic\": null")
                .containsPattern("\"concentration\": 175\\.\\d+, \"rows\": 17\\d\\.\\d+, \"degrees\": 17\\d");
        assertThat(Files.readString(folder.resolve("out/report.html"))).contains("aria-label=\"ELBO over components\"");
    }

    /** A column's name comes from a file that cannot be trusted. */
    @Test
    void namesAreEscapedInTheReport() throws IOException {
        String csv = Files.readString(Cli.data("faithful.csv")).replace("waiting", "<b>&");
        fit(Cli.file(folder, "names.csv", csv), "--components", "2");
        assertThat(Files.readString(folder.resolve("out/report.html")))
                .doesNotContain("<b>")
                .contains("&lt;b&gt;&amp;");
    }

    /** The same numbers give the same bits, whatever file they are in. */
    @Test
    void anArrayIsFittedAsItsTableIs() throws IOException {
        StringBuilder csv = new StringBuilder("x1,x2,x3\n");
        double[] values = new double[3 * 200];
        for (int n = 0; n < values.length; n++) {
            values[n] = (float) ((n % 3 == 0 ? n % 2 * 40 : 0) + n * 7919L % 101 / 8.0);
            csv.append(values[n]).append(n % 3 == 2 ? '\n' : ',');
        }
        Path array = Files.write(
                folder.resolve("a.npy"), NpyFileTest.npy(1, "'<f4'", false, "(200, 3)", NpyFileTest.floats(values)));
        String[] options = {"--ignore", "x2", "--components", "2", "--json", "--seed", "3", "--assign"};
        Outcome of = fit(array, options);
        byte[] rows = Files.readAllBytes(folder.resolve("out/assignments.csv"));
        assertThat(withoutTime(of)).isEqualTo(withoutTime(fit(Cli.file(folder, "a.csv", csv.toString()), options)));
        assertThat(folder.resolve("out/assignments.csv")).hasBinaryContent(rows);
        assertThat(Cli.run("fit", "linear", "--data", array, "--target", "x3", "--method", "exact", "--out", folder)
                        .out())
                .contains("200 rows of a.npy")
                .contains("x2");
    }

    private Outcome fit(Path data, String... options) {
        List<Object> args = new ArrayList<>(List.of("fit", "mixture", "--data", data, "--out", folder.resolve("out")));
        args.addAll(List.of((Object[]) options));
        return Cli.run(args.toArray());
    }
}

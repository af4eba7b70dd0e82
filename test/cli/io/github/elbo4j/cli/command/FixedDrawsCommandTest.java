package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.infer.Account;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.report.FitJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --method fixed}, and what it shows. */
class FixedDrawsCommandTest {
    @TempDir
    Path folder;

    private Cli.Outcome fit(String out, String... args) {
        List<Object> all = new ArrayList<>(List.of("fit"));
        all.addAll(List.of(args));
        all.addAll(List.of("--out", folder.resolve(out)));
        return Cli.run(all.toArray());
    }

    private FitResult read(String out) throws IOException {
        return FitJson.read(folder.resolve(out).resolve("fit.json"));
    }

    /** Errors and the standard deviations of independent normals, in the table, the page and the file; the intercept mixes others. */
    @Test
    void bothAccountsAreShown() throws IOException {
        Cli.Outcome outcome = fit(
                "o", "logistic", "--data", Cli.data("pima.csv").toString(), "--target", "type", "--method", "fixed");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("200 rows of pima.csv, linear response by fixed draws")
                .containsPattern("(?m)^parameter +mean ± +sd ± +sd, independent normals +±$")
                .containsPattern("(?m)^glu +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+$")
                .contains("Means and sds above are those of linear response.");
        FitResult fit = read("o");
        assertThat(fit.accounts()).extracting(Account::name).containsExactly("linear response", "independent normals");
        assertThat(fit.accounts().get(0).posterior()).isEqualTo(fit.posterior());
        for (int i = 0; i < 8; i++) {
            double sd = fit.posterior().standardDeviation(i);
            assertThat(fit.accounts().get(0).meanError(i) / sd).isBetween(1e-4, 0.05);
            assertThat(fit.accounts().get(0).sdError(i) / sd).isBetween(1e-5, 0.05);
            assertThat(fit.accounts().get(1).sdError(i) / sd).isBetween(0.01, 0.3);
        }
        assertThat(Cli.run("draws", "--fit", folder.resolve("o"), "--draws", 10, "--out", folder.resolve("draws.csv"))
                        .exit())
                .isZero();
        assertThat(Files.readString(folder.resolve("draws.csv"))).contains("algorithm = fullrank");
        assertThat(Files.readString(folder.resolve("o/report.html")))
                .contains("sd, independent normals", "the standard error of a number over the fixed draws");
    }

    /** On the scale of the model's parameters, where tau is positive. */
    @Test
    void quantitiesOfAModelHaveTheirErrors() throws IOException {
        Cli.Outcome outcome = fit(
                "o",
                Cli.data("Schools.java").toString(),
                "--data",
                Cli.data("schools.csv").toString(),
                "--method",
                "fixed");
        assertThat(outcome.exit()).as(outcome.err()).isLessThan(2);
        assertThat(outcome.out()).containsPattern("(?m)^tau +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+$");
        FitResult fit = read("o");
        assertThat(fit.accounts()).hasSize(2);
        assertThat(fit.accounts().get(0).posterior().names()).contains("log tau");
    }

    /** That of {@code sgvi --family full-rank} is another way to the same posterior. */
    @Test
    void itAgreesWithTheFullRankFit() throws IOException {
        String[] data = {"linear", "--data", Cli.data("air.csv").toString(), "--target", "ozone"};
        assertThat(fit("fixed", with(data, "--method", "fixed", "--quiet")).exit())
                .isZero();
        assertThat(fit("full", with(data, "--quiet")).exit()).isZero();
        FitResult fixed = read("fixed");
        FitResult full = read("full");
        for (int i = 0; i < full.posterior().dimensions(); i++) {
            double sd = full.posterior().standardDeviation(i);
            assertThat(fixed.posterior().mean(i)).isCloseTo(full.posterior().mean(i), within(0.1 * sd));
            assertThat(fixed.posterior().standardDeviation(i)).isCloseTo(sd, within(0.1 * sd));
        }
    }

    private static String[] with(String[] args, String... more) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @ParameterizedTest
    @CsvSource({
        "--family mean-field, fixed",
        "--family mean-field --draws 128, fixed",
        "--family mean-field --steps 300, sgvi",
        "--family mean-field --batch 50 --steps 300, sgvi",
        "--family full-rank, sgvi",
        "--method sgvi --family mean-field, sgvi"
    })
    void itIsTheDefaultOfTheMeanFieldFamily(String options, String method) {
        String[] args = with(
                new String[] {"logistic", "--data", Cli.data("pima.csv").toString(), "--target", "type", "--json"},
                options.split(" "));
        assertThat(fit("o", args).out()).contains("\"method\":\"" + method + "\"");
    }
}

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
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** More draws than there is memory for their curvatures, by the message of the method. */
    @Test
    void tooManyDrawsAreRefused() {
        Cli.Outcome outcome = fit(
                "many",
                "logistic",
                "--data",
                Cli.data("pima.csv").toString(),
                "--target",
                "type",
                "--method",
                "fixed",
                "--family",
                "full-rank",
                "--draws",
                "4194304");
        assertThat(outcome.exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(outcome.err())
                .contains("--draws 4194304: pairs is 2097152, but must be ", " or less for a full-rank Gaussian of 8");
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
        assertThat(fit.accounts())
                .extracting(Account::name)
                .containsExactly("linear response", "independent normals", "importance-weighted");
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

    /** The covariance itself, in the table, the page and the file, on the scale of the data; and how many parameters are too many. */
    @Test
    void fullRankGaussians() throws IOException {
        String[] data = {"logistic", "--data", Cli.data("pima.csv").toString(), "--target", "type"};
        Cli.Outcome outcome = fit("full", with(data, "--method", "fixed", "--family", "full-rank"));
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("200 rows of pima.csv, full-rank Gaussian by fixed draws")
                .containsPattern("(?m)^parameter +mean ± +sd ±$")
                .containsPattern("(?m)^glu +[0-9.]+ +[0-9.]+$")
                .contains("Means and sds above are those of full-rank Gaussian.");
        FitResult fit = read("full");
        assertThat(fit.method()).isEqualTo("fixed");
        assertThat(fit.family()).isEqualTo("full-rank");
        assertThat(fit.accounts())
                .extracting(Account::name)
                .containsExactly("full-rank Gaussian", "importance-weighted");
        assertThat(fit.accounts().get(0).posterior()).isEqualTo(fit.posterior());
        assertThat(fit("mean", with(data, "--method", "fixed", "--quiet")).exit())
                .isZero();
        for (int i = 0; i < 8; i++) {
            double sd = fit.posterior().standardDeviation(i);
            assertThat(fit.accounts().get(0).meanError(i) / sd).isBetween(1e-4, 0.05);
            assertThat(fit.accounts().get(0).sdError(i) / sd).isBetween(1e-4, 0.05);
            assertThat(read("mean").posterior().mean(i))
                    .isCloseTo(fit.posterior().mean(i), within(0.1 * sd));
            assertThat(read("mean").posterior().standardDeviation(i)).isCloseTo(sd, within(0.1 * sd));
        }
        assertThat(Files.readString(folder.resolve("full/report.html"))).contains("full-rank Gaussian by fixed draws");

        Cli.Outcome large = fit(
                "large",
                "network",
                "--data",
                Cli.data("pima.csv").toString(),
                "--target",
                "type",
                "--hidden",
                "40",
                "--method",
                "fixed",
                "--family",
                "full-rank");
        assertThat(large.exit()).isEqualTo(2);
        assertThat(large.words())
                .contains("--method fixed --family full-rank is for up to 256 parameters, since it keeps the curvature")
                .contains("but the model has 361; take --family mean-field, or --method sgvi");
    }

    /**
     * On the scale of the model's parameters, where tau is positive. Of tau q is off, whose posterior has, by long runs of Stan, the mean 3.6
     * and the sd 3.2, and q 2.9 and 2.2; of mu it is not.
     */
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
        assertThat(outcome.out())
                .containsPattern("(?m)^tau +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+$")
                .containsPattern("(?m)^parameter +mean +corrected +± +sd +corrected +± +5 % +95 %$")
                .containsPattern(
                        "(?m)^tau +2\\.9\\d +3\\.[56]\\d \\* +0\\.0\\d +2\\.\\d\\d +[23]\\.\\d\\d \\* +0\\.\\d\\d +0\\.3\\d +9\\.\\d\\d$")
                .containsPattern("(?m)^mu +4\\.[45]\\d +4\\.[45]\\d +0\\.0\\d +3.\\d\\d +3.\\d\\d +0\\.0\\d +")
                .contains("* q is off in tau")
                .contains("Usable, with care");
        assertThat(Files.readString(folder.resolve("o/report.html")))
                .contains("What importance weights make of it", "* q is off in tau", "3.6");
        FitResult fit = read("o");
        assertThat(fit.accounts()).hasSize(3);
        Account corrected = Objects.requireNonNull(fit.corrected());
        assertThat(corrected.entries())
                .extracting(Account.Entry::name)
                .isEqualTo(fit.posterior().names());
        assertThat(Files.readString(folder.resolve("o/fit.json")))
                .containsPattern(
                        "\"name\": \"tau\", \"mean\": 3\\.[56][^}]*\"q95Error\": [^}]*\"meanIsOff\": true, \"sdIsOff\": true}")
                .doesNotContainPattern("\"name\": \"mu\"[^}]*Off");
        assertThat(fit.accounts().get(0).posterior().names()).contains("log tau");
    }

    /** Of the normal at the mode most is where the posterior is not. */
    @Test
    void whatCannotBeCorrectedIsSaidSo() throws IOException {
        Cli.Outcome outcome = fit(
                "o",
                Cli.data("Schools.java").toString(),
                "--data",
                Cli.data("schools.csv").toString(),
                "--method",
                "laplace");
        String words = "Importance weights correct nothing here: Pareto k-hat of the weights is 1.";
        assertThat(outcome.out()).contains(words).doesNotContain("corrected ");
        assertThat(Files.readString(folder.resolve("o/report.html"))).contains(words);
        assertThat(read("o").accounts()).isEmpty();
    }

    /** Where nothing is off a line says so, and the report and the file have the numbers. */
    @Test
    void whatNeedsNoCorrectionIsSaidShort() throws IOException {
        Cli.Outcome outcome = fit("o", "linear", "--data", Cli.data("air.csv").toString(), "--target", "ozone");
        assertThat(outcome.out())
                .contains("Importance weights move no mean by more than 0.1 sd and no sd by more than 10 %")
                .doesNotContain("*");
        assertThat(Files.readString(folder.resolve("o/report.html"))).contains("What importance weights make of it");
        FitResult fit = read("o");
        Account corrected = Objects.requireNonNull(fit.corrected());
        for (int i = 0; i < fit.posterior().dimensions(); i++) {
            double sd = fit.posterior().standardDeviation(i);
            assertThat(corrected.meanError(i) / sd).isBetween(0.01, 0.03); // of some 4000 draws
            assertThat(corrected.entries().get(i).mean())
                    .isCloseTo(fit.posterior().mean(i), within(0.1 * sd));
        }
        assertThat(read("o").corrected()).isEqualTo(corrected);
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
        "--method fixed --family full-rank, fixed",
        "--method sgvi --family mean-field, sgvi"
    })
    void itIsTheDefaultOfTheMeanFieldFamily(String options, String method) {
        String[] args = with(
                new String[] {"logistic", "--data", Cli.data("pima.csv").toString(), "--target", "type", "--json"},
                options.split(" "));
        assertThat(fit("o", args).out()).contains("\"method\":\"" + method + "\"");
    }

    /** {@code --compare fixed} is {@code --method fixed}, whatever the number of its draws. */
    @ParameterizedTest
    @ValueSource(strings = {"--seed 3", "--problem 1"})
    void comparedItFitsTheSameFamily(String option) throws Exception {
        String[] args = {"logistic", "--data", Cli.data("pima.csv").toString(), "--target", "type"};
        fit("o", with(with(args, "--compare", "fixed", "--family", "full-rank"), option.split(" ")));
        assertThat(Files.readString(folder.resolve("o/fit-fixed.json"))).contains("\"family\": \"full-rank\"");
        fit("o", with(with(args, "--compare", "fixed"), option.split(" ")));
        assertThat(Files.readString(folder.resolve("o/fit-fixed.json"))).contains("\"family\": \"mean-field\"");
    }
}

package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.infer.Account;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.Convergence;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Verdict;
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

/** {@code fit … --check mcmc}, and what it shows. */
class CheckCommandTest {
    @TempDir
    Path folder;

    private Cli.Outcome check(Object... args) {
        List<Object> all = new ArrayList<>(List.of("fit"));
        all.addAll(List.of(args));
        all.addAll(List.of("--check", "mcmc", "--out", folder.resolve("o")));
        return Cli.run(all.toArray());
    }

    private FitResult read() throws IOException {
        return FitJson.read(folder.resolve("o/fit.json"));
    }

    /** The numbers are on the scale of the data, as those of the fit are; the seed gives the same ones on every device. */
    @Test
    void aGoodFitIsConfirmed() throws IOException {
        Cli.Outcome outcome = check("linear", "--data", Cli.data("air.csv"), "--target", "ozone", "--device", "scalar");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .containsPattern("(?m)^parameter +mean +chains +± +sd +chains +± +5 % +95 % +R-hat +ESS$")
                .containsPattern("(?m)^wind +-?[0-9.]+ +-?[0-9.]+ +0\\.[0-9]+ .* 1\\.00\\d +\\d{4,5}$")
                .contains("64 chains of Hamiltonian Monte Carlo", "agree with each other: R-hat is at most 1.00")
                .contains("They agree with q:");
        assertThat(Files.readString(folder.resolve("o/report.html")))
                .contains("What Markov chains say", "They agree with q:", "chainDraws");
        FitResult fit = read();
        assertThat(fit.verdict()).isEqualTo(Verdict.GOOD);
        Account chains = Objects.requireNonNull(fit.byChains());
        for (int i = 0; i < fit.posterior().dimensions(); i++) {
            Account.Entry entry = chains.entries().get(i);
            double sd = fit.posterior().standardDeviation(i);
            assertThat(entry.mean()).isCloseTo(fit.posterior().mean(i), within(0.1 * sd));
            assertThat(entry.standardDeviation()).isCloseTo(sd, within(0.1 * sd));
            assertThat(entry.meanError() / sd).isBetween(0.003, 0.02);
            assertThat(Objects.requireNonNull(entry.convergence()).isReached()).isTrue();
        }
        check("linear", "--data", Cli.data("air.csv"), "--target", "ozone", "--device", "cpu");
        assertThat(read().accounts()).isEqualTo(fit.accounts());
    }

    /** A mean-field fit of correlated coefficients is too narrow, which by its own fresh draws alone is seen in the weights. */
    @Test
    void aFitThatIsTooNarrowIsNamed() throws IOException {
        Cli.Outcome outcome = check(
                "logistic",
                "--data",
                Cli.data("pima.csv"),
                "--target",
                "type",
                "--method",
                "sgvi",
                "--family",
                "mean-field");
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out().replaceAll("\\s+", " "))
                .containsPattern("Hamiltonian Monte Carlo multiplies the standard deviation of bmi by 1\\.3\\d\\.")
                .contains("* q is off in npreg, ", "prefer these numbers", "whatever q is", "take them");
        FitResult fit = read();
        assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(fit.assessment().concerns())
                .filteredOn(concern -> concern.kind() == Concern.Kind.CHAINS_DIFFER)
                .extracting(Concern::parameter)
                .contains("bmi");
    }

    /** Of tau, 3.6 and 3.2 by long runs of Stan; the README shows these numbers. */
    @Test
    void quantitiesOfAModelHaveTheirNumbers() throws IOException {
        Cli.Outcome outcome = check(
                Cli.data("Schools.java"), "--data", Cli.data("schools.csv"), "--device", "scalar", "--method", "sgvi");
        String number = " +(-?\\d+\\.\\d\\d)( \\*)?";
        assertThat(outcome.out())
                .containsPattern("(?m)^tau" + number + " +3\\.[56]\\d \\* +0\\.0\\d" + number + " +3\\.[123]\\d \\*");
        List<String> shown = outcome.out()
                .lines()
                .filter(line -> line.matches("(mu|tau|theta\\[A])(" + number + "){8} +1\\.00\\d +\\d+"))
                .toList();
        assertThat(shown).hasSize(3);
        assertThat(Files.readString(Path.of(System.getProperty("elbo4j.root"), "README.md")))
                .contains(shown);
        assertThat(Files.readString(folder.resolve("o/fit.json")))
                .containsPattern("\"name\": \"tau\", \"mean\": 3\\.[56][^}]*\"rHat\": 1\\.0[^}]*\"tailEss\"")
                .containsPattern("\"name\": \"log tau\", \"mean\": 0\\.[^}]*\"rHat\": 1\\.0[^}]*\"tailEss\"");
        Convergence tau = Objects.requireNonNull(
                Objects.requireNonNull(read().byChains()).entries().get(1).convergence());
        assertThat(tau.isReached()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "--method cavi, '--check mcmc begins at draws of a fitted Gaussian, which sgvi, fixed, pathfinder, batch-and-match, mixture and laplace give; --method cavi"
                + " gives none'",
        "--compare map, --method map gives none",
        "--by npreg, '--check is for a single fit, but --by makes one for each group'",
        "--check hmc, '--check is \"hmc\", but must be one of mcmc'",
    })
    void whatCannotBeCheckedIsRefused(String more, String words) {
        List<Object> args =
                new ArrayList<>(List.of("fit", "logistic", "--data", Cli.data("pima.csv"), "--target", "type"));
        args.addAll(List.of(more.split(" ")));
        if (!more.startsWith("--check")) {
            args.addAll(List.of("--check", "mcmc"));
        }
        args.addAll(List.of("--out", folder.resolve("o")));
        Cli.Outcome outcome = Cli.run(args.toArray());
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words()).contains(words);
        assertThat(folder.resolve("o")).doesNotExist();
    }
}

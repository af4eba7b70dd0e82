package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.Assessment;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.report.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code elbo4j kl}, with fits that are written here and tables of a few cases. */
class KlTest {
    @TempDir
    Path folder;

    private Path fit(String name, List<String> parameters, Gaussian posterior) throws IOException {
        Estimate none = new Estimate(Double.NaN, Double.NaN, 0);
        FitResult fit = new FitResult(
                "sgvi",
                "full-rank",
                Map.of(),
                "scalar",
                Arithmetic.EXACT,
                Rng.PHILOX,
                0,
                1,
                Status.CONVERGED,
                "",
                "it did",
                none,
                none,
                new Assessment(Verdict.GOOD, Double.NaN, Double.NaN, 0, List.of()),
                List.of(),
                new GaussianPosterior(parameters, posterior),
                List.of(),
                1,
                1,
                List.of());
        Report.of(fit).write(folder.resolve(name));
        return folder.resolve(name);
    }

    /** {@code (m² + s² − 1)/2 − log s}, added up. */
    private static double toStandard(double m, double s) {
        return (m * m + s * s - 1) / 2 - Math.log(s);
    }

    private static double number(String json, String direction, String name) {
        Matcher found = Pattern.compile("\"" + direction + "\":\\{[^}]*\"" + name + "\":([^,}]+)")
                .matcher(json);
        assertThat(found.find()).as("%s.%s in %s", direction, name, json).isTrue();
        return Double.parseDouble(found.group(1));
    }

    @Test
    void fitsHaveADivergenceInBothDirections() throws IOException {
        List<String> names = List.of("a", "b");
        Path a = fit("a", names, Gaussian.independent(new double[] {0.5, -1}, new double[] {0.5, 3}));
        Path b = fit("b", names, new Gaussian(new double[2], new double[][] {{1, 0}, {0, 1}}));
        Cli.Outcome outcome = Cli.run("kl", a, b.resolve("fit.json"), "--json", "--base", 2);
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        double bit = Math.log(2);
        double there = toStandard(0.5, 0.5) + toStandard(-1, 3);
        double back = toStandard(0.5 / 0.5, 1 / 0.5) + toStandard(1 / 3.0, 1 / 3.0); // of N(0, 1) in units of N(m, s)
        assertThat(number(outcome.out(), "aToB", "closedForm")).isCloseTo(there / bit, within(1e-12));
        assertThat(number(outcome.out(), "bToA", "closedForm")).isCloseTo(back / bit, within(1e-12));
        for (String each : List.of("aToB", "bToA")) {
            double error = number(outcome.out(), each, "standardError");
            assertThat(error).isPositive().isLessThan(0.2);
            assertThat(number(outcome.out(), each, "monteCarlo"))
                    .isCloseTo(number(outcome.out(), each, "closedForm"), within(5 * error));
        }
        String text = Cli.run("kl", a, b, "--draws", 100).out();
        assertThat(text)
                .startsWith("Kullback–Leibler divergence in nats\n")
                .contains("closed form  from 100 draws")
                .containsPattern("(?m)^KL\\(A \\|\\| B\\) +3\\.84453 +\\d\\.\\d+ ± \\d\\.\\d+$")
                .contains("A       " + a);
    }

    @Test
    void tablesAreComparedByTheirCases() {
        Path a = Cli.file(folder, "a.csv", "case,p\nx,0.5\ny,0.25\nz,0.25\nw,0\n");
        Path b = Cli.file(folder, "b.csv", "case,p\nw,0.1\nz,0.4\nx,0.25\ny,0.25\n");
        Cli.Outcome outcome = Cli.run("kl", a, b, "--json");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        double there = 0.5 * Math.log(2) + 0.25 * Math.log(0.25 / 0.4);
        assertThat(number(outcome.out(), "aToB", "closedForm")).isCloseTo(there, within(1e-15));
        assertThat(outcome.out()).contains("\"bToA\":{\"closedForm\":null,\"closedFormSign\":1");
        assertThat(Cli.run("kl", a, b).out())
                .containsPattern("(?m)^KL\\(B \\|\\| A\\) +infinite +infinite$")
                .contains("KL(B || A) is infinite: A rules out \"w\", to which B gives the probability 0.100.");
    }

    @Test
    void aColumnOfProbabilitiesIsEnough() {
        Path a = Cli.file(folder, "a.csv", "p\n0.5\n0.5\n");
        Path b = Cli.file(folder, "b.csv", "p\n0.25\n0.75\n");
        String bits = Cli.run("kl", a, b, "--base", 2).out();
        assertThat(bits).contains("in bits").containsPattern("(?m)^KL\\(A \\|\\| B\\) +0\\.207519 ");
        assertThat(Cli.run("kl", a, b, "--base", 10).out()).contains("in units of base 10");
        assertThat(Cli.run("kl", a, a).out()).containsPattern("(?m)^KL\\(A \\|\\| B\\) +0 +0\\.0+ ± 0\\.0+$");
    }

    private static String refusal(Object... args) {
        Cli.Outcome outcome = Cli.run(args);
        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isEqualTo(Exit.BAD_INPUT);
        assertThat(outcome.out()).isEmpty();
        return outcome.words();
    }

    @Test
    void whatCannotBeComparedIsRefused() throws IOException {
        Gaussian one = Gaussian.independent(new double[1], new double[] {1});
        Path a = fit("a", List.of("a"), one);
        Path b = fit("b", List.of("b"), one);
        Path table = Cli.file(folder, "t.csv", "case,p\nx,0.5\ny,0.5\n");
        Path other = Cli.file(folder, "o.csv", "case,p\nx,0.5\nz,0.5\n");
        Path longer = Cli.file(folder, "l.csv", "p\n0.5\n0.25\n0.25\n");
        assertThat(refusal("kl", a, b))
                .contains("has the parameter \"a\", which " + b + " does not have; only distributions of the same"
                        + " parameters can be compared");
        assertThat(refusal("kl", a, table))
                .contains("is a fit, but " + table + " is a table; both must be of one kind");
        assertThat(refusal("kl", a, folder.resolve("none"))).contains("is a table; both must be of one kind");
        assertThat(refusal("kl", a, folder)).contains("there is no file " + folder.resolve("fit.json"));
        assertThat(refusal("kl", folder.resolve("none.csv"), table))
                .contains("elbo4j: there is no file " + folder.resolve("none.csv"));
        assertThat(refusal("kl", table, other))
                .contains(
                        "t.csv has the case \"y\", which o.csv does not have; if it is ruled out there, add it with the"
                                + " probability 0");
        assertThat(refusal("kl", table, longer)).contains("l.csv has 3 cases, but t.csv has 2");
        assertThat(refusal("kl", table, table, "--base", "1"))
                .contains("--base is \"1\", but must be e, 2, 10 or another positive number but 1");
        assertThat(refusal("kl", table, table, "--draws", "1")).contains("--draws is 1, but must be 2 or more");
    }

    @Test
    void tablesThatAreNoneAreRefused() {
        Path good = Cli.file(folder, "good.csv", "case,p\nx,0.5\ny,0.5\n");
        Path short1 = Cli.file(folder, "short.csv", "case,p\nx,0.5\ny,0.4\n");
        Path negative = Cli.file(folder, "negative.csv", "case,p\nx,-0.5\ny,1.5\n");
        Path twice = Cli.file(folder, "twice.csv", "case,p\nx,0.5\nx,0.5\n");
        Path words = Cli.file(folder, "words.csv", "case,p\nx,many\ny,few\n");
        Path wide = Cli.file(folder, "wide.csv", "case,p,q\nx,1,0\n");
        assertThat(refusal("kl", short1, good))
                .contains(
                        "short.csv: the probabilities in column \"p\" have the sum 0.9, but it must be 1. Divide each by"
                                + " the sum if they are counts or rounded");
        assertThat(refusal("kl", good, negative)).contains("-0.5 is no probability, which is from 0 to 1");
        assertThat(refusal("kl", good, twice)).contains("\"x\" is the name of row 1 too; each case needs its own");
        assertThat(refusal("kl", good, words)).contains("words.csv, column \"p\" holds text");
        assertThat(refusal("kl", good, wide)).contains("wide.csv has 3 columns, but a table of probabilities has one");
    }
}

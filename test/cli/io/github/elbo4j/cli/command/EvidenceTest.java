package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code elbo4j evidence}, from the command line to the files. */
class EvidenceTest {
    @TempDir
    Path folder;

    /** A number of the estimate that goes by this name. */
    private static double number(String json, String estimator, String field) {
        Matcher found = Pattern.compile(
                        "\\{\"estimator\": ?\"" + Pattern.quote(estimator) + "\",[^}]*\"" + field + "\": ?([-0-9.eE]+)")
                .matcher(json);
        assertThat(found.find()).as("%s of %s in %s", field, estimator, json).isTrue();
        return Double.parseDouble(found.group(1));
    }

    private static double exact(String json) {
        Matcher found = Pattern.compile("\"exact\": ?([-0-9.eE]+)").matcher(json);
        assertThat(found.find()).as(json).isTrue();
        return Double.parseDouble(found.group(1));
    }

    /**
     * y ~ N(b·x, 0.5²), b ~ N(0, 2²), as the data are: two rows whose density is a normal of two coordinates with the
     * covariance 0.25·I + 4·x·xᵀ, worked out by hand.
     */
    @Test
    void aRegressionHasItsExactEvidence() throws IOException {
        Path data = Cli.file(folder, "two.csv", "x,y\n1,1.5\n2,2.5\n");
        Path out = folder.resolve("out");
        Cli.Outcome outcome = Cli.run(
                "evidence",
                "linear",
                "--data",
                data,
                "--target",
                "y",
                "--no-intercept",
                "--no-standardize",
                "--noise-sd",
                "0.5",
                "--prior-sd",
                "2",
                "--draws",
                "5000",
                "--out",
                out);
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        double a = 0.25 + 4;
        double b = 8;
        double c = 0.25 + 16;
        double det = a * c - b * b;
        double squares = (c * 1.5 * 1.5 - 2 * b * 1.5 * 2.5 + a * 2.5 * 2.5) / det;
        double known = -Math.log(2 * Math.PI) - 0.5 * Math.log(det) - 0.5 * squares;
        String json = Files.readString(out.resolve("evidence.json"));
        assertThat(exact(json)).isCloseTo(known, within(1e-6)); // data are float32 nowhere here
        for (String each : new String[] {"prior Monte Carlo", "importance sampling", "ELBO"}) {
            double error = number(json, each, "standardError");
            assertThat(error).as(each).isBetween(0.0, 0.1);
            // q is the posterior but for rounding, so all of its weights are alike.
            assertThat(number(json, each, "value")).as(each).isCloseTo(known, within(5 * error + 1e-4));
        }
        assertThat(outcome.out())
                .startsWith("Bayesian linear regression of y, 2 rows of two.csv\n")
                .containsPattern("(?m)^importance-weighted, k = 1,000 +-?\\d")
                .containsPattern("(?m)^Rényi, alpha = -1\\.0 \\(upper\\) +-?\\d")
                .containsPattern("(?m)^exact +-\\d\\.\\d{4}")
                .contains("The exact value is known: linear regression with known noise is conjugate.")
                .contains("the divergence of q from the posterior is")
                .contains("Naive Monte Carlo: the values of coefficients are every finite number")
                .contains("wrote   " + out.resolve("evidence.json"));
        assertThat(Files.readString(out.resolve("evidence.html")))
                .contains("Evidence: Bayesian linear regression of y")
                .contains("<svg class=\"chart\"")
                .contains("exact")
                .doesNotContain("<script");
    }

    /** The evidence is that of the data in their own units: as without standardization, with priors that say the same. */
    @Test
    void theEvidenceIsOnTheScaleOfTheData() {
        double[] found = new double[2];
        for (int i = 0; i < 2; i++) {
            Cli.Outcome outcome = Cli.run(
                    "evidence",
                    "linear",
                    "--data",
                    Cli.data("air.csv"),
                    "--target",
                    "ozone",
                    "--ignore",
                    "solar,wind,temp",
                    "--noise-sd",
                    "20",
                    i == 0 ? "--standardize" : "--no-standardize",
                    "--prior-sd",
                    i == 0 ? "1" : "33.1257378", // the target's sd, which only the intercept sees
                    "--prior-mean",
                    i == 0 ? "0" : "42.0990991",
                    "--draws",
                    "1000",
                    "--quiet",
                    "--json",
                    "--out",
                    folder.resolve("scale" + i));
            assertThat(outcome.exit()).as(outcome.err()).isZero();
            found[i] = exact(outcome.out());
            assertThat(number(outcome.out(), "ELBO", "value")).isCloseTo(found[i], within(0.01));
        }
        assertThat(found[0]).isCloseTo(found[1], within(1e-4));
    }

    private static final String SHARE = """
            import io.github.elbo4j.distribution.*;
            import io.github.elbo4j.expr.*;
            import io.github.elbo4j.model.Model;

            public class Share {
                static Model model() {
                    return Model.define(m -> {
                        Expr share = m.parameter("share", Beta.of(2, 3));
                        m.observe(new int[] {7}, Binomial.ofLogit(10, share.log().minus(share.negated().log1p())));
                    });
                }
            }
            """;

    /** 7 of 10 with the prior Beta(2, 3): the number is that of test/known/evidence/reference.py. */
    @Test
    void aModelInABoxHasAllEstimatorsAndItsFitServesAgain() {
        double known = -2.5267281446413397;
        Path model = Cli.file(folder, "Share.java", SHARE);
        Path fit = folder.resolve("fit");
        assertThat(Cli.run("fit", model, "--method", "sgvi", "--out", fit, "--quiet")
                        .exit())
                .isZero();
        Cli.Outcome first =
                Cli.run("evidence", model, "--draws", 20_000, "--json", "--seed", 0, "--out", folder.resolve("first"));
        Cli.Outcome again =
                Cli.run("evidence", model, "--draws", 20_000, "--json", "--fit", fit, "--out", folder.resolve("again"));
        assertThat(first.exit()).as(first.err()).isZero();
        assertThat(again.out()).isEqualTo(first.out());
        for (String each : new String[] {"naive Monte Carlo", "prior Monte Carlo", "importance sampling"}) {
            double error = number(first.out(), each, "standardError");
            assertThat(error).as(each).isBetween(1e-5, 0.02);
            assertThat(number(first.out(), each, "value")).as(each).isCloseTo(known, within(5 * error));
        }
        assertThat(first.out()).contains("\"refused\":[]");
    }

    /** A mixture is a proposal as good as its weights, and no one Gaussian whose gradients could be compared. */
    @Test
    void aMixtureThatWasFittedServes() {
        Path fit = folder.resolve("fit");
        Object[] schools = {Cli.data("Schools.java"), "--data", Cli.data("schools.csv")};
        assertThat(run("fit", schools, "--out", fit, "--quiet").exit()).isZero();
        Cli.Outcome outcome =
                run("evidence", schools, "--draws", 20_000, "--json", "--fit", fit, "--out", folder.resolve("e"));
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        double error = number(outcome.out(), "importance sampling", "standardError");
        assertThat(error).isLessThan(0.003); // of one Gaussian 0.01
        // from the prior alone, by 20,000 draws of which some hundreds count
        double prior = number(outcome.out(), "prior Monte Carlo", "value");
        double priorError = number(outcome.out(), "prior Monte Carlo", "standardError");
        assertThat(number(outcome.out(), "importance sampling", "value"))
                .isCloseTo(prior, within(5 * (error + priorError)));
        assertThat(run("gradients", schools, "--fit", fit, "--out", folder.resolve("g"))
                        .words())
                .contains(
                        "--fit: the posterior is a mixture, and the gradients are those of one Gaussian; fit with --method sgvi");
    }

    private static Cli.Outcome run(String command, Object[] model, Object... more) {
        List<Object> args = new ArrayList<>(List.of(command));
        args.addAll(List.of(model));
        args.addAll(List.of(more));
        return Cli.run(args.toArray());
    }

    /** The models' examples are those of {@code fit}, of which some have options that this command has not. */
    @Test
    void examplesHaveOptionsThatThereAre() {
        assertThat(Cli.run("help", "evidence", "linear").out())
                .contains("elbo4j evidence linear --data test/data/air.csv --target ozone\n")
                .doesNotContain("--compare");
        assertThat(Cli.run("help", "fit", "linear").out())
                .contains("elbo4j fit linear")
                .contains("--compare exact");
    }

    private static String refusal(Object... args) {
        Cli.Outcome outcome = Cli.run(args);
        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isEqualTo(Exit.BAD_INPUT);
        return outcome.words();
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Path model = Cli.file(folder, "Share.java", SHARE);
        assertThat(refusal("evidence")).contains("evidence of what? Choose logistic");
        assertThat(refusal("evidence", model, "--draws", 10))
                .contains("--draws is 10, but must be from 1000, the largest group of the bounds, to 2147483583");
        assertThat(refusal("evidence", model, "--fit", folder, "--family", "mean-field"))
                .contains("--family is for a q that is fitted, but --fit has one");
        assertThat(refusal("evidence", model, "--fit", folder.resolve("none"))).contains("--fit: there is no file");
        assertThat(refusal("evidence", model, "--family", "rank")).contains("--family is \"rank\"");
    }
}

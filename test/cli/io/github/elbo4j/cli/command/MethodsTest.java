package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.NormalMixture;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.report.FitJson;
import io.github.elbo4j.report.SavedFit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --method} and {@code --compare}. */
class MethodsTest {
    @TempDir
    Path folder;

    private Cli.Outcome fit(String command) {
        List<Object> args = new ArrayList<>(List.of("fit"));
        for (String word : command.split(" ")) {
            args.add(word.endsWith(".csv") || word.endsWith(".java") ? Cli.data(word) : word);
        }
        args.addAll(List.of("--out", folder.resolve("out")));
        return Cli.run(args.toArray());
    }

    private SavedFit saved(String name) throws IOException {
        return FitJson.open(folder.resolve("out").resolve(name));
    }

    /** R 4.2: glm(type ~ ., binomial, MASS::Pima.tr): coefficients, their standard errors, and logLik. */
    @Test
    void maximumLikelihoodIsThatOfGlm() throws IOException {
        double[] coefficient = {
            -9.773062, 0.103183, 0.032117, -0.004768, -0.001917, 0.083624, 1.820410, 0.041184,
        };
        double[] error = {1.770386, 0.064694, 0.006787, 0.018541, 0.022500, 0.042827, 0.665514, 0.022091};
        Cli.Outcome outcome = fit("logistic --data pima.csv --target type --method mle");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        FitResult mle = saved("fit.json").fit();
        for (int i = 0; i < error.length; i++) {
            assertThat(mle.posterior().mean(i)).isCloseTo(coefficient[i], within(0.003 * error[i]));
            assertThat(mle.posterior().standardDeviation(i)).isCloseTo(error[i], within(0.01 * error[i]));
        }
        assertThat(outcome.out())
                .contains("Logistic regression of type, 200 rows of pima.csv, maximum likelihood")
                .containsPattern("parameter +value +error")
                .contains("log p   -89.195")
                .doesNotContain("ELBO");
        assertThat(folder.resolve("out/report.html"))
                .content()
                .contains("<dt>log p</dt>")
                .doesNotContain("P(&gt; 0)");
    }

    /** R: lm(ozone ~ ., air); the maximum likelihood's noise sd is √(RSS/n), logLik −494.3586. */
    @Test
    void aTargetThatIsStandardizedComesBack() throws IOException {
        Cli.Outcome outcome = fit("linear --data air.csv --target ozone --method mle --json");
        FitResult mle = saved("fit.json").fit();
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(mle.posterior().mean(2)).isCloseTo(-3.33359, within(0.002));
        assertThat(mle.trace().get(mle.trace().size() - 1).elbo()).isCloseTo(-494.3586, within(1e-3));
    }

    /** The same maximum by steps of a fixed rate, and by minibatches, whose noise leaves a tenth of a standard error. */
    @Test
    void gradientDescentFindsIt() throws IOException {
        Cli.Outcome outcome =
                fit("logistic --data pima.csv --target type --method mle --optimizer gradient-descent --steps 4000");
        assertThat(outcome.exit()).as(outcome.out()).isZero();
        assertThat(saved("fit.json").fit().posterior().mean(2)).isCloseTo(0.032117, within(0.1 * 0.006787));
        assertThat(outcome.out()).contains("4000 steps of gradient-descent");
        outcome = fit("logistic --data pima.csv --target type --method mle --optimizer robbins-monro --batch 50");
        assertThat(outcome.exit()).as(outcome.out()).isZero();
        assertThat(saved("fit.json").fit().posterior().mean(2)).isCloseTo(0.032117, within(0.3 * 0.006787));
    }

    @Test
    void methodsSideBySide() throws IOException {
        Cli.Outcome outcome = fit("linear --data air.csv --target ozone --method laplace --compare map,mle --seed 3");
        assertThat(outcome.exit()).as(outcome.err()).isLessThan(2);
        assertThat(outcome.out())
                .containsPattern("parameter +laplace +map +mle")
                .containsPattern("wind +-3.33 ± 0.6\\d +-3.33 ± 0.6\\d +-3.33 ± 0.6\\d")
                .contains("Of map and mle the second number is the standard error");
        assertThat(saved("fit.json").fit().method()).isEqualTo("laplace");
        assertThat(saved("fit-map.json").fit().method()).isEqualTo("map");
        assertThat(saved("fit-mle.json").fit().isPoint()).isTrue();
    }

    /**
     * Laplace against R's glm, the mode under a wide prior; Pathfinder against the posterior's mean and sd, which are 0.0338 and 0.0070 by 400,000
     * importance-weighted draws of a t around the mode (NumPy, an sd of 10 for each coefficient).
     */
    @Test
    void pathfinderFindsIt() throws IOException {
        Cli.Outcome outcome =
                fit("logistic --data pima.csv --target type --method pathfinder --compare laplace --seed 3");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out()).containsPattern("parameter +pathfinder +laplace");
        Posterior mode = saved("fit-laplace.json").fit().posterior();
        assertThat(mode.mean(2)).isCloseTo(0.032117, within(0.2 * 0.006787));
        assertThat(mode.standardDeviation(2)).isCloseTo(0.006787, within(0.1 * 0.006787));
        Posterior whole = saved("fit.json").fit().posterior();
        assertThat(whole.mean(2)).isCloseTo(0.0338, within(0.1 * 0.0070));
        assertThat(whole.standardDeviation(2)).isCloseTo(0.0070, within(0.1 * 0.0070));
        assertThat(saved("fit.json").fit().method()).isEqualTo("pathfinder");
    }

    /** The eight schools of long runs of HMC: tau 3.6 ± 3.2, of which one Gaussian has too little; the fit goes on to the commands behind it. */
    @Test
    void aMixtureHasTheLongTail() throws IOException {
        Cli.Outcome outcome = fit("Schools.java --data schools.csv --method mixture");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .containsPattern("mixture of [3-8] Gaussians")
                .containsPattern("tau +3\\.[3-8]\\d* +[23]\\.\\d+ ");
        FitResult fit = saved("fit.json").fit();
        assertThat(fit.posterior()).isInstanceOf(NormalMixture.class);
        assertThat(fit.verdict()).isEqualTo(Verdict.GOOD);
        Cli.Outcome loo = Cli.run(
                "loo",
                "--fit",
                folder.resolve("out"),
                "--model",
                Cli.data("Schools.java"),
                "--data",
                Cli.data("schools.csv"),
                "--out",
                folder.resolve("loo"));
        assertThat(loo.exit()).as(loo.err()).isZero();
    }

    /** Against R's glm; correlations are what independent normals lack, so that these are behind, and said to be. */
    @Test
    void aTournamentShowsItsEntrants() throws IOException {
        Cli.Outcome outcome = fit("logistic --data pima.csv --target type --tournament --seed 3");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("full-rank Gaussian")
                .containsPattern("family +start +rate +steps +ELBO +difference +± +ended")
                .containsPattern("full-rank +1 +none +\\d+ +-\\d+\\.\\d+ ± 0\\.0\\d+ +won")
                .containsPattern("mean-field +[12] +none .* -0\\.\\d+ +0\\.\\d+ +(left after the first stage|behind)");
        FitResult fit = saved("fit.json").fit();
        assertThat(fit.method()).isEqualTo("sgvi");
        assertThat(fit.posterior().standardDeviation(2)).isCloseTo(0.0070, within(0.1 * 0.0070));
        assertThat(fit.entrants()).hasSize(4);
        assertThat(fit.entrants().get(0).elbo().value())
                .isCloseTo(fit.elbo().value(), within(5 * fit.elbo().standardError() + 0.02));
        assertThat(fit.settings()).containsEntry("entrants", 4L);
        assertThat(folder.resolve("out/report.html"))
                .content()
                .contains("The tournament", "<td data-label=\"ended\">won");
    }

    /** Against R's glm again, and of a posterior that it is too narrow for. */
    @Test
    void batchAndMatchFindsIt() throws IOException {
        Cli.Outcome outcome =
                fit("logistic --data pima.csv --target type --method batch-and-match --draws 100 --seed 3");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("200 rows of pima.csv, full-rank Gaussian by batch and match")
                .contains("more updates would not move the answer");
        FitResult fit = saved("fit.json").fit();
        assertThat(fit.method()).isEqualTo("batch-and-match");
        assertThat(fit.settings()).containsEntry("draws", 100L);
        assertThat(fit.posterior().mean(2)).isCloseTo(0.032117, within(0.3 * 0.006787));
        assertThat(fit.posterior().standardDeviation(2)).isCloseTo(0.006787, within(0.1 * 0.006787));

        outcome = fit("Schools.java --data schools.csv --method batch-and-match");
        assertThat(outcome.out().replaceAll("\\s+", " "))
                .contains("Use --method sgvi: where the posterior is skewed, scores vary more");
        outcome = fit("network --data pima.csv --target type --hidden 40 --method batch-and-match");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words())
                .contains("--method batch-and-match is for up to 300 parameters")
                .contains("the model has 361; take --method fixed or sgvi");
        outcome = fit("network --data pima.csv --target type --hidden 230 --method laplace --compare fixed");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words())
                .contains("--method laplace is for up to 2048 parameters, since it keeps the Hessian of all of them")
                .contains("the model has 2071; take --method fixed or sgvi");
    }

    /** Against R: lm's coefficients lie within a tenth of a standard error, since the prior is wide. */
    @Test
    void closedFormsBesideEachOther() throws IOException {
        Cli.Outcome outcome = fit("linear --data air.csv --target ozone --method cavi --compare exact");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.words()).contains("exact takes the conjugate prior");
        for (String name : List.of("fit.json", "fit-exact.json")) {
            assertThat(saved(name).fit().posterior().mean(2)).isCloseTo(-3.33359, within(0.065));
            assertThat(saved(name).fit().posterior().standardDeviation(2)).isCloseTo(0.654, within(0.02));
        }
        outcome = fit("normal --data air.csv --target wind --method exact");
        assertThat(outcome.out())
                .contains("Bayesian normal distribution of wind")
                .containsPattern("intercept +9\\.9");
        assertThat(fit("poisson --data warpbreaks.csv --target breaks --ignore wool,tension --method exact")
                        .words())
                .contains("--method exact needs closed-form updates, which this model does not have");
    }

    /** On the scale of the model: the mode of tau, not the mean of exp of a normal. */
    @Test
    void aModelOfOnesOwnHasNoLargestValue() throws IOException {
        Cli.Outcome outcome = fit("Schools.java --data schools.csv --method map");
        assertThat(outcome.exit()).isOne();
        assertThat(outcome.out()).contains("Diverged. ").contains("o largest value was found");
        assertThat(saved("fit.json").fit().status()).isEqualTo(Status.DIVERGED);
    }

    /** lme4: lmer(Yield ~ 1 | Batch, Dyestuff, REML = FALSE). */
    @Test
    void weightsAreEstimatesByExpectationMaximization() throws IOException {
        Cli.Outcome outcome = fit("Dyestuff.java --data dyestuff.csv --method em");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .containsPattern("mu +1527\\.[3-7] +17\\.7 ")
                .containsPattern("tau +37\\.[1-4] ")
                .containsPattern("sigma +49\\.[45]\\d* ");
        assertThat(saved("fit.json").fit().logEvidence().value()).isCloseTo(-163.6635, within(1e-3));
        outcome = fit("Dyestuff.java --data dyestuff.csv --method monte-carlo-em --seed 2");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out()).containsPattern("mu +1527\\.[3-7] +17\\.7 ").containsPattern("tau +37\\.[1-4] ");
        assertThat(fit("Dyestuff.java --data dyestuff.csv").words())
                .contains("the model has weights, which are points without a prior: fit it with --method em");
        assertThat(fit("Schools.java --data schools.csv --method em").words())
                .contains("--method em is for a model of your own with weights (m.weight)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--method lapace                 | --method is \"lapace\", but must be one of sgvi, fixed, pathfinder, batch-and-match, mixture, laplace, map, mle",
                "--method sgvi --components 3    | --components is for --method mixture, but the method is sgvi",
                "--method mixture --components 0 | --components is 0, but must be 1 or more",
                "--method mixture --steps 10     | --steps is for --method sgvi",
                "--method fixed --draws 20 | --draws is 20, but must be a multiple of 16 for --method fixed",
                "--method fixed --family full-rank --draws 16 | --draws is 16, but must be 4 for each of the 8 parameters or more for --method fixed --family full-rank, that is 32: of fewer",
                "--method fixed --family low-rank | so its --family is mean-field or full-rank, but it is low-rank",
                "--method fixed --steps 100 | --steps is for --method sgvi, and for map and mle with --optimizer, but the method is fixed",
                "--method batch-and-match --draws 9 | --draws is 9, but must be 10 or more for --method batch-and-match of 8 parameters",
                "--method batch-and-match --steps 9 | --steps is for --method sgvi, and for map and mle with --optimizer, but the",
                "--method map --draws 64         | --draws is for --method sgvi, but the method is map",
                "--method map --batch 20         | --batch is for --method sgvi, and for map and mle with --optimizer, but the method is map",
                "--method laplace --optimizer adam | --optimizer is for --method sgvi, and for map and mle with --optimizer, but the",
                "--method mle --optimizer lbfgs  | --optimizer is \"lbfgs\", but must be one of adam, robbins-monro, gradient-descent",
                "--method sgvi --compare sgvi    | --compare names sgvi, which is there already",
                "--compare mixture,sgvi          | --compare names sgvi, which is there already",
                "--compare laplace,laplace       | --compare names laplace, which is there already",
                "--compare laplace,nothing       | --compare is \"nothing\", but must be one of",
            })
    void badMethods(String options, String words) {
        Cli.Outcome outcome = fit("logistic --data pima.csv --target type " + options);
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words()).contains(words);
    }
}

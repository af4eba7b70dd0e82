package io.github.elbo4j.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Evidence;
import io.github.elbo4j.estimate.EvidenceBound;
import io.github.elbo4j.estimate.EvidenceEstimate;
import io.github.elbo4j.estimate.EvidenceOfRows;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class MixtureEvidenceTest {
    private static final double[] WEIGHTS = {0.5, 0.3, 0.2};
    private static final double[][] MEANS = {{0, 0}, {2, 1}, {-1, 3}};
    private static final double[] VARIANCES = {1, 0.5, 2}; // of both columns; no covariance

    private static final GaussianMixture MIXTURE =
            new GaussianMixture(List.of("a", "b"), WEIGHTS, MEANS, covariances());

    private static double[][][] covariances() {
        double[][][] all = new double[3][][];
        for (int k = 0; k < 3; k++) {
            all[k] = new double[][] {{VARIANCES[k], 0}, {0, VARIANCES[k]}};
        }
        return all;
    }

    private static double[] values() {
        SplittableRandom random = new SplittableRandom(8);
        double[] values = new double[2 * 60];
        for (int i = 0; i < values.length; i++) {
            values[i] = 6 * random.nextDouble() - 2;
        }
        return values;
    }

    private static double bruteForce(double[] values) {
        double sum = 0;
        for (int n = 0; n < values.length; n += 2) {
            double p = 0;
            for (int k = 0; k < 3; k++) {
                double apart = Math.pow(values[n] - MEANS[k][0], 2) + Math.pow(values[n + 1] - MEANS[k][1], 2);
                p += WEIGHTS[k] * Math.exp(-apart / (2 * VARIANCES[k])) / (2 * Math.PI * VARIANCES[k]);
            }
            sum += Math.log(p);
        }
        return sum;
    }

    private static EvidenceOfRows.Draws draws(int count) {
        return new EvidenceOfRows.Draws(count, new Key(1), EvidenceBound.standard());
    }

    /** Draws of 2,000 components of each of 60 rows; a fifth error is passed with the probability 6e-7. */
    @Test
    void drawsAndTheSumOverTheComponentsAgree() {
        double known = bruteForce(values());
        MixtureEvidence evidence = new MixtureEvidence(MIXTURE, MixtureData.of(List.of("a", "b"), values()));
        assertThat(evidence.exact(() -> false)).isCloseTo(known, within(1e-10 * Math.abs(known)));
        for (MixtureEvidence.Proposal proposal : MixtureEvidence.Proposal.values()) {
            Evidence found = evidence.estimate(proposal, draws(2000), () -> false);
            boolean posterior = proposal == MixtureEvidence.Proposal.RESPONSIBILITIES;
            EvidenceEstimate mean = found.get(EvidenceBound.logMean());
            double error = mean.estimate().standardError();
            assertThat(error).as("%s", proposal).isBetween(posterior ? 0 : 0.01, posterior ? 1e-12 : 1.0);
            assertThat(mean.estimate().value()).as("%s", proposal).isCloseTo(known, within(5 * error + 1e-9));
            // The logarithm of a mean of 2,000 is too low by half its squared error; so the sum over the rows is.
            assertThat(mean.bias()).as("%s", proposal).isCloseTo(-error * error / 2, within(1e-9));
            assertThat(mean.kHat()).as("%s", proposal).isZero();
            List<Double> rising = new ArrayList<>();
            for (int k : new int[] {1, 10, 100, 1000}) {
                rising.add(found.get(EvidenceBound.importanceWeighted(k))
                        .estimate()
                        .value());
            }
            if (posterior) {
                assertThat(rising).allMatch(each -> Math.abs(each - known) < 1e-9);
            } else {
                assertThat(rising).isSorted();
                assertThat(rising.get(0)).isLessThan(known - 1);
                assertThat(rising.get(3)).isLessThan(mean.estimate().value());
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> new MixtureEvidence(MIXTURE, MixtureData.of(List.of("a", "c"), values())))
                .hasMessage("the rows have the columns a, c, but the mixture is of a, b");
        MixtureEvidence evidence = new MixtureEvidence(MIXTURE, MixtureData.of(List.of("a", "b"), values()));
        assertThatThrownBy(() -> evidence.exact(() -> true)).isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> evidence.estimate(MixtureEvidence.Proposal.PRIOR, draws(999), () -> false))
                .hasMessage("draws is 999, but must be at least 1000, the draws of a group");
        assertThatThrownBy(() -> draws(1)).hasMessageContaining("ofRow is 1, but must be from 2");
    }
}

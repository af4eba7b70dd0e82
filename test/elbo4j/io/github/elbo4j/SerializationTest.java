package io.github.elbo4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.conjugate.CaviSettings;
import io.github.elbo4j.conjugate.NoisePrecision;
import io.github.elbo4j.conjugate.RegressionPosterior;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.PartialSum;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.Evidence;
import io.github.elbo4j.estimate.EvidenceBound;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.estimate.Proposal;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.Account;
import io.github.elbo4j.infer.Adam;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.FixedDraws;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.LeaveOneOut;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Mode;
import io.github.elbo4j.infer.NormalMixture;
import io.github.elbo4j.infer.PointEstimate;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.infer.Prediction;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.StoppingRule;
import io.github.elbo4j.mixture.Covariances;
import io.github.elbo4j.mixture.MixturePosterior;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.NormalPrior;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Keys, settings and results go through Java's serialization, as between the machines of a cluster, and come out equal. */
class SerializationTest {
    private static Object there(Object value) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return in.readObject();
        }
    }

    private static void same(Object value) throws IOException, ClassNotFoundException {
        Object got = there(value);
        assertThat(got).isNotSameAs(value).isEqualTo(value).hasSameHashCodeAs(value);
        assertThat(got.toString()).isEqualTo(value.toString());
        String noText = value.getClass().getSimpleName() + "@" + Integer.toHexString(value.hashCode());
        assertThat(value.toString()).doesNotEndWith(noText);
    }

    private static Gaussian correlated() {
        return new Gaussian(new double[] {1, 2}, new double[][] {{2, 0.5}, {0.5, 1}});
    }

    @Test
    void keysAndSettings() throws Exception {
        for (Object each : List.of(
                new Key(-3).fork("evaluation"),
                DrawBlock.of(1, 64, 3).at(2, 128, 0),
                Devices.Request.of("cpu").withThreads(3),
                Family.meanField(),
                Family.fullRank(),
                Family.lowRank(3),
                new Adam(),
                new StoppingRule(0.01),
                CaviSettings.ofSeed(4),
                EvidenceBound.logMean(),
                PartialSum.ofDraws(64, 1, 2, 3),
                new NormalPrior(0, 2))) {
            same(each);
        }
    }

    /** Their draws, too, are the same to the bit: the structure of a covariance goes with it. */
    @Test
    void posteriors() throws Exception {
        List<String> two = List.of("a", "b");
        Gaussian independent = Gaussian.independent(new double[] {1, 2}, new double[] {3, 4});
        List<Posterior> posteriors = new ArrayList<>();
        for (Gaussian each :
                List.of(correlated(), independent, independent.withFactors(new double[][] {{0.1}, {0.2}}))) {
            posteriors.add(new GaussianPosterior(two, each));
        }
        posteriors.add(new NormalMixture(two, new double[] {0.25, 0.75}, List.of(correlated(), independent)));
        posteriors.add(
                new RegressionPosterior(List.of("a", "b", "log s"), correlated(), true, new NoisePrecision(3, 2)));
        posteriors.add(MixturePosterior.of(
                List.of("x"),
                Covariances.FULL,
                new double[] {2},
                new double[][] {{1}},
                new double[] {4},
                new double[] {5},
                new double[][][] {{{2}}}));
        for (Posterior each : posteriors) {
            each.draws(new Key(1), 1); // makes what is kept for further draws
            same(each);
            Posterior got = (Posterior) there(each);
            assertThat(got.draws(new Key(1), 3)).isDeepEqualTo(each.draws(new Key(1), 3));
        }
        same(new PointEstimate(two, List.of(1.0, 2.0)));
    }

    @Test
    void results() throws Exception {
        Device device = TestDevices.scalar();
        Model model =
                Model.define(m -> m.observe(new double[] {1, 3, 2}, Normal.of(m.parameter("mu", Normal.of(0, 2)), 1)));
        try (LogJoint joint = model.logJoint(device)) {
            FitResult fit = Sgvi.builder().seed(1).evaluationDraws(500).build().fit(device, joint);
            same(fit);
            FitResult fixed = new FixedDraws().fit(device, joint);
            same(fixed);
            same(fixed.accounts().get(1));
            Account corrected = Objects.requireNonNull(fit.corrected());
            same(corrected);
            assertThat(corrected.draws()).isNotNull();
            assertThat(Objects.requireNonNull(((FitResult) there(fit)).corrected())
                            .draws())
                    .as("too many to be sent")
                    .isNull();
            same(fit.assessment());
            same(fit.trace().get(0));
            same(Marginal.of(model, fit.posterior(), 1).get(0));
            same(Prediction.of(model, fit.posterior().draws(new Key(1), 20), 1)
                    .get("y")
                    .get(0));
            LeaveOneOut loo = LeaveOneOut.of(device, model, fit.posterior(), new Key(1), 100);
            same(loo);
            same(loo.elpd());
            try (Proposal proposal = Proposal.of(device, fit.gaussian())) {
                same(Evidence.of(joint, proposal, new Key(2), 100, List.of(EvidenceBound.logMean())));
            }
        }
        same(new Estimate(1, 0.5, 10));
        same(new Mode(new double[] {1}, new double[] {2}, Estimate.exact(-3)));
        double[] logs = {-1, -2, 0};
        assertThat(((LogWeights) there(LogWeights.of(logs))).values(0)).containsExactly(logs);
    }

    @Test
    void modesAreEqualByValue() {
        Mode mode = new Mode(new double[] {1, 2}, new double[] {3, 4}, Estimate.exact(-3));
        assertThat(mode).isEqualTo(new Mode(new double[] {1, 2}, new double[] {3, 4}, Estimate.exact(-3)));
        assertThat(mode).isNotEqualTo(new Mode(new double[] {1, 2}, new double[] {3, 5}, Estimate.exact(-3)));
        assertThat(mode).hasToString("at [1.0, 2.0], sd [3.0, 4.0], log evidence -3.00000 (exact)");
    }
}

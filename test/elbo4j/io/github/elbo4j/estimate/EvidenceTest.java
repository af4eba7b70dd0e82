package io.github.elbo4j.estimate;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.distribution.Beta;
import io.github.elbo4j.distribution.Binomial;
import io.github.elbo4j.distribution.Dirichlet;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.distribution.Uniform;
import io.github.elbo4j.estimate.Box.Side;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Evidence by every estimator where it is known: in closed form, by quadrature, by enumeration. */
class EvidenceTest {
    static final Key KEY = new Key(31);
    static final EvidenceBound MEAN = EvidenceBound.logMean();

    // The numbers of test/known/evidence/reference.py.
    static final RegressionData LINE = new RegressionData(
            List.of("intercept", "x"),
            new double[] {1, -1.5, 1, -0.5, 1, 0.25, 1, 1, 1, 2},
            new double[] {-2, 0.5, 0.25, 1.75, 3.5});
    static final List<NormalPrior> PRIORS = List.of(new NormalPrior(0.5, 2), new NormalPrior(-1, 1.5));
    private static final double NOISE = 0.7;
    private static final double LINEAR = -8.806135971435339;
    private static final double LINEAR_WEIGHTED = -10.768637795912472;
    private static final double BETA_BINOMIAL = -2.5267281446413397;
    private static final double MIXTURE = -3.9969829512385364;
    private static final double ENUMERATED = -11.57031804525787;

    static final Model LINEAR_MODEL = Model.define(m -> {
        Expr beta = m.parameter(
                "beta", Normal.of(Expr.data("mean", new double[] {0.5, -1}), Expr.data("sd", new double[] {2, 1.5})));
        Table rows = m.rows(Table.empty().with("y", LINE.y()));
        m.observe(rows.column("y"), Normal.of(rows.matrix("x", 2, LINE.x()).matmul(beta), NOISE));
    });

    /** 7 of 10. */
    private static final Model SHARE = Model.define(m -> {
        Expr share = m.parameter("share", Beta.of(2, 3));
        m.observe(
                new int[] {7},
                Binomial.ofLogit(10, share.log().minus(share.negated().log1p())));
    });

    /** Two parameters in a box, one with a prior that is not uniform, and one of which draws are made on the host. */
    private static final Model MIXED = Model.define(m -> {
        Expr theta = m.parameter("theta", Uniform.of(-1, 2));
        Expr share = m.parameter("share", Beta.of(1, 2));
        for (double y : new double[] {0.4, 1.1, 0.9}) {
            Expr left = share.log().plus(Normal.of(theta, 0.5).logDensity(Expr.of(y)));
            Expr right = share.negated().log1p().plus(Normal.of(0, 2).logDensity(Expr.of(y)));
            m.factor("y", Expr.vector(left, right).logSumExp(0));
        }
    });

    private static int draws(Device device) {
        return device.name().equals("cuda") ? 2000 : 50_000;
    }

    /** A q near the posterior of LINE, but wider and beside it. */
    static Gaussian wide() {
        double[] mean = new double[2];
        double[][] covariance = posterior(mean);
        for (double[] row : covariance) {
            row[0] *= 1.6;
            row[1] *= 1.6;
        }
        return new Gaussian(new double[] {mean[0] + 0.1, mean[1] - 0.05}, covariance);
    }

    /**
     * Within 5 of the standard errors that are reported, and a rounding of float32; a right estimate fails with a probability below
     * 1e-6. With 50,000 draws an error of 0.2 nats is noticed.
     */
    private static void finds(EvidenceEstimate got, double exact) {
        double most = 10 / Math.sqrt(got.estimate().draws());
        assertThat(got.estimate().standardError()).as(got.toString()).isBetween(0.001 * most, most);
        close(got.toString(), got.estimate().value(), exact, 5 * got.estimate().standardError() + 1e-5);
    }

    @Test
    void closedFormsAreThoseOfTheDensityOfTheData() {
        close("linear", ExactEvidence.linear(LINE, PRIORS, NOISE, null), LINEAR, 1e-12);
        double[] weights = {1, 2, 1, 1, 2};
        close("weighted", ExactEvidence.linear(LINE, PRIORS, NOISE, weights), LINEAR_WEIGHTED, 1e-12);
    }

    @EveryDevice
    void everyProposalFindsTheEvidenceOfARegression(Device device) {
        int draws = draws(device);
        try (LogJoint joint = LINEAR_MODEL.logJoint(device);
                Proposal q = Proposal.of(device, wide());
                Proposal prior = Proposal.prior(device, LINEAR_MODEL)) {
            Evidence byQ = Evidence.of(joint, q, KEY, draws, EvidenceBound.standard());
            finds(byQ.get(MEAN), LINEAR);
            finds(Evidence.of(joint, prior, KEY, 4 * draws, List.of(MEAN)).get(MEAN), LINEAR);

            double elbo = byQ.get(EvidenceBound.elbo()).estimate().value();
            assertThat(byQ.klToPosterior(LINEAR).value()).isEqualTo(LINEAR - elbo);
            assertThat(byQ.plus(3).klToPosterior(LINEAR + 3).value()).isEqualTo(LINEAR + 3 - (elbo + 3));
            assertThat(byQ.plus(3).course().get(9).estimates().get(0).value())
                    .isEqualTo(byQ.course().get(9).estimates().get(0).value() + 3);
            assertThat(byQ.get(EvidenceBound.renyi(0.5)).estimate().value())
                    .isBetween(elbo, byQ.get(MEAN).estimate().value());
            assertThat(byQ.get(EvidenceBound.renyi(-1)).estimate().value())
                    .isGreaterThan(byQ.get(MEAN).estimate().value());
        }
    }

    /** {@code log p(x) = ELBO + KL}: the divergence between two Gaussians is known without any draw. */
    @Test
    void theElboLiesBelowTheEvidenceByTheDivergence() {
        Device device = TestDevices.scalar();
        double[] mean = new double[2];
        double[][] covariance = posterior(mean);
        try (LogJoint joint = LINEAR_MODEL.logJoint(device);
                Proposal q = Proposal.of(device, wide())) {
            Evidence evidence = Evidence.of(joint, q, KEY, 50_000, List.of(EvidenceBound.elbo()));
            Estimate kl = evidence.klToPosterior(LINEAR);
            double exact = Kl.closed(wide(), new Gaussian(mean, covariance));
            assertThat(exact).isGreaterThan(0.05);
            close("KL", kl.value(), exact, 5 * kl.standardError());
        }
    }

    /** The posterior of LINE by the inverse of a 2 × 2 matrix; the mean is written. */
    private static double[][] posterior(double[] mean) {
        double[] a = {1 / 4.0, 0, 1 / 2.25};
        double[] b = {0.5 / 4, -1 / 2.25};
        for (int n = 0; n < LINE.rows(); n++) {
            double x = LINE.x()[2 * n + 1] / (NOISE * NOISE);
            a[0] += 1 / (NOISE * NOISE);
            a[1] += x;
            a[2] += x * LINE.x()[2 * n + 1];
            b[0] += LINE.y()[n] / (NOISE * NOISE);
            b[1] += x * LINE.y()[n];
        }
        double det = a[0] * a[2] - a[1] * a[1];
        mean[0] = (a[2] * b[0] - a[1] * b[1]) / det;
        mean[1] = (a[0] * b[1] - a[1] * b[0]) / det;
        return new double[][] {{a[2] / det, -a[1] / det}, {-a[1] / det, a[0] / det}};
    }

    /** On an interval: uniform draws of the share itself, not of its logit. */
    @EveryDevice
    void uniformDrawsAndThePriorFindTheEvidenceOfAShare(Device device) {
        try (LogJoint joint = SHARE.logJoint(device);
                Proposal uniform = Proposal.uniform(device, SHARE);
                Proposal prior = Proposal.prior(device, SHARE)) {
            for (Proposal each : List.of(uniform, prior)) {
                finds(
                        Evidence.of(joint, each, KEY, draws(device), List.of(MEAN))
                                .get(MEAN),
                        BETA_BINOMIAL);
            }
        }
    }

    @EveryDevice
    void uniformDrawsFindTheEvidenceOfTwoParametersInABox(Device device) {
        try (LogJoint joint = MIXED.logJoint(device);
                Proposal uniform = Proposal.uniform(device, MIXED);
                Proposal prior = Proposal.prior(device, MIXED)) {
            for (Proposal each : List.of(uniform, prior)) {
                finds(
                        Evidence.of(joint, each, KEY, draws(device), List.of(MEAN))
                                .get(MEAN),
                        MIXTURE);
            }
        }
    }

    /** A Gaussian mixture at known parameters, whose components are what is not observed. */
    private static LogJoint components() {
        double[] points = {-2.5, -0.25, 0.5, 1.5, 4};
        double[] weight = {0.5, 0.3, 0.2};
        double[] centre = {-2, 0, 3};
        double[] sd = {1, 0.5, 2};
        return HostLogJoint.ofDraw(List.of("z1", "z2", "z3", "z4", "z5"), (z, gradient) -> {
            double sum = 0;
            for (int i = 0; i < z.length; i++) {
                int k = (int) z[i];
                double unit = (points[i] - centre[k]) / sd[k];
                sum += Math.log(weight[k] / sd[k] / Math.sqrt(2 * Math.PI)) - 0.5 * unit * unit;
            }
            return sum;
        });
    }

    static Box threeEach() {
        List<Side> sides = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sides.add(Side.whole(0, 2));
        }
        return Box.of(sides);
    }

    @EveryDevice
    void componentsAreSummedOver(Device device) {
        close("enumerated", ExactEvidence.enumerated(device, components(), threeEach()), ENUMERATED, 1e-12);
        try (Proposal uniform = Proposal.uniform(device, threeEach())) {
            finds(
                    Evidence.of(components(), uniform, KEY, 4 * draws(device), List.of(MEAN))
                            .get(MEAN),
                    ENUMERATED);
        }
    }

    /** x·y on (0, 2) × {1, 2, 3}: 2·6 in all. */
    @Test
    void aBoxMayHaveIntervalsAndWholeNumbers() {
        Box box = Box.of(Side.interval(0, 2), Side.whole(1, 3));
        close("volume", box.logVolume(), Math.log(6), 1e-15);
        LogJoint joint = HostLogJoint.ofDraw(List.of("x", "y"), (z, gradient) -> Math.log(z[0] * z[1]));
        try (Proposal uniform = Proposal.uniform(TestDevices.scalar(), box)) {
            finds(Evidence.of(joint, uniform, KEY, 50_000, List.of(MEAN)).get(MEAN), Math.log(12));
        }
    }

    /**
     * p = N(0, I), q = N(m, I): log w is normal with sd s = ‖m‖, so Rényi's bounds are −alpha·s²/2 and the ELBO −s²/2; the bias of a
     * group of 10 is the delta method's, which for these weights is right to 1e-3.
     */
    @EveryDevice
    void logNormalWeightsHaveKnownBounds(Device device) {
        int draws = device.name().equals("cuda") ? 4000 : 1 << 18;
        double s = 0.5;
        try (LogJoint joint = GaussianTarget.diagonal(device, new double[2], new double[] {1, 1});
                Proposal q = Proposal.of(device, Gaussian.independent(new double[] {0.3, -0.4}, new double[] {1, 1}))) {
            Evidence evidence = Evidence.of(joint, q, KEY, draws, EvidenceBound.standard());
            for (EvidenceEstimate each : evidence.estimates()) {
                double alpha = each.bound().equals(EvidenceBound.elbo())
                        ? 1
                        : each.bound().alpha();
                if (each.bound().group() <= 1) {
                    finds(each, -alpha * s * s / 2);
                }
            }
            EvidenceEstimate ten = evidence.get(EvidenceBound.importanceWeighted(10));
            double bias = -Math.expm1(s * s) / 20;
            close(
                    ten.toString(),
                    ten.estimate().value(),
                    bias,
                    5 * ten.estimate().standardError() + 1e-3);
            if (draws > 100_000) { // an emulated device takes fewer
                assertThat(ten.estimate().standardError()).isLessThan(0.2 * -bias);
            }
            assertThat(ten.bias()).isCloseTo(bias, withinPercentage(20));
            assertThat(evidence.get(MEAN).kHat()).isLessThan(0.5);
            // (Σw)²/Σw² is S·E[w]²/E[w²]
            assertThat(evidence.get(MEAN).effectiveDraws()).isCloseTo(draws / Math.exp(s * s), withinPercentage(10));
        }
    }

    /** A q too narrow: the variance of the weights is infinite, and no bias is told. */
    @Test
    void noBiasIsToldWhereTheVarianceIsInfinite() {
        Device device = TestDevices.scalar();
        try (LogJoint joint = GaussianTarget.diagonal(device, new double[1], new double[] {1});
                Proposal q = Proposal.of(device, Gaussian.independent(new double[1], new double[] {0.5}))) {
            EvidenceEstimate got =
                    Evidence.of(joint, q, KEY, 20_000, List.of(MEAN)).get(MEAN);
            assertThat(got.kHat()).isGreaterThan(0.6); // 1 − sd² = 0.75 in the limit
            assertThat(got.bias()).isNaN();
        }
    }

    @EveryDevice
    void devicesAgreeInEveryBit(Device device) {
        assertThat(everything(device)).isEqualTo(everything(TestDevices.scalar()));
    }

    private static List<Evidence> everything(Device device) {
        try (LogJoint linear = LINEAR_MODEL.logJoint(device);
                LogJoint mixed = MIXED.logJoint(device);
                Proposal q = Proposal.of(device, wide());
                Proposal prior = Proposal.prior(device, MIXED);
                Proposal uniform = Proposal.uniform(device, MIXED);
                Proposal box = Proposal.uniform(device, threeEach())) {
            return List.of(
                    Evidence.of(linear, q, KEY, 3001, EvidenceBound.standard()),
                    Evidence.of(mixed, prior, KEY, 3001, EvidenceBound.standard()),
                    Evidence.of(mixed, uniform, KEY, 3001, EvidenceBound.standard()),
                    Evidence.of(components(), box, KEY, 3001, EvidenceBound.standard()));
        }
    }

    /** Several waves; the draws are those of {@link LogWeights}, and those of fewer draws are the first of more. */
    @Test
    void wavesAndMoreDrawsChangeNothing() {
        Device device = TestDevices.scalar();
        int draws = 140_000;
        try (LogJoint joint = LINEAR_MODEL.logJoint(device);
                Proposal q = Proposal.of(device, wide());
                var family = wide().on(device)) {
            Evidence whole = Evidence.of(joint, q, KEY, draws, EvidenceBound.standard());
            LogWeights weights = LogWeights.draw(joint, family, KEY, draws, 1 << 30);
            close(
                    "mean",
                    whole.get(MEAN).estimate().value(),
                    weights.logEvidence(0).value(),
                    1e-12);
            close(
                    "error",
                    whole.get(MEAN).estimate().standardError(),
                    weights.logEvidence(0).standardError(),
                    1e-12);
            assertThat(whole.get(MEAN).kHat()).isEqualTo(ParetoShape.ofLogRatios(weights.values(0)));
            Evidence.Stage early = whole.course().get(25);
            assertThat(early.draws()).isBetween(1000, 20_000);
            assertThat(whole.course().get(whole.course().size() - 1).draws()).isEqualTo(draws);
            Evidence part = Evidence.of(joint, q, KEY, early.draws(), List.of(MEAN));
            assertThat(part.get(MEAN).estimate()).isEqualTo(early.estimates().get(0));
        }
    }

    /** The Dirichlet of ones is uniform: (K − 1)! each, so the evidence of Dirichlet's own density is 1. */
    @Test
    void simplexesHaveAVolume() {
        Device device = TestDevices.scalar();
        Model model = Model.define(m -> m.parameter("parts", Dirichlet.of(2, 3, 2), 2));
        try (LogJoint joint = model.logJoint(device);
                Proposal uniform = Proposal.uniform(device, model)) {
            finds(Evidence.of(joint, uniform, KEY, 20_000, List.of(MEAN)).get(MEAN), 0);
        }
    }
}

package io.github.elbo4j.estimate;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.Beta;
import io.github.elbo4j.distribution.Dirichlet;
import io.github.elbo4j.distribution.Flat;
import io.github.elbo4j.distribution.HalfNormal;
import io.github.elbo4j.estimate.Box.Side;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.RowsLogJoint;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What no evidence can be estimated of, and what it says. */
class EvidenceRefusalsTest {
    @Test
    void uniformDrawsAreRefusedWhereThereIsNoFiniteVolume() {
        Device device = TestDevices.scalar();
        Model model = Model.define(m -> {
            m.parameter("share", Beta.of(1, 1));
            m.parameter("parts", Dirichlet.of(1, 2, 3), 2);
            m.parameter("tau", HalfNormal.of(1));
        });
        assertThatThrownBy(() -> Proposal.uniform(device, model))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the values of tau are numbers from 0, which have no finite volume to draw from uniformly; that"
                                + " takes an interval, as of Uniform or Beta, or vectors with the sum 1, as of Dirichlet");
        assertThatThrownBy(() -> Proposal.uniform(device, EvidenceTest.LINEAR_MODEL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the values of beta are every finite number");
        Model improper = Model.define(m -> m.parameter("a", Flat.real()));
        assertThatThrownBy(() -> Proposal.prior(device, improper))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parameter a");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Device device = TestDevices.scalar();
        try (LogJoint joint = EvidenceTest.LINEAR_MODEL.logJoint(device);
                Proposal q = Proposal.of(device, Gaussian.independent(new double[1], new double[] {1}));
                Proposal fits = Proposal.of(device, EvidenceTest.wide());
                RowsLogJoint rows = EvidenceTest.LINEAR_MODEL.logJoint(device);
                LogJoint minibatch = rows.minibatches(2, EvidenceTest.KEY)) {
            assertThatThrownBy(() -> Evidence.of(joint, q, EvidenceTest.KEY, 100, List.of(EvidenceTest.MEAN)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the model has 2 dimensions, but the proposal has 1");
            assertThatThrownBy(() -> Evidence.of(joint, fits, EvidenceTest.KEY, 1, List.of(EvidenceTest.MEAN)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("draws is 1, but must be from 2 to 2147483583 for a standard error");
            assertThatThrownBy(() -> Evidence.of(minibatch, fits, EvidenceTest.KEY, 100, List.of(EvidenceTest.MEAN)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("minibatches");
            assertThatThrownBy(() -> ExactEvidence.enumerated(device, joint, EvidenceTest.threeEach()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the model has 2 dimensions, but the box has 5");
            assertThatThrownBy(() -> Evidence.of(joint, fits, EvidenceTest.KEY, 100, List.of(EvidenceTest.MEAN))
                            .get(EvidenceBound.elbo()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("there is no ELBO");
        }
        assertThatThrownBy(() -> ExactEvidence.linear(EvidenceTest.LINE, EvidenceTest.PRIORS, 0, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("noiseSd is 0.0, but must be positive and finite");
        assertThatThrownBy(() -> ExactEvidence.linear(EvidenceTest.LINE, EvidenceTest.PRIORS, 1, new double[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there are 3 weights for 5 rows");
    }

    @Test
    void boxesThatAreNoneAreRefused() {
        assertThatThrownBy(() -> Side.interval(1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the side from 1.0 to 1.0 is empty or infinite (in float32)");
        assertThatThrownBy(() -> Side.interval(0, Double.POSITIVE_INFINITY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("infinite");
        assertThatThrownBy(() -> Side.whole(0, 1 << 25))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("beyond 2^24");
        assertThatThrownBy(() -> Side.whole(2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Box.of(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no sides");
        assertThatThrownBy(() -> Box.of(Side.interval(0, 1)).points())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("coordinate 0 takes all values from 0.0 to 1.0, which cannot be enumerated");
    }
}

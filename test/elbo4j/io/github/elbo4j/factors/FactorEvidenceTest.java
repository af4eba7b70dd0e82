package io.github.elbo4j.factors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Evidence;
import io.github.elbo4j.estimate.EvidenceBound;
import io.github.elbo4j.estimate.EvidenceOfRows;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FactorEvidenceTest {
    /** By the definition of the model in float64, term by term. */
    private static double bruteForce(BinaryFactors factors, BinaryData data) {
        double sum = 0;
        for (int n = 0; n < data.rows(); n++) {
            double p = 0;
            for (int code = 0; code < 1 << factors.factors(); code++) {
                p += Math.exp(factors.logJoint(data.row(n), EnumerationTest.state(code, factors.factors())));
            }
            sum += Math.log(p);
        }
        return sum;
    }

    private static EvidenceOfRows.Draws draws(int count, List<EvidenceBound> bounds) {
        return new EvidenceOfRows.Draws(count, new Key(5), bounds);
    }

    /**
     * Six factors of nine columns, 40 rows: the sum over 64 states, and what 2,000 draws of a row say of it. Each row's log p is off by
     * float32's rounding of some twenty terms of up to 4, 1e-5; that an estimate is five of its errors off has the probability 6e-7.
     */
    @EveryDevice
    void drawsAndTheSumOverAllStatesAgree(Device device) {
        for (FactorModel model : FactorModel.values()) {
            BinaryFactors factors = EnumerationTest.factors(model, 6, 9, 3);
            BinaryData data = EnumerationTest.rows(40, 9, 4);
            double known = bruteForce(factors, data);
            FactorEvidence evidence = new FactorEvidence(device, factors, data);
            assertThat(evidence.exact(() -> false)).as("%s", model).isCloseTo(known, within(40 * 1e-5));
            for (FactorEvidence.Proposal proposal : FactorEvidence.Proposal.values()) {
                Evidence found = evidence.estimate(proposal, draws(2000, EvidenceBound.standard()), () -> false);
                String what = model + " from " + proposal;
                double error = found.get(EvidenceBound.logMean()).estimate().standardError();
                double value = found.get(EvidenceBound.logMean()).estimate().value();
                assertThat(error).as(what).isBetween(0.01, 1.0);
                assertThat(value).as(what).isCloseTo(known, within(5 * error + 40 * 1e-5));
                List<Double> rising = new ArrayList<>();
                for (int k : new int[] {1, 10, 100, 1000}) {
                    rising.add(found.get(EvidenceBound.importanceWeighted(k))
                            .estimate()
                            .value());
                }
                assertThat(rising).as(what).isSorted();
                assertThat(rising.get(3)).as(what).isLessThan(value);
                assertThat(found.course().get(found.course().size() - 1).draws())
                        .as(what)
                        .isEqualTo(2000);
            }
        }
    }

    /** The encoder of given factors is the prior, so that its ELBO is that of the prior by other draws. */
    @EveryDevice
    void theEncodersDrawsAreOfTheEncoder(Device device) {
        BinaryFactors factors = EnumerationTest.factors(FactorModel.SIGMOID, 4, 6, 1);
        FactorEvidence evidence = new FactorEvidence(device, factors, EnumerationTest.rows(10, 6, 2));
        List<EvidenceBound> elbo = List.of(EvidenceBound.elbo());
        assertThat(evidence.estimate(FactorEvidence.Proposal.ENCODER, draws(100, elbo), () -> false))
                .isEqualTo(evidence.estimate(FactorEvidence.Proposal.PRIOR, draws(100, elbo), () -> false));
        assertThatThrownBy(() -> evidence.exact(() -> true)).isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> evidence.estimate(FactorEvidence.Proposal.PRIOR, draws(100, elbo), () -> true))
                .isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> new FactorEvidence(device, factors, EnumerationTest.rows(3, 5, 2)))
                .hasMessageContaining("but the factors are of c0, c1, c2, c3, c4, c5");
    }

    @ParameterizedTest
    @EnumSource(FactorModel.class)
    void tooManyFactorsAreRefused(FactorModel model) {
        BinaryFactors factors = EnumerationTest.factors(model, 21, 22, 1);
        FactorEvidence evidence = new FactorEvidence(EnumerationTest.quick(), factors, EnumerationTest.rows(2, 22, 2));
        assertThatThrownBy(() -> evidence.exact(() -> false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("beyond 20 factors only a single row is enumerated");
    }
}

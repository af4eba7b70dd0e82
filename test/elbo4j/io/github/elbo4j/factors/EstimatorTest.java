package io.github.elbo4j.factors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Workspace;
import io.github.elbo4j.distribution.Flat;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.RowsLogJoint;
import org.junit.jupiter.api.Test;

/** The gradients of E_q[log p(x, z)] + entropy, against sums over all states. */
class EstimatorTest {
    private static final int D = 5;
    private static final int P = 4;
    private static final int ROWS = 3;
    private static final int STEPS = 3000;
    private static final double[] PHI = {0.3, -1.2, 2.0, -0.4, 0.9};

    private final BinaryFactors factors = EnumerationTest.factors(FactorModel.SIGMOID, D, P, 11);
    private final BinaryData rows = EnumerationTest.rows(ROWS, P, 12);

    /** Σ_n ELBO_n as a function of logits that all rows share, and of a shift of all bases. */
    private Model model(Estimator estimator, int draws) {
        return Model.define(m -> {
            Table table = m.rows(Table.empty().with("row", new double[ROWS]));
            Expr phi = m.weight("phi", Flat.real(), D);
            m.startAt("phi", PHI);
            Expr shift = m.weight("shift", Flat.real());
            WeightLayout layout = factors.layout();
            Network network = new Network(FactorModel.SIGMOID, layout, (name, extents) -> {
                Expr fixed = Expr.data(name, layout.part(factors.coordinates(), name))
                        .reshape(extents);
                return name.equals(WeightLayout.BASE)
                        ? fixed.plus(shift)
                        : name.equals(WeightLayout.BIAS) ? phi : fixed; // the input's weights are zero
            });
            Expr x = table.matrix("x", P, rows.values());
            Expr epsilon = table.normals("epsilon", new Key(21), estimator.normals(draws), D);
            m.factor("ELBO", network.elbo(x, epsilon, estimator));
        });
    }

    private double exact(double[] phi, double shift) {
        double sum = 0;
        for (int code = 0; code < 1 << D; code++) {
            double[] z = EnumerationTest.state(code, D);
            double logQ = 0;
            for (int d = 0; d < D; d++) {
                logQ -= Math.log1p(Math.exp(z[d] > 0 ? -phi[d] : phi[d]));
            }
            double[] base = new double[P];
            double[][] loadings = new double[D][P];
            double[] prior = new double[D];
            for (int p = 0; p < P; p++) {
                base[p] = factors.base(p) + shift;
            }
            for (int d = 0; d < D; d++) {
                prior[d] = factors.prior(d);
                for (int p = 0; p < P; p++) {
                    loadings[d][p] = factors.loading(d, p);
                }
            }
            double logJoint = 0;
            for (int n = 0; n < ROWS; n++) {
                for (int d = 0; d < D; d++) {
                    logJoint += Math.log(z[d] > 0 ? prior[d] : 1 - prior[d]);
                }
                for (int p = 0; p < P; p++) {
                    double total = base[p];
                    for (int d = 0; d < D; d++) {
                        total += z[d] * loadings[d][p];
                    }
                    logJoint -= Math.log1p(Math.exp(rows.row(n)[p] > 0 ? -total : total));
                }
            }
            sum += Math.exp(logQ) * (logJoint - ROWS * logQ);
        }
        return sum;
    }

    /** Mean and variance of the value and of each derivative over the steps: [2][1 + D + 1]. */
    private double[][] moments(Device device, Estimator estimator, int draws) {
        double[][] moments = new double[2][D + 2];
        try (RowsLogJoint joint = model(estimator, draws).logJointWithWeights(device);
                LogJoint steps = joint.minibatches(ROWS, new Key(22));
                Workspace workspace = new Workspace(device);
                Buffer z = device.allocate(D + 1);
                Buffer logP = device.allocate(ElementType.FLOAT64, 1);
                Buffer gradient = device.allocate(D + 1)) {
            float[] at = new float[D + 1];
            for (int d = 0; d < D; d++) {
                at[d] = (float) PHI[d];
            }
            z.write(0, at, 0, at.length);
            Recorder to = new Recorder(workspace);
            steps.record(to, DrawBlock.of(1, 1, D + 1), z, logP, gradient);
            steps.recordEndOfStep(to);
            try (Program program = to.bind()) {
                for (int t = 0; t < STEPS; t++) {
                    steps.atStep(t);
                    program.run();
                    float[] slopes = gradient.toFloats();
                    for (int i = 0; i < D + 2; i++) {
                        double value = i == 0 ? logP.toDoubles()[0] : slopes[i - 1];
                        double before = value - moments[0][i];
                        moments[0][i] += before / (t + 1);
                        moments[1][i] += before * (value - moments[0][i]);
                    }
                }
            }
        }
        for (int i = 0; i < D + 2; i++) {
            moments[1][i] /= STEPS - 1;
        }
        return moments;
    }

    /** Within 4.5 standard errors, which of 56 comparisons with right ones fails in one of 2600 runs; the seeds are fixed. */
    private void isUnbiased(double[][] moments) {
        double h = 1e-5;
        for (int i = 0; i < D + 2; i++) {
            double[] up = PHI.clone();
            double[] down = PHI.clone();
            if (i > 0 && i <= D) {
                up[i - 1] += h;
                down[i - 1] -= h;
            }
            double exact = i == 0 ? exact(PHI, 0) : (exact(up, i > D ? h : 0) - exact(down, i > D ? -h : 0)) / (2 * h);
            double error = Math.sqrt(moments[1][i] / STEPS);
            assertThat(Math.abs(moments[0][i] - exact)).as("%d: %s", i, exact).isLessThan(4.5 * error);
        }
    }

    @Test
    void bothAreUnbiasedAndDisarmVariesLessByPairs() {
        Device device = EnumerationTest.quick();
        for (int draws : new int[] {2, 4}) {
            double[][] leaveOneOut = moments(device, Estimator.LEAVE_ONE_OUT, draws);
            double[][] disarm = moments(device, Estimator.DISARM, draws);
            isUnbiased(leaveOneOut);
            isUnbiased(disarm);
            double first = 0;
            double second = 0;
            for (int d = 1; d <= D; d++) {
                first += leaveOneOut[1][d];
                second += disarm[1][d];
            }
            // With two draws both take the difference of two values, and antithetic ones differ where they say most;
            // with four, each
            // of leave-one-out's is compared with three others, and of DisARM's with its partner alone.
            if (draws == 2) {
                assertThat(second).isLessThan(first);
            }
        }
    }

    @Test
    void drawsThatAreNoneAreRefused() {
        assertThatThrownBy(() -> Estimator.DISARM.normals(3)).hasMessageContaining("must be even");
        Expr f = Expr.data("f", 1, 2).reshape(2, 1);
        Expr z = Expr.data("z", 0, 1, 1, 1).reshape(2, 1, 2);
        assertThatThrownBy(() -> Estimator.LEAVE_ONE_OUT.expectation(f, z, Expr.data("phi", 1, 2)))
                .hasMessageContaining("k = 2 draws or more");
    }
}

package io.github.elbo4j.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.model.GradientCheck;
import org.junit.jupiter.api.Test;

/** The example against the posterior in closed form, which is normal. */
class ExternalLogJointTest {
    private static final double[] X = {-2, -1, 0, 1, 3};
    private static final double[] Y = {-0.4, 0.3, 0.1, 1.9, 2.2};

    // The posterior's precision I + AᵀA, for A = (1, x), and Aᵀy.
    private static final double P11 = 1 + 5;
    private static final double P12 = 1;
    private static final double P22 = 1 + 15;
    private static final double R1 = 4.1;
    private static final double R2 = 9.0;
    private static final double DETERMINANT = P11 * P22 - P12 * P12;
    private static final double A = (P22 * R1 - P12 * R2) / DETERMINANT;
    private static final double B = (P11 * R2 - P12 * R1) / DETERMINANT;
    private static final double YY = 0.16 + 0.09 + 0.01 + 3.61 + 4.84;
    private static final double LOG_EVIDENCE =
            -2.5 * Math.log(2 * Math.PI) - 0.5 * Math.log(DETERMINANT) - 0.5 * (YY - A * R1 - B * R2);

    @Test
    void valuesAndGradientsAreThoseOfTheModel() {
        double[] z = {0.5, -1, 2, 0.25, 7, 7}; // the last draw is beyond the rows
        double[] values = new double[2];
        double[] gradients = new double[4];
        try (ExternalLogJoint line = new ExternalLogJoint(X, Y)) {
            line.logJoint().evaluate(2, z, values, gradients);
        }
        for (int r = 0; r < 2; r++) {
            double a = z[2 * r];
            double b = z[2 * r + 1];
            double value = -0.5 * (a * a + b * b) - 3.5 * Math.log(2 * Math.PI);
            double da = -a;
            double db = -b;
            for (int n = 0; n < X.length; n++) {
                double residual = Y[n] - a - b * X[n];
                value -= 0.5 * residual * residual;
                da += residual;
                db += residual * X[n];
            }
            // float64 throughout: some roundings of terms below 40
            assertThat(values[r]).isCloseTo(value, within(1e-12));
            assertThat(gradients[2 * r]).isCloseTo(da, within(1e-12));
            assertThat(gradients[2 * r + 1]).isCloseTo(db, within(1e-12));
        }
    }

    @Test
    void aFitFindsThePosterior() {
        try (ExternalLogJoint line = new ExternalLogJoint(X, Y);
                Device device = Devices.open("cpu")) {
            assertThat(GradientCheck.check(device, line.logJoint(), 0.3, -0.7).passed())
                    .isTrue();
            FitResult fit = Sgvi.builder().seed(1).build().fit(device, line.logJoint());
            double sdA = Math.sqrt(P22 / DETERMINANT);
            double sdB = Math.sqrt(P11 / DETERMINANT);
            assertThat(fit.verdict()).isEqualTo(Verdict.GOOD);
            // A fit ends where its error is half a hundredth of an sd, and half a percent of one.
            assertThat(fit.posterior().mean(0)).isCloseTo(A, within(0.02 * sdA));
            assertThat(fit.posterior().mean(1)).isCloseTo(B, within(0.02 * sdB));
            assertThat(fit.posterior().standardDeviation(0)).isCloseTo(sdA, within(0.02 * sdA));
            assertThat(fit.posterior().standardDeviation(1)).isCloseTo(sdB, within(0.02 * sdB));
            double error = fit.elbo().standardError();
            assertThat(fit.elbo().value()).isBetween(LOG_EVIDENCE - 4 * error - 1e-3, LOG_EVIDENCE + 4 * error + 1e-3);
        }
    }
}

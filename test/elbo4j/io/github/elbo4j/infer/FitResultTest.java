package io.github.elbo4j.infer;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Standardization;
import java.lang.management.ManagementFactory;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FitResultTest {
    private static final Device DEVICE = TestDevices.scalar();

    @Test
    void fitsOfOneSeedAreEqualButForTheTimeTheyTook() throws ReflectiveOperationException {
        for (Family family : Family.values()) {
            FitResult one = small(family, 1);
            FitResult again = small(family, 1);
            assertThat(withSeconds(one, 1)).isEqualTo(withSeconds(again, 1)).hasSameHashCodeAs(withSeconds(again, 1));
            assertThat(one).isNotEqualTo(withSeconds(one, -1));
            assertThat(withSeconds(one, 1)).isNotEqualTo(withSeconds(small(family, 2), 1));
        }
    }

    @Test
    void inWordsAndShort() {
        FitResult fit = small(Family.fullRank(), 1);
        assertThat(fit.toString())
                .startsWith("full-rank fit on scalar, step limit after 3 steps: ELBO " + fit.elbo() + ", verdict ")
                .contains("(k-hat ", "; z0 ", " ± ", ", z1 ")
                .doesNotContain("[", "@", "\n");
        assertThat(large(1000).toString())
                .contains(", z7 ")
                .endsWith(", and 992 more")
                .hasSizeLessThan(400);
    }

    /** A matrix of D × D would be 80 GB. (A million parameters work too, and take a minute.) */
    @Test
    @Timeout(300)
    void aMeanFieldFitOfManyParametersNeedsNoMatrix() {
        int d = 100_000;
        FitResult fit = large(d);
        assertThat(fit.steps()).isEqualTo(2);
        assertThat(fit.posterior().dimensions()).isEqualTo(d);
        assertThat(fit.gaussian().isIndependent()).isTrue();
        assertThat(fit.posterior().standardDeviation(d - 1)).isBetween(0.05, 0.2);
        assertThat(fit.posterior().correlation(0, d - 1)).isZero();
        assertThat(fit.toString()).endsWith("and 99992 more");
    }

    /** 50 rows of 5,000 columns: the way back takes time and memory in proportion to the columns. */
    @Test
    @Timeout(300)
    void aWideFitComesBackToTheScaleOfTheDataInProportionToTheColumns() {
        for (int columns : new int[] {500, 5000}) {
            Random random = new Random(columns);
            double[] x = random.doubles(50L * columns, -3, 7).toArray();
            double[] y = random.ints(50, 0, 2).asDoubleStream().toArray();
            List<String> names =
                    IntStream.range(0, columns).mapToObj(j -> "x" + j).toList();
            RegressionData data = new RegressionData(names, x, y).withIntercept();
            Standardization scale = Standardization.ofColumns(data);
            try (LogJoint joint =
                    new BayesianLogisticRegression(DEVICE, scale.data(), new NormalPrior(0, 2.5)).logJoint()) {
                FitResult fit = quick(Family.meanField(), 1).fit(DEVICE, joint);
                fit.toOriginal(scale); // loads its classes, which takes memory of its own
                ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
                long before = threads.getCurrentThreadAllocatedBytes();
                FitResult back = fit.toOriginal(scale);
                long bytes = threads.getCurrentThreadAllocatedBytes() - before;
                assertThat(bytes).isLessThan(200L * columns + 100_000);
                Gaussian q = back.gaussian();
                // The intercept less the sum of slopes times column means.
                double variance = square(fit.posterior().standardDeviation(0));
                double mean = fit.posterior().mean(0);
                for (int j = 0; j < columns; j++) {
                    int column = j;
                    double m = IntStream.range(0, 50)
                            .mapToDouble(n -> x[n * columns + column])
                            .average()
                            .orElseThrow();
                    variance += square(m * q.standardDeviation(j + 1));
                    mean -= m * q.mean(j + 1);
                    close("covariance", q.covariance(0, j + 1), -m * square(q.standardDeviation(j + 1)), 1e-10);
                }
                close("sd of the intercept", q.standardDeviation(0), Math.sqrt(variance), 1e-10);
                close("mean of the intercept", q.mean(0), mean, 1e-9);
                assertThat(q.covariance(1, 2)).isZero();
            }
        }
    }

    private static double square(double x) {
        return x * x;
    }

    private static Sgvi quick(Family family, long seed) {
        return Sgvi.builder()
                .family(family)
                .starts(0)
                .draws(2)
                .maxSteps(family == Family.meanField() ? 2 : 3)
                .evaluationDraws(8)
                .seed(seed)
                .build();
    }

    private static FitResult small(Family family, long seed) {
        try (LogJoint target = GaussianTarget.diagonal(DEVICE, new double[] {1, 2}, new double[] {1, 3})) {
            return quick(family, seed).fit(DEVICE, target);
        }
    }

    private static FitResult large(int dimensions) {
        double[] sd = new double[dimensions];
        Arrays.fill(sd, 1);
        try (LogJoint target = GaussianTarget.diagonal(DEVICE, new double[dimensions], sd)) {
            return quick(Family.meanField(), 1).fit(DEVICE, target);
        }
    }

    private static FitResult withSeconds(FitResult fit, double seconds) throws ReflectiveOperationException {
        RecordComponent[] components = FitResult.class.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = components[i].getName().equals("seconds")
                    ? (Double) seconds
                    : components[i].getAccessor().invoke(fit);
        }
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        return FitResult.class.getDeclaredConstructor(types).newInstance(values);
    }
}

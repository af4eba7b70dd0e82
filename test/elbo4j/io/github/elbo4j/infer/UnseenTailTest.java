package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.LogNormal;
import io.github.elbo4j.estimate.SmoothedWeights;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Numbers of draws whose tail is known: {@link BeyondDrawsTest} has fits. */
class UnseenTailTest {
    private static final int DRAWS = 4096;

    /** S numbers of N(0, 1). */
    private static double[] normals(int seed, int draws) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] x = new double[draws];
        Arrays.setAll(x, i -> random.nextGaussian());
        return x;
    }

    /** Coordinates alone. */
    private static DrawnNumbers of(double[]... columns) {
        List<String> names =
                IntStream.range(0, columns.length).mapToObj(i -> "x" + i).toList();
        return new DrawnNumbers(names, columns, List.of(), new double[0][]);
    }

    private static double[] map(double[] x, DoubleUnaryOperator f) {
        return Arrays.stream(x).map(f).toArray();
    }

    /** log p/q of Student's t against N(0, 1), but for a constant. */
    private static SmoothedWeights student(double degrees, double[] x) {
        return SmoothedWeights.of(map(x, z -> z * z / 2 - (degrees + 1) / 2 * Math.log1p(z * z / degrees)));
    }

    @Test
    void normalsHaveNone() {
        double[][] columns =
                IntStream.range(0, 200).mapToObj(i -> normals(i, DRAWS)).toArray(double[][]::new);
        assertThat(UnseenTail.concerns(of(columns), SmoothedWeights.equal(DRAWS)))
                .isEmpty();
    }

    /** Weighted squares of nu degrees have the shape 2/nu, at 30 those of a normal nearly. */
    @Test
    void theTailOfWeightsIsThePosteriors() {
        double[] x = normals(1, DRAWS);
        double[] beside = normals(2, DRAWS);
        assertThat(UnseenTail.concerns(of(beside, x), student(2.5, x)))
                .singleElement()
                .satisfies(concern -> {
                    assertThat(concern.parameter()).isEqualTo("x1");
                    assertThat(concern.verdict()).isEqualTo(Verdict.USABLE);
                });
        assertThat(UnseenTail.concerns(of(beside, x), student(30, x))).isEmpty();
    }

    /** exp(1.5·z) has it under N(0, 1) itself; as a coordinate of normals it cannot be. */
    @Test
    void aQuantityMayHaveOneOfItsOwn() {
        double[] z = normals(3, DRAWS);
        double[][] tau = {map(z, x -> Math.exp(1.5 * x))};
        DrawnNumbers both = new DrawnNumbers(List.of("log tau"), new double[][] {z}, List.of("tau"), tau);
        assertThat(UnseenTail.concerns(both, SmoothedWeights.equal(DRAWS))).isEmpty();
        assertThat(UnseenTail.concerns(of(tau), SmoothedWeights.equal(DRAWS))).hasSize(1);
    }

    @Test
    void oneDrawThatIsAllIsNoLessATail() {
        double[] x = normals(4, DRAWS);
        x[17] = 1e200;
        assertThat(UnseenTail.concerns(of(x), SmoothedWeights.equal(DRAWS)))
                .singleElement()
                .satisfies(concern -> assertThat(concern.words()).contains("any number"));
    }

    @Test
    void whatHasFewValuesHasNone() {
        double[] constant = new double[DRAWS];
        double[] sign = map(normals(5, DRAWS), Math::signum);
        assertThat(UnseenTail.concerns(of(constant, sign), SmoothedWeights.equal(DRAWS)))
                .isEmpty();
    }

    /** Of many numbers a shape by few draws is heavy for some. */
    @Test
    void fewDrawsTellNothing() {
        double[][] columns =
                IntStream.range(0, 5000).mapToObj(i -> normals(i, 104)).toArray(double[][]::new);
        assertThat(UnseenTail.concerns(of(columns), SmoothedWeights.equal(104))).isEmpty();
    }

    /** The posterior of log tau is N(0, 1.5²): q is right, and so is what it says of tau. */
    @Test
    void aRightFitOfAScaleIsGood() {
        Device device = TestDevices.scalar();
        Model model = Model.define(m -> m.parameter("tau", LogNormal.of(0, 1.5)));
        try (LogJoint joint = model.logJoint(device)) {
            FitResult fit = new VariationalMixture().seed(1).fit(device, joint);
            assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.GOOD);
        }
    }
}

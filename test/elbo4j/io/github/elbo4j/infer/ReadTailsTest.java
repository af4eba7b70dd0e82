package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Quantities;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The sd of tau where u = log tau is fitted, and the posterior has what makes it beyond the draws. Seeds are fixed. */
class ReadTailsTest {
    private static final Pattern SAID = Pattern.compile(
            "beyond the draws the posterior falls so slowly along u that the standard deviation of tau may be (\\S+) times that of q");

    /** log p(u), and of v beside it {@code v = u + N(0, 1)}. */
    private static LogJoint joint(DoubleUnaryOperator log, int dimensions, ToDoubleFunction<double[]> tau) {
        return joint(log, dimensions, tau, Set.of(0));
    }

    private static LogJoint joint(
            DoubleUnaryOperator log, int dimensions, ToDoubleFunction<double[]> tau, Set<Integer> hidden) {
        List<String> names = new ArrayList<>(List.of("u"));
        for (int d = 1; d < dimensions; d++) {
            names.add("v" + d);
        }
        return HostLogJoint.ofDraw(names, (z, gradient) -> {
                    double sum = log.applyAsDouble(z[0]);
                    double h = 1e-4;
                    gradient[0] = (log.applyAsDouble(z[0] + h) - log.applyAsDouble(z[0] - h)) / (2 * h);
                    for (int d = 1; d < z.length; d++) {
                        sum -= (z[d] - z[0]) * (z[d] - z[0]) / 2;
                        gradient[d] = z[0] - z[d];
                        gradient[0] -= gradient[d];
                    }
                    return sum;
                })
                .with(new Quantities(List.of("tau"), z -> new double[] {tau.applyAsDouble(z)}, hidden));
    }

    private static double exp(double[] z) {
        return Math.exp(z[0]);
    }

    /** Of 1/Gamma(a, 1), whose sd is {@code 1/((a − 1)·√(a − 2))}. */
    private static DoubleUnaryOperator inverseGamma(double a) {
        return u -> -a * u - Math.exp(-u);
    }

    /** u is N(mean, sd²), and v = u + N(0, 1). */
    private static Gaussian q(double mean, double sd, int dimensions) {
        double[] means = new double[dimensions];
        double[][] covariance = new double[dimensions][dimensions];
        for (int d = 0; d < dimensions; d++) {
            means[d] = mean;
            for (int e = 0; e < dimensions; e++) {
                covariance[d][e] = sd * sd + (d == e && d > 0 ? 1 : 0);
            }
        }
        return new Gaussian(means, covariance);
    }

    /** The q of largest ELBO for {@link #inverseGamma}: its variance is 1/a, its mean that less its half. */
    private static Gaussian best(double a, int dimensions) {
        return q(0.5 / a - Math.log(a), Math.sqrt(1 / a), dimensions);
    }

    private static Assessment judged(LogJoint joint, Gaussian q) {
        FreshDraws.Background known = new FreshDraws.Background(
                new Ending(Status.CONVERGED, ""),
                List.of(),
                List.of(),
                FreshDraws.DRAWS,
                FreshDraws.MOST,
                null,
                null,
                0);
        return FreshDraws.of(TestDevices.scalar(), joint, q, known, new Key(1)).assessment();
    }

    private static List<Concern> said(Assessment assessment) {
        return assessment.concerns().stream()
                .filter(concern -> concern.words().startsWith("beyond the draws"))
                .toList();
    }

    private static double ratio(Assessment assessment) {
        assertThat(said(assessment)).as(assessment.toString()).hasSize(1);
        Concern concern = said(assessment).get(0);
        assertThat(concern.kind()).isEqualTo(Concern.Kind.UNKNOWN_WIDTH);
        assertThat(concern.parameter()).isEqualTo("tau");
        Matcher words = SAID.matcher(concern.words());
        assertThat(words.matches()).as(concern.words()).isTrue();
        return Double.parseDouble(words.group(1));
    }

    private static double sdOfLogNormal(double mean, double variance) {
        return Math.exp(mean + variance / 2) * Math.sqrt(Math.expm1(variance));
    }

    /** 3.4, 2.3, 1.7 and 1.5 times q's, within 5 %: of the sum over places, and of the draws that set its level. */
    @Test
    void theSdOfAnInverseGammaIsThatOfItsFormula() {
        for (double a : new double[] {2.2, 2.5, 3, 3.5}) {
            double sd = 1 / ((a - 1) * Math.sqrt(a - 2));
            double expected = sd / sdOfLogNormal(0.5 / a - Math.log(a), 1 / a);
            for (int dimensions : new int[] {1, 3}) {
                Assessment found = judged(joint(inverseGamma(a), dimensions, ReadTailsTest::exp), best(a, dimensions));
                assertThat(ratio(found)).isCloseTo(expected, within(0.05 * expected));
                assertThat(said(found).get(0).verdict())
                        .isEqualTo(dimensions == 1 ? Verdict.DO_NOT_TRUST : Verdict.USABLE);
            }
        }
    }

    /** The sd of shape 10 is 1.10 times q's. */
    @Test
    void aLighterTailIsGood() {
        for (int dimensions : new int[] {1, 3}) {
            Assessment found = judged(joint(inverseGamma(10), dimensions, ReadTailsTest::exp), best(10, dimensions));
            assertThat(said(found)).as(found.toString()).isEmpty();
        }
    }

    /** exp(u) has no sd where u is of Student's t; that q's own draws do not tell the sd of tau is nothing against it where p is q. */
    @Test
    void whatHasNoSdIsManyTimesAsWide() {
        DoubleUnaryOperator student = u -> -5 * Math.log1p(u * u / 9);
        assertThat(ratio(judged(joint(student, 1, ReadTailsTest::exp), q(0, 1.1, 1))))
                .isGreaterThan(1e6);
        DoubleUnaryOperator normal = u -> -u * u / (2 * 1.5 * 1.5);
        Assessment right = judged(joint(normal, 2, ReadTailsTest::exp), q(0, 1.5, 2));
        assertThat(said(right)).as(right.toString()).isEmpty();
    }

    @Test
    void itIsOfWhatIsReadInThePlaceOfOneCoordinate() {
        LogJoint falling = joint(inverseGamma(3), 2, z -> -Math.exp(z[0]));
        assertThat(ratio(judged(falling, best(3, 2)))).isGreaterThan(1.6);
        for (ToDoubleFunction<double[]> other : List.<ToDoubleFunction<double[]>>of(
                z -> Math.exp(z[0]) + 0.1 * z[1],
                z -> z[1],
                z -> 1,
                z -> Math.exp(-z[0]),
                z -> 1 / (1 + Math.exp(-z[0])))) {
            Assessment found = judged(joint(inverseGamma(3), 2, other), best(3, 2));
            assertThat(said(found)).as(found.toString()).isEmpty();
        }
        for (Set<Integer> hidden : List.of(Set.<Integer>of(), Set.of(1))) {
            LogJoint read = joint(inverseGamma(3), 2, ReadTailsTest::exp, hidden);
            assertThat(said(judged(read, best(3, 2)))).isEmpty();
        }
    }

    /** u is N(0, 0.5²), and q's sd 0.4: that tau is 1.34 times as wide is seen by draws, and told of them. */
    @Test
    void whatDrawsTellIsNotToldTwice() {
        Assessment found = judged(joint(u -> -2 * u * u, 2, ReadTailsTest::exp), q(0, 0.4, 2));
        assertThat(found.concerns()).anySatisfy(concern -> {
            assertThat(concern.kind()).isEqualTo(Concern.Kind.WRONG_WIDTH);
            assertThat(concern.parameter()).isEqualTo("tau");
        });
        assertThat(said(found)).as(found.toString()).isEmpty();
    }

    /**
     * u is N(0, 0.4²), and each v N(0, e^−u), so that p along v = 0 is e^{3u/2} times the posterior of u: by that line alone tau is {@code e^{1.5·0.16}} =
     * 1.27 times as wide.
     */
    @Test
    void theLevelOfALineIsThatOfDraws() {
        LogJoint narrowing = HostLogJoint.ofDraw(List.of("u", "v1", "v2", "v3"), (z, gradient) -> {
                    double squares = z[1] * z[1] + z[2] * z[2] + z[3] * z[3];
                    double e = Math.exp(z[0]);
                    gradient[0] = -z[0] / 0.16 + 1.5 - e * squares / 2;
                    for (int d = 1; d < 4; d++) {
                        gradient[d] = -e * z[d];
                    }
                    return -z[0] * z[0] / 0.32 + 1.5 * z[0] - e * squares / 2;
                })
                .with(new Quantities(List.of("tau"), z -> new double[] {Math.exp(z[0])}, Set.of(0)));
        double wide = Math.exp(0.04);
        Assessment found = judged(narrowing, Gaussian.independent(new double[4], new double[] {0.4, wide, wide, wide}));
        assertThat(found.verdict()).as(found.toString()).isNotEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(said(found)).as(found.toString()).isEmpty();
    }

    /**
     * u is N(0, 0.2²), and each of 100 v N(0, e^{−u/2}), so that p along v = 0 is e^{25u} times the posterior of u: it falls by 5 nats less with each standard
     * deviation, and from the level of draws alone would reach so far that tau were 4.3 times as wide.
     */
    @Test
    void aLineFallsAsDrawsDoWhereTheseFallFaster() {
        List<String> names =
                IntStream.rangeClosed(0, 100).mapToObj(d -> "z" + d).toList();
        LogJoint narrowing = HostLogJoint.ofDraw(names, (z, gradient) -> {
                    double squares = 0;
                    double e = Math.exp(z[0] / 2);
                    for (int d = 1; d <= 100; d++) {
                        squares += z[d] * z[d];
                        gradient[d] = -e * z[d];
                    }
                    gradient[0] = -z[0] / 0.04 + 25 - e * squares / 4;
                    return -z[0] * z[0] / 0.08 + 25 * z[0] - e * squares / 2;
                })
                .with(new Quantities(List.of("tau"), z -> new double[] {Math.exp(z[0])}, Set.of(0)));
        double[] sds = new double[101];
        Arrays.fill(sds, 1);
        sds[0] = 0.2;
        Assessment found = judged(narrowing, Gaussian.independent(new double[101], sds));
        assertThat(said(found)).as(found.toString()).isEmpty();
    }

    /** What a user reads may not allow values that no draw has. */
    @Test
    void whatCannotBeReadFarOutDoesNotCount() {
        LogJoint refusing = joint(inverseGamma(3), 1, z -> {
            if (Math.abs(z[0]) > 10) {
                throw new IllegalArgumentException("too far out: " + z[0]);
            }
            return Math.exp(z[0]);
        });
        assertThat(ratio(judged(refusing, best(3, 1)))).isGreaterThan(1.6);
    }

    @Test
    void fewDrawsSayNothing() {
        double[][] u = new double[1][20];
        double[][] tau = new double[1][20];
        double[] weights = new double[20];
        for (int s = 0; s < 20; s++) {
            u[0][s] = (s - 10) / 5.0;
            tau[0][s] = Math.exp(u[0][s]);
            weights[s] = 1;
        }
        LogJoint joint = joint(inverseGamma(3), 1, ReadTailsTest::exp);
        DrawnNumbers numbers = new DrawnNumbers(List.of("u"), u, List.of("tau"), tau);
        LineScan scan = LineScan.of(joint, TestDevices.scalar(), q(0, 1, 1));
        assertThat(scan).isNotNull();
        DrawSource source =
                new DrawSource.InClosedForm(new GaussianPosterior(List.of("u"), q(0, 1, 1)), Estimate.exact(0), z -> 0);
        assertThat(new ReadTails(numbers, joint.quantities(), weights).concerns(scan.lines(), source))
                .isEmpty();
    }
}

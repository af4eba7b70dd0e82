package io.github.elbo4j.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.Numbers;
import io.github.elbo4j.device.Key;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sums over rows, against the rows one by one. */
class EvidenceOfRowsTest {
    private static final int DRAWS = 2100;

    private static EvidenceOfRows rows(List<EvidenceBound> bounds) {
        return new EvidenceOfRows(new EvidenceOfRows.Draws(DRAWS, new Key(0), bounds));
    }

    private static double[] row(int n) {
        return Numbers.doubles(Numbers.normals(n, DRAWS, -20, 0.5 + n));
    }

    private static Evidence alone(double[] row, List<EvidenceBound> bounds) {
        Evidence.Course course = new Evidence.Course(new EvidenceSums(bounds, DRAWS), DRAWS);
        Arrays.stream(row).forEach(course::add);
        return course.evidence();
    }

    @Test
    void sumsAreThoseOfTheRows() {
        List<EvidenceBound> bounds = EvidenceBound.standard();
        EvidenceOfRows sums = rows(bounds);
        assertThatThrownBy(sums::sum).isInstanceOf(IllegalStateException.class).hasMessage("there are no rows");
        List<Evidence> each = List.of(alone(row(0), bounds), alone(row(1), bounds), alone(row(2), bounds));
        for (int n = 0; n < 3; n++) {
            sums.add(row(n));
        }
        assertThat(sums.rows()).isEqualTo(3);
        Evidence found = sums.sum();
        for (EvidenceBound bound : bounds) {
            EvidenceEstimate got = found.get(bound);
            double value = each.stream()
                    .mapToDouble(e -> e.get(bound).estimate().value())
                    .sum();
            double variance = each.stream()
                    .mapToDouble(e -> Math.pow(e.get(bound).estimate().standardError(), 2))
                    .sum();
            double effective = each.stream()
                    .mapToDouble(e -> e.get(bound).effectiveDraws())
                    .sum();
            assertThat(got.estimate().value()).as("%s", bound).isCloseTo(value, within(1e-10));
            assertThat(got.estimate().standardError()).as("%s", bound).isCloseTo(Math.sqrt(variance), within(1e-12));
            assertThat(got.effectiveDraws()).as("%s", bound).isCloseTo(effective / 3, within(1e-9));
            assertThat(got.estimate().draws())
                    .as("%s", bound)
                    .isEqualTo(each.get(0).get(bound).estimate().draws());
        }
        // Of the third row, of normals with an sd of 2.5, few draws count, so that its k-hat is asked.
        EvidenceEstimate worst = each.get(2).get(EvidenceBound.logMean());
        assertThat(worst.effectiveDraws()).isLessThan(0.1 * DRAWS);
        assertThat(found.get(EvidenceBound.logMean()).kHat()).isEqualTo(worst.kHat());
        Evidence.Stage middle = found.course().get(found.course().size() / 2);
        Evidence.Stage one = each.get(1).course().get(found.course().size() / 2);
        assertThat(middle.draws()).isEqualTo(one.draws());
        assertThat(found.course()
                        .get(found.course().size() - 1)
                        .estimates()
                        .get(0)
                        .value())
                .isEqualTo(found.estimates().get(0).estimate().value());
    }

    /** Draws of two states repeat, so that their tail has no shape, and the variance is finite all the same. */
    @Test
    void repeatedWeightsNeedNoShape() {
        double[] row = new double[DRAWS];
        for (int s = 0; s < DRAWS; s++) {
            row[s] = s % 4 == 0 ? Math.log(3) : Math.log(1.0 / 3);
        }
        List<EvidenceBound> mean = List.of(EvidenceBound.logMean());
        assertThat(alone(row, mean).estimates().get(0).kHat()).isInfinite();
        EvidenceOfRows sums = rows(mean);
        sums.add(row);
        EvidenceEstimate found = sums.sum().estimates().get(0);
        assertThat(found.kHat()).isZero();
        assertThat(found.estimate().value()).isCloseTo(0, within(1e-12));
        // Var(w)/(2S) of w = 3 with a quarter: 9/4 + 1/12 − 1, over E(w)² = 1
        assertThat(found.bias()).isCloseTo(-(9 / 4.0 + 1 / 12.0 - 1) / (2 * (DRAWS - 1)), within(1e-12));
    }

    @Test
    void aRowOfOtherDrawsIsRefused() {
        EvidenceOfRows sums = rows(List.of(EvidenceBound.logMean()));
        assertThatThrownBy(() -> sums.add(new double[7])).hasMessage("there are 7 draws of a row, but must be 2100");
    }
}

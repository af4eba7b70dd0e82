package io.github.elbo4j.factors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EnumerationTest {
    /** For thousands of steps, which an emulated device takes long for; all have the same bits. */
    static Device quick() {
        return TestDevices.all().stream()
                .filter(device -> !device.name().equals("cuda"))
                .findFirst()
                .orElseThrow();
    }

    static List<String> names(int columns) {
        return IntStream.range(0, columns).mapToObj(p -> "c" + p).toList();
    }

    /** Seeded factors, each strong in some columns. */
    static BinaryFactors factors(FactorModel model, int factors, int columns, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] prior = new double[factors];
        double[] base = new double[columns];
        double[][] loadings = new double[factors][columns];
        boolean sigmoid = model == FactorModel.SIGMOID;
        for (int p = 0; p < columns; p++) {
            base[p] = sigmoid ? -2 * random.nextDouble() : 0.02 + 0.2 * random.nextDouble();
        }
        for (int d = 0; d < factors; d++) {
            prior[d] = 0.1 + 0.6 * random.nextDouble();
            for (int p = 0; p < columns; p++) {
                loadings[d][p] = sigmoid ? 4 * random.nextDouble() - 2 : 0.01 + 2 * random.nextDouble();
            }
        }
        return BinaryFactors.of(model, names(columns), prior, base, loadings);
    }

    static BinaryData rows(int rows, int columns, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(2);
        }
        return BinaryData.of(names(columns), values);
    }

    static double[] state(int code, int factors) {
        double[] z = new double[factors];
        for (int d = 0; d < factors; d++) {
            z[d] = code >> d & 1;
        }
        return z;
    }

    /** log p(x) and p(z_d = 1 | x), in float64, by the definition. */
    private static double[] exact(BinaryFactors factors, double[] x) {
        int count = factors.factors();
        double[] sums = new double[count + 1];
        for (int code = 0; code < 1 << count; code++) {
            double[] z = state(code, count);
            double p = Math.exp(factors.logJoint(x, z));
            sums[count] += p;
            for (int d = 0; d < count; d++) {
                sums[d] += p * z[d];
            }
        }
        for (int d = 0; d < count; d++) {
            sums[d] /= sums[count];
        }
        sums[count] = Math.log(sums[count]);
        return sums;
    }

    /** A table alone; a table and a few blocks; more blocks than a wave: 2^3, 2^12 and 2^17 states, with awkward numbers of rows. */
    @EveryDevice
    void sumsOverAllStates(Device device) {
        for (FactorModel model : FactorModel.values()) {
            for (int[] size : new int[][] {{3, 5, 4}, {12, 7, 3}, {17, 4, 1}}) {
                BinaryFactors factors = factors(model, size[0], size[1], 5);
                BinaryData rows = rows(size[2], size[1], 6);
                List<Long> told = new ArrayList<>();
                Enumeration all = Enumeration.of(device, factors, rows, () -> false, told::add);
                assertThat(told.get(told.size() - 1)).isEqualTo(1L << size[0]).isEqualTo(all.states());
                for (int n = 0; n < rows.rows(); n++) {
                    double[] exact = exact(factors, rows.row(n));
                    // Terms of some ten nats in float32, of which each rounds by 1e-6: so do their sums, at most.
                    assertThat(all.logEvidence(n)).isCloseTo(exact[size[0]], within(1e-5));
                    for (int d = 0; d < size[0]; d++) {
                        assertThat(all.posterior(n, d)).isCloseTo(exact[d], within(1e-5));
                    }
                }
            }
        }
    }

    /** The bound of draws lies below by the divergence of q, which here is known: q is the prior. Importance sampling finds log p(x). */
    @EveryDevice
    void boundsOfDrawsAgree(Device device) {
        for (FactorModel model : FactorModel.values()) {
            BinaryFactors factors = factors(model, 5, 6, 7);
            BinaryData rows = rows(9, 6, 8);
            RowBounds bounds = RowBounds.of(device, factors, rows, 20_000, new Key(3));
            for (int n = 0; n < rows.rows(); n++) {
                double elbo = 0;
                double[] exact = exact(factors, rows.row(n));
                for (int code = 0; code < 32; code++) {
                    double[] z = state(code, 5);
                    double logQ = 0;
                    for (int d = 0; d < 5; d++) {
                        logQ += Math.log(z[d] > 0 ? factors.prior(d) : 1 - factors.prior(d));
                    }
                    elbo += Math.exp(logQ) * (factors.logJoint(rows.row(n), z) - logQ);
                }
                assertThat(bounds.elbo(n).value())
                        .isCloseTo(elbo, within(5 * bounds.elbo(n).standardError() + 1e-5));
                assertThat(bounds.logEvidence(n).value())
                        .isCloseTo(exact[5], within(5 * bounds.logEvidence(n).standardError() + 1e-5));
                assertThat(bounds.q(n, 2)).isCloseTo(factors.prior(2), within(1e-6));
                assertThat(bounds.effectiveDraws(n)).isBetween(10.0, 20_000.0);
            }
        }
    }

    @Test
    void whatWouldTakeTooLongIsRefused() {
        assertThatThrownBy(() -> Enumeration.check(31, 1)).hasMessageContaining("2^31 states");
        assertThatThrownBy(() -> Enumeration.check(21, 2)).hasMessageContaining("only a single row");
        Enumeration.check(20, 10);
        Enumeration.check(30, 1);
    }

    @EveryDevice
    void stopsWhenAsked(Device device) {
        BinaryFactors factors = factors(FactorModel.SIGMOID, 4, 5, 1);
        assertThatThrownBy(() -> Enumeration.of(device, factors, rows(1, 5, 1), () -> true, done -> {}))
                .isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> Enumeration.of(device, factors, rows(1, 6, 1), () -> false, done -> {}))
                .hasMessageContaining("the rows have the columns c0, c1, c2, c3, c4, c5");
    }
}

package io.github.elbo4j.cli.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Every number that is read is the nearest, as Java has it, whatever stands behind it; few of ordinary notation are left to others. */
class DecimalBytesTest {
    private static final int NUMBERS = 200_000;

    private static final String[] BEHIND = {",", "\n", "\r\n", ";", ",1", ",.5", "x", " ", "\t9", "|", "é"};

    private final DecimalBytes decimal = new DecimalBytes();

    /** The bits of the number in front of something, or NaN. */
    private double read(String number, String behind) {
        byte[] text = ("77" + number + behind).getBytes(StandardCharsets.UTF_8);
        double value = decimal.read(Arrays.copyOf(text, text.length + DecimalBytes.BEHIND), 2);
        if (!Double.isNaN(value)) {
            assertThat(decimal.end()).as(number + behind).isEqualTo(2 + number.length());
        }
        return value;
    }

    /** Returns the share that was read. */
    private double same(Function<Random, String> notation) {
        Random random = new Random(1);
        int read = 0;
        for (int n = 0; n < NUMBERS; n++) {
            String number = notation.apply(random);
            double value = read(number, BEHIND[n % BEHIND.length]);
            if (!Double.isNaN(value)) {
                assertThat(Double.doubleToRawLongBits(value))
                        .as(number)
                        .isEqualTo(Double.doubleToRawLongBits(Double.parseDouble(number)));
                read++;
            }
        }
        return (double) read / NUMBERS;
    }

    @Test
    void numbersAreTheNearest() {
        assertThat(same(r -> String.valueOf(r.nextInt(2000) / 100.0 - 10))).isEqualTo(1);
        assertThat(same(r -> String.valueOf(r.nextInt()))).isEqualTo(1);
        assertThat(same(r -> String.format(Locale.ROOT, "%.6e", r.nextGaussian())))
                .isEqualTo(1);
        assertThat(same(r -> String.format(Locale.ROOT, "%." + r.nextInt(12) + "f", 1e4 * r.nextGaussian())))
                .isEqualTo(1);
        // Of numbers beyond 2^53 a few in 2^50 are too near the middle of two.
        assertThat(same(r -> String.valueOf(r.nextGaussian()))).isGreaterThan(0.95);
        assertThat(same(r -> String.valueOf(r.nextLong() >> r.nextInt(20)))).isGreaterThan(0.3);
        same(r -> String.valueOf(Double.longBitsToDouble(r.nextLong())).replace("NaN", "0"));
    }

    /** Numbers just beside the middle of two float64, and on it. */
    @Test
    void numbersNearTheMiddleOfTwo() {
        same(r -> {
            long middle = (1L << 53) + 2L * r.nextInt(1 << 30) + 1;
            return BigDecimal.valueOf(10 * middle + r.nextInt(3) - 1, 1).toPlainString();
        });
        same(r -> {
            double value = r.nextInt(1000) + r.nextDouble();
            BigDecimal middle = new BigDecimal(value)
                    .add(new BigDecimal(Math.nextUp(value)))
                    .divide(BigDecimal.valueOf(2));
            return middle.toPlainString()
                    .substring(0, Math.min(19, middle.toPlainString().length()));
        });
    }

    @Test
    void whatIsNoNumberIsNone() {
        for (String none : new String[] {"", "-", ".", "-.", "e5", "NA", "+5", "1e", "1e+", "é", "/5", ":5"}) {
            for (String behind : new String[] {",", "\n", "\r\n"}) {
                assertThat(read(none, behind)).as(none).isNaN();
            }
        }
        assertThat(read("0", ":")).isZero(); // the byte behind nine
        assertThat(read("0", "/")).isZero();
        assertThat(read("1234567", ":")).isEqualTo(1234567);
        assertThat(Double.doubleToRawLongBits(read("-0", ","))).isEqualTo(Double.doubleToRawLongBits(-0.0));
    }
}

package io.github.elbo4j.report.words;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers for people: no more digits than their error justifies, and the same text on every machine. */
public final class Numbers {
    private static final int MOST_DECIMALS = 8;
    /** Below 10^-3 and from 10^7 on, an exponent reads better than zeros. */
    private static final int LEAST_EXPONENT = -3;

    private static final int MOST_EXPONENT = 7;

    private Numbers() {}

    /** The decimals that show {@code error} with {@code digits} significant digits, at most 8 and at least 0. */
    public static int decimals(double error, int digits) {
        if (!(error > 0) || Double.isInfinite(error)) {
            return Math.min(digits + 1, MOST_DECIMALS);
        }
        int exponent = (int) Math.floor(Math.log10(error));
        return Math.max(0, Math.min(MOST_DECIMALS, digits - 1 - exponent));
    }

    /** With a fixed number of decimals. */
    public static String fixed(double value, int decimals) {
        if (!Double.isFinite(value)) {
            return words(value);
        }
        if (Math.abs(value) >= 1e15) {
            return significant(value, 4);
        }
        String text =
                new BigDecimal(value).setScale(decimals, RoundingMode.HALF_EVEN).toPlainString();
        return text.matches("-0(\\.0*)?") ? text.substring(1) : text;
    }

    /** With that many significant digits; with an exponent where the number is very small or large. */
    public static String significant(double value, int digits) {
        if (!Double.isFinite(value)) {
            return words(value);
        }
        if (value == 0) {
            return "0";
        }
        int exponent = (int) Math.floor(Math.log10(Math.abs(value)));
        if (exponent < LEAST_EXPONENT || exponent >= MOST_EXPONENT) {
            return String.format(Locale.ROOT, "%." + (digits - 1) + "e", value);
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
        int decimals = digits - rounded.precision() + rounded.scale();
        return rounded.setScale(Math.max(0, decimals), RoundingMode.UNNECESSARY).toPlainString();
    }

    /** {@code value ± error}, both to the error's second digit. */
    public static String withError(double value, double error) {
        return withError(value, error, MOST_DECIMALS);
    }

    /** With no more than these decimals: nats beyond the fourth make no difference. */
    public static String withError(double value, double error, int mostDecimals) {
        int decimals = Math.min(mostDecimals, decimals(error, 2));
        return Double.isFinite(error) ? fixed(value, decimals) + " ± " + fixed(error, decimals) : fixed(value, 2);
    }

    /** A whole number in groups of three: 12,345. */
    public static String grouped(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** 12.3 M, 45 k: for speeds. */
    public static String short3(double value) {
        double scaled = value;
        String unit = "";
        for (String next : new String[] {" k", " M", " G", " T"}) {
            if (!(scaled >= 999.5)) {
                break;
            }
            scaled /= 1000;
            unit = next;
        }
        return significant(scaled, 3) + unit;
    }

    /** 0.42 s, 12.3 s, 3 min 20 s. */
    public static String seconds(double seconds) {
        if (seconds < 60) {
            return fixed(seconds, seconds < 9.95 ? 2 : 1) + " s";
        }
        long whole = Math.round(seconds);
        return whole < 3600
                ? whole / 60 + " min " + whole % 60 + " s"
                : whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }

    private static String words(double value) {
        if (Double.isNaN(value)) {
            return "none";
        }
        return value > 0 ? "infinite" : "-infinite";
    }
}

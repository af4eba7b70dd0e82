package io.github.elbo4j.cli.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads a decimal number at a place in bytes, eight digits at a time: {@code ±m·10^k} to the nearest float64, where that takes few
 * operations. Numbers of more digits, or of exponents that tables seldom have, are left to others, as is what is no number.
 */
final class DecimalBytes {
    /** Bytes that must be there, whatever they are, from the end of a number on. */
    static final int BEHIND = 1 + Long.BYTES;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ZEROS = 0x3030303030303030L;
    private static final long HIGH = 0x8080808080808080L;
    /** What makes bytes of 10 and more reach {@link #HIGH}. */
    private static final long ABOVE = 0x7676767676767676L;

    private static final int MOST_DIGITS = 18;
    private static final int MOST_OF_EXPONENT = 1000;
    private static final long MOST_EXACT = 1L << 53;
    private static final double NEAR = 0x1p-50;

    /** 10^n. */
    private static final long[] TENS = new long[MOST_DIGITS + 1];
    /** 10^k, of which float64 holds 22 exactly. */
    private static final double[] POWERS = new double[23];

    static {
        TENS[0] = 1;
        for (int n = 1; n < TENS.length; n++) {
            TENS[n] = 10 * TENS[n - 1];
        }
        POWERS[0] = 1;
        for (int k = 1; k < POWERS.length; k++) {
            POWERS[k] = 10 * POWERS[k - 1];
        }
    }

    private int end;

    /** Behind the number that was read last. */
    int end() {
        return end;
    }

    /** A number of a sign, digits, a point and an exponent; NaN if there is none, or if it is left to others. */
    double read(byte[] bytes, int start) {
        boolean negative = bytes[start] == '-';
        int first = negative ? start + 1 : start;
        int at = first;
        long m = 0;
        int point = -1;
        while (true) {
            long digits = (long) LONGS.get(bytes, at) ^ ZEROS;
            long others = (digits + ABOVE | digits) & HIGH;
            int count = Long.numberOfTrailingZeros(others) >>> 3; // in front of the first that is no digit
            if (count > 0) {
                if (m >= TENS[MOST_DIGITS - count]) {
                    return Double.NaN;
                }
                m = m * TENS[count] + eight(digits << (64 - 8 * count));
                at += count;
            }
            if (count < 8) {
                if (point >= 0 || bytes[at] != '.') {
                    break;
                }
                point = at++;
            }
        }
        end = at;
        if (at - first == (point < 0 ? 0 : 1)) {
            return Double.NaN; // no digit
        }
        int power = point < 0 ? 0 : point + 1 - at;
        if ((bytes[at] | 0x20) == 'e') {
            int exponent = exponent(bytes, at + 1);
            if (Math.abs(exponent) >= MOST_OF_EXPONENT) {
                return Double.NaN;
            }
            power += exponent;
        }
        double value = scaled(m, power);
        return negative ? -value : value;
    }

    /** Eight digits, the first in the lowest byte. */
    private static long eight(long digits) {
        long pairs = digits * 10 + (digits >>> 8); // in every other byte
        return ((pairs & 0xff000000ffL) * (100 + (1_000_000L << 32))
                        + (pairs >>> 16 & 0xff000000ffL) * (1 + (10_000L << 32)))
                >>> 32;
    }

    /** Reads an exponent; one that is none is so large that the number is left to others. */
    private int exponent(byte[] bytes, int start) {
        int at = bytes[start] == '-' || bytes[start] == '+' ? start + 1 : start;
        int first = at;
        int exponent = 0;
        for (; bytes[at] >= '0' && bytes[at] <= '9' && exponent < MOST_OF_EXPONENT; at++) {
            exponent = 10 * exponent + bytes[at] - '0';
        }
        end = at;
        return at == first ? MOST_OF_EXPONENT : bytes[start] == '-' ? -exponent : exponent;
    }

    /** {@code m·10^power} to the nearest; NaN if that is not certain. */
    private static double scaled(long m, int power) {
        if (power > 0) { // with both exact (Clinger 1990)
            return m <= MOST_EXACT && power < POWERS.length ? m * POWERS[power] : Double.NaN;
        }
        if (-power >= POWERS.length) {
            return Double.NaN;
        }
        double ten = POWERS[-power];
        double rounded = m;
        double quotient = rounded / ten;
        if (m <= MOST_EXACT) {
            return quotient;
        }
        // What quotient·ten lacks to m is exact; m/ten lies between quotient and rest a little smaller, and a little
        // larger.
        double rest = (Math.fma(-quotient, ten, rounded) + (m - (long) rounded)) / ten;
        double value = quotient + rest * (1 - NEAR);
        return value == quotient + rest * (1 + NEAR) ? value : Double.NaN;
    }
}

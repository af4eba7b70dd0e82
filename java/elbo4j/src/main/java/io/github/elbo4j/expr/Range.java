package io.github.elbo4j.expr;

import java.util.List;

/**
 * Which values an expression can have, as far as its operands tell: from low to high, the ends included or not. It decides
 * whether a scale may be negative before anything is computed.
 */
public record Range(double low, boolean lowOpen, double high, boolean highOpen) {
    static final Range ALL = new Range(Double.NEGATIVE_INFINITY, true, Double.POSITIVE_INFINITY, true);
    static final Range POSITIVE = new Range(0, true, Double.POSITIVE_INFINITY, true);
    static final Range NOT_NEGATIVE = new Range(0, false, Double.POSITIVE_INFINITY, true);
    static final Range NEGATIVE = new Range(Double.NEGATIVE_INFINITY, true, 0, true);
    static final Range UNIT = new Range(0, true, 1, true);

    static Range closed(double low, double high) {
        return new Range(low, false, high, false);
    }

    public boolean isPositive() {
        return low > 0 || (low == 0 && lowOpen);
    }

    public boolean isNegative() {
        return high < 0 || (high == 0 && highOpen);
    }

    public boolean isNotNegative() {
        return low >= 0;
    }

    public boolean isNotPositive() {
        return high <= 0;
    }

    /** Whether all of it lies in another. */
    public boolean isWithin(Range other) {
        return (low > other.low || (low == other.low && (lowOpen || !other.lowOpen)))
                && (high < other.high || (high == other.high && (highOpen || !other.highOpen)));
    }

    Range negated() {
        return new Range(-high, /* lowOpen= */ highOpen, -low, /* highOpen= */ lowOpen);
    }

    private Range plus(Range other) {
        return new Range(low + other.low, lowOpen || other.lowOpen, high + other.high, highOpen || other.highOpen);
    }

    private Range times(Range other) {
        if (low == high && other.low == other.high) {
            return closed(low * other.low, low * other.low);
        }
        if ((isPositive() && other.isPositive()) || (isNegative() && other.isNegative())) {
            double least =
                    Math.min(Math.abs(low), Math.abs(high)) * Math.min(Math.abs(other.low), Math.abs(other.high));
            double most = Math.max(Math.abs(low), Math.abs(high)) * Math.max(Math.abs(other.low), Math.abs(other.high));
            return isPositive()
                    ? new Range(
                            nan(least, 0),
                            lowOpen || other.lowOpen,
                            nan(most, Double.POSITIVE_INFINITY),
                            highOpen || other.highOpen)
                    : new Range(
                            nan(least, 0),
                            highOpen || other.highOpen,
                            nan(most, Double.POSITIVE_INFINITY),
                            lowOpen || other.lowOpen);
        }
        if ((isPositive() && other.isNegative()) || (isNegative() && other.isPositive())) {
            return NEGATIVE;
        }
        if ((isNotNegative() && other.isNotNegative()) || (isNotPositive() && other.isNotPositive())) {
            return NOT_NEGATIVE;
        }
        if ((isNotNegative() && other.isNotPositive()) || (isNotPositive() && other.isNotNegative())) {
            return NOT_NEGATIVE.negated();
        }
        return ALL;
    }

    /** Of the sum of one or more. */
    private Range sum() {
        return isPositive() ? POSITIVE : isNotNegative() ? NOT_NEGATIVE : isNegative() ? NEGATIVE : ALL;
    }

    private static double nan(double value, double instead) {
        return Double.isNaN(value) ? instead : value;
    }

    private Range inverse() {
        return isPositive() ? POSITIVE : isNegative() ? NEGATIVE : ALL;
    }

    private Range hull(Range other) {
        boolean lower = low < other.low || (low == other.low && !lowOpen);
        boolean higher = high > other.high || (high == other.high && !highOpen);
        return new Range(
                lower ? low : other.low,
                lower ? lowOpen : other.lowOpen,
                higher ? high : other.high,
                higher ? highOpen : other.highOpen);
    }

    /** Of a primitive that is not a leaf. */
    static Range of(Primitive primitive, List<Expr> operands) {
        Range a = operands.get(0).range();
        return switch (primitive) {
            case ADD -> a.plus(operands.get(1).range());
            case SUBTRACT -> a.plus(operands.get(1).range().negated());
            case MULTIPLY ->
                operands.get(0) == operands.get(1)
                        ? (a.isPositive() || a.isNegative() ? a.times(a) : NOT_NEGATIVE)
                        : a.times(operands.get(1).range());
            case DIVIDE -> a.times(operands.get(1).range().inverse());
            case MIN -> minimum(a, operands.get(1).range());
            case MAX -> minimum(a.negated(), operands.get(1).range().negated()).negated();
            case SELECT -> operands.get(1).range().hull(operands.get(2).range());
            case NEGATE -> a.negated();
            case ABS -> a.isPositive() ? a : a.isNegative() ? a.negated() : NOT_NEGATIVE;
            case EXP -> a.isNotPositive() ? new Range(0, true, 1, a.isNegative()) : POSITIVE;
            case SOFTPLUS, INVERSE_MILLS, TRIGAMMA -> POSITIVE;
            case LOG ->
                a.low >= 1
                        ? new Range(0, a.low == 1 && a.lowOpen, Double.POSITIVE_INFINITY, true)
                        : a.high <= 1 ? new Range(Double.NEGATIVE_INFINITY, true, 0, a.highOpen) : ALL;
            case LOG1P, EXPM1 -> a.isPositive() ? POSITIVE : a.isNotNegative() ? NOT_NEGATIVE : ALL;
            case SQRT -> a.isPositive() ? POSITIVE : NOT_NEGATIVE;
            case SIGMOID -> UNIT;
            case TANH, ERF -> a.isPositive() ? UNIT : new Range(-1, true, 1, true);
            case LOG_NORMAL_CDF -> NEGATIVE;
            case LOG_GAMMA, DIGAMMA -> ALL;
            case SUM, CUMULATIVE_SUM -> a.sum();
            case MATMUL -> a.times(operands.get(1).range()).sum();
            case SEGMENT_SUM -> a.isNotNegative() ? NOT_NEGATIVE : ALL;
            case GREATEST, GATHER, SLICE, TRANSPOSE, RESHAPE, BROADCAST, SURROGATE -> a;
            case CONCATENATE -> {
                Range all = a;
                for (Expr operand : operands) {
                    all = all.hull(operand.range());
                }
                yield all;
            }
            case CONSTANT, DATA, PARAMETER, NORMALS -> throw new AssertionError(primitive);
        };
    }

    private static Range minimum(Range a, Range b) {
        boolean lower = a.low < b.low || (a.low == b.low && !a.lowOpen);
        boolean higher = a.high < b.high || (a.high == b.high && a.highOpen);
        return new Range(
                lower ? a.low : b.low,
                lower ? a.lowOpen : b.lowOpen,
                higher ? a.high : b.high,
                higher ? a.highOpen : b.highOpen);
    }

    @Override
    public String toString() {
        return (lowOpen ? "(" : "[") + low + ", " + high + (highOpen ? ")" : "]");
    }
}

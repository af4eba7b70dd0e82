package io.github.elbo4j.simd;

import static io.github.elbo4j.scalar.DetMathConstants.*;
import static io.github.elbo4j.simd.Lanes.F;
import static jdk.incubator.vector.FloatVector.broadcast;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link io.github.elbo4j.scalar.DetMath} on vectors of the shape in {@link Lanes}: each lane has the bits of the scalar
 * function, where formulas, domains and errors are documented. Where the two are written apart, the comment says why
 * the result is the same.
 *
 * <p>Every method must be inlined into the caller's loop: one that is not puts its vectors on the heap and costs ten
 * times as much. HotSpot's compiler stops inlining ordinary methods once the compiled method has grown to 18,000 nodes,
 * and a vector operation takes about 400, whereas vector operations themselves are always inlined. Hence the bodies
 * here are written out, without small helpers, and a loop that calls several of these functions does well to
 * call the largest last, or to work in stages over a small array. Constants are broadcast where they are used: a
 * vector in a static field would be loaded from the heap.
 */
final class VectorMath {
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final int EXPONENT = 0xff800000;
    private static final int SIGN = 0x80000000;
    /** Up to here in absolute value e^x and 2^n are normal. */
    static final float NEAR = 87f;

    private VectorMath() {}

    /** ln x; twin: DetMath.log. */
    public static FloatVector log(FloatVector x) {
        VectorMask<Float> tiny = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
        IntVector bits = x.blend(x.mul(0x1p23f), tiny).reinterpretAsInts();
        IntVector k = bits.sub(TWO_THIRDS_BITS).and(EXPONENT);
        FloatVector f = bits.sub(k).reinterpretAsFloats().sub(1f);
        // Subtracting 23 exponents where tiny, as floats: whole multiples of 2^23 below 2^31, so each step is exact.
        FloatVector e = (FloatVector) k.convert(VectorOperators.I2F, 0);
        e = e.blend(e.sub(23 * 0x1p23f), tiny);
        FloatVector p = broadcast(F, L10).fma(f, broadcast(F, L9));
        p = p.fma(f, broadcast(F, L8));
        p = p.fma(f, broadcast(F, L7));
        p = p.fma(f, broadcast(F, L6));
        p = p.fma(f, broadcast(F, L5));
        p = p.fma(f, broadcast(F, L4));
        p = p.fma(f, broadcast(F, L3));
        p = p.fma(f, broadcast(F, L2));
        FloatVector r = e.fma(broadcast(F, LN2_PER_EXPONENT_BIT), f.mul(f).fma(p, f));
        FloatVector edge =
                x.blend(Float.NaN, x.compare(VectorOperators.LT, 0f)).blend(-INF, x.compare(VectorOperators.EQ, 0f));
        VectorMask<Float> inside = x.compare(VectorOperators.GT, 0f).and(x.compare(VectorOperators.LT, INF));
        return edge.blend(r, inside);
    }

    /** ln(1 + x); twin: DetMath.log1p. */
    public static FloatVector log1p(FloatVector x) {
        FloatVector r = log1pInside(x);
        FloatVector edge =
                x.blend(Float.NaN, x.compare(VectorOperators.LT, -1f)).blend(-INF, x.compare(VectorOperators.EQ, -1f));
        VectorMask<Float> inside = x.compare(VectorOperators.GT, -1f)
                .and(x.compare(VectorOperators.LT, INF))
                .and(x.compare(VectorOperators.NE, 0f));
        return edge.blend(r, inside);
    }

    /** ln(1 + x) for -1 &lt; x &lt; inf; twin: DetMath.log1pInside. */
    static FloatVector log1pInside(FloatVector x) {
        IntVector k = x.add(1f).reinterpretAsInts().sub(TWO_THIRDS_BITS).and(EXPONENT);
        FloatVector scale = k.neg().add(0x40800000).reinterpretAsFloats().mul(0.25f);
        FloatVector f = x.fma(scale, scale.sub(1f));
        FloatVector e = (FloatVector) k.convert(VectorOperators.I2F, 0);
        FloatVector p = broadcast(F, L10).fma(f, broadcast(F, L9));
        p = p.fma(f, broadcast(F, L8));
        p = p.fma(f, broadcast(F, L7));
        p = p.fma(f, broadcast(F, L6));
        p = p.fma(f, broadcast(F, L5));
        p = p.fma(f, broadcast(F, L4));
        p = p.fma(f, broadcast(F, L3));
        p = p.fma(f, broadcast(F, L2));
        return e.fma(broadcast(F, LN2_PER_EXPONENT_BIT), f.mul(f).fma(p, f));
    }

    /** e^x; twin: DetMath.exp. */
    public static FloatVector exp(FloatVector x) {
        FloatVector a = x.blend(EXP_HIGH, x.compare(VectorOperators.GT, EXP_HIGH));
        a = a.blend(EXP_LOW, a.compare(VectorOperators.LT, EXP_LOW));
        FloatVector t = a.fma(broadcast(F, LOG2_E), broadcast(F, EXP_ROUNDER));
        FloatVector n = t.sub(EXP_ROUNDER);
        FloatVector r = n.fma(broadcast(F, -LN2_HIGH), a);
        r = n.fma(broadcast(F, -LN2_LOW), r);
        FloatVector p = broadcast(F, E6).fma(r, broadcast(F, E5));
        p = p.fma(r, broadcast(F, E4));
        p = p.fma(r, broadcast(F, E3));
        p = p.fma(r, broadcast(F, E2));
        p = p.fma(r, broadcast(F, 1f));
        p = p.fma(r, broadcast(F, 1f));
        IntVector bits = t.reinterpretAsInts();
        IntVector half = bits.lanewise(VectorOperators.ASHR, 1);
        IntVector rest = bits.sub(half);
        return p.mul(half.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats())
                .mul(rest.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
    }

    /** e^x where |x| &lt;= {@link #NEAR}, the same bits: 2^n is one factor there. */
    static FloatVector expNear(FloatVector x) {
        FloatVector t = x.fma(broadcast(F, LOG2_E), broadcast(F, EXP_ROUNDER));
        FloatVector n = t.sub(EXP_ROUNDER);
        FloatVector r = n.fma(broadcast(F, -LN2_HIGH), x);
        r = n.fma(broadcast(F, -LN2_LOW), r);
        FloatVector p = broadcast(F, E6).fma(r, broadcast(F, E5));
        p = p.fma(r, broadcast(F, E4));
        p = p.fma(r, broadcast(F, E3));
        p = p.fma(r, broadcast(F, E2));
        p = p.fma(r, broadcast(F, 1f));
        p = p.fma(r, broadcast(F, 1f));
        IntVector exponent = t.reinterpretAsInts().sub(127).lanewise(VectorOperators.LSHL, 23);
        return p.mul(exponent.reinterpretAsFloats());
    }

    /** e^x - 1; twin: DetMath.expm1. */
    public static FloatVector expm1(FloatVector x) {
        FloatVector a = x.blend(EXP_HIGH, x.compare(VectorOperators.GT, EXP_HIGH));
        a = a.blend(EXPM1_LOW, a.compare(VectorOperators.LT, EXPM1_LOW));
        FloatVector t = a.fma(broadcast(F, LOG2_E), broadcast(F, EXP_ROUNDER));
        FloatVector n = t.sub(EXP_ROUNDER);
        FloatVector r = n.fma(broadcast(F, -LN2_HIGH), a);
        r = n.fma(broadcast(F, -LN2_LOW), r);
        FloatVector p = broadcast(F, E6).fma(r, broadcast(F, E5));
        p = p.fma(r, broadcast(F, E4));
        p = p.fma(r, broadcast(F, E3));
        p = p.fma(r, broadcast(F, E2));
        p = r.mul(r).fma(p, r);
        FloatVector half = t.reinterpretAsInts()
                .sub(128)
                .lanewise(VectorOperators.LSHL, 23)
                .reinterpretAsFloats();
        FloatVector y = half.fma(p, half.sub(0.5f)).mul(2f);
        return y.blend(x, x.abs().compare(VectorOperators.LT, EXPM1_SMALL));
    }

    /** ln(1 + e^x); twin: DetMath.softplus. */
    public static FloatVector softplus(FloatVector x) {
        FloatVector r = log1pInside(exp(x.abs().neg()));
        return broadcast(F, 0f).blend(x, x.compare(VectorOperators.GT, 0f)).add(r);
    }

    /** 1/(1 + e^-x); twin: DetMath.sigmoid. */
    public static FloatVector sigmoid(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        FloatVector y = reciprocalOnePlus(e);
        return y.blend(e.mul(y), x.compare(VectorOperators.LT, 0f));
    }

    /** tanh x; twin: DetMath.tanh. */
    public static FloatVector tanh(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector e = exp(a.mul(-2f));
        FloatVector large = e.mul(-2f).fma(reciprocalOnePlus(e), broadcast(F, 1f));
        FloatVector w = a.mul(a);
        FloatVector p = broadcast(F, T9).fma(w, broadcast(F, T7));
        p = p.fma(w, broadcast(F, T5));
        p = p.fma(w, broadcast(F, T3));
        FloatVector small = a.fma(w.mul(p), a);
        IntVector sign = x.reinterpretAsInts().and(SIGN);
        return large.blend(small, a.compare(VectorOperators.LT, TANH_SMALL))
                .reinterpretAsInts()
                .lanewise(VectorOperators.XOR, sign)
                .reinterpretAsFloats();
    }

    /**
     * 1/x for normal x &gt; 0, infinity and NaN; twin: DetMath.reciprocal. Tiny and negative arguments are not needed;
     * handling them made the compiler put a vector on the heap at times.
     */
    static FloatVector reciprocal(FloatVector x) {
        IntVector bits = x.reinterpretAsInts();
        // reciprocalOnePlus of the fraction, written out.
        FloatVector e = bits.and(~EXPONENT).or(0x3f800000).reinterpretAsFloats().sub(1f);
        FloatVector y = broadcast(F, R3).fma(e, broadcast(F, R2));
        y = y.fma(e, broadcast(F, R1));
        y = y.fma(e, broadcast(F, R0));
        FloatVector r = e.neg().fma(y, broadcast(F, 1f).sub(y));
        y = y.fma(r.fma(r, r), y);
        IntVector n = bits.lanewise(VectorOperators.LSHR, 23).neg().add(2 * 127 + 127);
        IntVector half = n.lanewise(VectorOperators.ASHR, 1);
        IntVector rest = n.sub(half);
        y = y.mul(half.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats())
                .mul(rest.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
        FloatVector edge = x.blend(0f, x.compare(VectorOperators.EQ, INF));
        return edge.blend(y, x.compare(VectorOperators.LT, INF));
    }

    /** 1/(1 + e) for 0 &lt;= e &lt;= 1; twin: DetMath.reciprocalOnePlus. */
    static FloatVector reciprocalOnePlus(FloatVector e) {
        FloatVector y = broadcast(F, R3).fma(e, broadcast(F, R2));
        y = y.fma(e, broadcast(F, R1));
        y = y.fma(e, broadcast(F, R0));
        FloatVector r = e.neg().fma(y, broadcast(F, 1f).sub(y));
        return y.fma(r.fma(r, r), y);
    }

    /** sin(πx); twin: DetMath.sinPi. */
    public static FloatVector sinPi(FloatVector x) {
        FloatVector y = reduceHalfTurns(x.abs());
        FloatVector w = y.abs();
        FloatVector z = sinHalfTurn(w.blend(broadcast(F, 1f).sub(w), w.compare(VectorOperators.GT, 0.5f)));
        IntVector flip = y.reinterpretAsInts().and(SIGN);
        IntVector sign = x.reinterpretAsInts().and(SIGN);
        return z.reinterpretAsInts()
                .lanewise(VectorOperators.XOR, flip)
                .reinterpretAsFloats()
                .add(0f)
                .reinterpretAsInts()
                .lanewise(VectorOperators.XOR, sign)
                .reinterpretAsFloats();
    }

    /** cos(πx); twin: DetMath.cosPi. */
    public static FloatVector cosPi(FloatVector x) {
        return sinHalfTurn(broadcast(F, 0.5f).sub(reduceHalfTurns(x.abs()).abs()));
    }

    private static FloatVector reduceHalfTurns(FloatVector a) {
        FloatVector b = a.mul(0f).blend(a, a.compare(VectorOperators.LT, 0x1p24f));
        FloatVector k = b.fma(broadcast(F, 0.5f), broadcast(F, 0x1p23f)).sub(0x1p23f);
        return k.fma(broadcast(F, -2f), b);
    }

    /** sin(πa), |a| &lt;= 1/2; twin: DetMath.sinHalfTurn. */
    public static FloatVector sinHalfTurn(FloatVector a) {
        FloatVector w = a.mul(a);
        FloatVector p = broadcast(F, S9).fma(w, broadcast(F, S7));
        p = p.fma(w, broadcast(F, S5));
        p = p.fma(w, broadcast(F, S3));
        p = p.fma(w, broadcast(F, S1));
        return a.mul(p);
    }

    /** cos(πa), |a| &lt;= 1/2; twin: DetMath.cosHalfTurn. */
    public static FloatVector cosHalfTurn(FloatVector a) {
        FloatVector w = a.mul(a);
        FloatVector p = broadcast(F, C8).fma(w, broadcast(F, C6));
        p = p.fma(w, broadcast(F, C4));
        p = p.fma(w, broadcast(F, C2));
        return p.fma(w, broadcast(F, 1f));
    }

    /** The angle of a Box-Muller pair, in half-turns; twin: DetMath.angle. */
    public static FloatVector angle(IntVector word) {
        FloatVector w = (FloatVector) word.lanewise(VectorOperators.LSHL, 1).convert(VectorOperators.I2F, 0);
        return w.fma(broadcast(F, 0x1p-32f), broadcast(F, 0x1p-32f));
    }

    /** The radius of a Box-Muller pair; twin: DetMath.radius. */
    public static FloatVector radius(IntVector word) {
        IntVector upper = word.lanewise(VectorOperators.ASHR, 31);
        FloatVector v = (FloatVector) word.lanewise(VectorOperators.XOR, upper).convert(VectorOperators.I2F, 0);
        FloatVector t = v.fma(broadcast(F, 0x1p-32f), broadcast(F, 0x1p-33f));
        IntVector bits = t.reinterpretAsInts();
        IntVector lower = upper.not();
        IntVector k = bits.sub(0x3f000000).and(lower.and(EXPONENT));
        // lower: 1 + (-m); upper: 0 + m, which is m. Bits cost less than a mask.
        FloatVector m =
                bits.sub(k).lanewise(VectorOperators.XOR, lower.and(SIGN)).reinterpretAsFloats();
        FloatVector g = lower.and(0x3f800000).reinterpretAsFloats().add(m);
        FloatVector q = broadcast(F, Q7).fma(g, broadcast(F, Q6));
        q = q.fma(g, broadcast(F, Q5));
        q = q.fma(g, broadcast(F, Q4));
        q = q.fma(g, broadcast(F, Q3));
        q = q.fma(g, broadcast(F, Q2));
        q = q.fma(g, broadcast(F, Q1));
        q = q.fma(g, broadcast(F, Q0));
        FloatVector e = (FloatVector) k.convert(VectorOperators.I2F, 0);
        return e.fma(broadcast(F, -2f * LN2_PER_EXPONENT_BIT), g.mul(q)).lanewise(VectorOperators.SQRT);
    }

    /** The quantile of the standard normal where {@link DetMath#normalQuantile}, the twin, is in its centre; another number in the tails. */
    static FloatVector centralQuantile(IntVector word) {
        IntVector below = word.lanewise(VectorOperators.XOR, word.lanewise(VectorOperators.ASHR, 31));
        FloatVector v = minusLog(below).sub(QUANTILE_CENTRE);
        FloatVector q = broadcast(F, I9).fma(v, broadcast(F, I8));
        q = q.fma(v, broadcast(F, I7));
        q = q.fma(v, broadcast(F, I6));
        q = q.fma(v, broadcast(F, I5));
        q = q.fma(v, broadcast(F, I4));
        q = q.fma(v, broadcast(F, I3));
        q = q.fma(v, broadcast(F, I2));
        q = q.fma(v, broadcast(F, I1));
        q = q.fma(v, broadcast(F, I0));
        FloatVector above = (FloatVector) below.not().and(0x7fffffff).convert(VectorOperators.I2F, 0);
        return above.fma(broadcast(F, 0x1p-31f), broadcast(F, 0x1p-32f))
                .mul(q)
                .reinterpretAsInts()
                .lanewise(VectorOperators.XOR, word.not().and(SIGN))
                .reinterpretAsFloats();
    }

    /** {@code −ln(4p(1 − p))}, p = (below + 1/2)·2^-32. Apart: of a method of more than 325 bytes the compiler makes a call, and vectors that pass one lie on the heap. */
    private static FloatVector minusLog(IntVector below) {
        FloatVector v = (FloatVector) below.convert(VectorOperators.I2F, 0);
        FloatVector p = v.fma(broadcast(F, 0x1p-32f), broadcast(F, 0x1p-33f));
        FloatVector four = p.mul(4f);
        IntVector bits = four.neg().fma(p, four).reinterpretAsInts();
        IntVector k = bits.sub(TWO_THIRDS_BITS).and(EXPONENT);
        FloatVector f = bits.sub(k).reinterpretAsFloats().sub(1f);
        FloatVector q = broadcast(F, L10).fma(f, broadcast(F, L9));
        q = q.fma(f, broadcast(F, L8));
        q = q.fma(f, broadcast(F, L7));
        q = q.fma(f, broadcast(F, L6));
        q = q.fma(f, broadcast(F, L5));
        q = q.fma(f, broadcast(F, L4));
        q = q.fma(f, broadcast(F, L3));
        q = q.fma(f, broadcast(F, L2));
        FloatVector e = (FloatVector) k.convert(VectorOperators.I2F, 0);
        return e.fma(broadcast(F, LN2_PER_EXPONENT_BIT), f.mul(f).fma(q, f)).neg();
    }
}

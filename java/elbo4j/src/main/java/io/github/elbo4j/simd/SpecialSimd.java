package io.github.elbo4j.simd;

import static io.github.elbo4j.scalar.DetMathConstants.*;
import static io.github.elbo4j.scalar.DetSpecialConstants.*;
import static io.github.elbo4j.simd.Lanes.F;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;

import io.github.elbo4j.device.MathOps.Function;
import java.lang.invoke.MethodHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link io.github.elbo4j.scalar.DetSpecial} on whole vectors: each lane has the bits of the scalar function, where formulas,
 * domains and errors are documented.
 *
 * <p>Bodies are written out in the loops, and large functions go in stages over a small array, for the compiler's sake: see
 * {@link VectorMath}. A stage makes {@code s[i]} of {@code x[i]} and what the stage before left in {@code s[i]}.
 */
final class SpecialSimd {
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final int SIGN = 0x80000000;

    /** Elements that go through all stages together: they stay in the first cache. A multiple of every vector length. */
    private static final int PART = 256;

    private static final ThreadLocal<float[]> WORK = ThreadLocal.withInitial(() -> new float[PART]);

    private static final MethodHandle[] TRIGAMMA = MathSimd.loops(SpecialSimd.class, "trigamma");
    private static final MethodHandle[] ERF = MathSimd.loops(SpecialSimd.class, "erf");
    private static final MethodHandle[] LOG_GAMMA = MathSimd.loops(SpecialSimd.class, "logGammaWithoutLog", "logGamma");
    private static final MethodHandle[] DIGAMMA = MathSimd.loops(SpecialSimd.class, "digammaWithoutLog", "digamma");
    private static final MethodHandle[] LOG_NORMAL_CDF =
            MathSimd.loops(SpecialSimd.class, "hazards", "farTail", "tail", "log1pInside", "logNormalCdf");
    private static final MethodHandle[] INVERSE_MILLS =
            MathSimd.loops(SpecialSimd.class, "hazards", "farTail", "tail", "inverseMills");

    private SpecialSimd() {}

    /** {@code y[yo + i] = f(x[xo + i])} for i &lt; n, whole vectors; f is one that DetSpecial defines. */
    static void map(Function f, float[] x, int xo, float[] y, int yo, int n) {
        switch (f) {
            case TRIGAMMA -> MathSimd.run(TRIGAMMA[0], x, xo, y, yo, n);
            case ERF -> MathSimd.run(ERF[0], x, xo, y, yo, n);
            case LOG_GAMMA -> stages(LOG_GAMMA, x, xo, y, yo, n);
            case DIGAMMA -> stages(DIGAMMA, x, xo, y, yo, n);
            case LOG_NORMAL_CDF -> stages(LOG_NORMAL_CDF, x, xo, y, yo, n);
            case INVERSE_MILLS -> stages(INVERSE_MILLS, x, xo, y, yo, n);
            default -> throw new AssertionError(f);
        }
    }

    private static void stages(MethodHandle[] stages, float[] x, int xo, float[] y, int yo, int n) {
        float[] s = WORK.get();
        for (int o = 0; o < n; o += PART) {
            int m = Math.min(PART, n - o);
            for (MethodHandle stage : stages) {
                MathSimd.run(stage, x, xo + o, s, 0, m);
            }
            System.arraycopy(s, 0, y, yo + o, m); // last, because y may be x
        }
    }

    /** Between the two ends ln Γ; to the left ln Γ(x + 1), to the right what Stirling's series adds to the logarithm. */
    static void logGammaWithoutLog(float[] x, int xo, float[] s, int so, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector v = fromArray(F, x, xo + i);
            VectorMask<Float> small = v.compare(VectorOperators.LT, GAMMA_SMALL);
            FloatVector y = v.blend(v.add(1f), small);
            FloatVector t = y.sub(GAMMA_MIDDLE).div(y.add(GAMMA_MIDDLE));
            FloatVector p = broadcast(F, G9).fma(t, broadcast(F, G8));
            p = p.fma(t, broadcast(F, G7));
            p = p.fma(t, broadcast(F, G6));
            p = p.fma(t, broadcast(F, G5));
            p = p.fma(t, broadcast(F, G4));
            p = p.fma(t, broadcast(F, G3));
            p = p.fma(t, broadcast(F, G2));
            p = p.fma(t, broadcast(F, G1));
            p = p.fma(t, broadcast(F, G0));
            FloatVector z = v.sub(1f).blend(v, small);
            FloatVector middle = z.fma(z, z.neg()).mul(p);
            FloatVector w = broadcast(F, 1f).div(v);
            FloatVector u = w.mul(w);
            FloatVector series = broadcast(F, GL4).fma(u, broadcast(F, GL2));
            series = series.fma(u, broadcast(F, GL0));
            series = series.fma(w, broadcast(F, HALF_LOG_2PI_LESS_HALF));
            middle.blend(series, v.compare(VectorOperators.GE, GAMMA_LARGE)).intoArray(s, so + i);
        }
    }

    static void logGamma(float[] x, int xo, float[] s, int so, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector v = fromArray(F, x, xo + i);
            FloatVector rest = fromArray(F, s, so + i);
            VectorMask<Float> large = v.compare(VectorOperators.GE, GAMMA_LARGE);
            FloatVector scale = broadcast(F, -1f).blend(v.sub(0.5f), large);
            FloatVector r = logTimes(v, broadcast(F, -0f).blend(-1f, large), scale, rest);
            VectorMask<Float> outside = large.or(v.compare(VectorOperators.LT, GAMMA_SMALL));
            r = rest.blend(r, outside);
            FloatVector edge =
                    v.blend(Float.NaN, v.compare(VectorOperators.LT, 0f)).blend(INF, v.compare(VectorOperators.EQ, 0f));
            VectorMask<Float> inside = v.compare(VectorOperators.GT, 0f).and(v.compare(VectorOperators.LT, INF));
            edge.blend(r, inside).intoArray(s, so + i);
        }
    }

    /** Everywhere but to the right ψ; there what its series adds to the logarithm. */
    static void digammaWithoutLog(float[] x, int xo, float[] s, int so, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector v = fromArray(F, x, xo + i);
            VectorMask<Float> small = v.compare(VectorOperators.LT, GAMMA_SMALL);
            FloatVector y = v.blend(v.add(1f), small);
            FloatVector t = y.sub(GAMMA_MIDDLE).div(y.add(GAMMA_MIDDLE));
            FloatVector p = broadcast(F, D10).fma(t, broadcast(F, D9));
            p = p.fma(t, broadcast(F, D8));
            p = p.fma(t, broadcast(F, D7));
            p = p.fma(t, broadcast(F, D6));
            p = p.fma(t, broadcast(F, D5));
            p = p.fma(t, broadcast(F, D4));
            p = p.fma(t, broadcast(F, D3));
            p = p.fma(t, broadcast(F, D2));
            p = p.fma(t, broadcast(F, D1));
            p = p.fma(t, broadcast(F, D0));
            FloatVector zero = broadcast(F, DIGAMMA_ZERO_HIGH).blend(DIGAMMA_ZERO_HIGH - 1f, small);
            FloatVector middle = v.sub(zero).sub(DIGAMMA_ZERO_LOW).mul(p);
            FloatVector w = broadcast(F, 1f).div(v);
            FloatVector u = w.mul(w);
            FloatVector series = broadcast(F, DL4).fma(u, broadcast(F, DL2));
            series = series.fma(u, broadcast(F, DL0));
            series = series.fma(w.neg(), broadcast(F, -0.5f)).mul(w);
            middle.blend(middle.sub(w), small)
                    .blend(series, v.compare(VectorOperators.GE, GAMMA_LARGE))
                    .intoArray(s, so + i);
        }
    }

    static void digamma(float[] x, int xo, float[] s, int so, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector v = fromArray(F, x, xo + i);
            FloatVector rest = fromArray(F, s, so + i);
            FloatVector r = logTimes(v, broadcast(F, -0f), broadcast(F, 1f), rest);
            r = rest.blend(r, v.compare(VectorOperators.GE, GAMMA_LARGE));
            r = v.blend(r, v.compare(VectorOperators.LT, INF));
            r.blend(Float.NaN, v.compare(VectorOperators.LT, 0f)).intoArray(s, so + i);
        }
    }

    /** scale·(ln x + shift) + rest; twin: DetSpecial.logTimes. */
    private static FloatVector logTimes(FloatVector x, FloatVector shift, FloatVector scale, FloatVector rest) {
        VectorMask<Float> tiny = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
        IntVector bits = x.blend(x.mul(0x1p23f), tiny).reinterpretAsInts();
        IntVector k = bits.sub(TWO_THIRDS_BITS).and(0xff800000);
        FloatVector f = bits.sub(k).reinterpretAsFloats().sub(1f);
        FloatVector e = ((FloatVector) k.convert(VectorOperators.I2F, 0)).mul(0x1p-23f);
        e = e.blend(e.sub(23f), tiny);
        FloatVector p = broadcast(F, L10).fma(f, broadcast(F, L9));
        p = p.fma(f, broadcast(F, L8));
        p = p.fma(f, broadcast(F, L7));
        p = p.fma(f, broadcast(F, L6));
        p = p.fma(f, broadcast(F, L5));
        p = p.fma(f, broadcast(F, L4));
        p = p.fma(f, broadcast(F, L3));
        p = p.fma(f, broadcast(F, L2));
        FloatVector c = e.fma(broadcast(F, LN2_HIGH), shift);
        FloatVector high = c.add(f);
        FloatVector low = f.sub(high.sub(c)).add(f.mul(f).fma(p, e.mul(LN2_LOW)));
        return scale.fma(high, scale.fma(low, rest));
    }

    static void trigamma(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector v = fromArray(F, x, xo + i);
            FloatVector t = v.sub(0.75f).div(v.add(2.75f));
            FloatVector p = broadcast(F, P9).fma(t, broadcast(F, P8));
            p = p.fma(t, broadcast(F, P7));
            p = p.fma(t, broadcast(F, P6));
            p = p.fma(t, broadcast(F, P5));
            p = p.fma(t, broadcast(F, P4));
            p = p.fma(t, broadcast(F, P3));
            p = p.fma(t, broadcast(F, P2));
            p = p.fma(t, broadcast(F, P1));
            p = p.fma(t, broadcast(F, P0));
            FloatVector w = broadcast(F, 1f).div(v);
            FloatVector u = w.mul(w);
            FloatVector s = broadcast(F, PL8).fma(u, broadcast(F, PL6));
            s = s.fma(u, broadcast(F, PL4));
            s = s.fma(u, broadcast(F, PL2));
            s = s.fma(u, broadcast(F, PL0));
            s = s.fma(w, broadcast(F, 0.5f));
            VectorMask<Float> large = v.compare(VectorOperators.GE, TRIGAMMA_LARGE);
            FloatVector r = w.fma(w.blend(w.mul(s), large), p.blend(w, large));
            r.blend(Float.NaN, v.compare(VectorOperators.LT, 0f)).intoArray(y, yo + i);
        }
    }

    /** What {@link #farTail} takes: DetSpecial.hazard of |x|. */
    static void hazards(float[] x, int xo, float[] s, int so, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector a = fromArray(F, x, xo + i).abs();
            a = a.blend(TAIL_FAR, a.compare(VectorOperators.GT, TAIL_FAR));
            FloatVector w = broadcast(F, 1f).div(a.add(TAIL_MIDDLE));
            hazard(a.mul(2f).fma(w, broadcast(F, -1f))).intoArray(s, so + i);
        }
    }

    /** -Q(|x|) where that is not near 0, of s = the hazard. */
    static void farTail(float[] x, int xo, float[] s, int so, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector a = fromArray(F, x, xo + i).abs();
            a = a.blend(TAIL_FAR, a.compare(VectorOperators.GT, TAIL_FAR));
            FloatVector w = broadcast(F, 1f).div(a.add(TAIL_MIDDLE));
            FloatVector hazard = fromArray(F, s, so + i);
            // As DetSpecial.gaussian and timesPower: 1 + g, and 2^n in two factors.
            FloatVector h = a.mul(-0.5f);
            FloatVector half = h.mul(a);
            FloatVector lost = h.fma(a, half.neg());
            half = half.blend(GAUSSIAN_LOW, half.compare(VectorOperators.LT, GAUSSIAN_LOW));
            FloatVector t = half.fma(broadcast(F, LOG2_E), broadcast(F, EXP_ROUNDER));
            FloatVector k = t.sub(EXP_ROUNDER);
            FloatVector rest = k.fma(broadcast(F, -LN2_HIGH), half).add(k.fma(broadcast(F, -LN2_LOW), lost));
            FloatVector g = broadcast(F, E6).fma(rest, broadcast(F, E5));
            g = g.fma(rest, broadcast(F, E4));
            g = g.fma(rest, broadcast(F, E3));
            g = g.fma(rest, broadcast(F, E2));
            g = rest.mul(rest).fma(g, rest);
            IntVector bits = t.reinterpretAsInts();
            IntVector some = bits.lanewise(VectorOperators.ASHR, 1);
            FloatVector power = some.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector otherPower =
                    bits.sub(some).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector high = hazard.fma(w, a);
            FloatVector low = hazard.fma(w, a.sub(high));
            FloatVector r = broadcast(F, 1f).div(high);
            FloatVector q = r.mul(-DENSITY_HIGH);
            FloatVector tail = q.neg();
            FloatVector lack = tail.fma(low, tail.fma(high, broadcast(F, -DENSITY_HIGH)))
                    .sub(DENSITY_LOW)
                    .mul(r);
            q = q.add(q.fma(g, lack.fma(g, lack)));
            q.mul(power).mul(otherPower).intoArray(s, so + i);
        }
    }

    /** -Q(x) to the right, as DetSpecial.minusTail; to the left a/m, for the logarithm that comes next. */
    static void tail(float[] x, int xo, float[] s, int so, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector v = fromArray(F, x, xo + i);
            FloatVector a = v.abs();
            a = a.blend(TAIL_FAR, a.compare(VectorOperators.GT, TAIL_FAR));
            FloatVector u = a.mul(a);
            FloatVector p = broadcast(F, B10).fma(u, broadcast(F, B8));
            p = p.fma(u, broadcast(F, B6));
            p = p.fma(u, broadcast(F, B4));
            p = p.fma(u, broadcast(F, B2));
            FloatVector slope = p.fma(u, broadcast(F, B0));
            p = p.fma(u, broadcast(F, B0).sub(slope));
            FloatVector near = a.fma(p, a.fma(slope, broadcast(F, -0.5f)));
            FloatVector q = fromArray(F, s, so + i).blend(near, a.compare(VectorOperators.LT, TAIL_NEAR));
            a.mul(TAIL_MIDDLE_INVERSE)
                    .blend(q, v.compare(VectorOperators.GT, 0f))
                    .intoArray(s, so + i);
        }
    }

    static void log1pInside(float[] x, int xo, float[] s, int so, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            VectorMath.log1pInside(fromArray(F, s, so + i)).intoArray(s, so + i);
        }
    }

    /** Of s = ln(1 + what {@link #tail} made). */
    static void logNormalCdf(float[] x, int xo, float[] s, int so, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector v = fromArray(F, x, xo + i);
            FloatVector log = fromArray(F, s, so + i);
            FloatVector a = v.abs();
            a = a.blend(TAIL_FAR, a.compare(VectorOperators.GT, TAIL_FAR));
            FloatVector w = broadcast(F, 1f).div(a.add(TAIL_MIDDLE));
            FloatVector t = a.mul(2f).fma(w, broadcast(F, -1f));
            FloatVector p = broadcast(F, NL9).fma(t, broadcast(F, NL8));
            p = p.fma(t, broadcast(F, NL7));
            p = p.fma(t, broadcast(F, NL6));
            p = p.fma(t, broadcast(F, NL5));
            p = p.fma(t, broadcast(F, NL4));
            p = p.fma(t, broadcast(F, NL3));
            p = p.fma(t, broadcast(F, NL2));
            p = p.fma(t, broadcast(F, NL1));
            p = p.fma(t, broadcast(F, NL0));
            FloatVector left = v.mul(-0.5f).fma(v, p.sub(log));
            left.blend(log, v.compare(VectorOperators.GT, 0f)).intoArray(s, so + i);
        }
    }

    /** Of s = -Q(x) to the right. */
    static void inverseMills(float[] x, int xo, float[] s, int so, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector v = fromArray(F, x, xo + i);
            FloatVector far = v.abs();
            FloatVector a = far.blend(TAIL_FAR, far.compare(VectorOperators.GT, TAIL_FAR));
            FloatVector w = broadcast(F, 1f).div(a.add(TAIL_MIDDLE));
            FloatVector left = hazard(a.mul(2f).fma(w, broadcast(F, -1f))).fma(w, far);
            // As DetSpecial.gaussian and timesPower: 1 + g, and 2^n in two factors.
            FloatVector h = a.mul(-0.5f);
            FloatVector half = h.mul(a);
            FloatVector lost = h.fma(a, half.neg());
            half = half.blend(GAUSSIAN_LOW, half.compare(VectorOperators.LT, GAUSSIAN_LOW));
            FloatVector t = half.fma(broadcast(F, LOG2_E), broadcast(F, EXP_ROUNDER));
            FloatVector k = t.sub(EXP_ROUNDER);
            FloatVector rest = k.fma(broadcast(F, -LN2_HIGH), half).add(k.fma(broadcast(F, -LN2_LOW), lost));
            FloatVector g = broadcast(F, E6).fma(rest, broadcast(F, E5));
            g = g.fma(rest, broadcast(F, E4));
            g = g.fma(rest, broadcast(F, E3));
            g = g.fma(rest, broadcast(F, E2));
            g = rest.mul(rest).fma(g, rest);
            IntVector bits = t.reinterpretAsInts();
            IntVector some = bits.lanewise(VectorOperators.ASHR, 1);
            FloatVector power = some.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector otherPower =
                    bits.sub(some).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector cdf = fromArray(F, s, so + i).add(1f);
            FloatVector r = broadcast(F, DENSITY_HIGH).div(cdf);
            FloatVector lack = r.neg()
                    .fma(cdf, broadcast(F, DENSITY_HIGH))
                    .add(DENSITY_LOW)
                    .mul(r.mul(ROOT_2PI));
            r = r.add(r.fma(g, lack.fma(g, lack)));
            r = r.mul(power).mul(otherPower);
            left.blend(r, v.compare(VectorOperators.GT, 0f)).intoArray(s, so + i);
        }
    }

    /** Twin: DetSpecial.hazard. */
    private static FloatVector hazard(FloatVector t) {
        FloatVector n = broadcast(F, N10).fma(t, broadcast(F, N9));
        n = n.fma(t, broadcast(F, N8));
        n = n.fma(t, broadcast(F, N7));
        n = n.fma(t, broadcast(F, N6));
        n = n.fma(t, broadcast(F, N5));
        n = n.fma(t, broadcast(F, N4));
        n = n.fma(t, broadcast(F, N3));
        n = n.fma(t, broadcast(F, N2));
        n = n.fma(t, broadcast(F, N1));
        return n.fma(t, broadcast(F, N0));
    }

    static void erf(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector v = fromArray(F, x, xo + i);
            FloatVector a = v.abs();
            FloatVector b = a.blend(ERF_LARGE, a.compare(VectorOperators.GT, ERF_LARGE));
            FloatVector h = broadcast(F, H6).fma(b, broadcast(F, H5));
            h = h.fma(b, broadcast(F, H4));
            h = h.fma(b, broadcast(F, H3));
            h = h.fma(b, broadcast(F, H2));
            h = h.fma(b, broadcast(F, H1));
            h = h.fma(b, broadcast(F, H0));
            FloatVector large = broadcast(F, 1f).sub(VectorMath.exp(h));
            FloatVector w = a.mul(a);
            FloatVector p = broadcast(F, F10).fma(w, broadcast(F, F8));
            p = p.fma(w, broadcast(F, F6));
            p = p.fma(w, broadcast(F, F4));
            p = p.fma(w, broadcast(F, F2));
            p = p.fma(w, broadcast(F, F0));
            FloatVector small = a.fma(p, a);
            IntVector sign = v.reinterpretAsInts().and(SIGN);
            large.blend(small, a.compare(VectorOperators.LT, ERF_SMALL))
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.XOR, sign)
                    .reinterpretAsFloats()
                    .intoArray(y, yo + i);
        }
    }
}

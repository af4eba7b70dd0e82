package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.scalar.MathKernel;
import io.github.elbo4j.scalar.SumKernel;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Elementwise functions on whole vectors; what is left over goes to the scalar twin, whose bits are the same. */
@SuppressWarnings("UnusedMethod") // loops are called through handles
final class MathSimd extends MathKernel {
    /**
     * A loop for each function up to {@link Function#EXPM1}, in that order, and for each of those below. Handles out of an array are a call that no compiler
     * inlines: loops of several functions in one method exceed its limits and put their vectors on the heap.
     */
    private static final MethodHandle[] LOOPS = loops(
            MathSimd.class,
            "exp",
            "log",
            "log1p",
            "softplus",
            "sigmoid",
            "tanh",
            "sinPi",
            "cosPi",
            "sqrt",
            "expm1",
            "expOfMinus",
            "reciprocal",
            "log1pInside",
            "reciprocalOnePlus");

    private static final int EXP_OF_MINUS = LOOPS.length - 4;
    private static final int RECIPROCAL = LOOPS.length - 3;
    private static final int LOG1P_INSIDE = LOOPS.length - 2;
    private static final int RECIPROCAL_ONE_PLUS = LOOPS.length - 1;

    /** Handles of loops: static methods of a class, for {@link #run}. */
    static MethodHandle[] loops(Class<?> of, String... names) {
        MethodType type =
                MethodType.methodType(void.class, float[].class, int.class, float[].class, int.class, int.class);
        MethodHandle[] loops = new MethodHandle[names.length];
        try {
            for (int i = 0; i < names.length; i++) {
                loops[i] = MethodHandles.lookup().findStatic(of, names[i], type);
            }
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
        return loops;
    }

    private static void exp(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            VectorMath.exp(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
        }
    }

    private static void log(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            VectorMath.log(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
        }
    }

    private static void log1p(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            VectorMath.log1p(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
        }
    }

    private static void softplus(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            VectorMath.softplus(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
        }
    }

    private static void sigmoid(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            VectorMath.sigmoid(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
        }
    }

    private static void tanh(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            VectorMath.tanh(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
        }
    }

    private static void sinPi(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            VectorMath.sinPi(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
        }
    }

    private static void cosPi(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            VectorMath.cosPi(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
        }
    }

    private static void sqrt(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector.fromArray(F, x, xo + i).lanewise(VectorOperators.SQRT).intoArray(y, yo + i);
        }
    }

    private static void expm1(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            VectorMath.expm1(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
        }
    }

    private static void expOfMinus(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            VectorMath.exp(FloatVector.fromArray(F, x, xo + i).neg()).intoArray(y, yo + i);
        }
    }

    private static void reciprocal(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            VectorMath.reciprocal(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
        }
    }

    private static void log1pInside(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            VectorMath.log1pInside(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
        }
    }

    private static void reciprocalOnePlus(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            VectorMath.reciprocalOnePlus(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
        }
    }

    private static void run(int loop, float[] x, int xo, float[] y, int yo, int n) {
        run(LOOPS[loop], x, xo, y, yo, n);
    }

    /** Calls one of {@link #loops}, out of an array. */
    static void run(MethodHandle loop, float[] x, int xo, float[] y, int yo, int n) {
        try {
            loop.invokeExact(x, xo, y, yo, n);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    MathSimd(SumKernel sums) {
        super(sums);
    }

    @Override
    protected void map(Function f, float[] x, int xo, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        if (f.compareTo(Function.LOG_GAMMA) < 0) {
            run(f.ordinal(), x, xo, y, yo, whole);
        } else {
            SpecialSimd.map(f, x, xo, y, yo, whole);
        }
        super.map(f, x, xo + whole, y, yo + whole, n - whole);
    }

    @Override
    protected void expNegated(float[] x, int xo, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        run(EXP_OF_MINUS, x, xo, y, yo, whole);
        super.expNegated(x, xo + whole, y, yo + whole, n - whole);
    }

    /** {@code x[i] = 1/x[i]} for o &lt;= i &lt; o + n, whole vectors of what {@link VectorMath#reciprocal} takes. */
    void reciprocals(float[] x, int o, int n) {
        run(RECIPROCAL, x, o, x, o, n);
    }

    /** {@code log[lo + i] = ln(1 + e)} and {@code inverse[vo + i] = 1/(1 + e)}, 0 &lt;= e[i] &lt;= 1, i &lt; n; whole vectors. */
    void ofOnePlus(float[] e, float[] log, int lo, float[] inverse, int vo, int n) {
        run(LOG1P_INSIDE, e, 0, log, lo, n);
        run(RECIPROCAL_ONE_PLUS, e, 0, inverse, vo, n);
    }

    @Override
    protected void axpy(float a, float[] x, int xo, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        FloatVector factor = FloatVector.broadcast(F, a);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            factor.fma(FloatVector.fromArray(F, x, xo + i), FloatVector.fromArray(F, y, yo + i))
                    .intoArray(y, yo + i);
        }
        super.axpy(a, x, xo + whole, y, yo + whole, n - whole);
    }

    @Override
    protected void multiply(float[] x, int xo, float[] y, int yo, float[] z, int zo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromArray(F, x, xo + i)
                    .mul(FloatVector.fromArray(F, y, yo + i))
                    .intoArray(z, zo + i);
        }
        super.multiply(x, xo + whole, y, yo + whole, z, zo + whole, n - whole);
    }

    @Override
    protected void average(float weight, float[] x, int xo, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        FloatVector factor = FloatVector.broadcast(F, weight);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector mean = FloatVector.fromArray(F, y, yo + i);
            factor.fma(FloatVector.fromArray(F, x, xo + i).sub(mean), mean).intoArray(y, yo + i);
        }
        super.average(weight, x, xo + whole, y, yo + whole, n - whole);
    }
}

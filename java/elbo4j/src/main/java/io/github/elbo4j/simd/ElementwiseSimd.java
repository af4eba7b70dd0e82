package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.device.ElementwiseOps.Opcode;
import io.github.elbo4j.scalar.ElementwiseKernel;
import io.github.elbo4j.scalar.ElementwiseLoop;
import io.github.elbo4j.scalar.SharedKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** The loops of {@link ElementwiseKernel} on whole vectors. */
final class ElementwiseSimd extends ElementwiseKernel {
    ElementwiseSimd(SharedKernels basics) {
        super(basics);
    }

    @Override
    protected ElementwiseLoop loop(Opcode opcode) {
        return switch (opcode) {
            case ADD -> ElementwiseSimd::adds;
            case SUBTRACT -> ElementwiseSimd::subtracts;
            case MULTIPLY -> ElementwiseSimd::multiplies;
            case DIVIDE -> ElementwiseSimd::divides;
            case FMA -> ElementwiseSimd::fmas;
            case MIN -> ElementwiseSimd::minima;
            case MAX -> ElementwiseSimd::maxima;
            case SELECT -> ElementwiseSimd::selects;
            case NEGATE -> ElementwiseSimd::negates;
            case ABS -> ElementwiseSimd::absolutes;
            case FUNCTION -> super.loop(opcode);
        };
    }

    @Override
    protected ElementwiseLoop multiplySubtract() {
        return ElementwiseSimd::multiplySubtracts;
    }

    @Override
    protected ElementwiseLoop subtractMultiply() {
        return ElementwiseSimd::subtractMultiplies;
    }

    @Override
    protected ElementwiseLoop multiplyAdd() {
        return ElementwiseSimd::multiplyAdds;
    }

    @Override
    protected ElementwiseLoop decay() {
        return ElementwiseSimd::decays;
    }

    @Override
    protected ElementwiseLoop softplus() {
        return ElementwiseSimd::softpluses;
    }

    @Override
    protected ElementwiseLoop sigmoid() {
        return ElementwiseSimd::sigmoids;
    }

    @Override
    protected void repeat(float[] x, int xo, int step, int rows, float[] y, int yo, int draws) {
        if (draws % Lanes.COUNT != 0) {
            super.repeat(x, xo, step, rows, y, yo, draws);
            return;
        }
        for (int r = 0; r < rows; r++) {
            FloatVector value = FloatVector.broadcast(F, x[xo + r * step]);
            int o = yo + r * draws;
            for (int s = 0; s < draws; s += Lanes.COUNT) {
                value.intoArray(y, o + s);
            }
        }
    }

    private static void adds(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromArray(F, a, ao + i)
                    .add(FloatVector.fromArray(F, b, bo + i))
                    .intoArray(y, yo + i);
        }
        add(a, ao + whole, b, bo + whole, c, co + whole, y, yo + whole, n - whole);
    }

    private static void subtracts(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromArray(F, a, ao + i)
                    .sub(FloatVector.fromArray(F, b, bo + i))
                    .intoArray(y, yo + i);
        }
        subtract(a, ao + whole, b, bo + whole, c, co + whole, y, yo + whole, n - whole);
    }

    private static void multiplies(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromArray(F, a, ao + i)
                    .mul(FloatVector.fromArray(F, b, bo + i))
                    .intoArray(y, yo + i);
        }
        multiply(a, ao + whole, b, bo + whole, c, co + whole, y, yo + whole, n - whole);
    }

    private static void divides(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromArray(F, a, ao + i)
                    .div(FloatVector.fromArray(F, b, bo + i))
                    .intoArray(y, yo + i);
        }
        divide(a, ao + whole, b, bo + whole, c, co + whole, y, yo + whole, n - whole);
    }

    private static void fmas(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromArray(F, a, ao + i)
                    .fma(FloatVector.fromArray(F, b, bo + i), FloatVector.fromArray(F, c, co + i))
                    .intoArray(y, yo + i);
        }
        fma(a, ao + whole, b, bo + whole, c, co + whole, y, yo + whole, n - whole);
    }

    private static void minima(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector first = FloatVector.fromArray(F, a, ao + i);
            FloatVector second = FloatVector.fromArray(F, b, bo + i);
            VectorMask<Float> chosen =
                    first.compare(VectorOperators.LT, second).or(first.compare(VectorOperators.NE, first));
            second.blend(first, chosen).intoArray(y, yo + i);
        }
        min(a, ao + whole, b, bo + whole, c, co + whole, y, yo + whole, n - whole);
    }

    private static void maxima(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector first = FloatVector.fromArray(F, a, ao + i);
            FloatVector second = FloatVector.fromArray(F, b, bo + i);
            VectorMask<Float> chosen =
                    first.compare(VectorOperators.GT, second).or(first.compare(VectorOperators.NE, first));
            second.blend(first, chosen).intoArray(y, yo + i);
        }
        max(a, ao + whole, b, bo + whole, c, co + whole, y, yo + whole, n - whole);
    }

    private static void selects(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            VectorMask<Float> positive = FloatVector.fromArray(F, a, ao + i).compare(VectorOperators.GT, 0f);
            FloatVector.fromArray(F, c, co + i)
                    .blend(FloatVector.fromArray(F, b, bo + i), positive)
                    .intoArray(y, yo + i);
        }
        select(a, ao + whole, b, bo + whole, c, co + whole, y, yo + whole, n - whole);
    }

    private static void negates(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromArray(F, a, ao + i).neg().intoArray(y, yo + i);
        }
        negate(a, ao + whole, b, bo + whole, c, co + whole, y, yo + whole, n - whole);
    }

    private static void absolutes(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromArray(F, a, ao + i).abs().intoArray(y, yo + i);
        }
        abs(a, ao + whole, b, bo + whole, c, co + whole, y, yo + whole, n - whole);
    }

    private static void multiplySubtracts(
            float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromArray(F, a, ao + i)
                    .fma(
                            FloatVector.fromArray(F, b, bo + i),
                            FloatVector.fromArray(F, c, co + i).neg())
                    .intoArray(y, yo + i);
        }
        multiplySubtract(a, ao + whole, b, bo + whole, c, co + whole, y, yo + whole, n - whole);
    }

    private static void multiplyAdds(
            float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromArray(F, a, ao + i)
                    .mul(FloatVector.fromArray(F, b, bo + i))
                    .add(FloatVector.fromArray(F, c, co + i))
                    .intoArray(y, yo + i);
        }
        multiplyAdd(a, ao + whole, b, bo + whole, c, co + whole, y, yo + whole, n - whole);
    }

    private static void subtractMultiplies(
            float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromArray(F, a, ao + i)
                    .sub(FloatVector.fromArray(F, b, bo + i))
                    .mul(FloatVector.fromArray(F, c, co + i))
                    .intoArray(y, yo + i);
        }
        subtractMultiply(a, ao + whole, b, bo + whole, c, co + whole, y, yo + whole, n - whole);
    }

    private static void decays(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            VectorMath.exp(FloatVector.fromArray(F, a, ao + i).abs().neg()).intoArray(y, yo + i);
        }
        decay(a, ao + whole, b, bo + whole, c, co + whole, y, yo + whole, n - whole);
    }

    private static void softpluses(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector log = VectorMath.log1pInside(FloatVector.fromArray(F, b, bo + i));
            FloatVector x = FloatVector.fromArray(F, a, ao + i);
            FloatVector.zero(F)
                    .blend(x, x.compare(VectorOperators.GT, 0f))
                    .add(log)
                    .intoArray(y, yo + i);
        }
        softplus(a, ao + whole, b, bo + whole, c, co + whole, y, yo + whole, n - whole);
    }

    private static void sigmoids(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector e = FloatVector.fromArray(F, b, bo + i);
            FloatVector inverse = VectorMath.reciprocalOnePlus(e);
            VectorMask<Float> left = FloatVector.fromArray(F, a, ao + i).compare(VectorOperators.LT, 0f);
            inverse.blend(e.mul(inverse), left).intoArray(y, yo + i);
        }
        sigmoid(a, ao + whole, b, bo + whole, c, co + whole, y, yo + whole, n - whole);
    }
}

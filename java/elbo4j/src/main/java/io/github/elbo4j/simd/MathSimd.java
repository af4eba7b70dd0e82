package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.scalar.MathKernel;
import io.github.elbo4j.scalar.SumKernel;
import io.github.elbo4j.scalar.Workers;
import jdk.incubator.vector.FloatVector;

/** Elementwise functions on whole vectors; what is left over goes to the scalar twin, whose bits are the same. */
final class MathSimd extends MathKernel {
    MathSimd(Workers workers, SumKernel sums) {
        super(workers, sums);
    }

    @Override
    protected void map(Function f, float[] x, int xo, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        // One loop a function: a call that is chosen inside a loop would put its vectors on the heap.
        switch (f) {
            case EXP -> {
                for (int i = 0; i < whole; i += Lanes.COUNT) {
                    VectorMath.exp(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
                }
            }
            case LOG -> {
                for (int i = 0; i < whole; i += Lanes.COUNT) {
                    VectorMath.log(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
                }
            }
            case LOG1P -> {
                for (int i = 0; i < whole; i += Lanes.COUNT) {
                    VectorMath.log1p(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
                }
            }
            case SOFTPLUS -> {
                for (int i = 0; i < whole; i += Lanes.COUNT) {
                    VectorMath.softplus(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
                }
            }
            case SIGMOID -> {
                for (int i = 0; i < whole; i += Lanes.COUNT) {
                    VectorMath.sigmoid(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
                }
            }
            case TANH -> {
                for (int i = 0; i < whole; i += Lanes.COUNT) {
                    VectorMath.tanh(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
                }
            }
            case SIN_PI -> {
                for (int i = 0; i < whole; i += Lanes.COUNT) {
                    VectorMath.sinPi(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
                }
            }
            case COS_PI -> {
                for (int i = 0; i < whole; i += Lanes.COUNT) {
                    VectorMath.cosPi(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
                }
            }
        }
        super.map(f, x, xo + whole, y, yo + whole, n - whole);
    }

    @Override
    protected void expNegated(float[] x, int xo, float[] y, int yo, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            VectorMath.exp(FloatVector.fromArray(F, x, xo + i).neg()).intoArray(y, yo + i);
        }
        super.expNegated(x, xo + whole, y, yo + whole, n - whole);
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

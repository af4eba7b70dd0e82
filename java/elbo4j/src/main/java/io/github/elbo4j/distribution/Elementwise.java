package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.random.RandomGenerator;

/** A distribution of single numbers, whose parameters are numbers for each element. */
abstract class Elementwise extends Distribution {
    private final Support support;
    private final Expr[] parameters;
    private final int[] extents;

    Elementwise(Support support, Expr... parameters) {
        this.support = support;
        this.parameters = parameters;
        Expr all = Expr.of(0);
        for (Expr parameter : parameters) {
            try {
                all = all.plus(parameter);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("the parameters of " + this + " do not fit: " + e.getMessage(), e);
            }
        }
        extents = all.extents();
    }

    /** Of one element. */
    abstract double centre(double... parameters);

    /** Of one element. */
    abstract double draw(Variates random, double... parameters);

    @Override
    public final Support support() {
        return support;
    }

    @Override
    public final int[] extents() {
        return extents.clone();
    }

    @Override
    public final double[] centre(int[] extents, double... z) {
        return each(extents, z, this::centre);
    }

    /**
     * Vectors whose elements, along the last axis, are of this distribution and increase: what tells the components of a
     * mixture apart, or orders cut points. For parameters; the distribution is over all numbers or all positive ones.
     */
    public final Distribution ordered() {
        return new Ordered(this);
    }

    @Override
    public final double[] draw(int[] extents, RandomGenerator random, double... z) {
        Variates variates = new Variates(random);
        return each(extents, z, parameters -> draw(variates, parameters));
    }

    /** A function of one element's parameters. */
    interface OfParameters {
        double of(double... parameters);
    }

    final double[] each(int[] extents, double[] z, OfParameters f) {
        double[][] values = new double[parameters.length][];
        for (int k = 0; k < values.length; k++) {
            values[k] = parameters[k].broadcastTo(extents).value(z);
        }
        double[] result = new double[Elements.size(extents, 0)];
        double[] own = new double[values.length];
        for (int i = 0; i < result.length; i++) {
            for (int k = 0; k < own.length; k++) {
                own[k] = values[k][i];
            }
            result[i] = f.of(own);
        }
        return result;
    }

    /** Refuses a parameter that may not be positive. */
    static Expr positive(String distribution, String name, Expr value) {
        if (value.range().isPositive()) {
            return value;
        }
        throw new IllegalArgumentException(name + " of " + distribution
                + (value.varies() || value.extents().length > 0
                        ? " may be anything in " + value.range() + ", but must be positive: give it a prior that keeps"
                                + " it so, such as HalfNormal or LogNormal, or take exp or softplus of it"
                        : " is " + value.name() + ", but must be positive"));
    }
}

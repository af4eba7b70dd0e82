package io.github.elbo4j.factors;

import io.github.elbo4j.expr.Expr;

/**
 * How D binary factors z make P binary columns x. All columns are independent given z; each factor has the probability
 * {@code p(z_d = 1) = sigmoid(a_d)} of its own.
 */
public enum FactorModel {
    /** A sigmoid belief network of one layer (Neal 1992): {@code p(x_p = 1 | z) = sigmoid(b_p + Σ_d z_d·W_dp)}. */
    SIGMOID(0, 3) {
        @Override
        Expr effect(Expr coordinate) {
            return coordinate;
        }

        @Override
        double effect(double coordinate) {
            return coordinate;
        }

        @Override
        Expr logLikelihood(Expr x, Expr total) {
            return x.times(total).minus(total.softplus());
        }

        @Override
        double logLikelihood(boolean one, double total) {
            return -softplus(one ? -total : total);
        }

        @Override
        double total(double probability) {
            return StrictMath.log(probability / (1 - probability));
        }

        @Override
        double coordinate(double effect) {
            return effect;
        }

        @Override
        double start(double like, double share, double factors) {
            return 2 * (like - share) / StrictMath.sqrt(factors);
        }

        @Override
        double remaining(double total, double explained) {
            return total - explained;
        }
    },

    /**
     * Noisy-or (Pearl 1988): {@code p(x_p = 1 | z) = 1 − exp(−(l_p + Σ_d z_d·v_dp))}. Each factor that is on sets a column with the
     * probability {@code 1 − exp(−v_dp)}, and something else does with {@code 1 − exp(−l_p)}. Rates are positive; their coordinates are
     * their logarithms.
     */
    NOISY_OR(-1, 2) {
        @Override
        Expr effect(Expr coordinate) {
            return coordinate.exp();
        }

        @Override
        double effect(double coordinate) {
            return StrictMath.exp(coordinate);
        }

        @Override
        Expr logLikelihood(Expr x, Expr total) {
            Expr rate = total.max(Expr.of(LEAST_RATE));
            return Expr.where(x, logOne(rate), rate.negated());
        }

        @Override
        double logLikelihood(boolean one, double total) {
            return one ? StrictMath.log(-StrictMath.expm1(-total)) : -total;
        }

        @Override
        double total(double probability) {
            return -StrictMath.log1p(-probability);
        }

        @Override
        double coordinate(double effect) {
            return StrictMath.log(effect);
        }

        @Override
        double start(double like, double share, double factors) {
            return like > 0 ? 1 : 0.02;
        }

        @Override
        double remaining(double total, double explained) {
            return Math.max(0.1 * total, total - explained);
        }
    };

    /** A positive float32, so that the logarithm of a rate that has vanished is finite. */
    private static final double LEAST_RATE = 1e-30;

    private final double centre;
    private final double spread;

    FactorModel(double centre, double spread) {
        this.centre = centre;
        this.spread = spread;
    }

    /** What a coordinate of a base or loading adds to a column's total. */
    abstract Expr effect(Expr coordinate);

    abstract double effect(double coordinate);

    abstract double coordinate(double effect);

    /** By element, log p(x | total), where a total is the base's effect and those of the factors that are on. */
    abstract Expr logLikelihood(Expr x, Expr total);

    abstract double logLikelihood(boolean one, double total);

    /** The total that gives a column this probability. */
    abstract double total(double probability);

    /** log(1 − exp(−rate)), of a positive rate. */
    static Expr logOne(Expr rate) {
        return rate.negated().expm1().abs().log();
    }

    /** A factor's effect on a column where training begins, given what the column is in the row that the factor is like. */
    abstract double start(double like, double share, double factors);

    /** What is left of a total for the base. */
    abstract double remaining(double total, double explained);

    static double softplus(double x) {
        return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    }

    static double sigmoid(double x) {
        return x < 0 ? StrictMath.exp(x) / (1 + StrictMath.exp(x)) : 1 / (1 + StrictMath.exp(-x));
    }

    /**
     * The weak penalty of the coordinates of bases and loadings, log N(w; centre, spread²) but for constants: it keeps those that the data
     * leave open from running off, and is no part of any bound.
     */
    Expr penalty(Expr coordinates) {
        return coordinates.minus(centre).over(spread).square().times(-0.5);
    }

    /** The probability of a column with this total. */
    double probability(double total) {
        return this == SIGMOID ? sigmoid(total) : -StrictMath.expm1(-total);
    }
}

package io.github.elbo4j.expr;

/** What functions of one value need besides their primitives. */
final class Functions {
    private Functions() {}

    /** x, where a function is defined for all that it may be. */
    static Expr needs(Expr x, Range domain, String function) {
        if (x.range().isWithin(domain)) {
            return x;
        }
        throw new IllegalArgumentException("the argument of " + function + " may be anything in " + x.range()
                + ", but must be in " + domain
                + ": use exp, softplus, sigmoid, abs, a square, or a parameter whose prior keeps it there");
    }

    /** By squares for a whole exponent up to 8, or else by the logarithm. */
    static Expr power(Expr x, double exponent) {
        if (exponent == 0.5) {
            return x.sqrt();
        }
        if (exponent != Math.rint(exponent) || Math.abs(exponent) > 8) {
            return x.log().times(exponent).exp();
        }
        Expr result = Expr.of(1);
        Expr factor = x;
        for (int n = (int) Math.abs(exponent); n > 0; n >>= 1) {
            result = (n & 1) == 1 ? result.times(factor) : result;
            factor = factor.square();
        }
        return exponent < 0 ? Expr.of(1).over(result) : result;
    }
}

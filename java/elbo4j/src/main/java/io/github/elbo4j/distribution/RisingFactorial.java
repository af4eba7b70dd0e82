package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;

/** Ratios of gamma functions that keep their digits in float32 where log Γ itself is large. */
final class RisingFactorial {
    /** From here on Stirling's series to 1/x⁵ is exact to 4e-8 (its next term is 1/1680x⁷). */
    private static final int LARGE = 4;

    private RisingFactorial() {}

    /**
     * log Γ(x + y) − log Γ(x) − y·log x, x &gt; 0, y &gt;= 0: 0 where y is 0, of order y²/x where x is large. Stirling's series
     * (DLMF 5.11.1) at x + 4, and what recurrence makes of it.
     */
    static Expr log(Expr x, Expr y) {
        Expr q = x.plus(LARGE);
        Expr logRatio = y.over(q).log1p(); // log (q + y)/q
        Expr stirling = q.plus(y)
                .minus(0.5)
                .times(logRatio)
                .minus(y)
                .plus(series(q.plus(y)).minus(series(q)))
                // from y·log q to y·log x
                .plus(y.times(Expr.of(LARGE).over(x).log1p()));
        // Two at a time: a product of four could overflow.
        Expr first = y.over(x).plus(1).times(y.over(x.plus(1)).plus(1)).log();
        Expr second = y.over(x.plus(2)).plus(1).times(y.over(x.plus(3)).plus(1)).log();
        return stirling.minus(first.plus(second));
    }

    /** log Γ(x) − (x − ½)·log x + x − ½·log 2π. */
    private static Expr series(Expr x) {
        Expr w = Expr.of(1).over(x);
        Expr w2 = w.square();
        return w2.times(1.0 / 1260).minus(1.0 / 360).times(w2).plus(1.0 / 12).times(w);
    }
}

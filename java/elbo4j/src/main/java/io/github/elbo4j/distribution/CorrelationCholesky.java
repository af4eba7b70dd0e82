package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.ArrayList;
import java.util.List;

/**
 * L of a correlation matrix L·Lᵀ, by canonical partial correlations tanh u (Lewandowski, Kurowicka and Joe 2009): in row i,
 * {@code L[i][j] = tanh u[i,j] · Π_{k<j} sech u[i,k]}, and the diagonal is the product of all. u has the strict lower triangle,
 * row after row.
 */
final class CorrelationCholesky extends Support {
    private static final double LOG_2 = StrictMath.log(2);
    /** How far a row's norm of float64 or float32 data may be from 1. */
    private static final double TOLERANCE = 1e-5;

    CorrelationCholesky() {
        super("Cholesky factors of correlation matrices (lower triangular, positive diagonal, rows of norm 1)", 2);
    }

    @Override
    boolean contains(double... x) {
        int size = (int) Math.rint(Math.sqrt(x.length));
        boolean inside = true;
        for (int i = 0; i < size; i++) {
            double norm = 0;
            for (int j = 0; j < size; j++) {
                norm += x[i * size + j] * x[i * size + j];
                inside &= j <= i || x[i * size + j] == 0;
            }
            inside &= x[i * size + i] > 0 && Math.abs(norm - 1) <= TOLERANCE;
        }
        return inside;
    }

    @Override
    int[] free(int[] extents) {
        int[] free = new int[extents.length - 1];
        System.arraycopy(extents, 0, free, 0, free.length);
        int size = free[free.length - 1];
        if (size < 2) {
            throw new IllegalArgumentException("a correlation matrix must have at least two rows");
        }
        free[free.length - 1] = size * (size - 1) / 2;
        return free;
    }

    @Override
    Constrained constrain(Expr u) {
        int[] extents = u.extents();
        int count = extents[extents.length - 1];
        int size = (int) Math.rint(0.5 + Math.sqrt(0.25 + 2.0 * count));
        // log sech u = log 2 + u − softplus(2u)
        Expr logSech = u.plus(LOG_2).minus(u.times(2).softplus());
        Expr tanh = u.tanh();
        Expr logJacobian = logSech.sum(-1).times(2);
        List<Expr> rows = new ArrayList<>();
        for (int i = 0, from = 0; i < size; from += i++) {
            List<Expr> row = new ArrayList<>();
            Expr logDiagonal = Expr.of(0).broadcastTo(Simplex.with(extents, 1));
            if (i > 0) {
                Expr logs = logSech.slice(-1, from, from + i);
                Expr before = logDiagonal;
                if (i > 1) {
                    before = Expr.concatenate(
                            -1, logDiagonal, logs.slice(-1, 0, i - 1).cumulativeSum(-1));
                }
                row.add(tanh.slice(-1, from, from + i).times(before.exp()));
                logDiagonal = logs.sum(-1).reshape(Simplex.with(extents, 1));
                logJacobian = logJacobian.plus(before.sum(-1));
            }
            row.add(logDiagonal.exp());
            if (i < size - 1) {
                row.add(Expr.of(0).broadcastTo(Simplex.with(extents, size - 1 - i)));
            }
            rows.add(asRow(Expr.concatenate(-1, row.toArray(Expr[]::new))));
        }
        return new Constrained(Expr.concatenate(-2, rows.toArray(Expr[]::new)), logJacobian);
    }

    /** [..., K] as [..., 1, K]. */
    private static Expr asRow(Expr row) {
        int[] extents = new int[row.extents().length + 1];
        System.arraycopy(row.extents(), 0, extents, 0, extents.length - 2);
        extents[extents.length - 2] = 1;
        extents[extents.length - 1] = row.extents()[extents.length - 2];
        return row.reshape(extents);
    }

    @Override
    double[] free(double[] x, int[] extents) {
        int size = extents[extents.length - 1];
        double[] u = new double[x.length / (size * size) * (size * (size - 1) / 2)];
        for (int from = 0, to = 0; from < x.length; from += size * size) {
            for (int i = 1; i < size; i++) {
                // What is left of the row's norm, from its end: sums of squares, no differences.
                double[] rest = new double[i + 1];
                for (int j = i; j >= 0; j--) {
                    double element = x[from + i * size + j];
                    rest[j] = (j < i ? rest[j + 1] : 0) + element * element;
                }
                for (int j = 0; j < i; j++) {
                    // atanh(x/√rest) = asinh(x/√(rest of the others))
                    double t = x[from + i * size + j] / Math.sqrt(Math.max(rest[j + 1], Double.MIN_NORMAL));
                    double a = Math.abs(t);
                    u[to++] = Math.copySign(StrictMath.log1p(a + a * a / (1 + Math.sqrt(1 + a * a))), t);
                }
            }
        }
        return u;
    }

    @Override
    String coordinate(String of) {
        return "partial correlation of " + of;
    }
}

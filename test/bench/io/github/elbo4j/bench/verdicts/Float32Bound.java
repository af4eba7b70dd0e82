package io.github.elbo4j.bench.verdicts;

import java.util.function.Function;

/**
 * How far log p and its gradient in float32 may be from float64. Every likelihood here is of normal terms, −r²/(2s²) − log s − c, with
 * a residual r that is computed from numbers of the total size M: its error is at most a few roundings of M. With u = 2^-24, to
 * first order, a term errs by C·u·(|r|·M/s² + r²/s² + |log s| + 1), its derivative by a coordinate by
 * C·u·(|r′|·M/s² + |(log s)′|·(|r|·M/s² + r²/s² + 1)). C counts the roundings on the way of one element: 37 of a sum's tile (32 in
 * a lane, 5 folds), 25 of a product of a row with the coefficients, 8 of a function, and 10 of the data, the coordinates and
 * the arithmetic.
 */
final class Float32Bound {
    private static final double U = 0x1p-24;
    private static final double C = 37 + 25 + 8 + 10;

    /** Normal terms at a point, and the logarithms of their weights; where there are two components, one half each. */
    private record Terms(double[] r, double[] logS, double[] size, double[] logWeight) {}

    private final double[] z;
    private final Function<double[], Terms> of;
    private final Terms here;
    private final boolean mixture;

    Float32Bound(WrittenModels written, double[] z) {
        this.z = z;
        double[] y = written.y();
        double[][] columns = written.columns();
        this.mixture = z.length == 5 && columns.length == 0;
        if (columns.length > 0) {
            of = at -> regression(columns, y, at);
        } else {
            of = mixture ? at -> mixture(y, at) : at -> schools(y, at);
        }
        here = of.apply(z);
    }

    /** With 40 for the priors of a few parameters, which are of the size of logarithms, and Jacobians. */
    double ofLogP() {
        double sum = 40;
        for (double coordinate : z) {
            sum += Math.abs(coordinate) + prior(coordinate);
        }
        for (int i = 0; i < here.r.length; i++) {
            sum += term(i);
        }
        return C * U * sum;
    }

    double ofGradient(int d) {
        double h = 1e-4 * Math.max(1, Math.abs(z[d]));
        double[] moved = z.clone();
        moved[d] = z[d] + h;
        Terms up = of.apply(moved);
        moved[d] = z[d] - h;
        Terms down = of.apply(moved);
        double sum = 40 + Math.abs(z[d]);
        int n = here.r.length;
        double[] slope = new double[n];
        for (int i = 0; i < n; i++) {
            double dr = Math.abs(up.r[i] - down.r[i]) / (2 * h);
            double dLogS = Math.abs(up.logS[i] - down.logS[i]) / (2 * h);
            double dWeight = Math.abs(up.logWeight[i] - down.logWeight[i]) / (2 * h);
            double e2 = square(i);
            sum += dr * here.size[i] * precision(i) + dLogS * (cross(i) + e2 + 1) + dWeight;
            slope[i] = dr * Math.sqrt(e2 * precision(i)) + dLogS * (e2 + 1) + dWeight;
        }
        for (int i = 0; mixture && i < n / 2; i++) {
            int j = i + n / 2;
            double difference = logDensity(i) - logDensity(j);
            // share·(1 − share), which is what a change of the difference moves a share by
            double spread = Math.exp(-Math.abs(difference));
            sum += spread * (term(i) + term(j)) * (slope[i] + slope[j]);
        }
        return C * U * sum;
    }

    private double prior(double coordinate) {
        // no prior here is narrower than 1, and no coordinate with a prior is past 10
        return Math.min(coordinate * coordinate, 100);
    }

    private double precision(int i) {
        return Math.exp(-2 * here.logS[i]);
    }

    private double square(int i) {
        return here.r[i] * here.r[i] * precision(i);
    }

    private double cross(int i) {
        return Math.abs(here.r[i]) * here.size[i] * precision(i);
    }

    private double term(int i) {
        return cross(i) + square(i) + Math.abs(here.logS[i]) + Math.abs(here.logWeight[i]) + 1;
    }

    private double logDensity(int i) {
        return here.logWeight[i] - here.logS[i] - square(i) / 2;
    }

    /** y ~ N(Σ columns[k]·z[k], exp z[K]). */
    private static Terms regression(double[][] columns, double[] y, double[] z) {
        int n = y.length;
        double[] r = y.clone();
        double[] size = new double[n];
        double[] logS = new double[n];
        for (int i = 0; i < n; i++) {
            size[i] = Math.abs(y[i]);
            logS[i] = z[columns.length];
            for (int k = 0; k < columns.length; k++) {
                r[i] -= columns[k][i] * z[k];
                size[i] += Math.abs(columns[k][i] * z[k]);
            }
        }
        return new Terms(r, logS, size, new double[n]);
    }

    /** mu[1], log(mu[2] − mu[1]), both log sigma, logit theta. */
    private static Terms mixture(double[] y, double[] z) {
        int n = y.length;
        double[] mu = {z[0], z[0] + Math.exp(z[1])};
        double[] logWeight = {-Math.log1p(Math.exp(-z[4])), -Math.log1p(Math.exp(z[4]))};
        Terms terms = new Terms(new double[2 * n], new double[2 * n], new double[2 * n], new double[2 * n]);
        for (int i = 0; i < 2 * n; i++) {
            int k = i / n;
            terms.r[i] = y[i % n] - mu[k];
            terms.logS[i] = z[2 + k];
            terms.size[i] = Math.abs(y[i % n]) + Math.abs(z[0]) + k * Math.exp(z[1]);
            terms.logWeight[i] = logWeight[k];
        }
        return terms;
    }

    /**
     * mu, log tau, and theta or t: both as if the other were there too, theta = mu + tau·t with sds of the data from 9, and t, or theta
     * in units of tau. A bound for either.
     */
    private static Terms schools(double[] y, double[] z) {
        int n = y.length;
        Terms terms = new Terms(new double[3 * n], new double[3 * n], new double[3 * n], new double[3 * n]);
        double tau = Math.exp(z[1]);
        for (int j = 0; j < n; j++) {
            double x = z[2 + j];
            set(terms, j, y[j] - x, Math.log(9), Math.abs(y[j]) + Math.abs(x));
            set(terms, n + j, y[j] - z[0] - tau * x, Math.log(9), Math.abs(y[j]) + Math.abs(z[0]) + tau * Math.abs(x));
            set(terms, 2 * n + j, x - z[0], z[1], Math.abs(x) + Math.abs(z[0]));
        }
        return terms;
    }

    private static void set(Terms terms, int i, double r, double logS, double size) {
        terms.r[i] = r;
        terms.logS[i] = logS;
        terms.size[i] = size;
    }
}

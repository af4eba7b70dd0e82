package io.github.elbo4j.cli.works;

/** What an ELBO and its gradient are, from the same draws, in plain float64: the check of the fast paths. */
public final class Host {
    /** Half the distance from 1 to the next float32. */
    public static final double EPSILON = 0x1p-24;

    /** ½·log 2π. */
    public static final double HALF_LOG_2PI = Math.log(2 * Math.PI) / 2;

    private Host() {}

    /** A log-joint on the host. */
    interface LogJoint {
        /**
         * {@code log p(x, z[from … from+D−1])}.
         *
         * @param gradient [D], written
         */
        double evaluate(float[] z, int from, double[] gradient);
    }

    /**
     * The ELBO and its gradients in mu and then omega, [2D], with the mean size of the terms they are means of.
     *
     * @param elbo the mean of log p − log q
     * @param size the mean of |log p| + |log q|
     */
    record Estimates(
            double elbo, double size, double[] pathwise, double[] pathwiseSize, double[] score, double[] scoreSize) {}

    /** All estimates from S draws z of a mean-field q; the score gradient has the leave-one-out baseline. */
    static Estimates estimates(LogJoint joint, float[] mu, float[] omega, float[] z) {
        int dimensions = mu.length;
        int draws = z.length / dimensions;
        double[] f = new double[draws];
        double[][] gradient = new double[draws][dimensions];
        double elbo = 0;
        double size = 0;
        for (int s = 0; s < draws; s++) {
            double logP = joint.evaluate(z, s * dimensions, gradient[s]);
            double logQ = 0;
            for (int d = 0; d < dimensions; d++) {
                double h = (z[s * dimensions + d] - mu[d]) * Math.exp(-omega[d]);
                logQ -= h * h / 2 + omega[d] + HALF_LOG_2PI;
            }
            f[s] = logP - logQ;
            elbo += f[s] / draws;
            size += (Math.abs(logP) + Math.abs(logQ)) / draws;
        }
        Estimates all = new Estimates(
                elbo,
                size,
                new double[2 * dimensions],
                new double[2 * dimensions],
                new double[2 * dimensions],
                new double[2 * dimensions]);
        for (int s = 0; s < draws; s++) {
            double weight = (f[s] - elbo) / (draws - 1); // S/(S−1) · (f − mean f), over S
            for (int d = 0; d < dimensions; d++) {
                double sigma = Math.exp(omega[d]);
                double epsilon = (z[s * dimensions + d] - mu[d]) / sigma;
                double g = gradient[s][d] / draws;
                add(g, d, all.pathwise, all.pathwiseSize);
                add(g * sigma * epsilon + 1.0 / draws, d + dimensions, all.pathwise, all.pathwiseSize);
                add(weight * epsilon / sigma, d, all.score, all.scoreSize);
                add(weight * (epsilon * epsilon - 1), d + dimensions, all.score, all.scoreSize);
            }
        }
        return all;
    }

    private static void add(double term, int at, double[] sum, double[] size) {
        sum[at] += term;
        size[at] += Math.abs(term);
    }
}

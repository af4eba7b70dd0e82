package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.model.NetworkProblem;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.infer.Prediction;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.network.BayesianNetwork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What draws of a network's weights predict, on the scale of the data. */
final class NetworkPredictions {
    /** Numbers that all draws may be, so that those of a large network are fewer. */
    private static final int MOST_NUMBERS = 1 << 25;

    private final NetworkProblem problem;
    private final Model model;
    private final double[][] z; // [S][D]

    private NetworkPredictions(NetworkProblem problem, Model model, double[][] z) {
        this.problem = problem;
        this.model = model;
        this.z = z;
    }

    /** Of these rows, by draws of {@link #draws}. */
    static NetworkPredictions of(NetworkProblem problem, double[][] z) {
        return new NetworkPredictions(problem, problem.model(), z);
    }

    /** Of the weights: {@value Prediction#DRAWS}, or fewer where they are many. */
    static double[][] draws(Posterior posterior, long seed, int most) {
        int count = Math.max(64, Math.min(most, MOST_NUMBERS / posterior.dimensions()));
        return posterior.draws(new Key(seed).fork("predictions"), count);
    }

    /** What each row will be, noise included. */
    List<Prediction> of(long seed) {
        List<Prediction> fitted =
                Prediction.of(model, z, seed).values().iterator().next();
        return fitted.stream()
                .map(each ->
                        each.affine(problem.target().mean(), problem.target().sd()))
                .toList();
    }

    /** f of each draw and row, [S][N]; of classes the probability of one of them. */
    double[][] function(int which) {
        Expr f = model.value(BayesianNetwork.FUNCTION);
        int classes = problem.shape().classes();
        return Arrays.stream(z)
                .parallel()
                .map(draw -> {
                    double[] scores = f.value(draw);
                    return classes == 0
                            ? Arrays.stream(scores)
                                    .map(problem.target()::original)
                                    .toArray()
                            : classes == 2 ? logistic(scores, which) : softmax(scores, classes, which);
                })
                .toArray(double[][]::new);
    }

    private static double[] logistic(double[] scores, int which) {
        return Arrays.stream(scores)
                .map(f -> 1 / (1 + StrictMath.exp(which == 1 ? -f : f)))
                .toArray();
    }

    private static double[] softmax(double[] scores, int classes, int which) {
        double[] p = new double[scores.length / classes];
        for (int row = 0; row < p.length; row++) {
            double sum = 0;
            for (int k = 0; k < classes; k++) {
                sum += StrictMath.exp(scores[row * classes + k] - scores[row * classes + which]);
            }
            p[row] = 1 / sum;
        }
        return p;
    }

    /** s of each draw. */
    double[] noise() {
        Expr s = model.value(BayesianNetwork.NOISE);
        return Arrays.stream(z)
                .mapToDouble(draw -> s.value(draw)[0] * problem.target().sd())
                .toArray();
    }

    /**
     * The variance of a row's prediction, {@code Var[f] + E[s²]}.
     *
     * @param weights √Var[f], which more rows would make smaller
     * @param noise √E[s²], which they would not
     */
    record Split(double mean, double weights, double noise) {
        double total() {
            return Math.sqrt(weights * weights + noise * noise);
        }
    }

    /** Of a target that is a number, row by row. */
    List<Split> split() {
        double[][] f = function(0);
        double noise =
                Math.sqrt(Arrays.stream(noise()).map(s -> s * s).average().orElse(Double.NaN));
        List<Split> rows = new ArrayList<>();
        for (int n = 0; n < problem.input().rows(); n++) {
            int row = n;
            double mean =
                    Arrays.stream(f).mapToDouble(draw -> draw[row]).average().orElse(Double.NaN);
            double variance = Arrays.stream(f)
                            .mapToDouble(draw -> (draw[row] - mean) * (draw[row] - mean))
                            .sum()
                    / (f.length - 1);
            rows.add(new Split(mean, Math.sqrt(variance), noise));
        }
        return rows;
    }
}

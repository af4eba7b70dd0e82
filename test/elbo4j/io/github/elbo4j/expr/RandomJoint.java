package io.github.elbo4j.expr;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A joint of random expressions, a function of its seed: deep, broadcasting, of awkward extents; values stay moderate. */
final class RandomJoint {
    private static final int[] EXTENTS = {1, 2, 3, 5, 8, 31, 33};
    private static final int MOST_ELEMENTS = 3000;

    private final SplittableRandom random;
    private final List<Expr> pool = new ArrayList<>();
    private final Parameters parameters = new Parameters();
    private final List<Expr> terms = new ArrayList<>();

    /** @param operations how many are drawn */
    RandomJoint(long seed, int operations) {
        random = new SplittableRandom(seed);
        int k = extent();
        int m = extent();
        pool.add(parameters.add("a"));
        pool.add(parameters.add("b", k));
        pool.add(parameters.add("c", m, k));
        pool.add(Expr.data("x", values(k)));
        pool.add(Expr.data("y", matrix(m, 1)));
        pool.add(Expr.data("w", matrix(3, m)));
        pool.add(Expr.of(random.nextDouble(-2, 2)));
        for (int i = 0; i < operations; i++) {
            Expr next = next();
            if (next != null && next.size() <= MOST_ELEMENTS && next.size() > 0) {
                pool.add(next);
            }
        }
        for (int i = 0; i < 3; i++) {
            terms.add(pool.get(pool.size() - 1 - random.nextInt(Math.min(6, pool.size()))));
        }
        if (terms.stream().noneMatch(Expr::varies)) {
            terms.add(pool.get(0).times(pool.get(1)));
        }
    }

    Joint joint() {
        return new Joint(parameters, terms);
    }

    private int extent() {
        return EXTENTS[random.nextInt(EXTENTS.length)];
    }

    private double[] values(int n) {
        double[] values = new double[n];
        Arrays.setAll(values, i -> (float) random.nextDouble(-2, 2));
        return values;
    }

    private double[][] matrix(int rows, int columns) {
        double[][] matrix = new double[rows][];
        Arrays.setAll(matrix, i -> values(columns));
        return matrix;
    }

    private Expr pick() {
        return pool.get(pool.size() - 1 - (int) (random.nextDouble() * random.nextDouble() * pool.size()));
    }

    /** Within (−2, 2), where functions of it neither overflow nor lose much. */
    private static Expr tamed(Expr e) {
        return e.tanh().times(2);
    }

    private Expr next() {
        Expr a = pick();
        Expr b = pick();
        try {
            return switch (random.nextInt(33)) {
                case 0, 1 -> a.plus(b);
                case 2, 3 -> a.minus(b);
                case 4, 5 -> tamed(a).times(tamed(b));
                case 6 -> a.over(b.square().plus(1));
                case 7 -> a.min(b);
                case 8 -> a.max(b);
                case 9 -> Expr.where(a, b, pick());
                case 10 -> a.negated();
                case 11 -> a.abs();
                case 12 -> tamed(a).exp();
                case 13 -> tamed(a).square().plus(0.3).log();
                case 14 -> a.square().log1p();
                case 15 -> tamed(a).expm1();
                case 16 -> a.square().plus(0.5).sqrt();
                case 17 -> a.softplus();
                case 18 -> a.sigmoid();
                case 19 -> tamed(a).exp().plus(0.4).logGamma();
                case 20 -> tamed(a).logNormalCdf();
                case 21 -> a.erf();
                case 22 -> a.sum(random.nextInt(a.extents().length)).times(0.25);
                case 23 -> a.mean();
                case 24 -> tamed(a).logSumExp(random.nextInt(a.extents().length));
                case 25 ->
                    tamed(a).cumulativeSum(random.nextInt(a.extents().length)).times(0.2);
                case 26 -> tamed(a).matmul(tamed(b)).times(0.3);
                case 27 -> tamed(a).transpose().matmul(tamed(b)).times(0.3);
                case 28 -> gather(a);
                case 29 -> slice(a);
                case 30 -> Expr.concatenate(random.nextInt(a.extents().length), a, b);
                case 31 -> a.transpose();
                default -> a.extents().length == 2 ? a.reshape(a.extents()[1], a.extents()[0]) : a.reshape(1, a.size());
            };
        } catch (IllegalArgumentException e) { // extents that do not fit, or no axis to choose from
            return null;
        }
    }

    private Expr gather(Expr a) {
        if (a.extents().length == 0) {
            return null;
        }
        int levels = a.extents()[0];
        int[] of = new int[random.nextInt(1, 40)];
        Arrays.setAll(of, i -> random.nextInt(levels));
        return a.at(Levels.of("index", of, levels));
    }

    private Expr slice(Expr a) {
        int axis = random.nextInt(a.extents().length);
        int from = random.nextInt(a.extents()[axis]);
        return a.slice(axis, from, random.nextInt(from + 1, a.extents()[axis] + 1));
    }
}

package io.github.elbo4j.bench;

import io.github.elbo4j.device.Shape;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The works that speed figures are quoted for: the one definition of their sizes. {@code peers/peers.py} repeats the
 * sizes, and {@link Compare} refuses a peer whose sizes differ.
 */
public enum Work {
    W1("Normal", "2^24 standard normals into memory", 1, 1 << 14, 1 << 10, "normals"),
    W2(
            "Reparam",
            "mean-field ELBO and reparameterization gradient, Gaussian target, S=1024, D=1000, new draws each step",
            1,
            1024,
            1000,
            "coordinates of draws"),
    W3(
            "Likelihood",
            "Bayesian logistic regression ELBO and gradient, 10,000 rows, D=64, S=64, new draws each step",
            1,
            64,
            64,
            "rows under a draw"),
    W4("MeanField", "diagonal Gaussian log-density of given z, 2^20 x 16, parameters per row", 1 << 20, 1, 16, "rows"),
    W5("Kl", "closed-form KL to N(0,I), 2^20 x 16", 1 << 20, 1, 16, "rows"),
    W6(
            "Score",
            "mean-field score-function gradient with leave-one-out baseline, S=1024, D=1000, new draws each step",
            1,
            1024,
            1000,
            "coordinates of draws"),
    W7(
            "Fused",
            "10,000 mean-field fits of Gaussian targets, S=16, D=8, 1000 steps of Adam each, new draws each step",
            10_000,
            16,
            8,
            "coordinates of draws");

    /** The steps of each fit of W7. */
    public static final int STEPS = 1000;

    /** The rows of the data of W3. */
    public static final int OBSERVATIONS = 10_000;

    private final String stem;
    private final String words;
    private final int problems;
    private final int draws;
    private final int dimensions;
    private final String things;

    Work(String stem, String words, int problems, int draws, int dimensions, String things) {
        this.stem = stem;
        this.words = words;
        this.problems = problems;
        this.draws = draws;
        this.dimensions = dimensions;
        this.things = things;
    }

    /** The work that a benchmark times, named {@code [package.]Class.method}; a benchmark may time something else. */
    public static Optional<Work> of(String benchmark) {
        for (Work work : values()) {
            if (benchmark.equals(work.benchmark() + ".step") || benchmark.endsWith("." + work.benchmark() + ".step")) {
                return Optional.of(work);
            }
        }
        return Optional.empty();
    }

    /** The simple name of the benchmark class. */
    public String benchmark() {
        return stem + "Benchmark";
    }

    /** What is done, in words. */
    public String words() {
        return words;
    }

    /** B, S and D. */
    public Shape shape() {
        return Shape.of(problems, draws, dimensions);
    }

    /** What {@link #count} counts, in words. */
    public String things() {
        return things;
    }

    /** How many {@link #things} one execution makes. */
    public long count() {
        return switch (this) {
            case W1, W2, W6 -> shape().elements();
            case W3 -> shape().rows() * OBSERVATIONS;
            case W4, W5 -> shape().rows();
            case W7 -> shape().elements() * STEPS;
        };
    }

    /** B, S, D and the rows of data or the steps (0: neither), as the peers state them. */
    public String sizes() {
        int last = this == W3 ? OBSERVATIONS : this == W7 ? STEPS : 0;
        return problems + " " + draws + " " + dimensions + " " + last;
    }

    /** Inputs: uniform in [from, to), the same for one salt. */
    static float[] uniform(long n, double from, double to, int salt) {
        SplittableRandom random = new SplittableRandom(salt);
        float[] values = new float[Math.toIntExact(n)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (from + (to - from) * random.nextDouble());
        }
        return values;
    }
}

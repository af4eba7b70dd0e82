package io.github.elbo4j.cli.works;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The works that speed figures are quoted for: the one definition of their sizes. the scripts of the peers repeat
 * the sizes.
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

    private static final int OBSERVATIONS = 10_000;

    /** How much of a work there is to do. */
    public enum Size {
        /** Shows that all runs, on the emulated CUDA device too. */
        TINY,
        NORMAL,
        /** Fills a GPU. */
        LARGE;

        /** As the command line has it. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The size of that {@link #label}. */
        public static Size of(String label) {
            return valueOf(label.toUpperCase(Locale.ROOT));
        }
    }

    private static final int CHUNK = 1 << 20;

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

    /** What is done, in words, at a size. */
    public String words(Size size) {
        if (size == Size.NORMAL) {
            return words;
        }
        DrawBlock shape = shape(size);
        return "as " + name() + ", " + size.label() + ": B=" + shape.problems() + ", S=" + shape.draws() + ", D="
                + shape.dimensions() + (this == W3 ? ", rows=" + observations(size) : "");
    }

    /** Whether it has another size than the normal one. */
    public boolean has(Size size) {
        return size != Size.LARGE || (this != W3 && this != W7); // a GPU is full with these as they are
    }

    /** B, S and D. */
    public DrawBlock shape(Size size) {
        return switch (size) {
            case NORMAL -> DrawBlock.of(problems, draws, dimensions);
            case LARGE ->
                switch (this) {
                    case W1, W2, W6 -> DrawBlock.of(1, 1 << 16, 1 << 14);
                    case W4, W5 -> DrawBlock.of(1 << 26, 1, 16);
                    case W3, W7 -> throw new IllegalArgumentException(this + " has no large size");
                };
            case TINY ->
                switch (this) {
                    case W1 -> DrawBlock.of(1, 16, 1 << 10);
                    case W2, W6 -> DrawBlock.of(1, 256, 20);
                    case W3 -> DrawBlock.of(1, 64, 8);
                    case W4, W5 -> DrawBlock.of(1 << 10, 1, 16);
                    case W7 -> DrawBlock.of(20, 16, 8);
                };
        };
    }

    /** The rows of the data of W3. */
    public static int observations(Size size) {
        return size == Size.TINY ? 200 : OBSERVATIONS;
    }

    /** What {@link #count} counts, in words. */
    public String things() {
        return things;
    }

    /** How many {@link #things} one execution makes. */
    public long count(Size size) {
        DrawBlock shape = shape(size);
        return switch (this) {
            case W1, W2, W6 -> shape.elements();
            case W3 -> shape.allDraws() * observations(size);
            case W4, W5 -> shape.allDraws();
            case W7 -> shape.elements() * STEPS;
        };
    }

    /** B, S, D and the rows of data or the steps (0: neither) at the normal size, as the peers state them. */
    public String sizes() {
        int last = this == W3 ? OBSERVATIONS : this == W7 ? STEPS : 0;
        return problems + " " + draws + " " + dimensions + " " + last;
    }

    /** Inputs: uniform in [from, to), the same for one salt. */
    public static float[] uniform(long n, double from, double to, int salt) {
        float[] values = new float[Math.toIntExact(n)];
        fill(values, values.length, from, to, new SplittableRandom(salt));
        return values;
    }

    /** The same on a device, of any length. */
    public static Buffer uniform(Device on, long n, double from, double to, int salt) {
        Buffer buffer = on.allocate(n);
        SplittableRandom random = new SplittableRandom(salt);
        float[] values = new float[(int) Math.min(n, CHUNK)];
        for (long first = 0; first < n; first += values.length) {
            int count = (int) Math.min(values.length, n - first);
            fill(values, count, from, to, random);
            buffer.write(first, values, 0, count);
        }
        return buffer;
    }

    private static void fill(float[] values, int count, double from, double to, SplittableRandom random) {
        for (int i = 0; i < count; i++) {
            values[i] = (float) (from + (to - from) * random.nextDouble());
        }
    }

    /** Where the blocks of {@code block} begin that a check looks at: all of n if that is not more, else the first and the last. */
    public static long[] checked(long n, int block) {
        return n <= block ? new long[] {0} : new long[] {0, n - block};
    }
}

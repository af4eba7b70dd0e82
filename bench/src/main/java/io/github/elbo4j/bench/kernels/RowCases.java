package io.github.elbo4j.bench.kernels;

import io.github.elbo4j.bench.kernels.Case.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElementwiseOps;
import io.github.elbo4j.device.ElementwiseOps.Effect;
import io.github.elbo4j.device.ElementwiseOps.Instruction;
import io.github.elbo4j.device.ElementwiseOps.Opcode;
import io.github.elbo4j.device.ElementwiseOps.Output;
import io.github.elbo4j.device.ElementwiseOps.Place;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.LikelihoodOps;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.MixtureOps;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.OptimizerOps;
import io.github.elbo4j.device.Scalar;
import io.github.elbo4j.device.ScanOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Functions, vectors, likelihoods, mixtures, sums by an index, optimizers, and elementwise code. */
final class RowCases {
    private static final Index FIRST = Index.of(0);
    private static final int RATES = 64;

    private RowCases() {}

    static List<Case> all() {
        List<Case> all = new ArrayList<>();
        for (Function f : Function.values()) {
            all.add(new Case("math.map " + f.name().toLowerCase(Locale.ROOT), "math_map", (in, tiny) -> {
                long n = n(tiny);
                boolean positive = f == Function.LOG
                        || f == Function.LOG1P
                        || f == Function.SQRT
                        || f == Function.LOG_GAMMA
                        || f == Function.DIGAMMA
                        || f == Function.TRIGAMMA;
                return each(new MathOps.Map(f, n, positive ? in.squares(n) : in.normals(n), in.zeros(n)), n, 0);
            }));
        }
        all.addAll(vectors());
        all.addAll(matrices());
        all.addAll(steps());
        all.addAll(likelihoods());
        all.addAll(sums());
        return all;
    }

    private static List<Case> vectors() {
        return List.of(
                new Case("math.fill", "math_fill", (in, tiny) -> {
                    long n = n(tiny);
                    return each(new MathOps.Fill(n, 1.5, in.zeros(n)), n, 0);
                }),
                new Case("math.axpy", "math_axpy", (in, tiny) -> {
                    long n = n(tiny);
                    return each(new MathOps.Axpy(n, 1e-3f, in.normals(n), in.zeros(n)), n, 2);
                }),
                new Case("math.multiply", "math_multiply", (in, tiny) -> {
                    long n = n(tiny);
                    return each(new MathOps.Multiply(n, in.normals(n), in.normals(n), in.zeros(n)), n, 1);
                }),
                new Case("math.average", "math_average", (in, tiny) -> {
                    long n = n(tiny);
                    return each(new MathOps.Average(n, Scalar.of(0.25), in.normals(n), in.zeros(n)), n, 3);
                }));
    }

    private static List<Case> matrices() {
        return List.of(
                new Case("math.scale: transpose", "math_scale_across", (in, tiny) -> {
                    int side = tiny ? 70 : 8192;
                    long n = (long) side * side;
                    Matrix x = Matrix.of(in.normals(n), side, side).transposed();
                    return each(new MathOps.Scale(1, x, false, Matrix.of(in.zeros(n), side, side)), n, 1);
                }),
                new Case("math.scale", "math_scale32", (in, tiny) -> {
                    int side = tiny ? 70 : 8192;
                    long n = (long) side * side;
                    Matrix x = Matrix.of(in.normals(n), side, side);
                    return each(new MathOps.Scale(2, x, false, Matrix.of(in.zeros(n), side, side)), n, 1);
                }),
                new Case("math.scale: sum of densities", "math_scale", (in, tiny) -> {
                    int n = tiny ? 500 : 1 << 25;
                    Matrix x = Matrix.of(in.doubles(n), 1, n);
                    return each(new MathOps.Scale(1, x, true, Matrix.of(in.zeroDoubles(n), 1, n)), n, 2);
                }),
                new Case("math.sumRows", "math_sum_rows", (in, tiny) -> {
                    int rows = tiny ? 9 : 1 << 16;
                    int columns = tiny ? 500 : 1 << 10;
                    long n = (long) rows * columns;
                    return each(new MathOps.SumRows(rows, columns, in.normals(n), in.zeroDoubles(rows)), n, 1);
                }),
                new Case("math.sumRows of long rows", "math_sum_rows math_sum_tiled_rows", (in, tiny) -> {
                    int rows = tiny ? 3 : 1 << 6;
                    int columns = tiny ? 2500 : 1 << 20;
                    long n = (long) rows * columns;
                    return each(new MathOps.SumRows(rows, columns, in.normals(n), in.zeroDoubles(rows)), n, 1);
                }),
                new Case("math.gatherRows", "math_gather_rows", (in, tiny) -> {
                    int rows = tiny ? 90 : 1 << 20;
                    int columns = 64;
                    long n = (long) rows * columns;
                    return new Work(
                            new MathOps.GatherRows(
                                    rows, columns, in.permutation(rows, 7919), FIRST, in.normals(n), in.zeros(n)),
                            rows + " rows of " + columns,
                            n,
                            0,
                            8.0 * n + 4.0 * rows);
                }));
    }

    /** What steps of a fit do to vectors. */
    private static List<Case> steps() {
        return List.of(
                new Case("math.firstNonFinite", "math_first_non_finite math_fill", (in, tiny) -> {
                    long n = n(tiny);
                    return each(new MathOps.FirstNonFinite(n, in.normals(n), in.zeroInts(1)), n, 0);
                }),
                new Case("math.advance", "math_advance", (in, tiny) -> {
                    int n = tiny ? 90 : 1 << 24;
                    return each(new MathOps.Advance(n, in.zeroInts(n), in.zeroInts(n)), n, 0);
                }),
                new Case("optimizer.sgd", "math_axpy", (in, tiny) -> {
                    long n = n(tiny);
                    return each(new OptimizerOps.Sgd(n, Scalar.of(1e-3), in.normals(n), in.zeros(n)), n, 2);
                }),
                new Case("optimizer.adam", "optimizer_adam", (in, tiny) -> {
                    long n = n(tiny) / 2;
                    OptimizerOps.Decay decay = new OptimizerOps.Decay(0.9f, 0.999f, 1e-8f);
                    return each(
                            new OptimizerOps.Adam(
                                    n,
                                    Scalar.of(decay.rateAt(3, 0.01f)),
                                    Scalar.of(decay.correctionAt(3)),
                                    decay,
                                    in.normals(n),
                                    null,
                                    in.zeros(n),
                                    in.zeros(n),
                                    in.zeros(n)),
                            n,
                            13);
                }));
    }

    private static List<Case> likelihoods() {
        return List.of(
                new Case("likelihood.bernoulliLogit", "likelihood_bernoulli likelihood_classes_end", (in, tiny) -> {
                    int rows = tiny ? 3 : RATES;
                    int n = tiny ? 1100 : 1 << 20;
                    return each(
                            new LikelihoodOps.BernoulliLogit(
                                    rows, n, in.classes(n, 2), 1, in.normals((long) rows * n), in.zeroDoubles(rows)),
                            (long) rows * n,
                            5);
                }),
                new Case(
                        "likelihood.categoricalLogit of 8 classes",
                        "likelihood_categorical likelihood_classes_end",
                        (in, tiny) -> {
                            int rows = tiny ? 3 : RATES;
                            int n = tiny ? 1100 : 1 << 17;
                            return each(
                                    new LikelihoodOps.CategoricalLogit(
                                            rows,
                                            8,
                                            n,
                                            in.classes(n, 8),
                                            1,
                                            in.normals(8L * rows * n),
                                            in.zeroDoubles(rows)),
                                    8L * rows * n,
                                    5);
                        }),
                new Case(
                        "likelihood.mixture of 8 components",
                        "likelihood_categorical likelihood_classes_end",
                        (in, tiny) -> {
                            int rows = tiny ? 3 : RATES;
                            int n = tiny ? 1100 : 1 << 17;
                            return each(
                                    new LikelihoodOps.Mixture(
                                            rows, 8, n, 1, in.normals(8L * rows * n), in.zeroDoubles(rows)),
                                    8L * rows * n,
                                    5);
                        }),
                new Case("likelihood.gaussian", "likelihood_gaussian likelihood_gaussian_end", (in, tiny) -> {
                    int rows = tiny ? 3 : RATES;
                    int n = tiny ? 1100 : 1 << 20;
                    return each(
                            new LikelihoodOps.GaussianNoise(
                                    rows,
                                    n,
                                    in.normals(n),
                                    1,
                                    Matrix.of(in.zeros(rows), rows, 1),
                                    in.normals((long) rows * n),
                                    in.zeroDoubles(rows),
                                    Matrix.of(in.zeros(rows), rows, 1)),
                            (long) rows * n,
                            6);
                }),
                new Case(
                        "elementwise: logistic likelihood",
                        "elementwise_many elementwise_end",
                        (in, tiny) -> logistic(in, tiny ? 1100 : 1 << 14, tiny ? 5 : 1 << 12)),
                new Case(
                        "elementwise: logistic likelihood of 64 draws",
                        "elementwise_many elementwise_end",
                        (in, tiny) -> logistic(in, tiny ? 1100 : 10_000, tiny ? 2 : 64)),
                new Case(
                        "elementwise: logistic likelihood of few rows",
                        "elementwise_few",
                        (in, tiny) -> logistic(in, tiny ? 30 : 100, tiny ? 5 : 1 << 19)));
    }

    /** {@code log p += Σ_n y·eta − softplus(eta)} and {@code eta' = y − sigmoid(eta)}, eta [N][S]. */
    private static Work logistic(Inputs in, int rows, int draws) {
        long n = (long) rows * draws;
        Buffer eta = in.normals(n);
        Buffer residual = in.zeros(n);
        Buffer logP = in.zeroDoubles(draws);
        ElementwiseOps.Stage stage = new ElementwiseOps.Stage(
                1,
                1,
                rows,
                1,
                List.of(new Place(eta, 0, 0, 0, draws, 1), new Place(in.classes(rows, 2), 0, 0, 0, 1, 0)),
                List.of(),
                List.of(
                        new Instruction(Opcode.FUNCTION, Function.SOFTPLUS, 0, 0, 0), // 2
                        plain(Opcode.NEGATE, 2, 0, 0), // 3
                        plain(Opcode.FMA, 1, 0, 3), // 4
                        new Instruction(Opcode.FUNCTION, Function.SIGMOID, 0, 0, 0), // 5
                        plain(Opcode.SUBTRACT, 1, 5, 0)), // 6
                List.of(
                        new Output(Effect.STORE, 6, 1, new Place(residual, 0, 0, 0, draws, 1)),
                        new Output(Effect.ADD_SUM, 4, 1, new Place(logP, 0, 0, 0, 0, 1))));
        return new Work(
                new ElementwiseOps.Elementwise(draws, List.of(stage)),
                rows + " rows of " + draws + " draws",
                n,
                5.0 * n);
    }

    @SuppressWarnings("NullAway") // it does not see that the function of another module's record may be null
    private static Instruction plain(Opcode opcode, int a, int b, int c) {
        return new Instruction(opcode, null, a, b, c);
    }

    private static List<Case> sums() {
        return List.of(
                new Case(
                        "scan.segmentSum of 1024 segments", "scan_segments", (in, tiny) -> segments(in, tiny, 1 << 10)),
                new Case(
                        "scan.segmentSum of 8 segments",
                        "scan_segment_tiles scan_segment_end",
                        (in, tiny) -> segments(in, tiny, 8)),
                new Case("scan.cumulativeSum", "scan_cumulate scan_tiles scan_before", (in, tiny) -> {
                    int rows = tiny ? 1100 : 1 << 20;
                    int draws = tiny ? 5 : 64;
                    long n = (long) rows * draws;
                    return each(new ScanOps.CumulativeSum(1, rows, draws, false, in.normals(n), in.zeros(n)), n, 1);
                }),
                new Case(
                        "mixture.responsibilities",
                        "mixture_responsibilities_few mixture_density mixture_lanes",
                        (in, tiny) -> responsibilities(in, mixture(tiny, tiny ? 4 : 16))),
                new Case(
                        "mixture.responsibilities of 32 dimensions",
                        "mixture_responsibilities mixture_density mixture_lanes",
                        (in, tiny) -> responsibilities(in, mixture(tiny, tiny ? 17 : 32))),
                new Case("mixture.statistics", "mixture_statistics mixture_lanes", (in, tiny) -> {
                    MixtureOps.Shape s = mixture(tiny, tiny ? 4 : 16);
                    int d = s.dimensions();
                    int k = s.allComponents();
                    return mixed(
                            new MixtureOps.MixtureStatistics(
                                    s,
                                    in.normals((long) d * s.rows()),
                                    in.normals(2L * k * d),
                                    in.squares((long) k * s.rows()),
                                    false,
                                    in.zeroDoubles((long) MixtureOps.LANES * k * s.width())),
                            s,
                            d * (d + 1) + 5 * d + 1);
                }));
    }

    private static Work segments(Inputs in, boolean tiny, int segments) {
        int rows = tiny ? 2100 : 1 << 20;
        int draws = tiny ? 5 : 64;
        int[] index = new int[rows];
        for (int i = 0; i < rows; i++) {
            index[i] = (int) (i * 7919L % 10_007 % segments);
        }
        ScanOps.Segments made = ScanOps.Segments.of(index, segments);
        long n = (long) rows * draws;
        return each(
                new ScanOps.SegmentSum(
                        rows,
                        segments,
                        draws,
                        in.ints(made.order()),
                        FIRST,
                        in.ints(made.offsets()),
                        FIRST,
                        in.normals(n),
                        in.zeros((long) segments * draws)),
                n,
                1);
    }

    private static MixtureOps.Shape mixture(boolean tiny, int dimensions) {
        return new MixtureOps.Shape(tiny ? 1100 : 1 << 18, dimensions, 1, tiny ? 3 : 32, true);
    }

    private static Work responsibilities(Inputs in, MixtureOps.Shape s) {
        int d = s.dimensions();
        int k = s.allComponents();
        return mixed(
                new MixtureOps.MixtureResponsibilities(
                        s,
                        in.normals((long) d * s.rows()),
                        in.normals(2L * k * d),
                        in.normals((long) k * s.factor(), 0.3),
                        in.zeroDoubles(k),
                        false,
                        in.zeros((long) k * s.rows()),
                        in.zeroDoubles(2L * MixtureOps.LANES)),
                s,
                d * (d + 1) + 4 * d + 6);
    }

    private static Work mixed(Operation operation, MixtureOps.Shape s, double flops) {
        double n = (double) s.rows() * s.allComponents();
        return new Work(
                operation,
                s.rows() + " rows, D=" + s.dimensions() + ", " + s.allComponents() + " components",
                n,
                flops * n);
    }

    private static long n(boolean tiny) {
        return tiny ? 1100 : 1L << 26;
    }

    private static Work each(Operation operation, long n, double flops) {
        return new Work(operation, n + " elements", n, flops * n);
    }
}

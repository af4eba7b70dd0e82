package io.github.elbo4j;

import static io.github.elbo4j.OpCase.KEY;
import static io.github.elbo4j.OpCase.STEP;

import io.github.elbo4j.OpCase.Body;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.FullRankOps;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.LikelihoodOps;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.MeanFieldOps;
import io.github.elbo4j.device.MeanFieldOps.Variable;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.OptimizerOps;
import io.github.elbo4j.device.Scalar;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Every operation, in each of its modes. */
public final class OpCases {
    public static final List<OpCase> ALL = all();

    /** The decays of the cases of Adam. */
    static final OptimizerOps.Decay ADAM = new OptimizerOps.Decay(0.9f, 0.999f, 1e-8f);

    private OpCases() {}

    private static List<OpCase> all() {
        List<OpCase> all = new ArrayList<>();
        normal(all);
        PointSetCases.addTo(all);
        math(all);
        vectors(all);
        meanField(all);
        fullRank(all);
        LowRankCases.addTo(all);
        EstimateCases.addTo(all);
        likelihood(all);
        gemm(all);
        StructureCases.addTo(all);
        MixtureCases.addTo(all);
        optimizer(all);
        ElementwiseCases.addTo(all);
        return List.copyOf(all);
    }

    static void add(List<OpCase> all, String operation, Object mode, Body body) {
        all.add(new OpCase(operation, mode.toString(), false, 0, body));
    }

    static void addDraws(List<OpCase> all, String operation, Object mode, int fewestDraws, Body body) {
        all.add(new OpCase(operation, mode.toString(), false, fewestDraws, body));
    }

    static void addSquare(List<OpCase> all, String operation, Object mode, Body body) {
        all.add(new OpCase(operation, mode.toString(), true, 0, body));
    }

    private static void normal(List<OpCase> all) {
        add(all, "words", "", c -> {
            Buffer words = c.arena.out(ElementType.INT32, c.shape.elements());
            return new NormalOps.Words(KEY, Index.of(STEP), c.shape, words);
        });
        add(
                all,
                "uniform",
                "",
                c -> new NormalOps.Uniform(KEY, Index.of(STEP), c.shape, c.arena.out(c.shape.elements())));
        add(
                all,
                "normal",
                "",
                c -> new NormalOps.Normal(KEY, Index.of(STEP), c.shape, c.arena.out(c.shape.elements())));
        add(all, "normalOfProblems", "", c -> {
            DrawBlock shape = c.shape.at(0, c.shape.firstDraw(), c.shape.firstDimension());
            int[] problems = new int[2 + shape.problems()];
            Arrays.setAll(problems, i -> 1000 - 7 * i);
            Buffer chosen = c.arena.of(problems);
            return new NormalOps.NormalOfProblems(
                    KEY, Index.of(STEP), shape, chosen, Index.of(2), c.arena.out(shape.elements()));
        });
    }

    /** Functions that are NaN to the left of 0, or of -1. */
    private static final Set<Function> POSITIVE = EnumSet.of(
            Function.LOG, Function.LOG1P, Function.SQRT, Function.LOG_GAMMA, Function.DIGAMMA, Function.TRIGAMMA);

    private static void math(List<OpCase> all) {
        for (Function f : Function.values()) {
            add(all, "map", f, c -> {
                long n = c.shape.elements();
                boolean positive = POSITIVE.contains(f);
                return new MathOps.Map(f, n, positive ? c.positive(n) : c.normals(n), c.arena.out(n));
            });
        }
        add(
                all,
                "map",
                "in place",
                c -> new MathOps.Map(Function.TANH, c.shape.elements(), c.changed(c.shape.elements()), c.arena.last()));
        add(all, "fill", "", c -> new MathOps.Fill(c.shape.elements(), 2.5f, c.arena.out(c.shape.elements())));
        add(
                all,
                "fill",
                "float64",
                c -> new MathOps.Fill(c.shape.allDraws(), 0.1, c.arena.doubles(c.shape.allDraws())));
        for (boolean accumulate : new boolean[] {false, true}) {
            add(all, "scale", accumulate ? "accumulated" : "", c -> {
                int n = c.draws();
                int m = c.problems();
                Matrix x = Matrix.of(c.doubles((long) m * n), n, m).transposed();
                return new MathOps.Scale(
                        0.3, x, accumulate, new Matrix(c.changedDoubles((n + 2L) * m), 1, m, n, n + 2L, 1));
            });
        }
        for (boolean accumulate : new boolean[] {false, true}) {
            add(all, "scale", accumulate ? "accumulated float32" : "float32", c -> {
                int n = c.draws();
                int m = c.problems();
                Matrix x = Matrix.of(c.normals((long) m * n), n, m).transposed();
                return new MathOps.Scale(0.3, x, accumulate, new Matrix(c.changed((n + 2L) * m), 1, m, n, n + 2L, 1));
            });
        }
        add(all, "advance", "", c -> {
            int n = c.draws();
            int[] by = new int[n];
            int[] counter = new int[n];
            for (int i = 0; i < n; i++) {
                by[i] = 3 * i - 7;
                counter[i] = Integer.MAX_VALUE - 5 * i;
            }
            return new MathOps.Advance(n, c.arena.of(by), c.arena.inOut(counter));
        });
        add(all, "scale", "a constant of each problem", c -> {
            int n = c.draws();
            int m = c.problems();
            Matrix y = Matrix.of(c.changedDoubles((long) m * n), m, n);
            return new MathOps.Scale(-1, new Matrix(c.doubles(m), 0, m, n, 1, 0), true, y);
        });
    }

    private static void vectors(List<OpCase> all) {
        add(all, "axpy", "", c -> {
            long n = c.shape.elements();
            return new MathOps.Axpy(n, 0.3f, c.normals(n), c.changed(n));
        });
        add(all, "multiply", "", c -> {
            long n = c.shape.elements();
            return new MathOps.Multiply(n, c.normals(n), c.normals(n), c.arena.out(n));
        });
        add(all, "average", "", c -> {
            long n = c.shape.elements();
            return new MathOps.Average(n, Scalar.of(0.2f), c.normals(n), c.changed(n));
        });
        add(all, "sumRows", "", c -> {
            int rows = Math.toIntExact(c.shape.allDraws());
            return new MathOps.SumRows(rows, c.dimensions(), c.normals(c.shape.elements()), c.arena.doubles(rows));
        });
        add(all, "gatherRows", "", c -> {
            int[] index = new int[2 + c.draws()];
            for (int i = 0; i < index.length; i++) {
                index[i] = i * 5 % 7;
            }
            Buffer target = c.arena.out((long) c.draws() * c.dimensions());
            return new MathOps.GatherRows(
                    c.draws(), c.dimensions(), c.arena.of(index), Index.of(2), c.normals(7L * c.dimensions()), target);
        });
        add(all, "firstNonFinite", "", c -> {
            float[] x = Numbers.normals(1, c.shape.elements());
            for (int i = x.length * 2 / 3; i < x.length; i += 3) {
                x[i] = Float.NEGATIVE_INFINITY;
            }
            Buffer found = c.arena.out(ElementType.INT32, 1);
            return new MathOps.FirstNonFinite(x.length, c.arena.of(x), found);
        });
    }

    private static void meanField(List<OpCase> all) {
        add(all, "sample", "", c -> {
            long n = c.shape.parameters();
            return new MeanFieldOps.Sample(
                    KEY, Index.of(STEP), c.shape, c.normals(n), c.logs(n), c.arena.out(c.shape.elements()));
        });
        add(all, "logDensity", "", c -> {
            long n = c.shape.parameters();
            Buffer logQ = c.arena.doubles(c.shape.allDraws());
            return new MeanFieldOps.LogDensity(
                    c.shape,
                    MeanFieldOps.Variable.Z,
                    c.normals(n),
                    c.logs(n),
                    c.normals(c.shape.elements()),
                    logQ,
                    null);
        });
        for (Variable variable : Variable.values()) {
            add(all, "logDensityGradient", variable, c -> {
                long n = c.shape.parameters();
                Buffer gradient = c.arena.out(c.shape.elements());
                return new MeanFieldOps.LogDensity(
                        c.shape, variable, c.normals(n), c.logs(n), c.normals(c.shape.elements()), null, gradient);
            });
        }
        add(all, "logDensityAndGradient", "", c -> {
            long n = c.shape.parameters();
            Buffer logQ = c.arena.doubles(c.shape.allDraws());
            Buffer gradient = c.arena.out(c.shape.elements());
            return new MeanFieldOps.LogDensity(
                    c.shape,
                    MeanFieldOps.Variable.Z,
                    c.normals(n),
                    c.logs(n),
                    c.normals(c.shape.elements()),
                    logQ,
                    gradient);
        });
        add(
                all,
                "entropy",
                "",
                c -> new MeanFieldOps.Entropy(
                        c.problems(),
                        c.dimensions(),
                        c.logs(c.shape.parameters()),
                        c.arena.doubles(2L * c.problems()),
                        Index.of(1)));
    }

    private static void fullRank(List<OpCase> all) {
        addSquare(
                all,
                "fullRankSample",
                "",
                c -> new FullRankOps.FullRankSample(
                        KEY,
                        Index.of(STEP),
                        c.shape,
                        c.normals(c.shape.parameters()),
                        c.factor(),
                        c.arena.out(c.shape.elements())));
        for (String wanted : List.of("logQ", "gradient", "both")) {
            addSquare(all, "fullRankLogDensity", wanted, c -> {
                Buffer logQ = c.arena.doubles(c.shape.allDraws());
                Buffer gradient = c.arena.out(c.shape.elements());
                return new FullRankOps.FullRankLogDensity(
                        c.shape,
                        c.normals(c.shape.parameters()),
                        c.factor(),
                        c.normals(c.shape.elements()),
                        wanted.equals("gradient") ? null : logQ,
                        wanted.equals("logQ") ? null : gradient);
            });
        }
        addSquare(
                all,
                "fullRankLogDensityAtDraw",
                "",
                c -> new FullRankOps.FullRankLogDensityAtDraw(
                        KEY, Index.of(STEP), c.shape, c.factor(), c.arena.doubles(c.shape.allDraws())));
        addSquare(
                all,
                "fullRankScore",
                "",
                c -> new FullRankOps.FullRankScore(
                        KEY, Index.of(STEP), c.shape, c.factor(), c.arena.out(c.shape.elements())));
        addSquare(
                all,
                "fullRankEntropy",
                "",
                c -> new FullRankOps.FullRankEntropy(
                        c.problems(), c.dimensions(), c.factor(), c.arena.doubles(2L * c.problems()), Index.of(1)));
    }

    private static void likelihood(List<OpCase> all) {
        add(all, "bernoulliLogit", "", c -> {
            int rows = Math.toIntExact(c.shape.allDraws());
            Buffer eta = c.changed(c.shape.elements());
            return new LikelihoodOps.BernoulliLogit(
                    rows, c.dimensions(), c.zerosAndOnes(c.dimensions()), 1.5f, eta, c.changedDoubles(rows));
        });
        for (int classes : new int[] {1, 3}) {
            add(all, "categoricalLogit", classes + " classes", c -> {
                int rows = Math.toIntExact(c.shape.allDraws());
                Buffer eta = c.changed(classes * c.shape.elements());
                Buffer y = c.classes(c.dimensions(), classes);
                return new LikelihoodOps.CategoricalLogit(
                        rows, classes, c.dimensions(), y, 1.5f, eta, c.changedDoubles(rows));
            });
            add(all, "mixture", classes + " components", c -> {
                int rows = Math.toIntExact(c.shape.allDraws());
                Buffer eta = c.changed(classes * c.shape.elements());
                return new LikelihoodOps.Mixture(rows, classes, c.dimensions(), 1.5f, eta, c.changedDoubles(rows));
            });
        }
        for (boolean shared : new boolean[] {false, true}) {
            add(all, "gaussian", shared ? "known noise" : "", c -> {
                int rows = Math.toIntExact(c.shape.allDraws());
                Matrix noise = shared
                        ? new Matrix(c.logs(1), 0, rows, 1, 0, 1)
                        : Matrix.of(c.logs(3L * rows), rows, 3).columns(1, 2);
                Matrix slope =
                        shared ? null : Matrix.of(c.changed(3L * rows), rows, 3).columns(2, 3);
                return new LikelihoodOps.GaussianNoise(
                        rows,
                        c.dimensions(),
                        c.normals(c.dimensions()),
                        1.5f,
                        noise,
                        c.changed(c.shape.elements()),
                        c.changedDoubles(rows),
                        slope);
            });
        }
    }

    private static void gemm(List<OpCase> all) {
        for (int mode = 0; mode < 8; mode++) {
            boolean transposeA = (mode & 1) != 0;
            boolean transposeB = (mode & 2) != 0;
            boolean accumulate = (mode & 4) != 0;
            String name = (transposeA ? "At " : "A ") + (transposeB ? "Bt" : "B") + (accumulate ? " accumulated" : "");
            add(all, "gemm", name, c -> {
                int m = c.problems();
                int n = c.draws();
                int k = c.dimensions();
                Buffer a = c.normals((long) m * k);
                Buffer b = c.normals((long) k * n);
                Buffer out = c.changed((long) m * n);
                return new GemmOps.Gemm(
                        transposeA ? Matrix.of(a, k, m).transposed() : Matrix.of(a, m, k),
                        transposeB ? Matrix.of(b, n, k).transposed() : Matrix.of(b, k, n),
                        accumulate,
                        Matrix.of(out, m, n));
            });
        }
        for (boolean upper : new boolean[] {false, true}) {
            addSquare(all, "triangularMultiply", upper ? "upper" : "lower", c -> {
                int m = c.dimensions();
                Matrix b = Matrix.of(c.changed((long) m * c.draws()), m, c.draws());
                return new GemmOps.TriangularMultiply(c.triangle(upper), upper, b);
            });
            addSquare(all, "triangularSolve", upper ? "upper" : "lower", c -> {
                int m = c.dimensions();
                Matrix b = Matrix.of(c.changed((long) m * c.draws()), m, c.draws());
                return new GemmOps.TriangularSolve(c.triangle(upper), upper, b);
            });
        }
    }

    private static void optimizer(List<OpCase> all) {
        add(all, "sgd", "", c -> {
            long n = c.shape.elements();
            return new OptimizerOps.Sgd(n, Scalar.of(0.01f), c.normals(n), c.changed(n));
        });
        add(all, "adam", "", c -> {
            long n = c.shape.elements();
            Buffer gradient = c.normals(n);
            Buffer m = c.changed(n);
            Buffer v = c.arena.out(n);
            v.write(0, Numbers.normals(99, n, 20, 1), 0, (int) n);
            return new OptimizerOps.Adam(
                    n,
                    Scalar.of(ADAM.rateAt(3, 0.01f)),
                    Scalar.of(ADAM.correctionAt(3)),
                    ADAM,
                    gradient,
                    null,
                    m,
                    v,
                    c.changed(n));
        });
        add(all, "adam", "scaled", c -> {
            long n = c.shape.elements();
            Buffer gradient = c.normals(n);
            Buffer scale = c.normals(n);
            Buffer m = c.changed(n);
            Buffer v = c.arena.out(n);
            v.write(0, Numbers.normals(99, n, 20, 1), 0, (int) n);
            return new OptimizerOps.Adam(
                    n,
                    Scalar.of(ADAM.rateAt(3, 0.01f)),
                    Scalar.of(ADAM.correctionAt(3)),
                    ADAM,
                    gradient,
                    scale,
                    m,
                    v,
                    c.changed(n));
        });
    }
}

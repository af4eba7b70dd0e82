package io.github.elbo4j;

import static io.github.elbo4j.OpCase.KEY;
import static io.github.elbo4j.OpCase.STEP;

import io.github.elbo4j.OpCase.Call;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.MeanFieldOps.With;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Every operation, in each of its modes. */
public final class OpCases {
    public static final List<OpCase> ALL = all();

    private OpCases() {}

    private static List<OpCase> all() {
        List<OpCase> all = new ArrayList<>();
        normal(all);
        math(all);
        meanField(all);
        fullRank(all);
        LowRankCases.addTo(all);
        EstimateCases.addTo(all);
        likelihood(all);
        gemm(all);
        optimizer(all);
        return List.copyOf(all);
    }

    static void add(List<OpCase> all, String operation, Object mode, Consumer<Call> body) {
        all.add(new OpCase(operation, mode.toString(), false, 0, body));
    }

    static void addDraws(List<OpCase> all, String operation, Object mode, int fewestDraws, Consumer<Call> body) {
        all.add(new OpCase(operation, mode.toString(), false, fewestDraws, body));
    }

    static void addSquare(List<OpCase> all, String operation, Object mode, Consumer<Call> body) {
        all.add(new OpCase(operation, mode.toString(), true, 0, body));
    }

    private static void normal(List<OpCase> all) {
        add(all, "words", "", c -> {
            Buffer words = c.arena.out(ElementType.INT32, c.shape.elements());
            c.ops.words(KEY, STEP, c.shape, words);
        });
        add(all, "uniform", "", c -> c.ops.uniform(KEY, STEP, c.shape, c.arena.out(c.shape.elements())));
        add(all, "normal", "", c -> c.ops.normal(KEY, STEP, c.shape, c.arena.out(c.shape.elements())));
    }

    private static void math(List<OpCase> all) {
        for (Function f : Function.values()) {
            add(all, "map", f, c -> {
                long n = c.shape.elements();
                boolean logarithm = f == Function.LOG || f == Function.LOG1P;
                c.ops.map(f, n, logarithm ? c.positive(n) : c.normals(n), c.arena.out(n));
            });
        }
        add(
                all,
                "map",
                "in place",
                c -> c.ops.map(Function.TANH, c.shape.elements(), c.changed(c.shape.elements()), c.arena.last()));
        add(all, "fill", "", c -> c.ops.fill(c.shape.elements(), 2.5f, c.arena.out(c.shape.elements())));
        add(all, "fill", "float64", c -> c.ops.fill(c.shape.rows(), 0.1, c.arena.doubles(c.shape.rows())));
        for (boolean accumulate : new boolean[] {false, true}) {
            add(all, "scale", accumulate ? "accumulated" : "", c -> {
                int n = c.draws();
                int m = c.problems();
                Matrix x = Matrix.of(c.doubles((long) m * n), n, m).transposed();
                c.ops.scale(0.3, x, accumulate, new Matrix(c.changedDoubles((n + 2L) * m), 1, m, n, n + 2L, 1));
            });
        }
        for (boolean accumulate : new boolean[] {false, true}) {
            add(all, "scale", accumulate ? "accumulated float32" : "float32", c -> {
                int n = c.draws();
                int m = c.problems();
                Matrix x = Matrix.of(c.normals((long) m * n), n, m).transposed();
                c.ops.scale(0.3, x, accumulate, new Matrix(c.changed((n + 2L) * m), 1, m, n, n + 2L, 1));
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
            c.ops.advance(n, c.arena.of(by), c.arena.inOut(counter));
        });
        add(all, "scale", "a constant of each problem", c -> {
            int n = c.draws();
            int m = c.problems();
            Matrix y = Matrix.of(c.changedDoubles((long) m * n), m, n);
            c.ops.scale(-1, new Matrix(c.doubles(m), 0, m, n, 1, 0), true, y);
        });
        add(all, "axpy", "", c -> {
            long n = c.shape.elements();
            c.ops.axpy(n, 0.3f, c.normals(n), c.changed(n));
        });
        add(all, "multiply", "", c -> {
            long n = c.shape.elements();
            c.ops.multiply(n, c.normals(n), c.normals(n), c.arena.out(n));
        });
        add(all, "average", "", c -> {
            long n = c.shape.elements();
            c.ops.average(n, 0.2f, c.normals(n), c.changed(n));
        });
        add(all, "sumRows", "", c -> {
            int rows = Math.toIntExact(c.shape.rows());
            c.ops.sumRows(rows, c.dimensions(), c.normals(c.shape.elements()), c.arena.doubles(rows));
        });
        add(all, "gatherRows", "", c -> {
            int[] index = new int[2 + c.draws()];
            for (int i = 0; i < index.length; i++) {
                index[i] = i * 5 % 7;
            }
            Buffer target = c.arena.out((long) c.draws() * c.dimensions());
            c.ops.gatherRows(c.draws(), c.dimensions(), c.arena.of(index), 2, c.normals(7L * c.dimensions()), target);
        });
        add(all, "firstNonFinite", "", c -> {
            float[] x = Numbers.normals(1, c.shape.elements());
            for (int i = x.length * 2 / 3; i < x.length; i += 3) {
                x[i] = Float.NEGATIVE_INFINITY;
            }
            Buffer found = c.arena.out(ElementType.INT32, 1);
            c.ops.firstNonFinite(x.length, c.arena.of(x), found);
        });
    }

    private static void meanField(List<OpCase> all) {
        add(all, "sample", "", c -> {
            long n = c.shape.parameters();
            c.ops.sample(KEY, STEP, c.shape, c.normals(n), c.logs(n), c.arena.out(c.shape.elements()));
        });
        add(all, "logDensity", "", c -> {
            long n = c.shape.parameters();
            Buffer logQ = c.arena.doubles(c.shape.rows());
            c.ops.logDensity(c.shape, c.normals(n), c.logs(n), c.normals(c.shape.elements()), logQ);
        });
        for (With with : With.values()) {
            add(all, "logDensityGradient", with, c -> {
                long n = c.shape.parameters();
                Buffer gradient = c.arena.out(c.shape.elements());
                c.ops.logDensityGradient(
                        c.shape, with, c.normals(n), c.logs(n), c.normals(c.shape.elements()), gradient);
            });
        }
        add(all, "logDensityAndGradient", "", c -> {
            long n = c.shape.parameters();
            Buffer logQ = c.arena.doubles(c.shape.rows());
            Buffer gradient = c.arena.out(c.shape.elements());
            c.ops.logDensityAndGradient(
                    c.shape, c.normals(n), c.logs(n), c.normals(c.shape.elements()), logQ, gradient);
        });
        add(
                all,
                "entropy",
                "",
                c -> c.ops.entropy(
                        c.problems(),
                        c.dimensions(),
                        c.logs(c.shape.parameters()),
                        c.arena.doubles(2L * c.problems()),
                        1));
    }

    private static void fullRank(List<OpCase> all) {
        addSquare(
                all,
                "fullRankSample",
                "",
                c -> c.ops.fullRankSample(
                        KEY,
                        STEP,
                        c.shape,
                        c.normals(c.shape.parameters()),
                        c.factor(),
                        c.arena.out(c.shape.elements())));
        addSquare(all, "fullRankLogDensity", "", c -> {
            Buffer logQ = c.arena.doubles(c.shape.rows());
            c.ops.fullRankLogDensity(
                    c.shape, c.normals(c.shape.parameters()), c.factor(), c.normals(c.shape.elements()), logQ);
        });
        addSquare(all, "fullRankLogDensityGradient", "", c -> {
            Buffer gradient = c.arena.out(c.shape.elements());
            c.ops.fullRankLogDensityGradient(
                    c.shape, c.normals(c.shape.parameters()), c.factor(), c.normals(c.shape.elements()), gradient);
        });
        addSquare(
                all,
                "fullRankScore",
                "",
                c -> c.ops.fullRankScore(KEY, STEP, c.shape, c.factor(), c.arena.out(c.shape.elements())));
        addSquare(
                all,
                "fullRankEntropy",
                "",
                c -> c.ops.fullRankEntropy(
                        c.problems(), c.dimensions(), c.factor(), c.arena.doubles(2L * c.problems()), 1));
    }

    private static void likelihood(List<OpCase> all) {
        add(all, "bernoulliLogit", "", c -> {
            int rows = Math.toIntExact(c.shape.rows());
            Buffer eta = c.changed(c.shape.elements());
            c.ops.bernoulliLogit(
                    rows, c.dimensions(), c.zerosAndOnes(c.dimensions()), 1.5f, eta, c.changedDoubles(rows));
        });
        for (int classes : new int[] {1, 3}) {
            add(all, "categoricalLogit", classes + " classes", c -> {
                int rows = Math.toIntExact(c.shape.rows());
                Buffer eta = c.changed(classes * c.shape.elements());
                Buffer y = c.classes(c.dimensions(), classes);
                c.ops.categoricalLogit(rows, classes, c.dimensions(), y, 1.5f, eta, c.changedDoubles(rows));
            });
            add(all, "mixture", classes + " components", c -> {
                int rows = Math.toIntExact(c.shape.rows());
                Buffer eta = c.changed(classes * c.shape.elements());
                c.ops.mixture(rows, classes, c.dimensions(), 1.5f, eta, c.changedDoubles(rows));
            });
        }
        for (boolean shared : new boolean[] {false, true}) {
            add(all, "gaussian", shared ? "known noise" : "", c -> {
                int rows = Math.toIntExact(c.shape.rows());
                Matrix noise = shared
                        ? new Matrix(c.logs(1), 0, rows, 1, 0, 1)
                        : Matrix.of(c.logs(3L * rows), rows, 3).columns(1, 2);
                Matrix slope =
                        shared ? null : Matrix.of(c.changed(3L * rows), rows, 3).columns(2, 3);
                c.ops.gaussian(
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
                c.ops.gemm(
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
                c.ops.triangularMultiply(c.triangle(upper), upper, b);
            });
            addSquare(all, "triangularSolve", upper ? "upper" : "lower", c -> {
                int m = c.dimensions();
                Matrix b = Matrix.of(c.changed((long) m * c.draws()), m, c.draws());
                c.ops.triangularSolve(c.triangle(upper), upper, b);
            });
        }
    }

    private static void optimizer(List<OpCase> all) {
        add(all, "sgd", "", c -> {
            long n = c.shape.elements();
            c.ops.sgd(n, 0.01f, c.normals(n), c.changed(n));
        });
        add(all, "adam", "", c -> {
            long n = c.shape.elements();
            Buffer gradient = c.normals(n);
            Buffer m = c.changed(n);
            Buffer v = c.arena.out(n);
            v.write(0, Numbers.normals(99, n, 20, 1), 0, (int) n);
            c.ops.adam(n, 3, 0.01f, 0.9f, 0.999f, 1e-8f, gradient, null, m, v, c.changed(n));
        });
        add(all, "adam", "scaled", c -> {
            long n = c.shape.elements();
            Buffer gradient = c.normals(n);
            Buffer scale = c.normals(n);
            Buffer m = c.changed(n);
            Buffer v = c.arena.out(n);
            v.write(0, Numbers.normals(99, n, 20, 1), 0, (int) n);
            c.ops.adam(n, 3, 0.01f, 0.9f, 0.999f, 1e-8f, gradient, scale, m, v, c.changed(n));
        });
    }

    /** The operations that have a case. */
    public static List<String> operations() {
        return ALL.stream().map(OpCase::operation).distinct().collect(Collectors.toList());
    }
}

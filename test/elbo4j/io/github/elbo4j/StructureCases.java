package io.github.elbo4j;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.GramOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Matrices;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.ScanOps;
import java.util.List;

/** The cases of {@link OpCases} of what models need besides elementwise code: sums by an index, matrices of every draw. */
final class StructureCases {
    private StructureCases() {}

    static void addTo(List<OpCase> all) {
        sums(all);
        grams(all);
        products(all);
        solutions(all);
    }

    /** The shape's dimensions are rows, so that some have several tiles; with many segments threads work in another way. */
    private static void sums(List<OpCase> all) {
        for (int segments : new int[] {7, 300}) {
            OpCases.add(all, "segmentSum", segments + " segments", c -> {
                int rows = c.dimensions();
                int[] index = new int[rows];
                for (int n = 0; n < rows; n++) {
                    index[n] = n * 5 % 11 % segments;
                }
                ScanOps.Segments made = ScanOps.Segments.of(index, segments);
                return new ScanOps.SegmentSum(
                        rows,
                        segments,
                        c.draws(),
                        c.arena.of(made.order()),
                        Index.of(0),
                        c.arena.of(made.offsets()),
                        Index.of(0),
                        c.normals((long) rows * c.draws()),
                        c.arena.out((long) segments * c.draws()));
            });
        }
        for (boolean reverse : new boolean[] {false, true}) {
            OpCases.add(all, "cumulativeSum", reverse ? "reverse" : "", c -> {
                Buffer x = c.normals(c.shape.elements());
                Buffer y = c.arena.out(c.shape.elements());
                return new ScanOps.CumulativeSum(c.problems(), c.dimensions(), c.draws(), reverse, x, y);
            });
        }
        OpCases.add(all, "cumulativeSum", "in place", c -> {
            Buffer x = c.changed(c.shape.elements());
            return new ScanOps.CumulativeSum(c.problems(), c.dimensions(), c.draws(), false, x, x);
        });
    }

    /** The shape's dimensions are rows again; the columns are some of a wider table's. */
    private static void grams(List<OpCase> all) {
        for (boolean weighted : new boolean[] {false, true}) {
            OpCases.add(all, "gram", weighted ? "weighted" : "", c -> {
                int rows = c.dimensions();
                int columns = c.draws() % 37 + c.problems();
                Buffer table = c.doubles((columns + 3L) * rows + 2);
                Matrix x = new Matrix(table, 2, rows, columns, columns + 3L, 1);
                return new GramOps.Gram(
                        x,
                        weighted ? c.positive(rows) : null,
                        c.arena.out(ElementType.FLOAT64, (long) columns * columns));
            });
        }
    }

    private static void products(List<OpCase> all) {
        for (boolean accumulate : new boolean[] {false, true}) {
            String ending = accumulate ? " accumulated" : "";
            OpCases.add(all, "batchedGemm", "of draws" + ending, c -> {
                Matrices a = beside(c, c.normals(c.shape.elements()), c.problems(), c.dimensions());
                Matrices b = beside(c, c.normals(3L * c.dimensions() * c.draws()), c.dimensions(), 3);
                Matrices out = beside(c, c.changed(3L * c.problems() * c.draws()), c.problems(), 3);
                return new GemmOps.BatchedGemm(a, b, accumulate, out);
            });
            OpCases.add(all, "batchedGemm", "of data" + ending, c -> {
                Matrix data = Matrix.of(c.normals(c.shape.parameters()), c.problems(), c.dimensions());
                Matrices b = beside(c, c.normals(3L * c.dimensions() * c.draws()), c.dimensions(), 3);
                Matrices out = beside(c, c.changed(3L * c.problems() * c.draws()), 3, c.problems());
                Matrices same = Matrices.repeated(data.transposed(), c.draws());
                return new GemmOps.BatchedGemm(b.transposed(), same, accumulate, out);
            });
            OpCases.add(all, "batchedGemm", "one after the other" + ending, c -> {
                int m = c.problems();
                int k = c.dimensions();
                Matrix a = Matrix.of(c.normals(c.shape.elements()), m, k);
                Matrix b = Matrix.of(c.normals(3L * k), k, 3);
                Matrix out = Matrix.of(c.changed((3L * m + 2) * c.draws()), m, 3);
                return new GemmOps.BatchedGemm(
                        new Matrices(a, c.draws(), (long) m * k),
                        Matrices.repeated(b, c.draws()),
                        accumulate,
                        new Matrices(out, c.draws(), 3L * m + 2));
            });
        }
    }

    private static void solutions(List<OpCase> all) {
        for (boolean upper : new boolean[] {false, true}) {
            String name = upper ? "upper" : "lower";
            OpCases.addSquare(all, "batchedTriangularSolve", name + " of draws", c -> {
                int m = c.dimensions();
                Matrices b = beside(c, c.changed(c.shape.elements()), m, c.problems());
                return new GemmOps.BatchedTriangularSolve(triangles(c, upper), upper, b);
            });
            OpCases.addSquare(all, "batchedTriangularSolve", name + " of data", c -> {
                int m = c.dimensions();
                Matrices b = beside(c, c.changed(c.shape.elements()), m, c.problems());
                return new GemmOps.BatchedTriangularSolve(Matrices.repeated(c.triangle(upper), c.draws()), upper, b);
            });
            OpCases.addSquare(all, "batchedTriangularSolve", name + " one after the other", c -> {
                int m = c.dimensions();
                Matrix b = Matrix.of(c.changed(c.shape.elements()), m, c.problems());
                Matrices views = new Matrices(b, c.draws(), c.shape.parameters());
                return new GemmOps.BatchedTriangularSolve(triangles(c, upper), upper, views);
            });
        }
    }

    private static Matrices beside(OpCase.Call c, Buffer buffer, int rows, int columns) {
        return Matrices.beside(buffer, rows, columns, c.draws());
    }

    /** A triangle for every draw, with a diagonal away from zero, and NaN beyond it. */
    private static Matrices triangles(OpCase.Call c, boolean upper) {
        int m = c.dimensions();
        int draws = c.draws();
        float[] l = Numbers.normals(5, (long) m * m * draws, 0, 1 / Math.sqrt(1.0 + m));
        for (int at = 0; at < m * m; at++) {
            for (int s = 0; s < draws; s++) {
                int i = at / m;
                int j = at % m;
                int place = at * draws + s;
                l[place] = i == j ? 1.5f + Math.abs(l[place]) : j > i ? Float.NaN : l[place];
            }
        }
        Matrices lower = Matrices.beside(c.arena.of(l), m, m, draws);
        return upper ? lower.transposed() : lower;
    }
}

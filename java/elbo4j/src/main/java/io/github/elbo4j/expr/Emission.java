package io.github.elbo4j.expr;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementwiseOps.Elementwise;
import io.github.elbo4j.device.ElementwiseOps.Place;
import io.github.elbo4j.device.ElementwiseOps.Stage;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrices;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.ScanOps;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Records a plan for one block of draws after the other, in memory that the blocks share. */
final class Emission {
    /** A stage of more rows goes alone, so that a device shares its rows out. */
    private static final long MANY_ROWS = 2048;

    /** Where a result goes: its first element, and how far it is from one draw to the next. */
    record Destination(Buffer buffer, long offset, int drawStride) {}

    /** Where draws come from, the step whose normals are drawn, and where results go, by number: all draws of a call. */
    record Ends(int draws, int dimensions, Buffer z, Index step, List<Destination> results) {}

    private final Translation translation; // has the data
    private final Recorder to;
    private final Fusion fusion;
    private final Canonical canonical;
    private final @Nullable RowBatch batch;
    private final Ends ends;
    private final Map<Expr, Buffer> memory = new HashMap<>();
    private final Map<Detail.Data, Buffer> batchData = new HashMap<>();
    private final Map<Expr, Buffer> normals = new HashMap<>();
    private final List<Stage> stages = new ArrayList<>();
    private int firstDraw;
    private int draws; // of the block

    Emission(
            Translation translation,
            Recorder to,
            Fusion fusion,
            Canonical canonical,
            @Nullable RowBatch batch,
            Ends ends) {
        this.translation = translation;
        this.to = to;
        this.fusion = fusion;
        this.canonical = canonical;
        this.batch = batch;
        this.ends = ends;
    }

    void run(long workspaceBytes) {
        long perDraw = 0;
        for (Expr e : fusion.memory()) {
            perDraw += (long) Float.BYTES * Math.max(1, e.size());
        }
        int most = (int) Math.max(1, Math.min(ends.draws, workspaceBytes / Math.max(1, perDraw)));
        if (most < ends.draws && most > 64) {
            most -= most % 64;
        }
        for (Expr e : fusion.memory()) {
            memory.put(e, to.scratch(Math.multiplyExact((long) e.size(), most)));
        }
        for (firstDraw = 0; firstDraw < ends.draws; firstDraw += most) {
            draws = Math.min(most, ends.draws - firstDraw);
            for (Fusion.Step step : fusion.steps()) {
                if (step instanceof Fusion.Fused fused) {
                    stage(fused);
                } else {
                    flush();
                    alone(((Fusion.Alone) step).value());
                }
            }
            flush();
        }
    }

    private void stage(Fusion.Fused fused) {
        Stage stage = fused.stage().build(this);
        if (Extents.size(fused.shape()) >= MANY_ROWS) {
            flush();
            stages.add(stage);
            flush();
        } else {
            stages.add(stage);
        }
    }

    private void flush() {
        if (!stages.isEmpty()) {
            to.run(new Elementwise(draws, stages));
            stages.clear();
        }
    }

    // ---- places ----

    /** Where elements of a leaf, or of what is in memory, are. */
    Place place(Expr base, long offset, int[] steps) {
        return switch (base.primitive()) {
            case DATA -> new Place(data(base), offset, steps[0], steps[1], steps[2], 0);
            case NORMALS -> new Place(normals(base), offset, steps[0], steps[1], steps[2], 0);
            case PARAMETER -> {
                long at = base.detail(Detail.Slot.class).offset() + offset;
                yield ofDraw(ends.z, at, ends.dimensions, steps);
            }
            default -> beside(inMemory(base), offset, steps);
        };
    }

    Place place(Plan.Target target, int[] steps) {
        if (target instanceof Plan.Into into) {
            return beside(inMemory(into.computed()), into.offset(), steps);
        }
        Destination to = ends.results.get(((Plan.Out) target).result());
        return ofDraw(to.buffer, to.offset, to.drawStride, steps);
    }

    private Place ofDraw(Buffer buffer, long offset, int drawStride, int[] steps) {
        long first = (long) firstDraw * drawStride + offset;
        return new Place(buffer, first, steps[0], steps[1], steps[2], drawStride);
    }

    private Place beside(Buffer buffer, long offset, int[] steps) {
        long s = draws;
        return new Place(buffer, offset * s, steps[0] * s, steps[1] * s, steps[2] * s, 1);
    }

    private Buffer inMemory(Expr e) {
        return Objects.requireNonNull(memory.get(e), () -> e + " is not in memory");
    }

    private Buffer data(Expr leaf) {
        if (!(leaf.detail() instanceof Canonical.Batch ofBatch)) {
            return translation.data(leaf.detail(Detail.Data.class));
        }
        return batchData.computeIfAbsent(ofBatch.all(), all -> {
            RowBatch rows = Objects.requireNonNull(batch);
            int columns = leaf.size() / rows.count();
            Buffer some = to.scratch((long) leaf.size());
            to.run(new MathOps.GatherRows(
                    rows.count(), columns, rows.index(), rows.first(), translation.data(all), some));
            return some;
        });
    }

    /** Those of the rows in order, or of the rows that a step has chosen: the same for each row. */
    private Buffer normals(Expr leaf) {
        return normals.computeIfAbsent(leaf, made -> {
            int[] extents = made.ownExtents();
            DrawBlock shape = DrawBlock.of(extents[0], extents[1], extents[2]);
            Key key = made.detail(Detail.Normals.class).key();
            Buffer epsilon = to.scratch(shape.elements());
            to.run(
                    batch != null && made.ofRows()
                            ? new NormalOps.NormalOfProblems(
                                    key, ends.step, shape, batch.index(), batch.first(), epsilon)
                            : new NormalOps.Normal(key, ends.step, shape, epsilon));
            return epsilon;
        });
    }

    // ---- operations that stand alone ----

    private void alone(Expr e) {
        Buffer result = inMemory(e);
        Expr x = e.operands().get(0);
        switch (e.primitive()) {
            case GATHER -> {
                Levels levels = e.detail(Levels.class);
                RowBatch.Indexed index = batch != null && levels.ofRows()
                        ? batch.levels(canonical.allRows(levels))
                        : translation.levels(levels);
                to.run(new MathOps.GatherRows(
                        levels.of().length, width(x), index.index(), index.first(), inMemory(base(x)), result));
            }
            case SEGMENT_SUM -> {
                Levels levels = e.detail(Levels.class);
                RowBatch.Grouped grouped = batch != null && levels.ofRows()
                        ? batch.grouped(canonical.allRows(levels))
                        : translation.grouped(levels);
                to.run(new ScanOps.SegmentSum(
                        levels.of().length,
                        levels.count(),
                        width(x),
                        grouped.order(),
                        grouped.firstOrder(),
                        grouped.offsets(),
                        grouped.firstOffset(),
                        inMemory(base(x)),
                        result));
            }
            case CUMULATIVE_SUM -> {
                Detail.Along along = e.detail(Detail.Along.class);
                int[] extents = e.ownExtents();
                int inner = extents[along.axis()];
                int beside = Extents.stride(extents, along.axis());
                int outer = inner == 0 || beside == 0 ? 0 : e.size() / (inner * beside);
                to.run(new ScanOps.CumulativeSum(
                        outer, inner, Math.multiplyExact(beside, draws), along.reverse(), inMemory(base(x)), result));
            }
            default -> matmul(e, result);
        }
    }

    private static Expr base(Expr e) {
        return Objects.requireNonNull(Layout.of(e)).base();
    }

    /** Floats beside each other for each element of the first axis. */
    private int width(Expr x) {
        return Math.multiplyExact(Extents.stride(x.ownExtents(), 0), draws);
    }

    /** A matrix among the elements of a value, and how far it is from one draw to the next. */
    private record Factor(Place place, int rows, int columns, long rowStride, long columnStride) {
        Matrix matrix(long more) {
            return new Matrix(place.buffer(), place.offset() + more, rows, columns, rowStride, columnStride);
        }

        Matrices each(int draws) {
            return new Matrices(matrix(0), draws, place.drawStride());
        }
    }

    private Factor factor(Expr e, boolean transposed) {
        Layout layout = Objects.requireNonNull(Layout.of(e));
        int[] extents = e.ownExtents();
        int columnStep = layout.steps()[extents.length - 1];
        Place place = place(layout.base(), layout.offset(), new int[] {0, layout.rowStep(extents), columnStep});
        int rows = Extents.matrixRows(extents);
        int columns = Extents.matrixColumns(extents);
        return transposed
                ? new Factor(place, columns, rows, place.stride2(), place.stride1())
                : new Factor(place, rows, columns, place.stride1(), place.stride2());
    }

    /**
     * At one draw it is a product like any other. Data times one column of each draw is one product, and so it is of columns that lie
     * beside each other; else it is a product for each draw. The order of each sum is the same.
     */
    private void matmul(Expr e, Buffer result) {
        Detail.Transposed transposed = e.detail(Detail.Transposed.class);
        Factor a = factor(e.operands().get(0), transposed.left());
        Factor b = factor(e.operands().get(1), transposed.right());
        int m = Extents.matrixRows(e.ownExtents());
        int n = Extents.matrixColumns(e.ownExtents());
        if (draws == 1) {
            to.run(new GemmOps.Gemm(a.matrix(0), b.matrix(0), false, Matrix.of(result, m, n)));
            return;
        }
        boolean aIsData = a.place().drawStride() == 0;
        boolean bIsData = b.place().drawStride() == 0;
        boolean beside = b.place().drawStride() == 1 && (b.columnStride() == draws || n == 1);
        if (aIsData && !bIsData && (n == 1 || beside)) {
            Matrix right = new Matrix(
                    b.place().buffer(),
                    b.place().offset(),
                    b.rows(),
                    n * draws,
                    b.rowStride(),
                    b.place().drawStride());
            to.run(new GemmOps.Gemm(a.matrix(0), right, false, Matrix.of(result, m, n * draws)));
        } else if (bIsData && !aIsData && m == 1) {
            Matrix left = new Matrix(
                    a.place().buffer(),
                    a.place().offset(),
                    a.columns(),
                    draws,
                    a.columnStride(),
                    a.place().drawStride());
            to.run(new GemmOps.Gemm(b.matrix(0).transposed(), left, false, Matrix.of(result, n, draws)));
        } else {
            to.run(new GemmOps.BatchedGemm(a.each(draws), b.each(draws), false, Matrices.beside(result, m, n, draws)));
        }
    }
}

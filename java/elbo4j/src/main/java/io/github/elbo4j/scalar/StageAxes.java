package io.github.elbo4j.scalar;

import io.github.elbo4j.device.ElementwiseOps.Effect;
import io.github.elbo4j.device.ElementwiseOps.Output;
import io.github.elbo4j.device.ElementwiseOps.Place;
import io.github.elbo4j.device.ElementwiseOps.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of a stage, along as few axes as its places allow: axes of one element are left out, and neighbours along which
 * every place goes on with the same stride are one. Where nothing is summed, so is no axis.
 */
final class StageAxes {
    /** Which of the stage's axes goes on here: the extent, and the axis whose stride it has. */
    private record Axis(int extent, int last, boolean summed) {}

    private final List<Axis> axes = new ArrayList<>();
    private final boolean reduces;
    private final int draws;
    private final int summed;
    private final int[] extents = {1, 1, 1};

    StageAxes(Stage stage, int draws) {
        this.draws = draws;
        this.reduces = stage.outputs().stream().anyMatch(output -> output.effect() != Effect.STORE);
        List<Place> places = new ArrayList<>(stage.inputs());
        stage.outputs().stream().map(Output::place).forEach(places::add);
        int[] all = {stage.e0(), stage.e1(), stage.e2()};
        for (int i = 0; i < all.length; i++) {
            if (all[i] != 1) {
                add(new Axis(all[i], i, reduces && i >= all.length - stage.summed()), places);
            }
        }
        for (int i = 0; i < axes.size(); i++) {
            extents[extents.length - axes.size() + i] = axes.get(i).extent;
        }
        this.summed = (int) axes.stream().filter(Axis::summed).count();
    }

    private void add(Axis axis, List<Place> places) {
        Axis before = axes.isEmpty() ? axis : axes.get(axes.size() - 1);
        boolean merges = !axes.isEmpty()
                && before.summed == axis.summed
                && (long) before.extent * axis.extent <= Integer.MAX_VALUE
                && places.stream()
                        .allMatch(place -> stride(place, before.last) == stride(place, axis.last) * axis.extent);
        if (merges) {
            axes.set(axes.size() - 1, new Axis(before.extent * axis.extent, axis.last, axis.summed));
        } else {
            axes.add(axis);
        }
    }

    private static long stride(Place place, int axis) {
        return axis == 0 ? place.stride0() : axis == 1 ? place.stride1() : place.stride2();
    }

    /** Along the three axes that are left, the last ones; 0 where there are fewer. */
    long[] strides(Place place) {
        long[] strides = new long[extents.length];
        for (int i = 0; i < axes.size(); i++) {
            strides[strides.length - axes.size() + i] = stride(place, axes.get(i).last);
        }
        return strides;
    }

    int draws() {
        return draws;
    }

    int e1() {
        return extents[1];
    }

    int e2() {
        return extents[2];
    }

    /** Whether anything is summed. */
    boolean reduces() {
        return reduces;
    }

    /** Rows of what is summed, or all. */
    int outer() {
        return Math.toIntExact(axes.stream()
                .filter(axis -> !axis.summed)
                .mapToLong(Axis::extent)
                .reduce(1, Math::multiplyExact));
    }

    /** Rows that are summed into one; 1 where nothing is summed. */
    long inner() {
        return axes.stream().filter(Axis::summed).mapToLong(Axis::extent).reduce(1, Math::multiplyExact);
    }

    /** Where the result of an outer row is, at a draw; the axes that are summed over are the last. */
    int atOuter(RowView view, int outer, int draw) {
        int e2 = summed > 0 ? 1 : extents[2];
        int e1 = summed > 1 ? 1 : extents[1];
        return view.at(outer / e2 / e1, outer / e2 % e1, outer % e2, draw);
    }

    /** Lets the block begin at a row. */
    void begin(ElementwiseBlock b, long row, int rows) {
        b.row = row;
        b.rows = rows;
        b.i2 = (int) (row % extents[2]);
        long above = row / extents[2];
        b.i1 = (int) (above % extents[1]);
        b.i0 = (int) (above / extents[1]);
    }
}

package io.github.elbo4j.expr;

import io.github.elbo4j.device.ElementwiseOps.Elementwise;
import io.github.elbo4j.device.ElementwiseOps.Output;
import io.github.elbo4j.device.ElementwiseOps.Place;
import io.github.elbo4j.device.ElementwiseOps.Stage;
import java.util.List;

/**
 * A stage at one draw. Devices read along the draws, whose elements lie beside each other; where there is but one, an axis of the
 * stage takes their place along which nothing is summed and neighbours lie beside each other, the units of a layer among them. No
 * result depends on it: sums go along other axes, in their own order.
 */
final class OneDraw {
    /** A shorter axis is not worth it. */
    private static final int SHORTEST = 16;

    private OneDraw() {}

    /** The operation of a stage that goes alone. */
    static Elementwise of(Stage stage) {
        int[] extents = {stage.e0(), stage.e1(), stage.e2()};
        int longest = -1;
        for (int axis = 0; axis < extents.length - stage.summed(); axis++) {
            boolean longer = extents[axis] >= SHORTEST && (longest < 0 || extents[axis] > extents[longest]);
            if (longer && isBeside(stage, axis)) {
                longest = axis;
            }
        }
        if (longest < 0) {
            return new Elementwise(1, List.of(stage));
        }
        int axis = longest;
        int draws = extents[axis];
        extents[axis] = 1;
        List<Place> inputs =
                stage.inputs().stream().map(place -> turned(place, axis)).toList();
        List<Output> outputs = stage.outputs().stream()
                .map(output ->
                        new Output(output.effect(), output.value(), output.scale(), turned(output.place(), axis)))
                .toList();
        Stage turned = new Stage(
                extents[0], extents[1], extents[2], stage.summed(), inputs, stage.constants(), stage.code(), outputs);
        return new Elementwise(draws, List.of(turned));
    }

    private static boolean isBeside(Stage stage, int axis) {
        return stage.inputs().stream().allMatch(place -> stride(place, axis) <= 1)
                && stage.outputs().stream().allMatch(output -> stride(output.place(), axis) == 1);
    }

    private static long stride(Place place, int axis) {
        return axis == 0 ? place.stride0() : axis == 1 ? place.stride1() : place.stride2();
    }

    private static Place turned(Place place, int axis) {
        return new Place(
                place.buffer(),
                place.offset(),
                axis == 0 ? 0 : place.stride0(),
                axis == 1 ? 0 : place.stride1(),
                axis == 2 ? 0 : place.stride2(),
                stride(place, axis));
    }
}

package io.github.elbo4j.model;

import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Plate;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a model gives of a draw: a parameter on the user's scale, or a report.
 *
 * @param axes the first of its axes; the others are counted
 */
record Quantity(String name, Expr value, List<Plate> axes) {
    List<String> elementNames() {
        int[] extents = value.extents();
        return IntStream.range(0, value.size())
                .mapToObj(i -> Plate.element(name, extents, i, axes))
                .toList();
    }
}

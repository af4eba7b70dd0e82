package io.github.elbo4j.report;

import java.util.List;

/**
 * A column whose values choose the element of a parameter for each row: groups with an intercept of their own, levels of a
 * model's plate.
 *
 * @param column its name
 * @param levels the values in the order of the elements
 * @param centering how far the coordinates of each element are centred, by class of the target, [classes][levels] ({@link
 *     io.github.elbo4j.distribution.Normal#partlyCentered}); empty where the model itself says what its coordinates are
 */
public record Grouping(String column, List<String> levels, List<List<Double>> centering) {
    public Grouping {
        levels = List.copyOf(levels);
        centering = centering.stream().map(List::copyOf).toList();
    }
}

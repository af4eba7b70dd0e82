package io.github.elbo4j.expr;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * An axis whose elements have names: the levels of a table's column, the groups of a parameter.
 *
 * @param name what the axis is, in messages
 * @param elements what each element is called, in order
 */
public record Plate(String name, List<String> elements) {
    public Plate {
        Objects.requireNonNull(name, "name is null");
        elements = List.copyOf(elements);
    }

    /** An axis of n elements that are counted, from 1. */
    public static Plate of(String name, int n) {
        return new Plate(
                name, IntStream.rangeClosed(1, n).mapToObj(String::valueOf).toList());
    }

    /** An axis whose elements have names of their own: a value's are then {@code age}, not {@code slope[age]}. */
    public static Plate named(String... elements) {
        return new Plate("", List.of(elements));
    }

    /** How many elements it has. */
    public int size() {
        return elements.size();
    }

    /**
     * What an element of a value is called, as in Stan: {@code theta[3]}, {@code beta[2,AITKIN]}. Elements without names are
     * counted from 1; where an axis of {@link #named} is the only one, an element's name stands alone.
     *
     * @param name of the value
     * @param extents of the value
     * @param i the element, row-major, from 0
     * @param axes the first of its axes; the others are counted
     */
    public static String element(String name, int[] extents, int i, List<Plate> axes) {
        StringBuilder words = new StringBuilder(name);
        int rest = i;
        int size = Extents.size(extents);
        for (int axis = 0; axis < extents.length; axis++) {
            size /= extents[axis];
            int place = rest / size;
            rest %= size;
            words.append(axis == 0 ? "[" : ",");
            if (axis == 0
                    && extents.length == 1
                    && !axes.isEmpty()
                    && axes.get(0).name().isEmpty()) {
                return axes.get(0).elements().get(place);
            }
            if (axis < axes.size()) {
                words.append(axes.get(axis).elements().get(place));
            } else {
                words.append(place + 1);
            }
        }
        return extents.length == 0 ? name : words.append(']').toString();
    }

    @Override
    public String toString() {
        return name + "[" + size() + "]";
    }
}

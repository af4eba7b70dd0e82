package io.github.elbo4j.model;

import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What is read of a draw beside its coordinates: {@code tau = exp(log tau)}, or a report. A posterior that is close to another
 * one in its coordinates may be far from it in these.
 *
 * @param names what each of them is called, [K]
 * @param values of a draw in float64, [D] to [K]
 * @param hidden coordinates that nobody reads, as log tau where tau is read: what is wrong with them alone may be usable
 */
public record Quantities(List<String> names, UnaryOperator<double[]> values, Set<Integer> hidden) {
    /** Of a joint whose coordinates are all that is read. */
    public static final Quantities NONE = new Quantities(List.of(), z -> new double[0]);

    public Quantities {
        names = List.copyOf(names);
        hidden = Set.copyOf(hidden);
    }

    /** Beside coordinates that are all read. */
    public Quantities(List<String> names, UnaryOperator<double[]> values) {
        this(names, values, Set.of());
    }

    /** In the place of all coordinates: none of them is read. */
    static Quantities instead(int dimensions, List<String> names, UnaryOperator<double[]> values) {
        return new Quantities(
                names, values, IntStream.range(0, dimensions).boxed().collect(Collectors.toSet()));
    }
}

package io.github.elbo4j.cli.data;

import io.github.elbo4j.report.Coding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The target as a model reads it.
 *
 * @param y of each row of the file; any number where the row is dropped
 * @param classes the names of the classes that y numbers; empty if it numbers none
 * @param coding how its values became numbers; null if they were
 */
public record Target(
        double[] y, List<String> classes, @Nullable Coding coding) {
    /** Numbers as they are. */
    public static Target of(double[] y) {
        return new Target(y, List.of(), null);
    }
}

package io.github.elbo4j.infer;

import org.jspecify.annotations.Nullable;

/**
 * How a run of {@link Sgvi} stands.
 *
 * @param draws of its steps and comparisons
 * @param usesRate whether it has taken steps of the optimizer
 * @param status null of a run that is not over
 * @param blockEnded whether it is between two blocks, or before the first
 */
record Standing(
        int steps,
        long draws,
        Beginning beginning,
        boolean usesRate,
        @Nullable Status status,
        boolean blockEnded) {}

package io.github.elbo4j.infer;

/** How a gradient becomes a step: {@link RobbinsMonro} or {@link Adam}. */
public sealed interface Optimizer permits RobbinsMonro, Adam {
    /** The method and its numbers, as a report writes it. */
    String describe();
}

package io.github.elbo4j.infer;

/** How a fit ended. */
public enum Status {
    /** The stopping rule found no further improvement. */
    CONVERGED,
    /** The hard cap on steps was reached first. */
    STEP_LIMIT,
    /** It was asked to stop. */
    INTERRUPTED,
    /** The ELBO or a parameter was no longer finite; the result is the last finite state. */
    DIVERGED,
    /** The device failed; the result is what could be kept. */
    FAILED
}

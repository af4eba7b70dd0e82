package io.github.elbo4j.infer;

import org.jspecify.annotations.Nullable;

/**
 * What became of one of {@link ManyFits}: a result or a failure, never both.
 *
 * @param problem its number
 * @param result what was found, however the fit ended; null if there was no fit
 * @param failure why there was none, such as data that the model refuses; a {@link java.util.concurrent.CancellationException}
 *     if the fits were stopped before this one began
 */
public record Attempt(
        int problem, @Nullable FitResult result, @Nullable RuntimeException failure) {
    public Attempt {
        if ((result == null) == (failure == null)) {
            throw new IllegalArgumentException("an attempt has a result or a failure, and not both");
        }
    }
}

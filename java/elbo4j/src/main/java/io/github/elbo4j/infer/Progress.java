package io.github.elbo4j.infer;

/**
 * Where a fit stands.
 *
 * @param step steps done
 * @param maxSteps the hard cap
 * @param elbo the mean of the ELBO estimates of the latest steps
 * @param standardError its standard error
 * @param drawsPerSecond since the start
 */
public record Progress(int step, int maxSteps, double elbo, double standardError, double drawsPerSecond) {
    /** Receives the progress of a fit. */
    @FunctionalInterface
    public interface Listener {
        void progress(Progress progress);
    }
}

package io.github.elbo4j.conjugate;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * How long coordinate ascent goes on: until a sweep moves no mean by more than a small part of its standard deviation, and no
 * standard deviation by more than the same part of itself.
 *
 * @param maxSweeps the cap, 1 or more
 * @param tolerance that part, positive
 * @param seed of the draws that measure the result; the sweeps themselves draw nothing
 * @param cancelled asked before each sweep; settings can be sent elsewhere as far as it can, and those of {@link #ofSeed} can
 */
public record CaviSettings(int maxSweeps, double tolerance, long seed, BooleanSupplier cancelled)
        implements Serializable {
    /** What never cancels: a value, which a lambda is not. */
    private enum Never implements BooleanSupplier {
        CANCELLED;

        @Override
        public boolean getAsBoolean() {
            return false;
        }

        @Override
        public String toString() {
            return "never";
        }
    }

    public CaviSettings {
        Objects.requireNonNull(cancelled, "cancelled is null");
        if (maxSweeps < 1) {
            throw new IllegalArgumentException("maxSweeps is " + maxSweeps + ", but must be 1 or more");
        }
        if (!(tolerance > 0)) {
            throw new IllegalArgumentException("tolerance is " + tolerance + ", but must be positive");
        }
    }

    /** 2000 sweeps at most, tolerance 1e-5. */
    public static CaviSettings ofSeed(long seed) {
        return new CaviSettings(2000, 1e-5, seed, Never.CANCELLED);
    }

    /** As {@link io.github.elbo4j.infer.FitResult#settings} has them, after what is told of the prior. */
    Map<String, Object> told(Map<String, Object> prior) {
        Map<String, Object> told = new LinkedHashMap<>(prior);
        told.put("maxSweeps", maxSweeps);
        told.put("tolerance", tolerance);
        return told;
    }
}

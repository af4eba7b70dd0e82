package io.github.elbo4j.infer;

import io.github.elbo4j.infer.Concern.Kind;
import org.jspecify.annotations.Nullable;

/** How a fit ended, and why in a clause. */
record Ending(Status status, String message) {
    /** Another end, which came after what this one says. */
    Ending then(Status later, String more) {
        return new Ending(later, message + "; " + more);
    }

    /** What it means for the verdict; null of a fit that converged. */
    @Nullable
    Concern concern() {
        Kind kind = switch (status) {
            case CONVERGED -> null;
            case STEP_LIMIT -> Kind.NOT_CONVERGED;
            case INTERRUPTED -> Kind.INTERRUPTED;
            case DIVERGED -> Kind.DIVERGED;
            case FAILED -> Kind.FAILED;
        };
        return kind == null ? null : new Concern(kind, Verdict.DO_NOT_TRUST, null, message);
    }
}

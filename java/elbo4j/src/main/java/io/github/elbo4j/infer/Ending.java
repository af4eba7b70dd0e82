package io.github.elbo4j.infer;

import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.infer.Concern.Kind;
import org.jspecify.annotations.Nullable;

/** How a fit ended, and why in a clause. */
record Ending(Status status, String message) {
    /** Of a run whose thread was interrupted, or whose device failed. */
    static Ending of(RuntimeException e, int steps, boolean keeps) {
        return e instanceof DeviceException failure ? failed(steps, keeps, failure) : cutOff(steps, keeps);
    }

    /** Of a run that was cut off in the middle of a step. */
    private static Ending cutOff(int steps, boolean keeps) {
        String where = steps > 0
                ? "stopped in the middle of step " + (steps + 1)
                : "stopped before the first step; "
                        + (keeps
                                ? "this is the best normal on the way to a start"
                                : "nothing was fitted, this is the initial guess");
        return new Ending(Status.INTERRUPTED, where);
    }

    /** Of a run whose device failed. */
    private static Ending failed(int steps, boolean keeps, DeviceException e) {
        String kept = keeps ? "the best q before" : "the state of that step";
        String where = "the device failed after step " + steps + "; kept is " + kept;
        return new Ending(Status.FAILED, where + ": " + e.getMessage());
    }

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

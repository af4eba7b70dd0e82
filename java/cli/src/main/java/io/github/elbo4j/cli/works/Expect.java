package io.github.elbo4j.cli.works;

/** Checks of results before they are timed. */
public final class Expect {
    private Expect() {}

    /** Fails unless {@code |got − want| <= tolerance}; NaN fails. */
    public static void close(String what, double got, double want, double tolerance) {
        if (!(Math.abs(got - want) <= tolerance)) {
            throw new IllegalStateException(
                    what + " is " + got + ", but must be " + want + " within " + tolerance + ": not timed");
        }
    }
}

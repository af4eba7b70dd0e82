package io.github.elbo4j.infer;

/** How a fit ended, and why in a clause. */
record Ending(Status status, String message) {
    /** Another end, which came after what this one says. */
    Ending then(Status later, String more) {
        return new Ending(later, message + "; " + more);
    }
}

package io.github.elbo4j.scalar;

/** An operation that is ready to run on a device's threads, again and again, without garbage. */
interface Task {
    /** Does it, and returns when it is done. */
    void run(Workers workers);
}

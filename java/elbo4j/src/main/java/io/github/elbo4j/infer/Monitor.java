package io.github.elbo4j.infer;

import io.github.elbo4j.estimate.Estimate;

/**
 * Looks at the numbers of a fit's steps from time to time, so that the host neither waits for each step nor sees a
 * fault too late, keeps the latest state that was finite, and informs the listener. No result depends on when it looks.
 */
final class Monitor {
    /** Steps between two looks at most. */
    private static final int LOOK = GradientAscent.AHEAD;
    /** Time between two looks; a GPU is behind its host, so that only a look shows how long steps take. */
    private static final long LOOK_NANOS = 200_000_000L;

    private static final long LISTEN_NANOS = 100_000_000L;

    private final SgviSettings settings;
    private final GradientAscent ascent;
    private final Trace trace;
    private final double[] moments = new double[3 * LOOK];
    private final long begun;
    private GradientAscent.Snapshot snapshot; // at the latest look, finite
    private GradientAscent.Snapshot spare;
    private int lookedAt; // steps at the latest look
    private int nextLook = 1; // steps from there to the next one
    private long lookTime;
    private long listenTime;

    /** @param begun when the fit began, of {@link System#nanoTime} */
    Monitor(SgviSettings settings, GradientAscent ascent, Trace trace, long begun) {
        this.settings = settings;
        this.ascent = ascent;
        this.trace = trace;
        this.begun = begun;
        lookTime = begun;
        listenTime = begun;
        snapshot = ascent.newSnapshot();
        spare = ascent.newSnapshot();
    }

    /** The state at the latest look. */
    GradientAscent.Snapshot latest() {
        return snapshot;
    }

    /** Steps at the latest look. */
    int lookedAt() {
        return lookedAt;
    }

    /** Since the fit began. */
    double seconds() {
        return (System.nanoTime() - begun) * 1e-9;
    }

    /** Keeps the state as it is: a block of steps begins. */
    void keep() {
        ascent.save(snapshot);
    }

    /** Steps that need no look, since they were seen one by one. */
    void saw(int steps, long draws) {
        lookedAt = steps;
        inform(steps, draws);
    }

    /** Whether it is time for a look. */
    boolean isDue(int steps) {
        return steps - lookedAt >= nextLook || System.nanoTime() - lookTime > LOOK_NANOS;
    }

    /** Brings the ELBO of the steps since the latest look to the host, and, if all is finite, the state; says whether it is. */
    boolean look(int steps, long draws) {
        int count = steps - lookedAt;
        if (count == 0) {
            return true;
        }
        ascent.moments().read(0, moments, 0, 3 * count);
        ascent.restartRecords();
        for (int i = 0; i < count; i++) {
            if (!Double.isFinite(moments[3 * i])) {
                return false;
            }
        }
        ascent.save(spare);
        if (!spare.isFinite()) {
            return false;
        }
        GradientAscent.Snapshot older = snapshot;
        snapshot = spare;
        spare = older;
        for (int i = 0; i < count; i++) {
            trace.add(moments[3 * i], moments[3 * i + 2]);
        }
        lookedAt = steps;
        long now = System.nanoTime();
        nextLook = (int) Math.max(1, Math.min(LOOK, count * LOOK_NANOS / Math.max(1, now - lookTime)));
        lookTime = now;
        if (lookTime - listenTime > LISTEN_NANOS) {
            inform(steps, draws);
        }
        return true;
    }

    /** Informs the listener. */
    void inform(int steps, long draws) {
        listenTime = System.nanoTime();
        Estimate recent = trace.recent();
        settings.listener.progress(new Progress(
                steps,
                settings.maxSteps,
                recent.value(),
                recent.standardError(),
                draws / Math.max(1e-9, (listenTime - begun) * 1e-9)));
    }
}

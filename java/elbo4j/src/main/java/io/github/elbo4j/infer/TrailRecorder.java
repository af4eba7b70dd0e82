package io.github.elbo4j.infer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps the {@link Trail} of a run, or that of a run which is to have another one's. */
final class TrailRecorder {
    private final StateHash hash = new StateHash();
    private final List<Trail.State> states = new ArrayList<>();
    private final @Nullable Trail followed;
    private int next; // the step from which on a state is due, where no trail is followed

    /** Of a fit. */
    TrailRecorder() {
        this(null);
    }

    /** @param followed states at whose steps the run's are wanted, as far as they agree and the first that does not; null of a fit */
    TrailRecorder(@Nullable Trail followed) {
        this.followed = followed;
    }

    /**
     * Whether a state is to be kept.
     *
     * @param steps done
     * @param isEnd whether a block ends, or an attempt to settle
     */
    boolean isDue(int steps, boolean isEnd) {
        if (followed == null) {
            return steps >= next || (isEnd && steps > latest());
        }
        return !isDone() && steps >= followed.states().get(states.size()).step();
    }

    /** Keeps a state. */
    void keep(int steps, Consumer<StateHash> state) {
        hash.restart();
        state.accept(hash);
        states.add(new Trail.State(steps, hash.hexadecimal()));
        next = steps - steps % Trail.EVERY + Trail.EVERY;
    }

    private int latest() {
        return states.isEmpty() ? -1 : states.get(states.size() - 1).step();
    }

    /** Whether no state is wanted any more. */
    boolean isDone() {
        int kept = states.size();
        return followed != null
                && (kept == followed.states().size()
                        || (kept > 0
                                && !states.get(kept - 1)
                                        .equals(followed.states().get(kept - 1))));
    }

    /** @param steps that count; those beyond them were not finite */
    Trail trail(int steps) {
        return new Trail(Trail.VERSION, states).between(0, steps);
    }
}

package io.github.elbo4j.infer;

import java.io.Serializable;
import java.util.List;

/**
 * An audit trail: what the states of a fit were on its way, as hashes, by which anyone can tell, later and on another machine,
 * whether the steps lead there. {@link Sgvi#retrace} takes them again. Since a fit has the same bits on every exact device, one
 * hash suffices for all of them.
 *
 * <p>There is a state before the first step (step 0), after every {@value #EVERY} steps and at the end of each block of steps and
 * of each attempt to settle, hence after the last step of a fit. Draws that settle a fit come in rounds, which count as several
 * steps; the state is then that after the round in which a multiple of {@value #EVERY} lies. Steps are numbered through: a block
 * that begins anew in other coordinates goes on counting, and the rows of a minibatch follow from the number. There is none of a
 * step that was not finite, or that an interrupt cut off.
 *
 * <p>A hash is the SHA-256 of all that the next step depends on besides model, settings and seed, as little-endian numbers in
 * this order (float32 unless said otherwise; P parameters of q, D dimensions):
 *
 * <ol>
 *   <li>the steps done, the last step of the block, and whether the comparison before was flat: int32;
 *   <li>the coordinates of the steps: of full rank their centre, [D], and the lower triangle of their factor row by row, both
 *       float64; the unit of each parameter, [P], of other families with {@link Adam}; else nothing;
 *   <li>the step at which the average began, the phase, the steps since the optimizer's moments began, and those of the baseline's
 *       running mean: int32; the parameters of q in these coordinates, [P]; the optimizer's moments, each [P]; the average, [P]; the baseline's running
 *       mean, float64;
 *   <li>the best q so far, [P], and its log ratios at the draws that compare blocks, float64; each only if there is one;
 *   <li>while it settles, the groups of draws so far, int32; of mean field the measured precision of the posterior, [D][D], if there
 *       is one; q in z, [P], float32; the stride, the latest natural gradient, [P], and the sums of the window: its parameters, natural
 *       gradients and their variances, each [P]; what is not said otherwise is float64.
 * </ol>
 *
 * @param version of what a hash is of: {@value #VERSION}
 * @param states in the order of the steps; empty if the method keeps no trail
 */
public record Trail(int version, List<State> states) implements Serializable {
    /** Steps from one state to the next. */
    public static final int EVERY = 100;
    /** What a hash is of in this version. */
    public static final int VERSION = 1;
    /** Of a method that keeps none. */
    public static final Trail NONE = new Trail(VERSION, List.of());

    /**
     * The state after a step.
     *
     * @param step from 0, which is before the first
     * @param sha256 in hexadecimal
     */
    public record State(int step, String sha256) implements Serializable {}

    public Trail {
        states = List.copyOf(states);
    }

    /** Whether there are no states. */
    public boolean isEmpty() {
        return states.isEmpty();
    }

    /** The states of the steps from {@code first} to {@code last}, both among them. */
    public Trail between(int first, int last) {
        return new Trail(
                version,
                states.stream()
                        .filter(state -> state.step() >= first && state.step() <= last)
                        .toList());
    }
}

package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.model.LogJoint;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * The evidence, or marginal likelihood, {@code p(x) = ∫ p(x, z) dz}, estimated and bounded from draws of a proposal r(z) and their
 * weights {@code w = p(x, z)/r(z)}, whose mean is p(x).
 *
 * <pre>{@code
 * try (LogJoint joint = model.logJoint(device); Proposal q = Proposal.of(device, fit.gaussian())) {
 *     Evidence evidence = Evidence.of(joint, q, new Key(1), 1_000_000, EvidenceBound.standard());
 * }
 * }</pre>
 *
 * <p>Draws are made and evaluated on the device in waves; none is stored, and memory grows with the root of their number only. Draw s
 * stands at the address of step 0 and draw s, so more draws keep the first ones, and those of a q are the ones of {@link LogWeights}.
 * The bits are a function of model, proposal, key and number of draws, the same on every device that is exact. A density that is NaN
 * at a draw makes the estimates NaN.
 *
 * @param estimates one for each bound that was asked for, in their order
 * @param course the estimates as they were after fewer draws, the last one after all
 */
public record Evidence(List<EvidenceEstimate> estimates, List<Stage> course) implements Serializable {
    /** The most draws that have addresses. */
    public static final int MOST_DRAWS = Integer.MAX_VALUE - 64;

    /** The first stage, and how many times as many draws the next one has. */
    private static final int FIRST_STAGE = 16;

    private static final double GROWTH = 1.25;

    /** The draws of a wave, which go to the host as two float64 each. */
    private static final int WAVE = 1 << 16;

    private static final long WAVE_BYTES = 64L << 20;

    /**
     * The estimates after the first draws.
     *
     * @param estimates as those of {@link Evidence}; NaN where there was no whole group yet
     */
    public record Stage(int draws, List<Estimate> estimates) implements Serializable {
        public Stage {
            estimates = List.copyOf(estimates);
        }
    }

    public Evidence {
        estimates = List.copyOf(estimates);
        course = List.copyOf(course);
    }

    /**
     * Draws and measures.
     *
     * @param joint with all constants and all data; what is left out of it is left out of the evidence
     * @param proposal of one problem, on the device of the joint
     * @param draws 2 or more, and a whole group at least
     * @param bounds what to measure; the sizes of groups must divide each other, so that all bounds are of the same draws and rise
     *     with the size not only on average: those of the first draws, to the last whole group of the largest size
     * @throws IllegalArgumentException if one of them does not fit; the message says which
     */
    public static Evidence of(LogJoint joint, Proposal proposal, Key key, int draws, List<EvidenceBound> bounds) {
        check(joint, proposal, draws);
        EstimateChecks.independent(key);
        Course course = new Course(new EvidenceSums(bounds, draws), draws);
        long bytes = Math.min(WAVE_BYTES, (long) WAVE * Float.BYTES * floats(proposal));
        DrawChunks chunks = new DrawChunks(1, draws, joint.dimensions(), floats(proposal), bytes);
        LogRatios.draw(joint, proposal, key, chunks, 0, (b, s, f) -> course.add(f));
        return course.evidence();
    }

    /** Sums, and what they were at each stage. */
    static final class Course {
        private final EvidenceSums sums;
        private final int draws;
        private final List<Stage> stages = new ArrayList<>();
        private int next;
        private int count;

        /** @param draws how many will come */
        Course(EvidenceSums sums, int draws) {
            this.sums = sums;
            this.draws = draws;
            next = Math.min(FIRST_STAGE, draws);
        }

        void add(double f) {
            sums.add(f);
            if (++count == next) {
                stages.add(new Stage(count, sums.estimates()));
                next = (int) Math.min(draws, Math.ceil(GROWTH * next));
            }
        }

        Evidence evidence() {
            return new Evidence(sums.result(), stages);
        }
    }

    private static long floats(Proposal proposal) {
        return proposal.dimensions() + proposal.floatsPerDraw() + 4L; // two densities of float64
    }

    private static void check(LogJoint joint, Proposal proposal, int draws) {
        if (proposal.problems() != 1) {
            throw new IllegalArgumentException(
                    "the proposal has " + proposal.problems() + " problems, but must have 1");
        }
        if (joint.dimensions() != proposal.dimensions()) {
            throw new IllegalArgumentException("the model has " + joint.dimensions()
                    + " dimensions, but the proposal has " + proposal.dimensions());
        }
        if (joint.stepsPerEpoch() != 1) {
            throw new IllegalArgumentException(
                    "the log-joint is an estimate from minibatches, whose evidence is not that"
                            + " of the data; use the one of all rows");
        }
        if (draws < 2 || draws > MOST_DRAWS) {
            throw new IllegalArgumentException(
                    "draws is " + draws + ", but must be from 2 to " + MOST_DRAWS + " for a standard error");
        }
    }

    /**
     * The estimate of one of the bounds.
     *
     * @throws IllegalArgumentException if it was not asked for
     */
    public EvidenceEstimate get(EvidenceBound bound) {
        return estimates.stream()
                .filter(each -> each.bound().equals(bound))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no " + bound + " among " + estimates));
    }

    /**
     * {@code KL(r ‖ p(z | x)) = log p(x) − ELBO}, by how much the ELBO of a proposal r lies below the evidence.
     *
     * @param logEvidence log p(x), exactly
     */
    public Estimate klToPosterior(double logEvidence) {
        Estimate elbo = get(EvidenceBound.elbo()).estimate();
        return new Estimate(logEvidence - elbo.value(), elbo.standardError(), elbo.draws());
    }

    /**
     * The same for a density that is {@code exp(constant)} times as large, as that of data in other units is.
     *
     * @param constant added to all estimates
     */
    public Evidence plus(double constant) {
        return new Evidence(
                estimates.stream()
                        .map(e -> new EvidenceEstimate(
                                e.bound(), plus(e.estimate(), constant), e.effectiveDraws(), e.kHat(), e.bias()))
                        .toList(),
                course.stream()
                        .map(stage -> new Stage(
                                stage.draws(),
                                stage.estimates().stream()
                                        .map(e -> plus(e, constant))
                                        .toList()))
                        .toList());
    }

    private static Estimate plus(Estimate estimate, double constant) {
        return new Estimate(estimate.value() + constant, estimate.standardError(), estimate.draws());
    }
}

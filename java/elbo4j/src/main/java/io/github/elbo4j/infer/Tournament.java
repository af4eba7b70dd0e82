package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * {@link Sgvi} where no learning rate, no start and no family was chosen: fits of one log-joint that compete.
 *
 * <p>An entrant is a family, a start and a rate of {@link Adam}. Families are mean-field, low-rank (of rank {@value #RANK}, from
 * {@value #LEAST_LOW_RANK} dimensions on) and full-rank (up to {@value #MOST_FULL_RANK} dimensions), unless {@link #families} names others;
 * start 1 is that of a fit alone, the others begin at points {@code m + 2·epsilon} around its m; rates are 0.1/4^k, k = 0 … 3. All have the
 * same seed and problem, so their draws have the same addresses: common random numbers. Each is, bit for bit, the fit that
 * {@link #alone} makes. One that settles where it started takes no step of an optimizer, and stands for all rates.
 *
 * <p>Entrants of all families take their steps together, each with its own number, rate and phase: a step of all is one program in which log p is
 * evaluated once, of the draws of all, as far as they fit {@link Sgvi.Builder#workspaceBytes}. What else a step does is a launch of each entrant's own, since a batch of
 * problems would number their draws from the first one on, and be of one family and at one step. Searches for starts, attempts to settle
 * and measurements are of one entrant after the other, and so are steps of minibatches, whose rows belong to the number of the step.
 *
 * <p>In the first stage every entrant goes on to the end of the block in which its {@value #STAGE}th step after its beginning lies. Then the
 * ELBO of what it has is measured by fresh draws at common addresses, twice as many as compare two blocks of a fit, and those leave whose difference from the best,
 * in pairs, is below zero by more than the tolerance beyond two standard errors. The others go on to the stopping rule, and are measured
 * again, by these and more draws. The winner is the first of those that are not so behind the best: converged ones before others, simpler
 * families before richer ones, lower starts before higher ones, larger rates before smaller ones. So where the difference is within its error
 * the simpler family wins. Those that leave give their memory back. Where the fit is stopped, entrants are measured where they are, by as many
 * draws as after the first stage; where its thread is interrupted, those that have gone on are not, and what was measured before decides. A place that another entrant came to, of about as much of the posterior, is a concern of the result.
 *
 * <p>The result is that of the winner, with the {@linkplain FitResult#entrants() entrants}, the winner first; time and draws are of all.
 *
 * <pre>{@code
 * FitResult fit = new Tournament(Sgvi.builder().seed(1)).fit(device, model);
 * }</pre>
 */
public final class Tournament implements Method<LogJoint> {
    /** Steps of the first stage. */
    static final int STAGE = 200;
    /** Dimensions from which a low-rank q has less than half of the numbers of a full-rank one. */
    static final int LEAST_LOW_RANK = 25;

    static final int MOST_FULL_RANK = 200;
    static final int RANK = 5;

    private static final int STARTS = 2;
    private static final int RATES = 4;

    final SgviSettings settings;
    final List<Family> families; // the simpler ones first; empty for those that suit the dimensions
    final int starts;

    private Tournament(SgviSettings settings, List<Family> families, int starts) {
        this.settings = settings;
        this.families = families;
        this.starts = starts;
    }

    /**
     * Of fits with these settings but for family, optimizer and place of start.
     *
     * @throws IllegalArgumentException if they have an optimizer of their own, or go on from another fit
     */
    public Tournament(Sgvi.Builder settings) {
        this(settings.build().settings(), List.of(), STARTS);
        if (!this.settings.optimizer.equals(new Adam())) {
            throw new IllegalArgumentException("the optimizer is " + this.settings.optimizer.describe()
                    + ", but the rates of a tournament are its own: leave the optimizer out");
        }
        if (this.settings.first != null) {
            throw new IllegalArgumentException(
                    "the fits of a tournament have starts of their own, so that they cannot continue from another fit");
        }
    }

    /** The families that compete, the simpler ones first; those above. */
    public Tournament families(Family... value) {
        if (value.length == 0) {
            throw new IllegalArgumentException("there is no family, but must be one or more");
        }
        if (Arrays.stream(value).map(Family::label).distinct().count() < value.length) {
            throw new IllegalArgumentException("two of the families are called the same, " + value[0].label()
                    + " say, so that entrants could not be told apart: let them compete in tournaments of their own");
        }
        return new Tournament(settings, List.of(value), starts);
    }

    /** How many starts; {@value #STARTS}. */
    public Tournament starts(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("starts is " + value + ", but must be 1 or more");
        }
        return new Tournament(settings, families, value);
    }

    @Override
    public FitResult fit(Device device, LogJoint joint) {
        SgviArguments.check(settings, device, joint);
        try (TournamentRun run = new TournamentRun(this, device, joint)) {
            return run.fit();
        }
    }

    /** The fit of an entrant by itself, which gives the same q to the bit; {@link Sgvi#retrace} takes its steps again. */
    public Sgvi alone(Device device, LogJoint joint, Entrant entrant) {
        Family family = families(joint).stream()
                .filter(each -> each.label().equals(entrant.family()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the entrant's family is " + entrant.family()
                        + ", but those of the tournament are " + families(joint)));
        double rate = Double.isNaN(entrant.learningRate()) ? rate(0) : entrant.learningRate();
        return Sgvi.of(settings(joint, family, place(device, joint, entrant.start()), rate));
    }

    /** The families for a joint, the simpler ones first. */
    List<Family> families(LogJoint joint) {
        if (!families.isEmpty()) {
            return families;
        }
        int dimensions = joint.dimensions();
        List<Family> all = new ArrayList<>(List.of(Family.meanField()));
        if (dimensions >= LEAST_LOW_RANK) {
            all.add(Family.lowRank(RANK));
        }
        if (dimensions > 1 && dimensions <= MOST_FULL_RANK) {
            all.add(Family.fullRank());
        }
        return all;
    }

    /** The rates, the largest first. */
    static double[] rates() {
        double[] rates = new double[RATES];
        Arrays.setAll(rates, Tournament::rate);
        return rates;
    }

    private static double rate(int k) {
        return 0.1 / (1 << (2 * k));
    }

    /** Where the fits of a start begin to look, [D]. */
    double[] place(Device device, LogJoint joint, int start) {
        double[] mean = settings.initialMean == null ? joint.start() : settings.initialMean.clone();
        if (start > 1) {
            Key key = new Key(settings.seed).fork("tournament starts");
            float[] epsilon =
                    Starts.normals(device, key, new DrawBlock(1, 1, mean.length, settings.problem, start - 2, 0));
            for (int d = 0; d < mean.length; d++) {
                mean[d] = (float) (mean[d] + Starts.SPREAD * epsilon[d]);
            }
        }
        return mean;
    }

    /** Of one entrant. */
    SgviSettings settings(LogJoint joint, Family family, double[] place, double rate) {
        SgviSettings own = settings.facing(joint);
        own.family = Objects.requireNonNull(family, "a family is null");
        own.optimizer = new Adam(rate);
        own.initialMean = place;
        return own;
    }
}

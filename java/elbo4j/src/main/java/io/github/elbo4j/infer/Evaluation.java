package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.Concern.Kind;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.PointDensity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What fresh draws show about a fitted q: the ELBO, the evidence, and the concerns that importance weights raise.
 * Thresholds were chosen on one half of a set of posteriors with known answers and confirmed on the other; {@code
 * bench/verdicts} is the command.
 */
final class Evaluation {
    /** Efficiency of a usable fit. */
    private static final double USABLE_EFFICIENCY = 0.1;
    /** Shifts of means by importance weighting, in standard deviations. */
    static final double GOOD_SHIFT = 0.1;

    static final double USABLE_SHIFT = 0.3;
    /** Ratios of standard deviations, or their inverse. */
    static final double GOOD_RATIO = 1.15;

    static final double USABLE_RATIO = 1 / 0.7;
    /** Share of the posterior far from q along a line. */
    private static final double GOOD_FAR = 0.005;

    private static final double USABLE_FAR = 0.02;
    /** Share of q where there is next to nothing of the posterior. */
    private static final double GOOD_EMPTY = 0.005;

    static final double USABLE_EMPTY = 0.01;
    /** log evidence − ELBO, KL(q‖p), in nats for each parameter. */
    private static final double GOOD_GAP = 0.06;

    private static final double USABLE_GAP = 0.3;
    /** How many standard errors a finding must be beyond its threshold. */
    static final double Z = 2;
    /** Draws among which one is searched for that is outside of p's support. */
    private static final int MOST_SHOWN = 1 << 14;
    /** Draws at most, so that weights fit a host array and the evaluation does not take longer than the fit. */
    private static final int MOST_DRAWS = 1 << 17;
    /** Within so many standard deviations of q a mode is covered, if the weights are efficient. */
    private static final double COVERED = 2.5;

    private final DrawSource q;
    private final Key key;
    private final Concerns concerns = new Concerns();
    private Estimate elbo;
    private Estimate logEvidence = new Estimate(Double.NaN, Double.NaN, 0);
    private WeightShape shape = WeightShape.NONE;
    private @Nullable WeighedDraws drawn; // the latest, which more draws keep
    private @Nullable Account corrected; // where that has been asked for, and the weights correct something

    /**
     * Nothing measured yet.
     *
     * @param elbo as the steps saw it
     * @param key of the whole fit
     */
    Evaluation(DrawSource q, Estimate elbo, Key key) {
        this.elbo = elbo;
        this.q = q;
        this.key = key;
    }

    /**
     * Draws and measures. Few draws do where their weights are so uniform, and nothing else is wrong, that more could only
     * repeat it: what a draw in some hundred does not show, lines and other starts do.
     *
     * @param few draws to begin with, four times as many each time, up to
     * @param atFirst of the ELBO, and of the weights at first
     * @param most of the weights: they are doubled while k-hat's error may decide
     */
    void measure(int few, int atFirst, long most) {
        for (long draws = few; draws < atFirst; draws *= 4) {
            measure((int) draws, draws);
            if (concerns.isEmpty() && shape.isPlain()) {
                return;
            }
            concerns.clear();
        }
        measure(atFirst, most);
    }

    private void measure(int atFirst, long most) {
        elbo = q.elbo(key.fork("evaluation"), atFirst);
        if (!Double.isFinite(elbo.value())) {
            noWeights(q.outside(key.fork("evaluation"), Math.min(atFirst, MOST_SHOWN)));
        }
        int count = Math.min(atFirst, LogWeights.MOST_DRAWS);
        // A draw for a weight costs about half of one for a gradient.
        int limit = (int) Math.max(count, Math.min(2 * most, MOST_DRAWS));
        int last = count; // some power of four times as many
        while (4L * last <= limit) {
            last *= 4;
        }
        WeighedDraws weighed = draw(count);
        while (shape.isUndecided() && count < last) {
            count *= 2;
            weighed = draw(count);
        }
        logEvidence = weighed.ratios().logEvidence(0);
        concerns.addAll(q.resolution(elbo.value()));
        judgeWeights(weighed);
    }

    /** A concern that was found elsewhere. */
    void add(Concern concern) {
        concerns.add(concern);
    }

    /** The concern that follows from how the run ended. */
    void judgeEnd(Ending ending) {
        Concern concern = ending.concern();
        if (concern != null) {
            add(concern);
        }
    }

    /** Fresh draws must repeat the ELBO that the run ended with, within their errors. */
    void judgeRepeat(Estimate last, double tolerance) {
        double apart = Math.abs(elbo.value() - last.value());
        double error = StrictMath.hypot(elbo.standardError(), last.standardError());
        if (Double.isFinite(elbo.value()) && !(apart <= 4 * error + tolerance)) {
            concerns.add(
                    Kind.UNREPEATED_ELBO,
                    Verdict.DO_NOT_TRUST,
                    null,
                    String.format(
                            Locale.ROOT, "the fit ended with an ELBO of %s, but fresh draws give %s", last, elbo));
        }
    }

    /** Whether the starts saw modes that q does not cover. */
    void judgeModes(List<Mode> modes) {
        boolean covered = shape.efficiency() >= WeightShape.GOOD_EFFICIENCY
                && modes.stream().allMatch(mode -> q.isNear(mode.at(), COVERED));
        if (!modes.isEmpty() && !covered) {
            concerns.add(Kind.SEVERAL_MODES, Verdict.DO_NOT_TRUST, null, Mode.describe(modes, q.names()));
        }
    }

    /**
     * What p looks like along lines through q's mean, further out than draws of q reach. Of one parameter the line is the whole
     * posterior; of several it is a part of it, which may be wider than the whole where q is right, so it only forbids good.
     *
     * @param sample null, or a sample of the joint's rows: if it shows nothing, all rows are not asked
     */
    void judgeLines(LogJoint joint, Device device, Gaussian posterior, @Nullable RowSample sample) {
        LineScan some = sample == null ? null : LineScan.of(sample, joint, device, posterior);
        boolean isShown = some != null && some.share() <= GOOD_FAR && some.width() <= GOOD_RATIO;
        LineScan scan = isShown ? some : LineScan.of(joint, device, posterior);
        if (scan != null) {
            judge(scan);
        }
        if (sample == null) { // a pass over many rows a draw is too much
            try (PointDensity density = new PointDensity(device, joint)) {
                judgeWider(Objective.of(density), new GaussianPosterior(q.names(), posterior), posterior);
            }
        }
    }

    /** What p has where no draw of q is, in any direction. */
    void judgeWider(Objective density, Posterior posterior, Gaussian moments) {
        WiderDraws wider = WiderDraws.of(density, posterior, moments, logEvidence.value(), key.fork("wider"));
        if (wider != null) {
            concerns.judge(
                    Kind.FAR_MASS,
                    null,
                    wider.share() <= GOOD_FAR,
                    wider.share() <= USABLE_FAR,
                    String.format(
                            Locale.ROOT,
                            "%s of the posterior or more lies where q has no draws, found by draws of a normal %d times as wide",
                            Concerns.percent(wider.share()),
                            wider.width()));
            String name = q.names().get(wider.widest());
            concerns.judge(
                    Kind.WRONG_WIDTH,
                    name,
                    wider.ratio() <= GOOD_RATIO,
                    wider.ratio() <= USABLE_RATIO,
                    String.format(
                            Locale.ROOT,
                            "with what lies where q has no draws, the standard deviation of %s is %.2f times that of q or more",
                            name,
                            wider.ratio()));
        }
    }

    private void judge(LineScan scan) {
        String name = q.names().get(scan.parameter());
        concerns.judge(
                Kind.FAR_MASS,
                name,
                scan.share() <= GOOD_FAR,
                scan.share() <= USABLE_FAR,
                String.format(
                        Locale.ROOT,
                        "along %s, %s of the posterior lies more than %.0f standard deviations from the mean of q, most"
                                + " of it near %.4g",
                        name,
                        Concerns.percent(scan.share()),
                        LineScan.FAR,
                        scan.near()));
        boolean whole = q.names().size() == 1;
        name = q.names().get(scan.widest());
        concerns.judge(
                Kind.WRONG_WIDTH,
                name,
                scan.width() <= GOOD_RATIO,
                !whole || (scan.width() <= USABLE_RATIO && Math.abs(scan.shift()) <= USABLE_SHIFT),
                String.format(Locale.ROOT, "along %s, the posterior is %.2f times as wide as q", name, scan.width()));
        if (drawn != null) {
            concerns.addAll(drawn.readTails(scan.lines()));
        }
    }

    /**
     * Of a mean-field q the precision that the posterior has under it, whose inverse holds the standard deviations that
     * correlations make (linear response; Giordano, Broderick and Jordan 2018).
     *
     * @param sd what q's would be, [D]
     */
    void judgeLinearResponse(double[] sd) {
        List<Width> widths = new ArrayList<>();
        for (int d = 0; d < sd.length; d++) {
            double ratio = sd[d] / q.standardDeviation(d);
            widths.add(new Width(q.names().get(d), StrictMath.log(ratio), ratio));
        }
        String words = "with its correlations the standard deviation of %s is %.2f times that of q";
        Width.judge(widths, words, this::readInstead, concerns);
    }

    /** What is read in the place of a coordinate, if it surely is usable, by weights that may be used. */
    private Optional<WeightedChange> readInstead(int coordinate) {
        WeighedDraws known = drawn;
        boolean mayBeUsed = WeightedDraws.refusal(assessment(), q.names().size()) == null;
        return known != null && mayBeUsed ? known.readInstead(coordinate) : Optional.empty();
    }

    Assessment assessment() {
        return Assessment.of(shape.kHat(), shape.efficiency(), shape.draws(), concerns.all());
    }

    /**
     * Takes down what the weights make of q, once all concerns are there, unless they correct nothing. It asks for no density that is
     * not known.
     */
    void correct() {
        Assessment assessment = assessment();
        int dimensions = q.names().size();
        if (drawn != null && WeightedDraws.refusal(assessment, dimensions) == null) {
            int kept = WeightedDraws.kept(assessment, dimensions);
            corrected = new Account(WeightedDraws.NAME, drawn.first(kept));
        }
    }

    /** What was measured, of a fit that ended so. */
    FreshDraws result(Ending ending) {
        return new FreshDraws(elbo, logEvidence, assessment(), corrected, ending.status(), ending.message());
    }

    private WeighedDraws draw(int count) {
        Key draws = key.fork("kHat");
        LogWeights ratios = q.ratios(draws, drawn == null ? null : drawn.ratios(), count);
        WeighedDraws weighed = new WeighedDraws(q, draws, ratios);
        drawn = weighed;
        shape = WeightShape.of(ratios);
        return weighed;
    }

    private void noWeights(@Nullable String where) {
        concerns.add(
                Kind.NO_WEIGHTS,
                Verdict.DO_NOT_TRUST,
                null,
                "the importance weights p/q of fresh draws are not finite, or all but a few vanish"
                        + (where == null ? "" : ": " + where));
    }

    private void judgeWeights(WeighedDraws weighed) {
        double efficiency = shape.efficiency();
        if (!(efficiency > 0) || (!shape.isUniform() && !Double.isFinite(shape.kHat()))) {
            if (Double.isFinite(elbo.value())) {
                noWeights(q.outside(key.fork("kHat"), Math.min(shape.draws(), MOST_SHOWN)));
            }
            return;
        }
        if (!shape.isUniform()) {
            concerns.judge(
                    Kind.HEAVY_TAIL,
                    null,
                    shape.isGood(),
                    shape.isUsable(),
                    String.format(Locale.ROOT, "Pareto k-hat of the importance weights is %.2f", shape.kHat()));
            concerns.judge(
                    Kind.INEFFICIENT,
                    null,
                    efficiency >= WeightShape.GOOD_EFFICIENCY,
                    efficiency >= USABLE_EFFICIENCY,
                    String.format(
                            Locale.ROOT,
                            "importance weighting leaves %.2g %% of the draws (effective sample size)",
                            100 * efficiency));
        }
        double empty = weighed.ratios().emptyShare(0);
        double surely = empty - Z * Math.sqrt(empty * (1 - empty) / shape.draws());
        concerns.judge(
                Kind.EMPTY_MASS,
                null,
                surely <= GOOD_EMPTY,
                surely <= USABLE_EMPTY,
                String.format(
                        Locale.ROOT,
                        "%s of q lies where the posterior has next to nothing (weights below 1/150 of their mean)",
                        Concerns.percent(empty)));
        if (!Double.isFinite(elbo.value())) {
            return; // the other concerns have been added
        }
        double gap = (logEvidence.value()
                        - elbo.value()
                        - Z * StrictMath.hypot(logEvidence.standardError(), elbo.standardError()))
                / q.names().size();
        concerns.judge(
                Kind.GAP,
                null,
                gap <= GOOD_GAP,
                gap <= USABLE_GAP,
                String.format(
                        Locale.ROOT,
                        "the ELBO is %.2g nats below the importance-weighted log evidence",
                        logEvidence.value() - elbo.value()));
        if (weighed.isReadable()) {
            judgeMoments(weighed.changes());
            if (q.isOfNormals()) {
                concerns.addAll(weighed.unseenTail());
            }
        }
    }

    private void judgeMoments(List<WeightedChange> changes) {
        WeightedChange shifted = changes.get(0);
        for (WeightedChange change : changes) {
            shifted = change.moved(Z) > shifted.moved(Z) ? change : shifted;
        }
        concerns.judge(
                Kind.SHIFTED,
                shifted.name(),
                shifted.moved(Z) <= GOOD_SHIFT,
                shifted.moved(Z) <= USABLE_SHIFT,
                String.format(
                        Locale.ROOT,
                        "importance weighting moves the mean of %s by %.2f sd",
                        shifted.name(),
                        shifted.shift()));
        List<Width> widths = changes.stream()
                .map(change -> new Width(change.name(), change.widened(Z), change.ratio()))
                .toList();
        String words = "importance weighting multiplies the standard deviation of %s by %.2f";
        Width.judge(widths, words, this::readInstead, concerns);
    }
}

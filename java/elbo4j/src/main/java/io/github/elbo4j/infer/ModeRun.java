package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.infer.Concern.Kind;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.RowsLogJoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One fit of {@link ModeSearch}. */
final class ModeRun extends MethodRun {
    /** A sd away the log of a normal's density has fallen by ½; what has hardly fallen there has no width. */
    private static final double FLAT = 0.05;
    /** Falls within which the curvature tells the width well. */
    private static final double LEAST_FALL = 0.4;

    private static final double MOST_FALL = 0.625;
    /** Nats by which a value that is no top must exceed one that is, to be taken for more than its rounding. */
    private static final double MARGIN = 1e-3;

    /** Nats that an optimizer may leave: a tenth of a standard error from the top. */
    private static final double ARRIVED = 0.005;
    /** The same for a usable end: three tenths. */
    private static final double NEAR = 0.045;

    private final ModeSearch<?> settings;
    private final List<String> names;
    private final List<Concern> concerns = new ArrayList<>();
    private Climb.@Nullable Summit highest; // null before paths have ended, and where log p is finite nowhere
    private int evaluations;
    private int walked;

    ModeRun(ModeSearch<?> settings, Device device, LogJoint joint) {
        super(device, withHessian(settings, joint), settings.seed, settings.cancelled);
        this.settings = settings;
        this.names = joint.parameterNames();
    }

    /** The joint, if there is memory for its Hessian. */
    private static LogJoint withHessian(ModeSearch<?> settings, LogJoint joint) {
        if (joint.dimensions() > ModeSearch.MOST_DIMENSIONS) {
            throw new IllegalArgumentException("the model has " + joint.dimensions() + " dimensions, but "
                    + settings.name + " takes a Hessian, for which they must be at most " + ModeSearch.MOST_DIMENSIONS);
        }
        return joint;
    }

    /** Climbs, and looks around at the top. */
    @Override
    boolean start() {
        if (settings.isPosterior) {
            findModes();
        }
        Climb.Summit found = settings.optimizer == null ? best() : ascend(settings.optimizer);
        highest = found;
        if (found == null) {
            began = settings.optimizer == null
                    ? "log p is not finite where any of " + settings.starts + " paths begin"
                    : "log p is not finite where the steps came to; take a lower learning rate";
            return false;
        }
        if (isNearTop(found)) {
            judgeShape(found);
        }
        return true;
    }

    /** How the climb ended: nothing comes after it. */
    @Override
    Ending advance() {
        for (Concern concern : concerns) {
            if (concern.kind() == Kind.UNBOUNDED) {
                return new Ending(Status.DIVERGED, concern.words());
            }
            if (concern.kind() == Kind.NOT_CONVERGED) {
                return new Ending(Status.STEP_LIMIT, found() + "; " + concern.words());
            }
        }
        return new Ending(Status.CONVERGED, found());
    }

    private String found() {
        if (settings.optimizer != null) {
            return settings.steps + " steps of " + settings.optimizer.describe()
                    + (settings.batch == 0 ? "" : ", " + settings.batch + " rows each");
        }
        return String.format(
                Locale.ROOT,
                "it is the best of %d L-BFGS path%s (%d evaluations)",
                walked,
                walked == 1 ? "" : "s",
                evaluations);
    }

    @Override
    Ending stopped() {
        return new Ending(
                Status.INTERRUPTED,
                highest == null
                        ? "stopped before the first path ended; this is where it began"
                        : "stopped after " + walked + " of " + settings.starts + " paths");
    }

    /** Nothing that is kept where the device fails. */
    @Override
    @Nullable
    String reached() {
        return null;
    }

    /** The separate modes that matter, of which a normal at one tells nothing. */
    private void findModes() {
        try (VariationalFamily q = Family.fullRank().create(device, 1, dimensions)) {
            evaluations += search(q, Starts.FINAL_DRAWS, settings.starts, null).evaluations();
        }
    }

    /** The highest end of the paths. */
    private Climb.@Nullable Summit best() {
        float[] offsets = Starts.normals(
                device, key.fork("starts"), DrawBlock.of(1, Math.max(1, settings.starts - 1), dimensions));
        Climb.Summit best = null;
        for (int p = 0; p < settings.starts && !isCancelled(); p++) {
            double[] from = joint.start().clone();
            for (int d = 0; d < dimensions && p > 0; d++) {
                from[d] += Starts.SPREAD * offsets[(p - 1) * dimensions + d];
            }
            Climb climb = new Climb(density, from, cancelled);
            Climb.Summit summit = climb.run();
            evaluations += climb.evaluations();
            walked += summit == null ? 0 : 1;
            if (summit != null && (best == null || isHigher(summit, best))) {
                best = summit;
            }
        }
        return best;
    }

    /** The end of the steps of an optimizer, as it is. */
    private Climb.@Nullable Summit ascend(Optimizer optimizer) {
        double[] end;
        List<TracePoint> trace;
        try (LogJoint batches = batches();
                PointAscent ascent = new PointAscent(device, batches == null ? joint : batches, optimizer)) {
            end = ascent.run(joint.start(), settings.steps, cancelled);
            trace = ascent.trace();
        }
        walked = 1;
        return new Climb(density, end, cancelled).stay(trace);
    }

    private @Nullable LogJoint batches() {
        if (settings.batch == 0) {
            return null;
        }
        if (joint instanceof RowsLogJoint rows && rows.observations() > 0) {
            return rows.minibatches(settings.batch, key.fork("minibatch"));
        }
        throw new IllegalArgumentException("batch is " + settings.batch + ", but the model has no rows to choose from");
    }

    /** Whether an optimizer has come so near to a top that it is worth a look; says so if not. */
    private boolean isNearTop(Climb.Summit top) {
        if (top.left() <= ARRIVED) {
            return true;
        }
        boolean near = top.left() <= NEAR;
        concerns.add(new Concern(
                Kind.NOT_CONVERGED,
                near ? Verdict.USABLE : Verdict.DO_NOT_TRUST,
                null,
                Double.isNaN(top.left())
                        ? "where the steps ended the curvature is not that of a largest value"
                        : String.format(Locale.ROOT, "where the steps ended %.2g nats are left to gain", top.left())));
        return near;
    }

    /** Of two that are equal but for rounding, the one that is a top is the higher one. */
    private static boolean isHigher(Climb.Summit summit, Climb.Summit than) {
        double margin = summit.isTop() == than.isTop() ? 0 : summit.isTop() ? -MARGIN : MARGIN;
        return summit.logP() > than.logP() + margin;
    }

    /** Whether log p falls by ½ a standard deviation away along each coordinate, as it does of a normal. */
    private void judgeShape(Climb.Summit top) {
        int n = top.at().length;
        double[] sd = top.sd();
        double[] points = new double[2 * n * n];
        for (int i = 0; i < n; i++) {
            for (int d = 0; d < n; d++) {
                double step = top.covariance()[i][d] / sd[i];
                points[2 * i * n + d] = top.at()[d] + step;
                points[(2 * i + 1) * n + d] = top.at()[d] - step;
            }
        }
        double[] fall = new double[2 * n];
        density.evaluate(2 * n, points, fall, null);
        evaluations += 2 * n;
        int flattest = 0;
        int oddest = 0;
        for (int i = 0; i < fall.length; i++) {
            fall[i] = top.logP() - fall[i];
            flattest = fall[i] < fall[flattest] ? i : flattest;
            oddest = !(oddity(fall[i]) <= oddity(fall[oddest])) ? i : oddest;
        }
        if (!top.isTop() || !(fall[flattest] >= FLAT)) {
            concern(Kind.UNBOUNDED, Verdict.DO_NOT_TRUST, flattest, unbounded(top, flattest, fall[flattest]));
        } else if (!settings.isPosterior && !(fall[oddest] >= LEAST_FALL && fall[oddest] <= MOST_FALL)) {
            concern(
                    Kind.WRONG_WIDTH,
                    Verdict.USABLE,
                    oddest,
                    String.format(
                            Locale.ROOT,
                            "one standard error %s in %s log p has fallen by %.2f, and that of a normal by 0.50, so that"
                                    + " intervals from the curvature are rough",
                            direction(oddest),
                            names.get(oddest / 2),
                            fall[oddest]));
        }
    }

    private void concern(Kind kind, Verdict verdict, int point, String words) {
        concerns.add(new Concern(kind, verdict, names.get(point / 2), words));
    }

    /** How far a fall is from that of a normal; NaN where it is none. */
    private static double oddity(double fall) {
        return Math.abs(StrictMath.log(2 * fall));
    }

    private static String direction(int point) {
        return point % 2 == 0 ? "up" : "down";
    }

    private String unbounded(Climb.Summit top, int flattest, double fall) {
        int i = flattest / 2;
        return String.format(
                Locale.ROOT,
                "no largest value was found: the best path ends near %s = %.4g, as it is fitted, with log p = %.6g, and %.3g further %s it is"
                        + " %s by %.2g%s",
                names.get(i),
                top.at()[i],
                top.logP(),
                top.sd()[i],
                direction(flattest),
                fall < 0 ? "larger" : "smaller",
                Math.abs(fall),
                fall < 0 ? "" : " only");
    }

    @Override
    FitResult result(Ending ending) {
        began = ""; // the paths are no start, but the fit
        Climb.Summit top = highest;
        Concern concern = ending.concern();
        if (concern != null && (top == null || ending.status() == Status.INTERRUPTED)) {
            concerns.add(concern);
        }
        Gaussian normal = top == null ? StartNormal.unit(joint.start()) : new Gaussian(top.at(), top.covariance());
        List<TracePoint> trace = top == null ? List.of() : top.trace();
        return result(
                settings.name,
                settings.isPosterior ? Family.fullRank().label() : "",
                settings.told(),
                trace.isEmpty() ? 0 : trace.get(trace.size() - 1).step(),
                judged(ending, normal, trace),
                new GaussianPosterior(names, normal),
                trace,
                0,
                List.of());
    }

    private FreshDraws judged(Ending ending, Gaussian normal, List<TracePoint> trace) {
        if (settings.isPosterior && ending.status() == Status.CONVERGED) {
            concerns.addAll(GradientGuard.concerns(device, joint, normal, key));
            return FreshDraws.of(device, joint, normal, FreshDraws.Background.of(ending, modes, concerns), key);
        }
        double height = trace.isEmpty() ? 0 : trace.get(trace.size() - 1).elbo();
        concerns.addAll(Resolution.concerns(joint, normal, height));
        return FreshDraws.unmeasured(ending, concerns);
    }
}

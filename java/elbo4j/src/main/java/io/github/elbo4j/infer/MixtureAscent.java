package io.github.elbo4j.infer;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.model.PointDensity;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Climbs the ELBO of a mixture whose number of components is given, by natural gradients: steps of one length until the ELBO rises no more, then
 * steps of length 1/t, which average the noise.
 */
final class MixtureAscent {
    /** The share of the way to where the natural gradient points; half of what is the whole way for a normal. */
    private static final double STEP = 0.5;
    /** Rounds whose ELBO is compared with that of as many before. */
    private static final int WINDOW = 8;
    /** Rounds of shorter steps at the end. */
    private static final int LAST = 24;

    private static final int MOST = 400;
    /** Nats that the ELBO of a window must rise for more to be expected. */
    private static final double RISE = 0.005;
    /** Of the logarithm of a weight, in one round. */
    private static final double MOST_WEIGHT = 1;
    /** A component of less is left out at the end: no draw of usual many is its own. */
    private static final double LEAST_WEIGHT = 1e-4;
    /** A step that was so often halved since log p was not finite is the last. */
    private static final int HALVINGS = 6;

    private static final int LEAST_PAIRS = 16;

    private final PointDensity density;
    private final Key key;
    private final int pairs;
    private final BooleanSupplier cancelled;
    private int rounds;
    private long draws;

    /**
     * Where a climb ended.
     *
     * @param q with weights that add up to 1
     * @param trace the ELBO of each round
     * @param settled whether it rises no more
     * @param finite whether log p was, in the end
     */
    record Top(List<MixtureComponent> q, List<Estimate> trace, boolean settled, boolean finite) {}

    MixtureAscent(PointDensity density, Key key, BooleanSupplier cancelled) {
        this.density = density;
        this.key = key;
        this.cancelled = cancelled;
        pairs = Math.max(LEAST_PAIRS, density.dimensions());
    }

    /** Of all climbs. */
    int rounds() {
        return rounds;
    }

    /** Of all climbs: each is an evaluation of log p and its gradient. */
    long draws() {
        return draws;
    }

    /** @param from with any weights */
    Top climb(List<MixtureComponent> from) {
        List<MixtureComponent> q = MixtureComponent.normalized(from);
        @Nullable List<MixtureComponent> before = null;
        List<Estimate> trace = new ArrayList<>();
        int last = 0;
        int halved = 0;
        boolean finite = true;
        for (int round = 0; round < MOST && last < LAST && finite && !cancelled.getAsBoolean(); round++) {
            MixtureRound here = MixtureRound.of(density, q, key, rounds * pairs, pairs);
            rounds++;
            draws += here.elbo().draws();
            if (!here.isFinite()) { // a step too far, or no density at all
                finite = before != null && halved < HALVINGS;
                halved++;
                q = before == null ? q : before;
                before = null;
                continue;
            }
            trace.add(here.elbo());
            last += last > 0 || hasSettled(trace) ? 1 : 0;
            before = q;
            q = step(q, here, STEP * WINDOW / (WINDOW + last) / (1 << halved));
        }
        return new Top(withoutTrifles(q), trace, last == LAST, finite);
    }

    private static boolean hasSettled(List<Estimate> trace) {
        int n = trace.size();
        if (n < 2 * WINDOW) {
            return false;
        }
        double rise = 0;
        double variance = 0;
        for (int i = n - WINDOW; i < n; i++) {
            Estimate now = trace.get(i);
            Estimate then = trace.get(i - WINDOW);
            rise += (now.value() - then.value()) / WINDOW;
            variance += square(now.standardError() / WINDOW) + square(then.standardError() / WINDOW);
        }
        return !(rise > RISE + 2 * Math.sqrt(variance));
    }

    private static double square(double x) {
        return x * x;
    }

    /** A mean moves by one standard deviation at most and a curvature by 1; what asks for more goes as far in its direction. */
    private static List<MixtureComponent> step(List<MixtureComponent> q, MixtureRound round, double rho) {
        List<MixtureComponent> next = new ArrayList<>();
        for (int k = 0; k < q.size(); k++) {
            MixtureRound.Part part = round.part(k);
            double slopes = InverseHessian.dot(part.slope(), part.slope());
            double curvatures = 0;
            for (double[] row : part.curvature()) {
                curvatures += InverseHessian.dot(row, row);
            }
            double own = rho / Math.max(1, Math.sqrt(Math.max(slopes, curvatures)));
            MixtureComponent moved = q.get(k).step(own, part.slope(), part.curvature());
            double rise = rho * (part.value() - round.elbo().value());
            double log = q.get(k).logWeight() + Math.max(-MOST_WEIGHT, Math.min(MOST_WEIGHT, rise));
            next.add((moved == null ? q.get(k) : moved).weighing(log));
        }
        return MixtureComponent.normalized(next);
    }

    private static List<MixtureComponent> withoutTrifles(List<MixtureComponent> q) {
        double least = StrictMath.log(LEAST_WEIGHT);
        return MixtureComponent.normalized(
                q.stream().filter(each -> each.logWeight() >= least).toList());
    }
}

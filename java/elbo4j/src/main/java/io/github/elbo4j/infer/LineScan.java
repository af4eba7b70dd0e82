package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.PointDensity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * What draws of q cannot show: log p along one line for each parameter, through q's mean and as q's regression of the
 * others on the parameter goes, so that q is N(0, 1) along each. A long tail, a second mode or a broad part under a
 * narrow one shows there even where every draw of q has the weight 1. Of more than {@link #LINES} parameters as many,
 * evenly spaced.
 *
 * @param share of p's integral along the line that is more than {@link #FAR} from the mean: the largest of any parameter
 * @param parameter whose line it is
 * @param near the parameter's value where p is largest out there
 * @param width p's standard deviation along a line, in units of q's: the largest of any parameter
 * @param widest the parameter whose line that is
 * @param shift p's mean along the line of the first parameter, in q's standard deviations
 * @param lines of all parameters that were looked at
 */
record LineScan(double share, int parameter, double near, double width, int widest, double shift, List<Line> lines) {
    /**
     * log p along the line of a parameter.
     *
     * @param logP at each {@link #place}, up to a constant
     */
    @SuppressWarnings("ArrayRecordComponent") // of the caller's own
    record Line(int parameter, double[] logP) {}

    /** In standard deviations of q; a normal has 6e-7 of its mass beyond. */
    static final double FAR = 5;

    private static final int LINES = 256;
    /** Places in standard deviations: 0, and to either side half apart up to 6, 1 up to 20, 2 up to 40. */
    private static final double[] PLACES = places();

    private static double[] places() {
        List<Double> right = new ArrayList<>();
        for (double t = 0.5; t <= 40; t += t < 6 ? 0.5 : t < 20 ? 1 : 2) {
            right.add(t);
        }
        int middle = right.size();
        double[] all = new double[2 * middle + 1];
        for (int i = 1; i <= middle; i++) {
            all[middle + i] = right.get(i - 1);
            all[middle - i] = -right.get(i - 1);
        }
        return all;
    }

    /** How many places there are on a line; the mean is in the middle. */
    static int size() {
        return PLACES.length;
    }

    /** Where the i-th is, in standard deviations of q from its mean. */
    static double place(int i) {
        return PLACES[i];
    }

    /** By the trapezoidal rule, how much of the line is its. */
    static double width(int i) {
        return (PLACES[Math.min(PLACES.length - 1, i + 1)] - PLACES[Math.max(0, i - 1)]) / 2;
    }

    /** Null if log p is not finite at the mean, or cannot be evaluated so far out. */
    static @Nullable LineScan of(LogJoint joint, Device device, Gaussian posterior) {
        try (PointDensity density = new PointDensity(device, joint)) {
            return of(Objective.of(density), posterior);
        } catch (DeviceException | CancellationException e) {
            throw e;
        } catch (RuntimeException e) {
            return null; // the user's own function does not allow such values
        }
    }

    /** The shape of log p along lines as a sample of its rows has it, with the slope that all rows have at the mean. */
    static @Nullable LineScan of(RowSample sample, LogJoint joint, Device device, Gaussian posterior) {
        try (PointDensity some = sample.density();
                PointDensity all = new PointDensity(device, joint)) {
            return of(RowSample.tilted(some, all, posterior), posterior);
        }
    }

    private static @Nullable LineScan of(Objective density, Gaussian posterior) {
        LineScan worst = null;
        int dimensions = posterior.dimensions();
        int count = Math.min(LINES, dimensions);
        for (int line = 0; line < count; line++) {
            int parameter = (int) ((long) line * dimensions / count);
            LineScan here = along(density, posterior, parameter);
            if (here == null) {
                return null;
            }
            worst = worst == null ? here : worst.worse(here);
        }
        return worst;
    }

    private LineScan worse(LineScan other) {
        LineScan far = other.share > share ? other : this;
        LineScan wide = other.width > width ? other : this;
        List<Line> both = new ArrayList<>(lines);
        both.addAll(other.lines);
        return new LineScan(far.share, far.parameter, far.near, wide.width, wide.widest, shift, both);
    }

    private static @Nullable LineScan along(Objective density, Gaussian posterior, int parameter) {
        int dimensions = posterior.dimensions();
        double sd = posterior.standardDeviation(parameter);
        double[] direction = new double[dimensions];
        for (int d = 0; d < dimensions; d++) {
            boolean none = posterior.isIndependent() && d != parameter;
            direction[d] = none ? 0 : posterior.covariance(d, parameter) / sd;
        }
        double[] points = new double[PLACES.length * dimensions];
        for (int i = 0; i < PLACES.length; i++) {
            for (int d = 0; d < dimensions; d++) {
                points[i * dimensions + d] = posterior.mean(d) + PLACES[i] * direction[d];
            }
        }
        double[] logP = new double[PLACES.length];
        density.evaluate(PLACES.length, points, logP, null);
        if (!Double.isFinite(logP[PLACES.length / 2])) {
            return null;
        }
        double largest = Double.NEGATIVE_INFINITY;
        for (double value : logP) {
            largest = value > largest ? value : largest;
        }
        double all = 0;
        double far = 0;
        double first = 0;
        double second = 0;
        int most = 0;
        for (int i = 0; i < PLACES.length; i++) {
            // NaN counts as no mass here; draws of q find it
            double mass = logP[i] > Double.NEGATIVE_INFINITY ? StrictMath.exp(logP[i] - largest) * width(i) : 0;
            all += mass;
            first += mass * PLACES[i];
            second += mass * PLACES[i] * PLACES[i];
            if (Math.abs(PLACES[i]) > FAR) {
                far += mass;
                boolean more = Math.abs(PLACES[most]) <= FAR || logP[i] > logP[most];
                most = more ? i : most;
            }
        }
        double shift = first / all;
        double width = Math.sqrt(Math.max(0, second / all - shift * shift));
        return new LineScan(
                far / all,
                parameter,
                posterior.mean(parameter) + PLACES[most] * sd,
                width,
                parameter,
                shift,
                List.of(new Line(parameter, logP)));
    }
}

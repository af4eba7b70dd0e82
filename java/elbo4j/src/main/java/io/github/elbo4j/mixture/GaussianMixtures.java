package io.github.elbo4j.mixture;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.internal.Special;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Method;
import io.github.elbo4j.infer.Progress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Fits mixtures of Gaussians to rows, for each number of components of a range, from several starts at once.
 *
 * <p>{@link #em()}: expectation–maximization (Dempster, Laird and Rubin 1977). In turns, the responsibilities {@code r_nk = p(k | x_n)} of the present
 * mixture, and the mixture that is best given them. Neither step can lower the likelihood, penalized by the weak prior of Fraley and Raftery (2007), which
 * keeps components from shrinking onto points, where the likelihood has no bound; {@link Builder#penalty} leaves it out, and a fit in which every start shrinks is then
 * refused. The least BIC chooses among the numbers of components.
 *
 * <p>{@link #cavi()}: coordinate ascent on the ELBO of a posterior of independent factors (Bishop 2006, section 10.2): of the rows' components, of the
 * weights, a Dirichlet, and of each component's mean and covariance, a normal–Wishart or normal–gammas; the prior of a component is that
 * penalty. The ELBO is in closed form. The weights' prior is a Dirichlet of {@link Builder#concentration} each, which is small, so that components which
 * are not needed lose their rows. The greatest ELBO chooses among the numbers of components, with log K! added for the modes that exchange them.
 *
 * <p>Neither can fall from sweep to sweep, and does not: a fall beyond the rounding of float32 is an error with its numbers.
 *
 * <p>Responsibilities and all sums over rows are computed on the device, of all starts together, in waves within a stated memory; the K
 * matrices of D by D that they leave are factored on the host in float64. The whole fit has the same bits on every exact device, however the
 * rows were cut.
 *
 * <pre>{@code
 * MixtureData data = MixtureData.of(List.of("eruptions", "waiting"), values);
 * MixtureFit best = GaussianMixtures.em().components(1, 9).build().best(device, data);
 * }</pre>
 */
public final class GaussianMixtures implements Method<MixtureData> {
    /** {@link Builder#memory}, unless it is set. */
    public static final long MEMORY = 512L << 20;

    private final Builder settings;

    private GaussianMixtures(Builder settings) {
        this.settings = settings;
    }

    /** By EM. */
    public static Builder em() {
        return new Builder(false);
    }

    /** By coordinate ascent. */
    public static Builder cavi() {
        return new Builder(true);
    }

    /** The settings. Each has a default. */
    public static final class Builder {
        final boolean cavi;
        int least = 1;
        int most = 1;
        Covariances covariances = Covariances.FULL;
        int restarts = 8;
        boolean penalty = true;
        double concentration = Double.NaN;
        double tolerance = 1e-3;
        int mostSweeps = 1000;
        long seed;
        long memory = MEMORY;
        BooleanSupplier cancelled = () -> false;
        Progress.Listener listener = progress -> {};

        private Builder(boolean cavi) {
            this.cavi = cavi;
        }

        private Builder(Builder other) {
            cavi = other.cavi;
            least = other.least;
            most = other.most;
            covariances = other.covariances;
            restarts = other.restarts;
            penalty = other.penalty;
            concentration = other.concentration;
            tolerance = other.tolerance;
            mostSweeps = other.mostSweeps;
            seed = other.seed;
            memory = other.memory;
            cancelled = other.cancelled;
            listener = other.listener;
        }

        /** This number of components; 1 unless set. */
        public Builder components(int value) {
            return components(value, value);
        }

        /** Each number of components from one to another. */
        public Builder components(int from, int to) {
            if (from < 1 || to < from) {
                throw new IllegalArgumentException(
                        "components are " + from + " to " + to + ", but must be 1 or more, and increasing");
            }
            least = from;
            most = to;
            return this;
        }

        /** What covariances may be; full unless set. */
        public Builder covariances(Covariances value) {
            covariances = Objects.requireNonNull(value, "covariances is null");
            return this;
        }

        /** Starts of more than one component; 8 unless set. */
        public Builder restarts(int value) {
            restarts = positive("restarts", value);
            return this;
        }

        /** Whether EM's likelihood is penalized; it is unless set. */
        public Builder penalty(boolean value) {
            penalty = value;
            return this;
        }

        /** The Dirichlet prior's parameter of each weight, of coordinate ascent alone; 1/K unless set. */
        public Builder concentration(double value) {
            if (!(value > 0) || Double.isInfinite(value)) {
                throw new IllegalArgumentException("concentration is " + value + ", but must be positive and finite");
            }
            concentration = value;
            return this;
        }

        /** A start has settled when it has less than this left to gain, in nats of all rows together; 0.001 unless set. */
        public Builder tolerance(double value) {
            if (!(value > 0) || Double.isInfinite(value)) {
                throw new IllegalArgumentException("tolerance is " + value + ", but must be positive and finite");
            }
            tolerance = value;
            return this;
        }

        /** The most sweeps through the rows of a number of components; 1000 unless set. */
        public Builder maxSweeps(int value) {
            mostSweeps = positive("maxSweeps", value);
            return this;
        }

        /** What the starts come from; 0 unless set. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** The memory of the device that rows and responsibilities may take, in bytes; {@link #MEMORY} unless set. */
        public Builder memory(long bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException("memory is " + bytes + " bytes, but must be 1 or more");
            }
            memory = bytes;
            return this;
        }

        /** Asked between sweeps whether to stop, with what there is. */
        public Builder cancelled(BooleanSupplier value) {
            cancelled = Objects.requireNonNull(value, "cancelled is null");
            return this;
        }

        /** Told after each sweep, of the best start so far; its ELBO is the objective, whatever that is. */
        public Builder listener(Progress.Listener value) {
            listener = Objects.requireNonNull(value, "listener is null");
            return this;
        }

        /**
         * A fit with these settings.
         *
         * @throws IllegalStateException if a setting of the other method was made
         */
        public GaussianMixtures build() {
            if (cavi ? !penalty : !Double.isNaN(concentration)) {
                throw new IllegalStateException(
                        cavi
                                ? "coordinate ascent has a prior, so there is no penalty to leave out"
                                : "EM has no prior of the weights, so there is no concentration to set");
            }
            return new GaussianMixtures(new Builder(this));
        }

        private static int positive(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " is " + value + ", but must be 1 or more");
            }
            return value;
        }
    }

    /**
     * The best fit, as {@link #best}; of its mixture the parameters alone.
     *
     * @throws IllegalArgumentException as {@link #fits}
     */
    @Override
    public FitResult fit(Device device, MixtureData data) {
        return best(device, data).result();
    }

    /**
     * The best of {@link #fits}: the least BIC, or the greatest ELBO with log K! added.
     *
     * @throws IllegalArgumentException as {@link #fits}
     */
    public MixtureFit best(Device device, MixtureData data) {
        return best(fits(device, data));
    }

    /** The best of some fits to the same rows by one method: the least BIC, or the greatest ELBO with log K! added. */
    public static MixtureFit best(List<MixtureFit> fits) {
        return fits.stream()
                .min(Comparator.comparingDouble(GaussianMixtures::loss))
                .orElseThrow(() -> new IllegalArgumentException("there are no fits"));
    }

    private static double loss(MixtureFit fit) {
        double bic = fit.scores().bic();
        return Double.isNaN(bic)
                ? -fit.scores().objective() - Special.logGamma(fit.mixture().components() + 1)
                : bic;
    }

    /**
     * A fit for each number of components, in their order; fewer if it is asked to stop.
     *
     * @throws IllegalArgumentException if there are fewer (different) rows than components, if columns are linearly dependent and
     *     covariances full, if the memory is too little, or if there is no penalty and every start shrinks; it says what to do
     * @throws CancellationException if the thread was interrupted before there was anything
     * @throws IllegalStateException if an objective falls by more than rounding explains, which would be a fault of this library
     */
    public List<MixtureFit> fits(Device device, MixtureData data) {
        int most = settings.most;
        if (most > data.rows()) {
            throw new IllegalArgumentException(
                    "there are " + data.rows() + " rows for " + most + " components; take as many components at most");
        }
        int together = settings.most == 1 ? 1 : Math.multiplyExact(settings.restarts, most);
        try (Waves waves = new Waves(device, data, settings.memory, together)) {
            double[][] rows = rowsCovariance(waves);
            Key key = new Key(settings.seed).fork("mixture");
            Starts starts = new Starts(data, settings.covariances, key);
            List<MixtureFit> fits = new ArrayList<>();
            for (int components = settings.least; components <= most; components++) {
                try {
                    fits.add(new Selection(settings, waves, components).fit(rows, starts, key));
                } catch (CancellationException e) {
                    if (fits.isEmpty()) {
                        throw e;
                    }
                    break;
                }
                if (settings.cancelled.getAsBoolean()) {
                    break;
                }
            }
            return fits;
        }
    }

    /** The covariance of the standardized rows, [D][D]: what a mixture of one component at 0 sees. */
    private double[][] rowsCovariance(Waves waves) {
        MixtureData data = waves.data();
        int dims = data.dimensions();
        double[][] unit = new double[dims][dims];
        for (int i = 0; i < dims; i++) {
            unit[i][i] = 1;
        }
        Components one = new Components(
                new double[1], new double[1][dims], new float[][] {Components.inverse(settings.covariances, unit)});
        try (Batch batch = new Batch(waves, settings.covariances, 1, 1)) {
            batch.run(List.of(one));
            double[][] covariance = batch.statistics(0).scatter(0);
            for (double[] row : covariance) {
                Arrays.setAll(row, i -> row[i] / (data.rows() - 1));
            }
            int dependent = Triangle.singular(covariance, Components.RESOLUTION, 0);
            if (dependent >= 0) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "the column %s is a linear combination of the columns before it, to all digits that count (its part"
                                + " of variance that they leave is below %.0e): leave it out, or take diagonal covariances",
                        data.columns().get(dependent),
                        Components.RESOLUTION));
            }
            return covariance;
        }
    }
}

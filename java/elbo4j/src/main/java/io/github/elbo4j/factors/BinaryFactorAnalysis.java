package io.github.elbo4j.factors;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.distribution.Flat;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.infer.Assessment;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.PointTraining;
import io.github.elbo4j.infer.Progress;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.RowsLogJoint;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Fits binary factors to binary rows: raises {@code Σ_n E_q[log p(x_n, z)] + entropy of q(z | x_n)}, the ELBO, in the weights of a {@link
 * FactorModel} and in those of an encoder that gives q, by minibatches, draws of z, an {@link Estimator} of the gradient, and Adam. The
 * entropy is in closed form. A weak penalty of the model's weights, N(0, 3²) of a sigmoid belief network's, N(−1, 2²) of the logarithms
 * of noisy-or's rates, keeps from running off what the data leave open; it is in no bound that is told.
 *
 * <p>Rows that are held out have no part in the fit; what the model says of them is its measure.
 *
 * <p>The same seed gives the same bits on every exact device.
 *
 * <pre>{@code
 * FactorFit fit = BinaryFactorAnalysis.of(FactorModel.NOISY_OR, 12).seed(1).build().fit(device, data);
 * }</pre>
 */
public final class BinaryFactorAnalysis {
    /** Rows, of those that are fitted and of those held out, whose bounds are computed at the end. */
    static final int MOST_JUDGED = 1000;

    private final Builder settings;

    private BinaryFactorAnalysis(Builder settings) {
        this.settings = settings;
    }

    /**
     * Settings.
     *
     * @param factors D, from 1
     */
    public static Builder of(FactorModel model, int factors) {
        return new Builder(Objects.requireNonNull(model, "model is null"), Builder.atLeast(1, "factors", factors));
    }

    /** The settings. Each has a default. */
    public static final class Builder {
        private final FactorModel model;
        private final int factors;
        private int hidden;
        private Estimator estimator = Estimator.LEAVE_ONE_OUT;
        private int draws = 4;
        private int batch = 100;
        private int steps = 3000;
        private double rate = 0.03;
        private double holdout;
        private int judgingDraws = 1024;
        private long seed;
        private BooleanSupplier cancelled = () -> false;
        private Progress.Listener listener = progress -> {};

        private Builder(FactorModel model, int factors) {
            this.model = model;
            this.factors = factors;
        }

        private Builder(Builder other) {
            this(other.model, other.factors);
            hidden = other.hidden;
            estimator = other.estimator;
            draws = other.draws;
            batch = other.batch;
            steps = other.steps;
            rate = other.rate;
            holdout = other.holdout;
            judgingDraws = other.judgingDraws;
            seed = other.seed;
            cancelled = other.cancelled;
            listener = other.listener;
        }

        /** Units of the encoder's hidden layer, which follow what a linear encoder does not; 0 unless set, for a linear one. */
        public Builder hidden(int value) {
            hidden = atLeast(0, "hidden", value);
            return this;
        }

        /** How the gradient of q is estimated; leave-one-out unless set. */
        public Builder estimator(Estimator value) {
            estimator = Objects.requireNonNull(value, "estimator is null");
            return this;
        }

        /** Draws of z for each row of a step, from 2, of DisARM an even number; 4 unless set. */
        public Builder draws(int value) {
            draws = atLeast(2, "draws", value);
            return this;
        }

        /** Rows of a step, all where there are fewer; 100 unless set. */
        public Builder batch(int value) {
            batch = atLeast(1, "batch", value);
            return this;
        }

        /** Steps; 3,000 unless set. */
        public Builder steps(int value) {
            steps = atLeast(1, "steps", value);
            return this;
        }

        /** The number of steps. */
        public int steps() {
            return steps;
        }

        /** Adam's learning rate at the start; 0.03 unless set. */
        public Builder rate(double value) {
            if (!(value > 0 && Double.isFinite(value))) {
                throw new IllegalArgumentException("rate is " + value + ", but must be positive");
            }
            rate = value;
            return this;
        }

        /** The share of rows that are held out, from 0 to less than 1, chosen by the seed; 0 unless set. */
        public Builder holdout(double value) {
            if (!(value >= 0 && value < 1)) {
                throw new IllegalArgumentException("holdout is " + value + ", but must be from 0 to less than 1");
            }
            holdout = value;
            return this;
        }

        /** Draws of z for each row whose bounds are computed at the end, from 2; 1,024 unless set. */
        public Builder judgingDraws(int value) {
            judgingDraws = atLeast(2, "judgingDraws", value);
            return this;
        }

        /** All randomness follows from it; 0 unless set. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** Asked at each step; once it returns true, the fit ends with what it has. */
        public Builder cancelled(BooleanSupplier value) {
            cancelled = Objects.requireNonNull(value, "cancelled is null");
            return this;
        }

        /** Told now and then of the objective of a row. */
        public Builder listener(Progress.Listener value) {
            listener = Objects.requireNonNull(value, "listener is null");
            return this;
        }

        /**
         * With these settings.
         *
         * @throws IllegalArgumentException if the estimator cannot take so many draws
         */
        public BinaryFactorAnalysis build() {
            estimator.normals(draws);
            return new BinaryFactorAnalysis(new Builder(this));
        }

        private static int atLeast(int least, String name, int value) {
            if (value < least) {
                throw new IllegalArgumentException(name + " is " + value + ", but must be " + least + " or more");
            }
            return value;
        }

        private Map<String, Object> told(int batch) {
            Map<String, Object> told = new LinkedHashMap<>();
            told.put("factors", (long) factors);
            told.put("hidden", (long) hidden);
            told.put("estimator", estimator.name().toLowerCase(Locale.ROOT).replace('_', '-'));
            told.put("draws", (long) draws);
            told.put("batch", (long) batch);
            told.put("steps", (long) steps);
            told.put("rate", rate);
            told.put("holdout", holdout);
            told.put("judgingDraws", (long) judgingDraws);
            return told;
        }
    }

    /**
     * Fits.
     *
     * @throws IllegalArgumentException if there are more factors than columns, or fewer than 2 rows to fit
     */
    public FactorFit fit(Device device, BinaryData data) {
        long began = System.nanoTime();
        int columns = data.columns().size();
        if (settings.factors > columns) {
            throw new IllegalArgumentException("there are " + settings.factors + " factors for " + columns
                    + " columns; take as many factors as columns at most");
        }
        Key key = new Key(settings.seed);
        int[] rows = key.fork("holdout").permutation(data.rows());
        int held = (int) (settings.holdout * rows.length);
        if (rows.length - held < 2) {
            throw new IllegalArgumentException(
                    "there are " + (rows.length - held) + " rows to fit, but must be 2 or more");
        }
        BinaryData heldOut = held == 0 ? null : data.rows(sorted(rows, 0, Math.min(held, MOST_JUDGED)));
        BinaryData fitted = data.rows(sorted(rows, held, rows.length));
        BinaryData sample = data.rows(sorted(rows, held, Math.min(rows.length, held + MOST_JUDGED)));
        WeightLayout layout = new WeightLayout(settings.factors, columns, settings.hidden);
        double drawsOfStep = (double) batch(fitted) * settings.draws;
        PointTraining.End end = train(device, fitted, layout, key, at -> {
            double seconds = (System.nanoTime() - began) / 1e9;
            settings.listener.progress(new Progress(
                    at.step(), at.maxSteps(), at.elbo(), at.standardError(), at.step() * drawsOfStep / seconds));
        });
        BinaryFactors found = new BinaryFactors(settings.model, data.columns(), layout, end.weights()).turned();
        RowBounds first = bounds(device, found, sample, 2, key); // for q alone, which needs no draws
        BinaryFactors factors = found.ordered(IntStream.range(0, settings.factors)
                .boxed()
                .sorted(Comparator.comparingDouble(d -> -first.share(d)))
                .mapToInt(d -> d)
                .toArray());
        int draws = settings.judgingDraws;
        RowBounds ofFitted = bounds(device, factors, sample, draws, key);
        RowBounds ofHeldOut = heldOut == null ? null : bounds(device, factors, heldOut, draws, key);
        double[] independent = Baseline.of(fitted, heldOut == null ? sample : heldOut);
        Assessment assessment = Judgement.of(end, ofFitted, ofHeldOut, independent);
        RowBounds judged = ofHeldOut == null ? ofFitted : ofHeldOut;
        FitResult result = new FitResult(
                settings.model.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                "mean-field",
                settings.told(batch(fitted)),
                device.name(),
                device.arithmetic(),
                device.rng(),
                settings.seed,
                end.steps(),
                end.judged(),
                "factors like rows of the data",
                end.message(),
                judged.sum(judged.elbo()),
                judged.sum(judged.logEvidence()),
                assessment,
                List.of(),
                factors.parameters(),
                end.trace(),
                (System.nanoTime() - began) / 1e9,
                end.steps() * (long) drawsOfStep,
                List.of());
        return new FactorFit(
                factors,
                result,
                ofFitted,
                ofHeldOut,
                LogWeights.mean(independent).value());
    }

    private PointTraining.End train(
            Device device, BinaryData data, WeightLayout layout, Key key, Progress.Listener listener) {
        double[] start = new Start(settings.model, layout, data, key.fork("start")).all();
        double[] numbers = new double[data.rows()];
        Arrays.setAll(numbers, n -> n);
        Model model = Model.define(m -> {
            Table table = m.rows(Table.empty().with("row", numbers));
            Network network =
                    new Network(settings.model, layout, (name, extents) -> m.weight(name, Flat.real(), extents));
            int normals = settings.estimator.normals(settings.draws);
            Expr x = table.matrix("x", layout.columns(), data.values());
            Expr epsilon = table.normals("epsilon", key.fork("draws"), normals, settings.factors);
            m.factor("ELBO", network.elbo(x, epsilon, settings.estimator));
            m.factor("penalty", network.penalty());
        });
        try (RowsLogJoint joint = model.logJointWithWeights(device);
                LogJoint objective = joint.minibatches(batch(data), key.fork("batches"));
                PointTraining training = new PointTraining(device, objective, data.rows(), settings.rate)) {
            return training.run(start, settings.steps, settings.cancelled, listener);
        }
    }

    private int batch(BinaryData fitted) {
        return Math.min(settings.batch, fitted.rows());
    }

    /**
     * The key by which a fit of this seed computes the bounds of rows at its end: {@link RowBounds#of} the same rows, in the same order, with it
     * and as many draws has the bits of the fit.
     */
    public static Key evaluationKey(long seed) {
        return new Key(seed).fork("evaluation");
    }

    private static RowBounds bounds(Device device, BinaryFactors factors, BinaryData data, int draws, Key key) {
        return RowBounds.of(device, factors, data, draws, evaluationKey(key.seed()));
    }

    private static int[] sorted(int[] rows, int from, int to) {
        int[] some = Arrays.copyOfRange(rows, from, to);
        Arrays.sort(some);
        return some;
    }
}

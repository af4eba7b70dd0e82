package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.device.ScoreOps;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.estimate.ParetoShape;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.model.LogJoint;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;

/**
 * Stochastic gradient variational inference: fits a Gaussian q to the posterior of a {@link LogJoint} by stochastic ascent
 * on the ELBO, {@code phi ← phi + lambda(t)·∇ELBO} with {@link RobbinsMonro}, or by {@link Adam}.
 *
 * <p>The result is the average of the parameters over the last block of steps; {@link StoppingRule} says when that is. A
 * full-rank fit by Adam takes its steps in coordinates in which q is near N(0, I), newly chosen after every block, so that
 * one rate suits all parameters whatever their scales and correlations. After the fit, fresh draws measure the ELBO, the
 * log evidence and k-hat ({@link ParetoShape}).
 *
 * <p>All randomness is a function of the seed, so the result is the same to the bit on every device, with any number of
 * threads and any workspace. The draws of steps, minibatches, comparisons, ELBO and k-hat have keys of their own.
 *
 * <pre>{@code
 * FitResult fit = Sgvi.builder().family(Family.fullRank()).seed(1).build().fit(device, model);
 * }</pre>
 */
public final class Sgvi implements Method<LogJoint> {
    /** The name of the method in a {@link FitResult}. */
    public static final String NAME = "sgvi";

    private final SgviSettings settings;

    private Sgvi(SgviSettings settings) {
        this.settings = settings;
    }

    /** With these very settings. */
    static Sgvi of(SgviSettings settings) {
        return new Sgvi(settings);
    }

    /** For those who run it by parts; to be read only. */
    SgviSettings settings() {
        return settings;
    }

    /** The default settings, to change. */
    public static Builder builder() {
        return new Builder(new SgviSettings());
    }

    /**
     * Fits q and measures how good it is. However the run ends (see {@link Status}), there is a result. A thread that
     * is {@linkplain Thread#interrupt() interrupted} ends its run in the middle of a step, with the state before it,
     * and stays interrupted.
     *
     * @param joint on the same device; a {@link io.github.elbo4j.model.RowsLogJoint} if there is a batch size
     * @throws io.github.elbo4j.device.DeviceException if the device fails before the first step, perhaps for lack of
     *     memory
     * @throws IllegalArgumentException if the joint's names are not one for each dimension, each of its own, or the initial
     *     mean is of another length, or the fit to continue from has other names
     */
    @Override
    public FitResult fit(Device device, LogJoint joint) {
        SgviArguments.check(settings, device, joint);
        try (SgviRun run = new SgviRun(settings.facing(joint), device, joint, new TrailRecorder())) {
            return run.fit();
        }
    }

    /**
     * Takes the steps of a fit with these very settings again, from the first to the last that is asked for, and returns their
     * states. The fit and this may be on devices of different kinds, as long as their arithmetic is exact and their normals are
     * their own. States that are not asked for are not looked at.
     *
     * <pre>{@code
     * Trail stretch = fit.trail().between(1000, 2000);
     * boolean same = sgvi.retrace(device, joint, stretch).equals(stretch);
     * }</pre>
     *
     * @param joint as for {@link #fit(Device, LogJoint)}
     * @param stretch of the trail of the fit
     * @return the states at the same steps, as far as they agree with the stretch, and the first that does not; fewer where the run
     *     ended before
     * @throws IllegalArgumentException if the trail is of another version, or as for a fit
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public Trail retrace(Device device, LogJoint joint, Trail stretch) {
        SgviArguments.check(settings, device, joint);
        if (stretch.version() != Trail.VERSION) {
            throw new IllegalArgumentException("the trail is of version " + stretch.version()
                    + ", but this elbo4j takes steps whose trail is of version " + Trail.VERSION);
        }
        TrailRecorder recorder = new TrailRecorder(stretch);
        SgviSettings again = settings.facing(joint);
        again.cancelled = () -> recorder.isDone() || settings.cancelled.getAsBoolean();
        try (SgviRun run = new SgviRun(again, device, joint, recorder)) {
            return run.retrace();
        }
    }

    /**
     * Fits B problems, each as a fit alone with its {@linkplain Builder#problem number}: bit for bit the same.
     *
     * @param many who fits them
     * @param problems B; their numbers begin at that of these settings
     * @param joints makes the log-joint of problem b on a device; it is closed after the fit
     * @return one attempt a problem, in their order
     */
    public List<Attempt> fit(ManyFits many, int problems, BiFunction<Device, Integer, LogJoint> joints) {
        return many.fit(problems, (device, b) -> {
            Builder own = new Builder(settings.copy()).problem(Math.addExact(settings.problem, b));
            try (LogJoint joint = joints.apply(device, b)) {
                return own.build().fit(device, joint);
            }
        });
    }

    /** The settings of a fit, each with a default that suits standardized data. */
    public static final class Builder {
        private final SgviSettings settings;

        private Builder(SgviSettings settings) {
            this.settings = settings;
        }

        /** The family of q; full-rank. */
        public Builder family(Family value) {
            settings.family = Objects.requireNonNull(value, "family is null");
            return this;
        }

        /** The gradient estimator; auto. */
        public Builder gradient(Gradient value) {
            settings.gradient = Objects.requireNonNull(value, "gradient is null");
            return this;
        }

        /** The baseline of the score gradient; leave-one-out. */
        public Builder baseline(ScoreOps.Baseline value) {
            settings.baseline = Objects.requireNonNull(value, "baseline is null");
            return this;
        }

        /** Adam with its defaults. */
        public Builder optimizer(Optimizer value) {
            settings.optimizer = Objects.requireNonNull(value, "optimizer is null");
            return this;
        }

        /** Draws of each step; 32. */
        public Builder draws(int value) {
            settings.draws = positive("draws", value);
            return this;
        }

        /**
         * How the draws of a step stand to each other, and those of the ELBO after the fit; independent. For pathwise gradients only.
         * Of {@link PointSet#SOBOL} the draws should be a power of two, and there are {@value PointSet#MOST_DIMENSIONS} dimensions at most.
         *
         * <p>The ELBO after the fit is then the mean of 16 or more sets of points, each random anew, and its standard error that of these sets.
         * Evidence, k-hat and what else importance weights tell are of independent draws in any case. The trace has no standard errors.
         */
        public Builder points(PointSet value) {
            settings.points = Objects.requireNonNull(value, "points is null");
            return this;
        }

        /** The hard cap on steps; 20,000. */
        public Builder maxSteps(int value) {
            settings.maxSteps = positive("steps", value);
            return this;
        }

        /** Rows of a minibatch; 0, the default, takes all rows at every step. */
        public Builder batch(int value) {
            if (value < 0) {
                throw new IllegalArgumentException("batch is " + value + ", but must be 0 (all rows) or more");
            }
            settings.batch = value;
            return this;
        }

        /** All randomness follows from it; 0. */
        public Builder seed(long value) {
            settings.seed = value;
            return this;
        }

        /**
         * The number of the problem among others of the same seed, the address b of all its draws: each has draws of its own; 0.
         *
         * @param value from 0 to 2^31 − 2
         */
        public Builder problem(int value) {
            if (value < 0 || value == Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "problem is " + value + ", but must be from 0 to " + (Integer.MAX_VALUE - 1));
            }
            settings.problem = value;
            return this;
        }

        /** The improvement of the ELBO, in nats, that is not worth more steps; 0.01. See {@link StoppingRule}. */
        public Builder tolerance(double value) {
            settings.stoppingRule = new StoppingRule(value);
            return this;
        }

        /** The standard deviation of every coordinate of the first q; 0.1. */
        public Builder initialSd(double value) {
            if (!(value > 0 && Double.isFinite(value))) {
                throw new IllegalArgumentException("initialSd is " + value + ", but must be positive");
            }
            settings.initialSd = value;
            return this;
        }

        /** The mean of the first q, [D], finite in float32; {@link io.github.elbo4j.model.LogJoint#start}. */
        public Builder initialMean(double... value) {
            Objects.requireNonNull(value, "initialMean is null");
            for (int i = 0; i < value.length; i++) {
                if (!Float.isFinite((float) value[i])) {
                    throw new IllegalArgumentException(
                            "initialMean[" + i + "] is " + value[i] + ", but must be finite (in float32)");
                }
            }
            settings.initialMean = value.clone();
            return this;
        }

        /**
         * L-BFGS paths that look for a place to start from, the first from {@link #initialMean}, the others from seeded
         * points around it; 8. With 0 the fit starts as the normal of {@link #initialMean} and {@link #initialSd}. A
         * score gradient and Robbins–Monro steps always start so: the first needs no gradient of the model, and of the
         * second the user chooses every number.
         */
        public Builder starts(int value) {
            if (value < 0) {
                throw new IllegalArgumentException("starts is " + value + ", but must be 0 or more");
            }
            settings.starts = value;
            return this;
        }

        /**
         * Begins with the posterior of another fit of the same parameters as the first q, instead of what {@link #starts},
         * {@link #initialMean} and {@link #initialSd} say; all else is as without it. The other fit may be of other settings or
         * another family, as long as a q of this one's can be its posterior.
         *
         * @param fit on the scale that is fitted; its names must be those of the model
         * @throws IllegalArgumentException if its posterior is not a Gaussian
         */
        public Builder continueFrom(FitResult fit) {
            if (!(fit.posterior() instanceof GaussianPosterior)) {
                throw new IllegalArgumentException("the posterior to continue from is a "
                        + fit.posterior().getClass().getSimpleName() + ", but must be a GaussianPosterior");
            }
            settings.first = fit;
            return this;
        }

        /**
         * Whether the gradient of a {@link io.github.elbo4j.model.HostLogJoint} is compared with differences at a few draws of
         * the first and of the last q; true. See {@link io.github.elbo4j.model.GradientCheck}.
         */
        public Builder checkGradient(boolean value) {
            settings.checksGradient = value;
            return this;
        }

        /**
         * Fresh draws for the ELBO after the fit, and as many others, but {@link LogWeights#MOST_DRAWS} at most, for the
         * evidence and k-hat; 4096. More are taken for k-hat while its own error may change the verdict, but no more than
         * the fit itself took, and fewer where importance weighting keeps most of them. Unless they are asked for, fewer do where rows are many and the weights of fewer are uniform.
         */
        public Builder evaluationDraws(int value) {
            settings.evaluationDraws = positive("evaluationDraws", value);
            settings.asksForDraws = true;
            return this;
        }

        /** How much memory draws and what is computed of them may take; 256 MiB. The result does not depend on it. */
        public Builder workspaceBytes(long value) {
            if (value < 1) {
                throw new IllegalArgumentException("workspaceBytes is " + value + ", but must be 1 or more");
            }
            settings.workspaceBytes = value;
            return this;
        }

        /** Receives the progress of the fit, a few times a second. */
        public Builder listener(Progress.Listener value) {
            settings.listener = Objects.requireNonNull(value, "listener is null");
            return this;
        }

        /**
         * Called after steps, in the fit's own thread; once it returns true, the fit ends with the result so far. To
         * end a fit in the middle of a step, interrupt its thread.
         */
        public Builder cancelled(BooleanSupplier value) {
            settings.cancelled = Objects.requireNonNull(value, "cancelled is null");
            return this;
        }

        /** Which rows paths see first where there are many. */
        Builder sampling(RowSample.Rule value) {
            settings.sampling = value;
            return this;
        }

        /** A fit with these settings. */
        public Sgvi build() {
            settings.check();
            return new Sgvi(settings.copy());
        }

        private static int positive(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " is " + value + ", but must be 1 or more");
            }
            return value;
        }
    }
}

package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Fits that climb to the largest value of a density, by L-BFGS from several starts and Newton steps at the end, and take the
 * curvature there, {@code H = −∇∇log p}, for the precision of a normal:
 *
 * <ul>
 *   <li>{@link #laplace}: N(mode, H⁻¹) of the posterior in the coordinates that are fitted (Bishop 2006, section 4.4). It is judged
 *       by fresh draws as every q is.
 *   <li>{@link #maximumAPosteriori}: the largest log p(x, theta) as a density of the user's parameters, without the
 *       Jacobians of the maps from the coordinates, so that it does not depend on these.
 *   <li>{@link #maximumLikelihood}: the largest log p(x | theta), with the standard errors of the observed information.
 * </ul>
 *
 * <p>The last two are points; a density may have no largest value, such as that of a hierarchy's parameters where a
 * standard deviation goes to zero, and a fit then says so and where. Their {@code trace} is log p along the path, and its last
 * value the largest. Points are evaluated in the float32 of the device.
 *
 * @param <M> what it fits
 */
public final class ModeSearch<M> implements Method<M> {
    /** The most dimensions: the Hessian is kept. */
    public static final int MOST_DIMENSIONS = 2048;

    /** The name of {@link #maximumAPosteriori} in a {@link FitResult}. */
    static final String MAP = "map";
    /** That of {@link #maximumLikelihood}. */
    static final String MLE = "mle";

    final String name;
    private final BiFunction<Device, M, LogJoint> density;
    final boolean isPosterior; // so that fresh draws can judge the normal
    final int starts;
    final long seed;
    final BooleanSupplier cancelled;
    final @Nullable Optimizer optimizer; // null for L-BFGS
    final int steps; // of the optimizer
    final int batch; // rows of such a step; 0 for all

    private ModeSearch(
            String name,
            BiFunction<Device, M, LogJoint> density,
            boolean isPosterior,
            int starts,
            long seed,
            BooleanSupplier cancelled,
            @Nullable Optimizer optimizer,
            int steps,
            int batch) {
        this.name = name;
        this.density = density;
        this.isPosterior = isPosterior;
        this.starts = starts;
        this.seed = seed;
        this.cancelled = cancelled;
        this.optimizer = optimizer;
        this.steps = steps;
        this.batch = batch;
    }

    /** Laplace's approximation of a posterior; the caller closes the joint. */
    public static ModeSearch<LogJoint> laplace() {
        return new ModeSearch<>("laplace", (device, joint) -> joint, true, 8, 0, () -> false, null, 0, 0);
    }

    /** The maximum a posteriori on the user's scale. */
    public static ModeSearch<Model> maximumAPosteriori() {
        return new ModeSearch<>(
                MAP, (device, model) -> model.logJointOfValues(device), false, 8, 0, () -> false, null, 0, 0);
    }

    /** The maximum of the likelihood; priors have no part in it but for where it begins. */
    public static ModeSearch<Model> maximumLikelihood() {
        return new ModeSearch<>(
                MLE, (device, model) -> model.logLikelihood(device), false, 8, 0, () -> false, null, 0, 0);
    }

    /** Of the points where paths begin but for the first, and of the draws that judge; 0. */
    public ModeSearch<M> seed(long value) {
        return new ModeSearch<>(name, density, isPosterior, starts, value, cancelled, optimizer, steps, batch);
    }

    /** Paths: the first from the model's own start, the others from seeded points around it; 8. */
    public ModeSearch<M> starts(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("starts is " + value + ", but must be 1 or more");
        }
        return new ModeSearch<>(name, density, isPosterior, value, seed, cancelled, optimizer, steps, batch);
    }

    /**
     * Steps of an optimizer from the model's own start, in the place of L-BFGS paths: {@link GradientDescent}, {@link RobbinsMonro} or
     * {@link Adam}. The result is the mean of the second half of them, with the curvature there; what is left to gain is told.
     *
     * @param number of steps, from 2
     * @param rows of a minibatch, drawn anew at each step; 0 for all
     */
    public ModeSearch<M> by(Optimizer value, int number, int rows) {
        if (isPosterior) {
            throw new IllegalArgumentException("Laplace's approximation needs the mode itself, which L-BFGS finds");
        }
        if (number < 2 || rows < 0) {
            throw new IllegalArgumentException(
                    "there are " + number + " steps of " + rows + " rows, but must be 2 or more of 0 or more");
        }
        return new ModeSearch<>(
                name, density, false, starts, seed, cancelled, Objects.requireNonNull(value), number, rows);
    }

    /** For a {@link FitResult}. */
    Map<String, Object> told() {
        Map<String, Object> told = new LinkedHashMap<>();
        if (optimizer == null) {
            told.put("starts", starts);
            return told;
        }
        told.put("optimizer", optimizer.describe());
        told.put("maxSteps", steps);
        if (batch > 0) {
            told.put("batch", batch);
        }
        return told;
    }

    /** Asked now and then; once it returns true, the fit ends with the best so far. */
    public ModeSearch<M> cancelled(BooleanSupplier value) {
        return new ModeSearch<>(
                name, density, isPosterior, starts, seed, Objects.requireNonNull(value), optimizer, steps, batch);
    }

    /**
     * Fits.
     *
     * @throws IllegalArgumentException if the model has more dimensions than 2048, for which the Hessian is
     *     too large
     */
    @Override
    public FitResult fit(Device device, M model) {
        LogJoint joint = density.apply(device, model);
        if (isPosterior) {
            return fitted(device, joint);
        }
        try (joint) {
            return fitted(device, joint);
        }
    }

    private FitResult fitted(Device device, LogJoint joint) {
        try (ModeRun run = new ModeRun(this, device, joint)) {
            return run.fit();
        }
    }
}

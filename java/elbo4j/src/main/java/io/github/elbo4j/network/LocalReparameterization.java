package io.github.elbo4j.network;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.distribution.Flat;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.FreshDraws;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Method;
import io.github.elbo4j.infer.PointTraining;
import io.github.elbo4j.infer.Progress;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.ModelBuilder;
import io.github.elbo4j.model.RowsLogJoint;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * Bayes by backprop with local reparameterization (Kingma, Salimans and Welling 2015): the mean-field q of a network's weights is fitted
 * by drawing what each unit adds up, row by row, in the place of the weights, which all rows of a step would share. Of weights
 * {@code W_ij ~ N(M_ij, V_ij)}, independent, a layer's sums of a row h are independent normals,
 *
 * <pre>{@code
 * a_j ~ N(Σ_i h_i·M_ij, Σ_i h_i²·V_ij),     a = h·M + √(h²·V)·epsilon,     epsilon [N][S][units]
 * }</pre>
 *
 * <p>so that a row's term has the same expectation, and terms of different rows no longer err alike: the variance of a minibatch's gradient
 * falls with its rows. What can be integrated is: the KL divergence from the prior N(0, I), and of a regression the noise, whose log s has q
 * N(m, v²):
 *
 * <pre>{@code
 * E[log N(y; f, s²)] = −½·log 2π − m − ½·(y − f)²·exp(−2m + 2v²)
 * }</pre>
 *
 * <p>Means and log sds are points that {@link PointTraining} moves. The result is a mean-field fit like those of {@link
 * io.github.elbo4j.infer.Sgvi}, judged by fresh draws of the weights themselves. Draws are a function of the seed, the step and
 * the row.
 */
public final class LocalReparameterization implements Method<NetworkModel> {
    /** The name of the method in a {@link FitResult}. */
    public static final String NAME = "local-reparameterization";

    private static final double HALF_LOG_TWO_PI = 0.5 * StrictMath.log(2 * Math.PI);
    /** Keeps the derivative of √variance finite where all inputs of a unit are 0. */
    private static final double LEAST_VARIANCE = 0x1p-40;

    private final int steps;
    private final int batch;
    private final int draws;
    private final double rate;
    private final long seed;
    private final BooleanSupplier cancelled;
    private final Progress.Listener listener;

    private LocalReparameterization(
            int steps,
            int batch,
            int draws,
            double rate,
            long seed,
            BooleanSupplier cancelled,
            Progress.Listener listener) {
        this.steps = atLeastOne("steps", steps);
        this.batch = atLeastOne("batch", batch);
        this.draws = atLeastOne("draws", draws);
        if (!(rate > 0 && Double.isFinite(rate))) {
            throw new IllegalArgumentException("the learning rate is " + rate + ", but must be positive");
        }
        this.rate = rate;
        this.seed = seed;
        this.cancelled = Objects.requireNonNull(cancelled, "cancelled is null");
        this.listener = Objects.requireNonNull(listener, "listener is null");
    }

    /** 10,000 steps of at most 256 rows with one draw each, at a rate of 0.02 that is lowered twice; seed 0. */
    public LocalReparameterization() {
        this(10_000, 256, 1, 0.02, 0, () -> false, progress -> {});
    }

    private static int atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be 1 or more");
        }
        return value;
    }

    /** With so many steps. */
    public LocalReparameterization steps(int value) {
        return new LocalReparameterization(value, batch, draws, rate, seed, cancelled, listener);
    }

    /** With so many rows of a step; all rows where there are fewer. */
    public LocalReparameterization batch(int value) {
        return new LocalReparameterization(steps, value, draws, rate, seed, cancelled, listener);
    }

    /** With so many draws of each row of a step. */
    public LocalReparameterization draws(int value) {
        return new LocalReparameterization(steps, batch, value, rate, seed, cancelled, listener);
    }

    /** With this learning rate at first. */
    public LocalReparameterization rate(double value) {
        return new LocalReparameterization(steps, batch, draws, value, seed, cancelled, listener);
    }

    /** With this seed of draws and minibatches. */
    public LocalReparameterization seed(long value) {
        return new LocalReparameterization(steps, batch, draws, rate, value, cancelled, listener);
    }

    /** Asked at each step; once it returns true, the fit ends where it is. */
    public LocalReparameterization cancelled(BooleanSupplier value) {
        return new LocalReparameterization(steps, batch, draws, rate, seed, value, listener);
    }

    /** Told of the fit's progress, with the ELBO of all rows. */
    public LocalReparameterization listener(Progress.Listener value) {
        return new LocalReparameterization(steps, batch, draws, rate, seed, cancelled, value);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the prior of the weights is a scale mixture, whose KL divergence has no closed form
     */
    @Override
    public FitResult fit(Device device, NetworkModel network) {
        Objects.requireNonNull(device, "device is null");
        long begun = System.nanoTime();
        Key key = new Key(seed);
        int rows = network.model().rows();
        int taken = Math.min(batch, rows);
        PointTraining.End end;
        try (RowsLogJoint bound = bound(network, key.fork("units"), draws).logJointWithWeights(device);
                LogJoint objective = bound.minibatches(taken, key.fork("minibatch"));
                PointTraining training = new PointTraining(device, objective, rows, rate)) {
            end = training.run(
                    bound.start(),
                    steps,
                    cancelled,
                    at -> listener.progress(new Progress(
                            at.step(),
                            at.maxSteps(),
                            at.elbo() * rows,
                            at.standardError() * rows,
                            (double) at.step() * draws / ((System.nanoTime() - begun) * 1e-9))));
        }
        int d = network.model().dimensions();
        double[] sds =
                Arrays.stream(end.weights(), d, 2 * d).map(StrictMath::exp).toArray();
        Gaussian q = Gaussian.independent(Arrays.copyOf(end.weights(), d), sds);
        FreshDraws found;
        try (LogJoint joint = network.model().logJoint(device)) {
            found = FreshDraws.of(device, joint, q, end.judged(), end.message(), key);
        }
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("steps", steps);
        told.put("batch", taken);
        told.put("draws", draws);
        told.put("learningRate", rate);
        return new FitResult(
                NAME,
                Family.meanField().label(),
                told,
                device.name(),
                device.arithmetic(),
                device.rng(),
                seed,
                end.steps(),
                found.status(),
                "",
                found.message(),
                found.elbo(),
                found.logEvidence(),
                found.assessment(),
                List.of(),
                new GaussianPosterior(network.model().coordinateNames(), q),
                end.trace().stream()
                        .map(at -> new TracePoint(at.step(), at.elbo() * rows, at.standardError() * rows))
                        .toList(),
                (System.nanoTime() - begun) * 1e-9,
                (long) end.steps() * draws,
                found.accounts(List.of()));
    }

    /**
     * The ELBO as a function of q's means [D] and then its log sds [D], each in the order of the network's coordinates; its normals are of
     * the step's number.
     */
    static Model bound(NetworkModel network, Key key, int draws) {
        if (network.prior().share() < 1) {
            throw new IllegalArgumentException(
                    "the prior of the weights is a scale mixture, from which KL(q ‖ p) has no"
                            + " closed form: local reparameterization needs a normal prior (or take stochastic ascent on draws of the"
                            + " weights, which needs none)");
        }
        return Model.define(m -> new Bound(m, network, key, draws).add());
    }

    /** Statements of the bound. */
    private static final class Bound {
        private final ModelBuilder m;
        private final NetworkModel network;
        private final Table rows;
        private final int n;
        private final Expr epsilon; // [N][S][all units]
        private final Map<String, Expr> means = new LinkedHashMap<>();
        private final Map<String, Expr> logSds = new LinkedHashMap<>();
        private int units; // whose normals are taken

        Bound(ModelBuilder m, NetworkModel network, Key key, int draws) {
            this.m = m;
            this.network = network;
            rows = network.rows(m);
            n = rows.rows();
            int all = network.perceptron().layers().stream()
                    .mapToInt(Perceptron.Layer::outputs)
                    .sum();
            epsilon = rows.normals("units", key, draws, all);
        }

        void add() {
            points("mean ", means);
            points("log sd ", logSds);
            network.start().forEach((name, from) -> m.startAt("mean " + name, from));
            logSds.forEach((name, logSd) -> {
                double[] from = new double[logSd.size()];
                Arrays.fill(from, StrictMath.log(BayesianNetwork.INITIAL_SD));
                m.startAt("log sd " + name, from);
            });
            m.factor("likelihood", logLikelihood(scores()).mean(1));
            means.forEach((name, mean) -> m.factor(
                    "divergence of " + name,
                    divergence(name, mean, Objects.requireNonNull(logSds.get(name)))
                            .negated()));
        }

        private void points(String of, Map<String, Expr> to) {
            for (Perceptron.Layer layer : network.perceptron().layers()) {
                to.put(layer.matrix(), m.weight(of + layer.matrix(), Flat.real(), layer.inputs(), layer.outputs()));
                to.put(layer.bias(), m.weight(of + layer.bias(), Flat.real(), layer.outputs()));
            }
            if (network.isOfNumbers()) {
                to.put(BayesianNetwork.NOISE, m.weight(of + BayesianNetwork.NOISE, Flat.real()));
            }
        }

        private Expr mean(String name, int... extents) {
            return Objects.requireNonNull(means.get(name)).times(network.prior().unit(extents));
        }

        private Expr variance(String name, int... extents) {
            double unit = network.prior().unit(extents);
            return Objects.requireNonNull(logSds.get(name)).times(2).exp().times(unit * unit);
        }

        /** [N][S][outputs] */
        private Expr scores() {
            return network.perceptron()
                    .through(
                            network.inputs(rows)
                                    .reshape(
                                            n,
                                            1,
                                            network.perceptron().layers().get(0).inputs()),
                            this::sums);
        }

        /** What a layer adds up of h [N][S or 1][inputs]. */
        private Expr sums(Perceptron.Layer layer, Expr h) {
            int[] matrix = {layer.inputs(), layer.outputs()};
            Expr mean = h.matmul(mean(layer.matrix(), matrix)).plus(mean(layer.bias(), layer.outputs()));
            Expr variance = h.square()
                    .matmul(variance(layer.matrix(), matrix))
                    .plus(variance(layer.bias(), layer.outputs()))
                    .plus(LEAST_VARIANCE);
            Expr normals = epsilon.slice(2, units, units + layer.outputs());
            units += layer.outputs();
            return mean.plus(variance.sqrt().times(normals));
        }

        /** By draw of scores [N][S][outputs]: [N][S]. */
        private Expr logLikelihood(Expr scores) {
            int[] extents = scores.extents();
            if (network.classes() > 2) {
                Expr chosen = network.indicators(rows).reshape(n, 1, network.classes());
                return scores.times(chosen).sum(2).minus(scores.logSumExp(2));
            }
            Expr f = scores.reshape(extents[0], extents[1]);
            Expr y = network.target(rows).reshape(n, 1);
            if (network.classes() == 2) {
                return f.times(y).minus(f.softplus());
            }
            Expr mean = Objects.requireNonNull(means.get(BayesianNetwork.NOISE));
            Expr variance = Objects.requireNonNull(logSds.get(BayesianNetwork.NOISE))
                    .times(2)
                    .exp();
            Expr precision = variance.minus(mean).times(2).exp(); // E[1/s²]
            return y.minus(f).square().times(precision).times(-0.5).minus(mean).minus(HALF_LOG_TWO_PI);
        }

        /** KL(N(mean, sd²) ‖ prior) by element; the prior is N(0, 1) of weights and N(0, 2²) of log s. */
        private static Expr divergence(String name, Expr mean, Expr logSd) {
            double prior = name.equals(BayesianNetwork.NOISE) ? NetworkModel.LOG_NOISE_SD : 1;
            return mean.square()
                    .plus(logSd.times(2).exp())
                    .times(0.5 / (prior * prior))
                    .minus(logSd)
                    .plus(StrictMath.log(prior) - 0.5);
        }
    }
}

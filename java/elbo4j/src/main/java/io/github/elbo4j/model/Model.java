package io.github.elbo4j.model;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.distribution.Distribution;
import io.github.elbo4j.distribution.Latent;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Joint;
import io.github.elbo4j.expr.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A model in a few lines: parameters with their priors, what is observed, and what to report. Its log-joint is the sum of the
 * priors' log-densities, those of the maps from the real line to constrained parameters (log |Jacobian|), the observations' and
 * the factors.
 *
 * <pre>{@code
 * Model schools = Model.define(m -> {
 *     Expr mu = m.parameter("mu", Normal.of(0, 5));
 *     Expr tau = m.parameter("tau", HalfCauchy.of(5));
 *     Expr theta = m.parameter("theta", Normal.of(mu, tau).nonCentered(), 8);
 *     m.observe(y, Normal.of(theta, sigma));
 * });
 * }</pre>
 */
public final class Model {
    /** Values up to which the probability of each is predicted. */
    private static final int MOST_PROBABILITIES = 256;

    private final Parameters parameters;
    private final Map<String, Latent> latents;
    private final Set<String> weights; // those of the latents that are points
    private final Map<String, Quantity> quantities;
    private final Map<String, Observed> observed;
    private final List<Expr> evidence; // observations and factors
    private final @Nullable Integer observations;

    /** What a model observes: data, and the distribution that they are from. */
    record Observed(Expr y, Distribution distribution) {}

    Model(
            Parameters parameters,
            Map<String, Latent> latents,
            Set<String> weights,
            Map<String, Quantity> quantities,
            Map<String, Observed> observed,
            List<Expr> evidence,
            @Nullable Integer observations) {
        this.parameters = parameters;
        this.latents = new LinkedHashMap<>(latents);
        this.weights = Set.copyOf(weights);
        this.quantities = new LinkedHashMap<>(quantities);
        this.observed = new LinkedHashMap<>(observed);
        this.evidence = List.copyOf(evidence);
        this.observations = observations;
    }

    /**
     * The model that these statements describe.
     *
     * @throws IllegalArgumentException if it has no parameters, or one that nothing but its own prior depends on though there are
     *     observations; what a statement refuses stands with {@link ModelBuilder}
     */
    public static Model define(Consumer<ModelBuilder> statements) {
        ModelBuilder builder = new ModelBuilder();
        statements.accept(builder);
        return builder.build();
    }

    /** D, of the unconstrained coordinates. */
    public int dimensions() {
        return parameters.dimensions();
    }

    /** What parameters and reports are called, in the order in which they were made. */
    public List<String> names() {
        return List.copyOf(quantities.keySet());
    }

    /**
     * What the elements of a parameter or report are called: {@code theta[3]}, counted from 1, {@code alpha[AITKIN]} by a
     * level of a table.
     */
    public List<String> elementNames(String name) {
        return quantity(name).elementNames();
    }

    /** A parameter or report as an expression of the coordinates z. */
    public Expr value(String name) {
        return quantity(name).value();
    }

    private Quantity quantity(String name) {
        Quantity quantity = quantities.get(name);
        if (quantity == null) {
            throw new IllegalArgumentException("the model has no parameter or report " + name + "; it has "
                    + String.join(", ", quantities.keySet()));
        }
        return quantity;
    }

    /**
     * The log-joint on a device, over the coordinates z on the whole real line; the data are copied there.
     *
     * @return to be closed; if the model has taken the rows of a table, minibatches may be taken from it
     * @throws IllegalArgumentException if the model has weights, which have no distribution
     */
    public RowsLogJoint logJoint(Device device) {
        if (hasWeights()) {
            throw new IllegalArgumentException("the model has weights ("
                    + String.join(", ", weights.stream().sorted().toList())
                    + "), which are points without a prior: fit it by expectation-maximization (VariationalEm; --method em), or"
                    + " give them priors as parameters");
        }
        return logJointWithWeights(device);
    }

    /**
     * log p_theta(x, z) as a function of the coordinates of the parameters z, and of those of the weights theta among them.
     *
     * @return to be closed
     */
    public RowsLogJoint logJointWithWeights(Device device) {
        return new ModelLogJoint(device, this, joint());
    }

    /** Whether a parameter or report is a weight or a function of weights alone, so that it is a point. */
    public boolean isOfWeights(String name) {
        Set<Expr> points = Collections.newSetFromMap(new IdentityHashMap<>());
        weights.forEach(
                weight -> points.add(Objects.requireNonNull(latents.get(weight)).coordinates()));
        return !weights.isEmpty() && points.containsAll(value(name).parameters());
    }

    /** Whether it has weights. */
    public boolean hasWeights() {
        return !weights.isEmpty();
    }

    /** Which of the coordinates are those of weights. */
    public boolean[] weightCoordinates() {
        boolean[] are = new boolean[dimensions()];
        weights.forEach(name -> {
            Latent latent = Objects.requireNonNull(latents.get(name));
            Arrays.fill(
                    are, latent.offset(), latent.offset() + latent.coordinates().size(), true);
        });
        return are;
    }

    /**
     * log p(x, theta) as a density of the parameters on the user's scale, without the Jacobians of the maps from the coordinates:
     * what is largest at the maximum a posteriori, whatever the coordinates. It is a function of the coordinates all the same.
     *
     * @return to be closed
     */
    public RowsLogJoint logJointOfValues(Device device) {
        return new ModelLogJoint(device, this, joint(Latent::logPrior));
    }

    /**
     * log p(x | theta), the observations and factors without the priors, as a function of the coordinates.
     *
     * @return to be closed
     * @throws IllegalArgumentException if the model observes nothing
     */
    public RowsLogJoint logLikelihood(Device device) {
        if (evidence.isEmpty()) {
            throw new IllegalArgumentException("the model observes nothing, so it has no likelihood");
        }
        return new ModelLogJoint(device, this, new Joint(parameters, evidence));
    }

    /**
     * log p(y_i | theta) of each value that it observes by itself.
     *
     * @throws IllegalArgumentException if the model observes nothing
     */
    public PointwiseLogLikelihood pointwise() {
        return new PointwiseLogLikelihood(this, observed);
    }

    /**
     * Draws of the coordinates z from the priors, on a device.
     *
     * @return to be closed
     * @throws IllegalArgumentException if a prior is improper
     */
    public PriorDraws priorDraws(Device device) {
        return new PriorDraws(device, this);
    }

    /** The same parameters and reports with nothing observed: its log-joint is the log-density of the priors. */
    public Model prior() {
        return new Model(parameters, latents, weights, quantities, Map.of(), List.of(), null);
    }

    /**
     * The same parameters, in the same coordinates, with a prior that makes all values of each alike, and nothing observed.
     *
     * @throws IllegalArgumentException if the values of a parameter are neither those of an interval nor vectors with the sum 1; the
     *     message names it
     */
    public Model uniform() {
        return define(m -> latents.forEach((name, latent) -> {
            Distribution uniform = latent.uniform();
            if (uniform == null) {
                throw new IllegalArgumentException("the values of " + name + " are " + latent.support()
                        + ", which have no finite volume to draw from uniformly; that takes an interval, as of Uniform"
                        + " or Beta, or vectors with the sum 1, as of Dirichlet");
            }
            m.parameter(name, uniform, latent.plates());
        }));
    }

    Map<String, Latent> latents() {
        return latents;
    }

    Joint joint() {
        return joint(Latent::logDensity);
    }

    private Joint joint(Function<Latent, Expr> prior) {
        List<Expr> terms = new ArrayList<>();
        latents.forEach((name, latent) -> {
            if (!weights.contains(name)) {
                terms.add(prior.apply(latent));
            }
        });
        terms.addAll(evidence);
        return new Joint(parameters, terms);
    }

    /** Parameters and reports, on the user's scale. */
    List<Quantity> quantities() {
        return List.copyOf(quantities.values());
    }

    /** Those of them that are not coordinates as they are. */
    Quantities derived() {
        List<Quantity> derived = quantities.values().stream()
                .filter(each -> !each.value().isParameter())
                .toList();
        List<String> names =
                derived.stream().flatMap(each -> each.elementNames().stream()).toList();
        return new Quantities(
                names,
                z -> derived.stream()
                        .flatMapToDouble(each -> DoubleStream.of(each.value().value(z)))
                        .toArray(),
                hidden());
    }

    /** Coordinates that are no parameter as they are: log tau of a positive tau. */
    private Set<Integer> hidden() {
        Set<Integer> hidden = IntStream.range(0, dimensions()).boxed().collect(Collectors.toSet());
        double[] places = IntStream.range(0, dimensions()).asDoubleStream().toArray();
        quantities.values().stream()
                .filter(each -> each.value().isParameter())
                .flatMapToDouble(each -> DoubleStream.of(each.value().value(places)))
                .forEach(place -> hidden.remove((int) place));
        return hidden;
    }

    /** N, the rows of the table that it has taken; 0 if it has taken none, and minibatches cannot be drawn. */
    public int rows() {
        return observations == null ? 0 : observations;
    }

    /** What the D coordinates are called, in which it is fitted: {@code log tau} of a positive tau. */
    public List<String> coordinateNames() {
        List<String> names = new ArrayList<>();
        latents.forEach((name, latent) -> {
            Quantity quantity = quantities.get(name);
            Expr coordinates = latent.coordinates();
            boolean sameElements =
                    Arrays.equals(coordinates.extents(), latent.value().extents());
            String stem = latent.coordinateName(name);
            names.addAll(new Quantity(stem, coordinates, sameElements && quantity != null ? quantity.axes() : List.of())
                    .elementNames());
        });
        return names;
    }

    /** The coordinates of the prior's centre, [D]: where a fit starts. */
    double[] start() {
        double[] z = new double[dimensions()];
        latents.values().forEach(latent -> latent.centre(z));
        return z;
    }

    /**
     * Draws of the parameters from their priors, and of what is observed from its distribution given them; factors have no
     * part in it. In float64 on the host. A draw of a quantity is a function of the seed, the quantity's name and the
     * number of the draw alone: it stays what it is when more draws are taken, or other things observed.
     *
     * @param draws at least 1
     */
    public PriorPredictive priorPredictive(long seed, int draws) {
        if (draws < 1) {
            throw new IllegalArgumentException("draws is " + draws + ", but must be at least 1");
        }
        double[][] coordinates = new double[draws][];
        Map<String, double[][]> values = new LinkedHashMap<>();
        quantities.keySet().forEach(name -> values.put(name, new double[draws][]));
        Map<String, double[][]> data = new LinkedHashMap<>();
        observed.keySet().forEach(name -> data.put(name, new double[draws][]));
        Key key = new Key(seed).fork("prior predictive");
        for (int draw = 0; draw < draws; draw++) {
            int s = draw;
            double[] z = new double[dimensions()];
            coordinates[s] = z;
            latents.forEach((name, latent) -> latent.draw(z, words(key, "parameter " + name, s)));
            quantities.forEach((name, quantity) -> Objects.requireNonNull(values.get(name))[s] =
                    quantity.value().value(z));
            observed.forEach((name, from) -> Objects.requireNonNull(data.get(name))[s] =
                    from.distribution().draw(from.y().extents(), words(key, "observed " + name, s), z));
        }
        return new PriorPredictive(coordinates, values, data);
    }

    /**
     * What the model predicts of what it observes, given draws of its coordinates from a posterior (of these or of other data):
     * for each draw a random value and the log-density of the value that stands in the model, in float64 on the host by
     * all processors. A random value is a function of the seed, the name and the number of the draw.
     *
     * @param z [S][D], S from 1
     */
    public Map<String, Predictive> predictive(double[][] z, long seed) {
        Key key = new Key(seed).fork("posterior predictive");
        Map<String, Predictive> predictive = new LinkedHashMap<>();
        observed.forEach((name, from) -> predictive.put(name, predictive(name, from, z, key)));
        return predictive;
    }

    private static Predictive predictive(String name, Observed from, double[][] z, Key key) {
        Expr y = from.y();
        Distribution distribution = from.distribution();
        double[][] values = new double[z.length][];
        double[][] logDensities = new double[z.length][];
        Expr logDensity = distribution.logDensity(y);
        IntStream.range(0, z.length).parallel().forEach(s -> {
            values[s] = distribution.draw(y.extents(), words(key, "observed " + name, s), z[s]);
            logDensities[s] = logDensity.value(z[s]);
        });
        int count = distribution.support().values();
        double[][] probabilities = new double[count <= MOST_PROBABILITIES ? count : 0][y.size()];
        for (int k = 0; k < probabilities.length; k++) {
            double[] value = new double[y.size()];
            Arrays.fill(value, k);
            Expr logProbability = distribution.logDensity(Expr.data(name, value).reshape(y.extents()));
            double[][] each =
                    Arrays.stream(z).parallel().map(logProbability::value).toArray(double[][]::new);
            for (int i = 0; i < value.length; i++) {
                for (double[] draw : each) {
                    probabilities[k][i] += StrictMath.exp(draw[i]) / z.length;
                }
            }
        }
        return new Predictive(y.value(), values, logDensities, probabilities);
    }

    private static SplittableRandom words(Key key, String of, int draw) {
        return new SplittableRandom(key.fork(of).fork("draw " + draw).seed());
    }
}

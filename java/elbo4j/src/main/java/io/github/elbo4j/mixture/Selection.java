package io.github.elbo4j.mixture;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.infer.Assessment;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.mixture.Ascent.Run;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A number of components: lets its starts rise, and makes a fit of the best. */
final class Selection {
    private final GaussianMixtures.Builder settings;
    private final Waves waves;
    private final MixtureData data;
    private final int components;

    Selection(GaussianMixtures.Builder settings, Waves waves, int components) {
        this.settings = settings;
        this.waves = waves;
        this.data = waves.data();
        this.components = components;
    }

    /** @param rows the covariance of the standardized rows */
    MixtureFit fit(double[][] rows, Starts starts, Key key) {
        long begun = System.nanoTime();
        WeakPrior prior = settings.penalty ? WeakPrior.of(settings.covariances, rows, components) : null;
        List<Run> runs = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (int r = 0; r < (components == 1 ? 1 : settings.restarts); r++) {
            Statistics start = starts.of(components, key.fork("start " + components + " " + r));
            try {
                runs.add(new Run(r, begin(prior, start)));
            } catch (Ascent.Collapse e) {
                failures.add(e.getMessage());
            }
        }
        Ascent ascent = new Ascent(
                waves,
                settings.covariances,
                settings.tolerance,
                settings.mostSweeps,
                settings.cancelled,
                settings.listener);
        boolean stopped = !runs.isEmpty() && ascent.rise(runs, components);
        runs.stream().filter(run -> run.failure != null).forEach(run -> failures.add(run.failure));
        Run best = runs.stream()
                .filter(run -> run.failure == null)
                .max(Comparator.comparingDouble(run -> run.objective))
                .orElseThrow(() -> collapsed(failures.get(0)));
        return of(best, runs, stopped, (System.nanoTime() - begun) / 1e9);
    }

    private Ascent.State begin(@Nullable WeakPrior prior, Statistics start) {
        return settings.cavi && prior != null
                ? new CaviState(prior, concentration(), start)
                : new EmState(prior, start);
    }

    private double concentration() {
        return Double.isNaN(settings.concentration) ? 1.0 / components : settings.concentration;
    }

    private IllegalArgumentException collapsed(String first) {
        return new IllegalArgumentException("with " + components + " components no start settles: " + first + ". "
                + (settings.penalty
                        ? "Take fewer components, or diagonal covariances, or leave out columns that follow from others"
                        : "There the likelihood has no bound. Keep the penalty, take fewer components, or diagonal"
                                + " covariances"));
    }

    private MixtureFit of(Run best, List<Run> runs, boolean stopped, double seconds) {
        Ascent.State state = best.seen;
        Integer[] order = IntStream.range(0, components)
                .boxed()
                .sorted(Comparator.comparingDouble(k -> -state.weights()[k]))
                .toArray(Integer[]::new);
        GaussianMixture mixture = original(state, order);
        double shift = data.shift();
        double logLikelihood = best.logDensity + shift;
        int dims = data.dimensions();
        long parameters = components - 1L + components * (dims + settings.covariances.parameters(dims));
        double bic = -2 * logLikelihood + parameters * StrictMath.log((double) data.rows());
        double objective = best.objective + shift;
        MixtureFit.Scores scores = settings.cavi
                ? new MixtureFit.Scores(Double.NaN, objective, Double.NaN, Double.NaN)
                : new MixtureFit.Scores(logLikelihood, objective, bic, bic + 2 * best.doubt);
        Status status = best.converged ? Status.CONVERGED : stopped ? Status.INTERRUPTED : Status.STEP_LIMIT;
        Assessment assessment = new Judgement(data, settings, state, order, best, runs, status).assessment();
        List<TracePoint> trace = IntStream.range(0, best.trace.size())
                .mapToObj(i -> new TracePoint(i + 1, best.trace.get(i) + shift, 0))
                .toList();
        Estimate unknown = new Estimate(Double.NaN, Double.NaN, 0);
        FitResult result = new FitResult(
                settings.cavi ? "cavi" : "em",
                "",
                used(),
                waves.device().name(),
                waves.device().arithmetic(),
                waves.device().rng(),
                settings.seed,
                best.trace.size(),
                status,
                "restart " + (best.number + 1) + " of " + (components == 1 ? 1 : settings.restarts) + ", by k-means++",
                message(best, status),
                settings.cavi ? Estimate.exact(objective) : unknown,
                unknown,
                assessment,
                List.of(),
                state instanceof CaviState cavi ? posterior(cavi, order) : mixture.parameters(settings.covariances),
                trace,
                seconds,
                0,
                List.of());
        List<Double> restarts = runs.stream()
                .map(run -> run.failure == null ? run.objective + shift : Double.NaN)
                .toList();
        return new MixtureFit(mixture, settings.covariances, result, scores, restarts, ordered(state, order));
    }

    private Map<String, Object> used() {
        Map<String, Object> used = new LinkedHashMap<>();
        used.put("components", components);
        used.put("covariance", settings.covariances.name().toLowerCase(Locale.ROOT));
        used.put("restarts", settings.restarts);
        if (settings.cavi) {
            used.put("concentration", concentration());
        } else {
            used.put("penalty", settings.penalty);
        }
        used.put("tolerance", settings.tolerance);
        used.put("maxSweeps", settings.mostSweeps);
        return used;
    }

    private String message(Run best, Status status) {
        return switch (status) {
            case CONVERGED ->
                String.format(Locale.ROOT, "less than %.3g nats of all rows were left to gain", settings.tolerance);
            case INTERRUPTED -> "it was asked to stop";
            default ->
                String.format(Locale.ROOT, "the cap of %d sweeps; the last gained %.3g", best.trace.size(), gain(best));
        };
    }

    /** Of the last step. */
    static double gain(Run run) {
        int n = run.trace.size();
        return n < 2 ? Double.POSITIVE_INFINITY : run.trace.get(n - 1) - run.trace.get(n - 2);
    }

    private GaussianMixture original(Ascent.State state, Integer[] order) {
        double[] centre = data.centre();
        double[] scale = data.scale();
        double[] weights = new double[components];
        double[][] means = new double[components][centre.length];
        double[][][] covariances = new double[components][][];
        for (int k = 0; k < components; k++) {
            weights[k] = state.weights()[order[k]];
            double[] mean = state.components().mean()[order[k]];
            double[][] covariance = state.covariance(order[k]);
            for (int i = 0; i < centre.length; i++) {
                means[k][i] = centre[i] + scale[i] * mean[i];
                for (int j = 0; j < centre.length; j++) {
                    covariance[i][j] *= scale[i] * scale[j];
                }
            }
            covariances[k] = covariance;
        }
        return new GaussianMixture(data.columns(), weights, means, covariances);
    }

    /** On the scale of the rows. */
    private MixturePosterior posterior(CaviState state, Integer[] order) {
        double[] centre = data.centre();
        double[] unit = data.scale();
        double[] concentration = new double[components];
        List<NormalInverseWishart> own = new ArrayList<>();
        for (int k = 0; k < components; k++) {
            int at = order[k];
            concentration[k] = state.alpha(at);
            double[] location = state.components().mean()[at].clone();
            double[][] scale = state.scale(at);
            for (int i = 0; i < centre.length; i++) {
                location[i] = centre[i] + unit[i] * location[i];
                for (int j = 0; j < centre.length; j++) {
                    scale[i][j] *= unit[i] * unit[j];
                }
            }
            own.add(new NormalInverseWishart(settings.covariances, location, state.beta(at), state.degrees(at), scale));
        }
        return new MixturePosterior(data.columns(), settings.covariances, concentration, own);
    }

    private static Components ordered(Ascent.State state, Integer[] order) {
        Components of = state.components();
        double[] offset = new double[order.length];
        double[][] mean = new double[order.length][];
        float[][] factor = new float[order.length][];
        for (int k = 0; k < order.length; k++) {
            offset[k] = of.offset()[order[k]];
            mean[k] = of.mean()[order[k]];
            factor[k] = of.factor()[order[k]];
        }
        return new Components(offset, mean, factor);
    }
}

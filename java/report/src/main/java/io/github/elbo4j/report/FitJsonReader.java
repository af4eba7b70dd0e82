package io.github.elbo4j.report;

import io.github.elbo4j.conjugate.NoisePrecision;
import io.github.elbo4j.conjugate.RegressionPosterior;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.Account;
import io.github.elbo4j.infer.Assessment;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.Convergence;
import io.github.elbo4j.infer.Entrant;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.HamiltonianCheck;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Mode;
import io.github.elbo4j.infer.NormalMixture;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.infer.Trail;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.infer.WeightedDraws;
import io.github.elbo4j.report.words.Words;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Makes a fit of what {@link FitJsonWriter} wrote. */
final class FitJsonReader {
    private final JsonTree file;

    FitJsonReader(JsonTree file) {
        this.file = file;
    }

    SavedFit saved() throws FitFileException {
        boolean isFit = file.has("model")
                && (file.has(FitJson.PARAMETERS) || file.has(FitJson.MIXTURE) || NetworksJson.isModel(file));
        if (!isFit && !(file.has("model") && file.has("format"))) {
            throw file.wrong("it is JSON, but not a fit.json of elbo4j");
        }
        if (!file.has("format")) {
            throw file.wrong("an older version of elbo4j wrote it, which did not write all that a fit is");
        }
        long format = file.get("format").whole();
        if (format != FitJson.FORMAT) {
            throw file.get("format")
                    .wrong("it is " + format + ", but this version of elbo4j reads format " + FitJson.FORMAT
                            + (format > FitJson.FORMAT ? "; a later one wrote the file" : ""));
        }
        if (!isFit) {
            throw file.wrong("it is JSON, but not a fit.json of elbo4j");
        }
        if (file.has(FitJson.MIXTURE)) {
            return new MixtureJsonReader(file).saved();
        }
        if (NetworksJson.isModel(file)) {
            return new NetworksJsonReader(file, this).saved();
        }
        return new SavedFit(
                result(posterior(), trace()),
                file.get("model").string(),
                file.has(FitJson.ARGUMENTS) ? file.get(FitJson.ARGUMENTS).strings() : List.of(),
                file.get("options").values(),
                file.get("data").isNull() ? null : DataSourceJson.read(file.get("data")),
                file.has(FitJson.COORDINATES) ? marginals(FitJson.PARAMETERS) : List.of(),
                file.has("prior") ? marginals("prior") : List.of());
    }

    List<Marginal> marginals(String name) throws FitFileException {
        List<Marginal> marginals = new ArrayList<>();
        for (JsonTree marginal : file.get(name).items()) {
            List<Double> quantiles = new ArrayList<>();
            for (double probability : Marginal.PROBABILITIES) {
                String quantile = FitJson.quantile(probability);
                quantiles.add(marginal.has(quantile) ? marginal.numberOrNone(quantile) : Double.NaN);
            }
            marginals.add(new Marginal(
                    marginal.get("name").string(),
                    marginal.numberOrNone("mean"),
                    marginal.has("meanError") ? marginal.numberOrNone("meanError") : 0,
                    marginal.numberOrNone("sd"),
                    quantiles,
                    !marginal.has(FitJson.EITHER_SIGN)));
        }
        return marginals;
    }

    FitResult result(Posterior posterior, List<TracePoint> trace) throws FitFileException {
        return new FitResult(
                file.get("method").string(),
                file.get("family").string(),
                file.get("settings").values(),
                file.get("device").string(),
                file.get("arithmetic").oneOf(names(Arithmetic.values(), a -> Words.name(a, '-'))),
                file.get("rng").oneOf(names(Rng.values(), r -> Words.name(r, '-'))),
                file.get("seed").whole(),
                file.get("steps").count(),
                status(),
                file.get("start").string(),
                file.get("message").string(),
                estimate(file.get("elbo")),
                estimate(file.get("logEvidence")),
                assessment(),
                modes(),
                posterior,
                trace,
                file.get("seconds").number(),
                file.get("draws").whole(),
                file.has(FitJson.ACCOUNTS) ? accounts(posterior) : List.of(),
                file.has(FitJson.TRAIL) ? trail() : Trail.NONE,
                file.has(FitJson.ENTRANTS) ? entrants() : List.of());
    }

    private List<Entrant> entrants() throws FitFileException {
        List<Entrant> entrants = new ArrayList<>();
        for (JsonTree entrant : file.get(FitJson.ENTRANTS).items()) {
            entrants.add(new Entrant(
                    entrant.get("family").string(),
                    entrant.numberOrNone("learningRate"),
                    entrant.get("start").count(),
                    entrant.get("steps").count(),
                    estimate(entrant.get("elbo")),
                    estimate(entrant.get("difference")),
                    entrant.get("ending").string()));
        }
        return entrants;
    }

    private Trail trail() throws FitFileException {
        List<Trail.State> states = new ArrayList<>();
        for (JsonTree state : file.get(FitJson.TRAIL).items()) {
            states.add(new Trail.State(
                    state.get("step").count(), state.get("sha256").string()));
        }
        return new Trail(file.get(FitJson.TRAIL_VERSION).count(), states);
    }

    /** @param reported what the first of them is of */
    private List<Account> accounts(Posterior reported) throws FitFileException {
        List<Account> accounts = new ArrayList<>();
        for (JsonTree account : file.get(FitJson.ACCOUNTS).items()) {
            List<JsonTree> numbers = account.get(
                            account.has(FitJson.COORDINATES) ? FitJson.COORDINATES : FitJson.PARAMETERS)
                    .items();
            if (numbers.size() != reported.dimensions()) {
                throw account.wrong("it has " + numbers.size() + " parameters, but the fit " + reported.dimensions());
            }
            if (account.get("name").string().equals(WeightedDraws.NAME)) {
                accounts.add(Account.ofWeighted(entries(numbers)));
                continue;
            }
            if (account.get("name").string().equals(HamiltonianCheck.NAME)) {
                accounts.add(Account.ofChains(entries(numbers)));
                continue;
            }
            double[] mean = new double[numbers.size()];
            double[] sd = new double[mean.length];
            double[] meanError = new double[mean.length];
            double[] sdError = new double[mean.length];
            for (int i = 0; i < mean.length; i++) {
                mean[i] = numbers.get(i).get("mean").number();
                sd[i] = numbers.get(i).get("sd").number();
                meanError[i] = numbers.get(i).numberOrNone("meanError");
                sdError[i] = numbers.get(i).numberOrNone("sdError");
            }
            Posterior posterior = accounts.isEmpty()
                    ? reported
                    : new GaussianPosterior(
                            reported.names(),
                            account.has(FitJson.COVARIANCE)
                                    ? new Gaussian(mean, matrix(account.get(FitJson.COVARIANCE)))
                                    : Gaussian.independent(mean, sd));
            accounts.add(new Account(account.get("name").string(), posterior, meanError, sdError));
        }
        return accounts;
    }

    private static List<Account.Entry> entries(List<JsonTree> numbers) throws FitFileException {
        List<Account.Entry> entries = new ArrayList<>();
        for (JsonTree number : numbers) {
            List<Double> quantiles = new ArrayList<>();
            List<Double> errors = new ArrayList<>();
            for (double probability : Marginal.PROBABILITIES) {
                quantiles.add(number.numberOrNone(FitJson.quantile(probability)));
                errors.add(number.numberOrNone(FitJson.quantile(probability) + FitJson.ERROR));
            }
            entries.add(new Account.Entry(
                    number.get("name").string(),
                    number.numberOrNone("mean"),
                    number.numberOrNone("meanError"),
                    number.numberOrNone("sd"),
                    number.numberOrNone("sdError"),
                    quantiles,
                    errors,
                    number.has(FitJson.R_HAT)
                            ? new Convergence(
                                    number.numberOrNone(FitJson.R_HAT),
                                    number.numberOrNone(FitJson.BULK_ESS),
                                    number.numberOrNone(FitJson.TAIL_ESS))
                            : null));
        }
        return entries;
    }

    private Assessment assessment() throws FitFileException {
        return new Assessment(
                verdict(),
                file.numberOrNone("kHat"),
                file.numberOrNone("efficiency"),
                file.get("weights").count(),
                concerns(file));
    }

    Status status() throws FitFileException {
        return file.get("status").oneOf(names(Status.values(), s -> Words.name(s, ' ')));
    }

    Verdict verdict() throws FitFileException {
        return file.get("verdict").oneOf(names(Verdict.values(), Verdict::words));
    }

    static List<Concern> concerns(JsonTree file) throws FitFileException {
        List<Concern> concerns = new ArrayList<>();
        for (JsonTree concern : file.get("concerns").items()) {
            concerns.add(new Concern(
                    concern.get("kind").oneOf(names(Concern.Kind.values(), k -> Words.name(k, ' '))),
                    concern.get("verdict").oneOf(names(Verdict.values(), Verdict::words)),
                    concern.has("parameter") ? concern.get("parameter").string() : null,
                    concern.get("words").string()));
        }
        return concerns;
    }

    private List<Mode> modes() throws FitFileException {
        List<Mode> modes = new ArrayList<>();
        for (JsonTree mode : file.get("modes").items()) {
            modes.add(new Mode(mode.get("at").numbers(), mode.get("sd").numbers(), estimate(mode.get("logEvidence"))));
        }
        return modes;
    }

    private Posterior posterior() throws FitFileException {
        List<JsonTree> parameters = file.get(file.has(FitJson.COORDINATES) ? FitJson.COORDINATES : FitJson.PARAMETERS)
                .items();
        List<String> names = new ArrayList<>();
        double[] mean = new double[parameters.size()];
        double[] sd = new double[parameters.size()];
        for (int i = 0; i < mean.length; i++) {
            names.add(parameters.get(i).get("name").string());
            mean[i] = parameters.get(i).get("mean").number();
            sd[i] = parameters.get(i).get("sd").number();
            if (sd[i] < 0) {
                throw parameters.get(i).get("sd").wrong("it is " + sd[i] + ", but must be 0 or more");
            }
        }
        JsonTree kind = file.get("posterior");
        if (kind.string().equals(FitJson.INDEPENDENT)) {
            return new GaussianPosterior(names, Gaussian.independent(mean, sd));
        }
        if (file.has(FitJson.REGRESSION)) {
            return regression(names, mean, file.get(FitJson.REGRESSION));
        }
        if (file.has(FitJson.NORMAL_MIXTURE)) {
            return mixture(names, file.get(FitJson.NORMAL_MIXTURE));
        }
        if (!kind.string().equals(FitJson.GAUSSIAN) && !kind.string().equals(FitJson.NORMAL_MIXTURE)) {
            throw kind.wrong("it is a " + kind.string() + ", which the file does not hold whole");
        }
        JsonTree covariance = file.get(FitJson.COVARIANCE);
        if (covariance.isNull() || kind.string().equals(FitJson.NORMAL_MIXTURE)) {
            throw covariance.wrong(
                    "it was left out, and without it only the margins of the posterior are known. Write it"
                            + " with --covariance (in a program: Report.covariance(true))");
        }
        try {
            return new GaussianPosterior(names, new Gaussian(mean, matrix(covariance)));
        } catch (IllegalArgumentException e) {
            throw covariance.wrong(String.valueOf(e.getMessage()));
        }
    }

    static double[][] matrix(JsonTree covariance) throws FitFileException {
        List<JsonTree> rows = covariance.items();
        double[][] matrix = new double[rows.size()][];
        for (int i = 0; i < matrix.length; i++) {
            matrix[i] = rows.get(i).numbers();
        }
        return matrix;
    }

    private static RegressionPosterior regression(List<String> names, double[] mean, JsonTree regression)
            throws FitFileException {
        try {
            return new RegressionPosterior(
                    names,
                    new Gaussian(Arrays.copyOf(mean, mean.length - 1), matrix(regression.get("covariance"))),
                    regression.get("inUnitsOfNoise").truth(),
                    new NoisePrecision(
                            regression.get("shape").number(),
                            regression.get("rate").number()));
        } catch (IllegalArgumentException e) {
            throw regression.wrong(String.valueOf(e.getMessage()));
        }
    }

    private static NormalMixture mixture(List<String> names, JsonTree mixture) throws FitFileException {
        List<JsonTree> items = mixture.items();
        double[] weights = new double[items.size()];
        List<Gaussian> components = new ArrayList<>();
        try {
            for (int k = 0; k < weights.length; k++) {
                weights[k] = items.get(k).get("weight").number();
                components.add(new Gaussian(
                        items.get(k).get("mean").numbers(), matrix(items.get(k).get(FitJson.COVARIANCE))));
            }
            return new NormalMixture(names, weights, components);
        } catch (IllegalArgumentException e) {
            throw mixture.wrong(String.valueOf(e.getMessage()));
        }
    }

    private List<TracePoint> trace() throws FitFileException {
        List<TracePoint> trace = new ArrayList<>();
        for (JsonTree point : file.get("trace").items()) {
            trace.add(new TracePoint(
                    point.get("step").count(), point.numberOrNone("elbo"), point.numberOrNone("standardError")));
        }
        return trace;
    }

    static Estimate estimate(JsonTree estimate) throws FitFileException {
        return new Estimate(
                estimate.numberOrNone("value"),
                estimate.numberOrNone("standardError"),
                estimate.get("draws").whole());
    }

    static <E> Map<String, E> names(E[] values, Function<E, String> name) {
        Map<String, E> names = new LinkedHashMap<>();
        for (E value : values) {
            names.put(name.apply(value), value);
        }
        return names;
    }
}

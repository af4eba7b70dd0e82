package io.github.elbo4j.report;

import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.infer.Assessment;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.mixture.Covariances;
import io.github.elbo4j.mixture.GaussianMixture;
import io.github.elbo4j.mixture.MixtureDensity;
import io.github.elbo4j.mixture.MixturePosterior;
import io.github.elbo4j.report.words.Words;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Makes a fit of what {@link MixtureJson} wrote. */
final class MixtureJsonReader {
    private final JsonTree file;
    private final List<String> columns;

    MixtureJsonReader(JsonTree file) throws FitFileException {
        this.file = file;
        this.columns = file.get("columns").strings();
    }

    SavedFit saved() throws FitFileException {
        List<JsonTree> components = file.get(FitJson.MIXTURE).items();
        GaussianMixture mixture = mixture(components);
        JsonTree covariance = file.get("settings").get("covariance");
        Map<String, Covariances> kinds =
                FitJsonReader.names(Covariances.values(), each -> each.name().toLowerCase(Locale.ROOT));
        Covariances covariances = covariance.oneOf(kinds);
        boolean isPosterior = !components.isEmpty() && components.get(0).has("scale");
        Posterior posterior;
        MixtureDensity density;
        if (isPosterior) {
            MixturePosterior of = posterior(components, covariances);
            posterior = of;
            density = of.predictive();
        } else {
            posterior = mixture.parameters(covariances);
            density = mixture;
        }
        return SavedFit.of(result(posterior, isPosterior), file.has("data") ? data(file.get("data")) : null, density);
    }

    private GaussianMixture mixture(List<JsonTree> components) throws FitFileException {
        double[][][] covariances = new double[components.size()][][];
        for (int k = 0; k < covariances.length; k++) {
            covariances[k] = FitJsonReader.matrix(components.get(k).get("covariance"));
        }
        try {
            return new GaussianMixture(columns, numbers(components, "weight"), means(components), covariances);
        } catch (IllegalArgumentException e) {
            throw file.get(FitJson.MIXTURE).wrong(String.valueOf(e.getMessage()));
        }
    }

    private MixturePosterior posterior(List<JsonTree> components, Covariances covariances) throws FitFileException {
        double[][][] scales = new double[components.size()][][];
        for (int k = 0; k < scales.length; k++) {
            scales[k] = FitJsonReader.matrix(components.get(k).get("scale"));
        }
        try {
            return MixturePosterior.of(
                    columns,
                    covariances,
                    numbers(components, "concentration"),
                    means(components),
                    numbers(components, "rows"),
                    numbers(components, "degrees"),
                    scales);
        } catch (IllegalArgumentException e) {
            throw file.get(FitJson.MIXTURE).wrong(String.valueOf(e.getMessage()));
        }
    }

    private static double[] numbers(List<JsonTree> components, String name) throws FitFileException {
        double[] numbers = new double[components.size()];
        for (int k = 0; k < numbers.length; k++) {
            numbers[k] = components.get(k).get(name).number();
        }
        return numbers;
    }

    private static double[][] means(List<JsonTree> components) throws FitFileException {
        double[][] means = new double[components.size()][];
        for (int k = 0; k < means.length; k++) {
            means[k] = components.get(k).get("mean").numbers();
        }
        return means;
    }

    private FitResult result(Posterior posterior, boolean hasElbo) throws FitFileException {
        Estimate unknown = new Estimate(Double.NaN, Double.NaN, 0);
        return new FitResult(
                file.get("method").string(),
                "",
                file.get("settings").values(),
                file.get("device").string(),
                file.get("arithmetic").oneOf(FitJsonReader.names(Arithmetic.values(), a -> Words.name(a, '-'))),
                file.get("rng").oneOf(FitJsonReader.names(Rng.values(), r -> Words.name(r, '-'))),
                file.get("seed").whole(),
                file.get("steps").count(),
                file.get("status").oneOf(FitJsonReader.names(Status.values(), s -> Words.name(s, ' '))),
                file.get("start").string(),
                file.get("message").string(),
                hasElbo ? Estimate.exact(file.get("objective").number()) : unknown,
                unknown,
                new Assessment(
                        file.get("verdict").oneOf(FitJsonReader.names(Verdict.values(), Verdict::words)),
                        Double.NaN,
                        Double.NaN,
                        0,
                        FitJsonReader.concerns(file)),
                List.of(),
                posterior,
                trace(),
                file.get("seconds").number(),
                0,
                List.of());
    }

    private List<TracePoint> trace() throws FitFileException {
        List<TracePoint> trace = new ArrayList<>();
        for (JsonTree point : file.get("trace").items()) {
            trace.add(new TracePoint(
                    point.get("step").count(), point.get("objective").number(), 0));
        }
        return trace;
    }

    private DataSource data(JsonTree data) throws FitFileException {
        return new DataSource(
                data.get("file").string(),
                data.get("sha256").string(),
                data.get("rows").count(),
                "",
                columns,
                data.get("droppedRows").count(),
                List.of(),
                data.get("notes").strings(),
                new LinkedHashMap<>());
    }
}

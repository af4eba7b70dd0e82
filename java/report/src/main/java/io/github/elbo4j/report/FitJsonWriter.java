package io.github.elbo4j.report;

import io.github.elbo4j.conjugate.RegressionPosterior;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.Account;
import io.github.elbo4j.infer.Convergence;
import io.github.elbo4j.infer.Entrant;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Mode;
import io.github.elbo4j.infer.NormalMixture;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.infer.Trail;
import io.github.elbo4j.report.words.Words;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * A fit as JSON. Fields come in a fixed order. What is not finite is written as null; where it is infinite, a field of the
 * same name and {@code Sign} follows. Only {@code seconds} and {@code drawsPerSecond} differ from one run to the next.
 */
final class FitJsonWriter {
    private final Report report;
    private final FitResult fit;

    FitJsonWriter(Report report) {
        this.report = report;
        this.fit = report.fit();
    }

    /** The fields for {@code --json}, in one line. */
    String line() {
        return line(json -> {});
    }

    /** @param before fields that come before them */
    String line(Json.Fields before) {
        return Json.object(null, json -> {
                    before.write(json);
                    writeResult(json);
                })
                + "\n";
    }

    /** The content of {@code fit.json}: the same fields, then what was run and how it went, a line for each. */
    String document() {
        return Json.object(new LinePerItem(), json -> {
                    writeResult(json);
                    writeRun(json);
                    writeModel(json);
                    writeEntrants(json);
                    writeTrail(json);
                    writeTrace(json);
                })
                + "\n";
    }

    private void writeResult(JsonGenerator json) {
        json.writeStringProperty("model", report.model().name());
        json.writeStringProperty("method", fit.method());
        json.writeStringProperty("family", fit.family());
        Object gradient = fit.settings().get(FitJson.GRADIENT);
        if (gradient != null) {
            json.writeName(FitJson.GRADIENT);
            Json.value(json, gradient);
        }
        json.writeStringProperty("device", fit.device());
        json.writeNumberProperty("seed", fit.seed());
        json.writeNumberProperty("steps", fit.steps());
        json.writeStringProperty("status", Words.name(fit.status(), ' '));
        json.writeBooleanProperty("converged", fit.converged());
        estimate(json, "elbo", fit.elbo());
        estimate(json, "logEvidence", fit.logEvidence());
        Json.number(json, "kHat", fit.kHat());
        Json.number(json, "efficiency", fit.assessment().efficiency());
        json.writeStringProperty("verdict", fit.verdict().words());
        FitJson.concerns(json, fit.assessment().concerns());
        if (report.hasQuantities()) {
            if (report.expectationDraws() > 0) {
                json.writeNumberProperty("expectationDraws", report.expectationDraws());
            }
            writeMarginals(json, "parameters", report.marginals());
        } else {
            writePosterior(json, FitJson.PARAMETERS);
        }
        if (report.priorDraws() > 0) {
            json.writeNumberProperty("priorDraws", report.priorDraws());
            writeMarginals(json, "prior", report.priorMarginals());
        }
        if (report.hasQuantities()) {
            writePosterior(json, FitJson.COORDINATES);
        }
        writeCovariance(json, report.covariance());
        writeAccounts(json);
        Json.number(json, "seconds", fit.seconds());
        Json.number(json, "drawsPerSecond", fit.drawsPerSecond());
    }

    /** What was fitted. */
    private void writePosterior(JsonGenerator json, String name) {
        Posterior posterior = fit.posterior();
        json.writeArrayPropertyStart(name);
        for (int i = 0; i < posterior.dimensions(); i++) {
            json.writeStartObject();
            json.writeStringProperty("name", posterior.names().get(i));
            Json.number(json, "mean", posterior.mean(i));
            Json.number(json, "sd", posterior.standardDeviation(i));
            Json.number(json, "q05", posterior.quantile(i, 0.05));
            Json.number(json, "q95", posterior.quantile(i, 0.95));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeAccounts(JsonGenerator json) {
        if (fit.accounts().isEmpty()) {
            return;
        }
        json.writeArrayPropertyStart(FitJson.ACCOUNTS);
        for (int a = 0; a < fit.accounts().size(); a++) {
            Account account = fit.accounts().get(a);
            json.writeStartObject();
            json.writeStringProperty("name", account.name());
            List<Account.Entry> shown = report.shown(account);
            List<Correction> corrections = Correction.of(report, account);
            if (!shown.isEmpty()) {
                writeNumbers(json, FitJson.PARAMETERS, shown, corrections);
            }
            if (report.hasQuantities() || shown.isEmpty()) {
                writeNumbers(json, FitJson.COORDINATES, account.entries(), List.of());
            }
            boolean whole = a == 0
                    || !account.hasPosterior()
                    || (account.posterior() instanceof GaussianPosterior normal
                            && normal.gaussian().isIndependent());
            if (!whole) { // the first is the fit's own
                writeCovariance(json, account.posterior().covariance());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** @param corrections of the same numbers; empty where they are none */
    private static void writeNumbers(
            JsonGenerator json, String name, List<Account.Entry> numbers, List<Correction> corrections) {
        json.writeArrayPropertyStart(name);
        for (int i = 0; i < numbers.size(); i++) {
            Account.Entry number = numbers.get(i);
            json.writeStartObject();
            json.writeStringProperty("name", number.name());
            Json.number(json, "mean", number.mean());
            Json.number(json, "meanError", number.meanError());
            Json.number(json, "sd", number.standardDeviation());
            Json.number(json, "sdError", number.sdError());
            for (int p = 0; p < number.quantiles().size(); p++) {
                String quantile = FitJson.quantile(Marginal.PROBABILITIES.get(p));
                Json.number(json, quantile, number.quantiles().get(p));
                Json.number(
                        json, quantile + FitJson.ERROR, number.quantileErrors().get(p));
            }
            Convergence convergence = number.convergence();
            if (convergence != null) {
                Json.number(json, FitJson.R_HAT, convergence.rHat());
                Json.number(json, FitJson.BULK_ESS, convergence.bulkEss());
                Json.number(json, FitJson.TAIL_ESS, convergence.tailEss());
            }
            if (!corrections.isEmpty() && corrections.get(i).isMeanOff()) {
                json.writeBooleanProperty("meanIsOff", true);
            }
            if (!corrections.isEmpty() && corrections.get(i).isSdOff()) {
                json.writeBooleanProperty("sdIsOff", true);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** What it gives on the user's scale. */
    private static void writeMarginals(JsonGenerator json, String name, List<Marginal> marginals) {
        json.writeArrayPropertyStart(name);
        for (Marginal marginal : marginals) {
            json.writeStartObject();
            json.writeStringProperty("name", marginal.name());
            Json.number(json, "mean", marginal.mean());
            Json.number(json, "meanError", marginal.meanError());
            Json.number(json, "sd", marginal.standardDeviation());
            for (int p = 0; p < Marginal.PROBABILITIES.size(); p++) {
                String quantile = FitJson.quantile(Marginal.PROBABILITIES.get(p));
                Json.number(json, quantile, marginal.quantiles().get(p));
            }
            if (!marginal.eitherSign()) {
                json.writeBooleanProperty(FitJson.EITHER_SIGN, false);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeCovariance(JsonGenerator json, double @Nullable [][] covariance) {
        json.writeName(FitJson.COVARIANCE);
        if (covariance == null) {
            json.writeNull();
            return;
        }
        json.writeStartArray();
        for (double[] row : covariance) {
            numbers(json, row);
        }
        json.writeEndArray();
    }

    /** The other parts of the result, so that it can be read back. */
    private void writeRun(JsonGenerator json) {
        json.writeNumberProperty("format", FitJson.FORMAT);
        String kind = report.isIndependent()
                ? FitJson.INDEPENDENT
                : fit.posterior() instanceof GaussianPosterior
                        ? FitJson.GAUSSIAN
                        : fit.posterior() instanceof NormalMixture
                                ? FitJson.NORMAL_MIXTURE
                                : fit.posterior().getClass().getSimpleName();
        json.writeStringProperty("posterior", kind);
        if (fit.posterior() instanceof RegressionPosterior regression) {
            write(json, regression);
        }
        if (fit.posterior() instanceof NormalMixture mixture && report.covariance() != null) {
            write(json, mixture);
        }
        Json.fields(json, "settings", fit.settings());
        writeRun(json, fit);
    }

    /** How any fit was run, beside its settings. */
    static void writeRun(JsonGenerator json, FitResult fit) {
        json.writeStringProperty("arithmetic", Words.name(fit.arithmetic(), '-'));
        json.writeStringProperty("rng", Words.name(fit.rng(), '-'));
        json.writeStringProperty("start", fit.start());
        json.writeStringProperty("message", fit.message());
        json.writeNumberProperty("weights", fit.assessment().draws());
        json.writeNumberProperty("draws", fit.draws());
        json.writeArrayPropertyStart("modes");
        for (Mode mode : fit.modes()) {
            json.writeStartObject();
            json.writeName("at");
            numbers(json, mode.at());
            json.writeName("sd");
            numbers(json, mode.sd());
            estimate(json, "logEvidence", mode.logEvidence());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** What its means and covariance do not tell. */
    private static void write(JsonGenerator json, RegressionPosterior posterior) {
        json.writeObjectPropertyStart(FitJson.REGRESSION);
        json.writeBooleanProperty("inUnitsOfNoise", posterior.inUnitsOfNoise());
        Json.number(json, "shape", posterior.noise().shape());
        Json.number(json, "rate", posterior.noise().rate());
        writeCovariance(json, posterior.coefficients().covariance());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, NormalMixture mixture) {
        json.writeArrayPropertyStart(FitJson.NORMAL_MIXTURE);
        double[] weights = mixture.weights();
        for (int k = 0; k < weights.length; k++) {
            Gaussian component = mixture.components().get(k);
            json.writeStartObject();
            Json.number(json, "weight", weights[k]);
            json.writeName("mean");
            numbers(json, component.mean());
            writeCovariance(json, component.covariance());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeModel(JsonGenerator json) {
        json.writeStringProperty("statusDetail", report.explanation().ending());
        if (!report.arguments().isEmpty()) {
            json.writeArrayPropertyStart(FitJson.ARGUMENTS);
            report.arguments().forEach(json::writeString);
            json.writeEndArray();
        }
        Json.fields(json, "options", report.options());
        if (report.data() == null) {
            json.writeName("data");
            json.writeNull();
        } else {
            DataSourceJson.write(json, report.data());
        }
    }

    private void writeTrace(JsonGenerator json) {
        json.writeArrayPropertyStart("trace");
        for (TracePoint point : fit.trace()) {
            json.writeStartObject();
            json.writeNumberProperty("step", point.step());
            Json.number(json, "elbo", point.elbo());
            Json.number(json, "standardError", point.standardError());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Left out of a fit that won no tournament. */
    private void writeEntrants(JsonGenerator json) {
        if (fit.entrants().isEmpty()) {
            return;
        }
        json.writeArrayPropertyStart(FitJson.ENTRANTS);
        for (Entrant entrant : fit.entrants()) {
            json.writeStartObject();
            json.writeStringProperty("family", entrant.family());
            Json.number(json, "learningRate", entrant.learningRate());
            json.writeNumberProperty("start", entrant.start());
            json.writeNumberProperty("steps", entrant.steps());
            estimate(json, "elbo", entrant.elbo());
            estimate(json, "difference", entrant.difference());
            json.writeStringProperty("ending", entrant.ending());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Left out of a fit that has none. */
    private void writeTrail(JsonGenerator json) {
        if (fit.trail().isEmpty()) {
            return;
        }
        json.writeNumberProperty(FitJson.TRAIL_VERSION, fit.trail().version());
        json.writeArrayPropertyStart(FitJson.TRAIL);
        for (Trail.State state : fit.trail().states()) {
            json.writeStartObject();
            json.writeNumberProperty("step", state.step());
            json.writeStringProperty("sha256", state.sha256());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static void estimate(JsonGenerator json, String name, Estimate estimate) {
        json.writeObjectPropertyStart(name);
        Json.number(json, "value", estimate.value());
        Json.number(json, "standardError", estimate.standardError());
        json.writeNumberProperty("draws", estimate.draws());
        json.writeEndObject();
    }

    private static void numbers(JsonGenerator json, double[] values) {
        json.writeStartArray();
        for (double value : values) {
            Json.number(json, value);
        }
        json.writeEndArray();
    }
}

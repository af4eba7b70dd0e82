package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.model.NetworkProblem;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.infer.Prediction;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.network.Perceptron;
import io.github.elbo4j.report.Page;
import io.github.elbo4j.report.PredictionPage;
import io.github.elbo4j.report.PredictionScore;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a report shows of a fitted network: what it predicts, and its weights summed up layer by layer. */
final class NetworkExhibits {
    /** Draws of the weights. */
    private static final int DRAWS = 1000;
    /** Beyond so many parameters the linear model that is compared is mean-field too. */
    private static final int MOST_CORRELATED = 200;

    private final NetworkProblem problem;
    private final FitResult fitted;
    private final double[][] z;
    private final Page page = new Page();

    NetworkExhibits(NetworkProblem problem, FitResult fitted) {
        this.problem = problem;
        this.fitted = fitted;
        this.z = NetworkPredictions.draws(fitted.posterior(), fitted.seed(), DRAWS);
        new NetworkPicture(problem, z).addTo(page);
        weights();
    }

    /** The sections of the report. */
    Page page() {
        return page;
    }

    // ---- weights ----

    /** The noise, and the size of each layer's matrix and biases, with their distributions. */
    List<Marginal> sizes() {
        List<Marginal> sizes = new ArrayList<>();
        if (!problem.ofClasses()) {
            sizes.add(positive("noise sd", NetworkPredictions.of(problem, z).noise()));
        }
        int at = 0;
        for (Perceptron.Layer layer : problem.perceptron().layers()) {
            int matrix = layer.inputs() * layer.outputs();
            sizes.add(size(layer.matrix(), at, matrix));
            sizes.add(size(layer.bias(), at + matrix, layer.outputs()));
            at += matrix + layer.outputs();
        }
        return sizes;
    }

    private Marginal size(String of, int from, int count) {
        return positive(
                "size of " + of,
                Arrays.stream(z)
                        .mapToDouble(draw -> {
                            double squares = 0;
                            for (int i = from; i < from + count; i++) {
                                squares += draw[i] * draw[i];
                            }
                            return Math.sqrt(squares / count);
                        })
                        .toArray());
    }

    private static Marginal positive(String name, double[] draws) {
        Marginal of = Marginal.ofDraws(name, draws);
        return new Marginal(name, of.mean(), of.meanError(), of.standardDeviation(), of.quantiles(), false);
    }

    private void weights() {
        Posterior q = fitted.posterior();
        List<List<String>> rows = new ArrayList<>();
        int at = 0;
        for (Perceptron.Layer layer : problem.perceptron().layers()) {
            int count = layer.inputs() * layer.outputs() + layer.outputs();
            double squares = 0;
            double variances = 0;
            int clear = 0;
            for (int i = at; i < at + count; i++) {
                squares += q.mean(i) * q.mean(i);
                variances += q.standardDeviation(i) * q.standardDeviation(i);
                clear += Math.abs(q.mean(i)) > q.standardDeviation(i) ? 1 : 0;
            }
            rows.add(List.of(
                    layer.matrix().replace("weights", "layer") + ", " + layer.inputs() + " to " + layer.outputs(),
                    Numbers.grouped(count),
                    Numbers.fixed(Math.sqrt(squares / count), 2),
                    Numbers.fixed(Math.sqrt(variances / count), 2),
                    Numbers.fixed(100.0 * clear / count, 0) + " %"));
            at += count;
        }
        page.section("Weights")
                .table("weights by layer", List.of("", "weights", "means", "sds", "|mean| above sd"), rows)
                .caption(
                        "Matrices and biases of each layer, in units of their prior sd: root mean square of the means and of"
                                + " the sds of q, and the share of weights whose mean is more than an sd from zero. A layer whose"
                                + " means are small and whose sds are near 1 is as its prior has it: the data use little of it.");
    }

    // ---- rows that were not fitted ----

    /** Compares predictions of rows that were not fitted with those of the same model without hidden layers; says how they fare. */
    String judge(Device device, NetworkProblem held) {
        double[] own = score(held, z, "Held-out rows");
        NetworkProblem linear = problem.linear();
        Model straight = linear.model();
        FitResult fit;
        try (LogJoint joint = straight.logJoint(device)) {
            fit = Sgvi.builder()
                    .family(straight.dimensions() <= MOST_CORRELATED ? Family.fullRank() : Family.meanField())
                    .seed(fitted.seed())
                    .build()
                    .fit(device, joint);
        }
        double[] other = logDensities(NetworkPredictions.of(
                        linear.of(held.input()), NetworkPredictions.draws(fit.posterior(), fit.seed(), DRAWS))
                .of(fitted.seed()));
        double[] gain = new double[own.length];
        Arrays.setAll(gain, i -> own[i] - other[i]);
        List<List<String>> rows = List.of(
                row("this network", LogWeights.mean(own)),
                row("without hidden layers", LogWeights.mean(other)),
                row("difference", LogWeights.mean(gain)));
        page.section("Held-out rows, compared")
                .table("held-out rows", List.of("log predictive density a row", "value", "error"), rows)
                .caption("Of " + Words.count(own.length, "row")
                        + " that were not fitted. Without hidden layers the model is a"
                        + " linear, logistic or softmax regression with the same prior, fitted to the same rows. The error of the"
                        + " difference is that of row by row.");
        return Words.count(own.length, "row") + " held out: log predictive density a row "
                + Numbers.withError(
                        LogWeights.mean(own).value(), LogWeights.mean(own).standardError())
                + ", without hidden layers "
                + Numbers.withError(
                        LogWeights.mean(other).value(), LogWeights.mean(other).standardError())
                + ", difference "
                + Numbers.withError(
                        LogWeights.mean(gain).value(), LogWeights.mean(gain).standardError());
    }

    private static List<String> row(String name, Estimate of) {
        return List.of(name, Numbers.fixed(of.value(), 4), Numbers.significant(of.standardError(), 2));
    }

    private double[] score(NetworkProblem held, double[][] draws, String title) {
        List<Prediction> predictions = NetworkPredictions.of(held, draws).of(fitted.seed());
        PredictionScore score = new PredictionScore(held.input().classes(), true);
        predictions.forEach(score::add);
        page.section(title).caption("How well the fit predicts rows that it has not seen.");
        PredictionPage.judge(page, score);
        return logDensities(predictions);
    }

    private static double[] logDensities(List<Prediction> predictions) {
        return predictions.stream()
                .mapToDouble(each -> each.logDensity().value())
                .toArray();
    }
}

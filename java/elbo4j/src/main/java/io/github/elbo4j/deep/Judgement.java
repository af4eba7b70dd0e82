package io.github.elbo4j.deep;

import io.github.elbo4j.deep.AutoencoderFit.Diagnosis;
import io.github.elbo4j.deep.AutoencoderFit.Look;
import io.github.elbo4j.deep.TrainingRun.Finished;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.infer.Assessment;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.Concern.Kind;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.infer.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How far a trained autoencoder may be trusted: whether its bound still rose, whether it is as good on rows that it has not seen, how far
 * q is from the posterior, and whether log p(x) is known at all.
 */
final class Judgement {
    /** Rows that trained it, of which log p(x) is estimated. */
    private static final int MOST_ROWS = Training.MOST_HELD_OUT;
    /** The looks at the end of which a rise counts as unfinished. */
    private static final double LATE = 0.2;
    /** A rise of the mean bound over them, in nats a row, that is worth more steps. */
    private static final double RISE = 0.5;
    /** The share of rows without a reliable log p(x) that is worth telling. */
    private static final double MANY = 0.1;
    /** Nats between bound and evidence, for each latent dimension, that say that q is not near the posterior. */
    private static final double FAR = 0.5;
    /** Nats by which rows that trained it may be better than others, in standard errors and as a share. */
    private static final double ERRORS = 3;

    private static final double WORSE = 0.1;

    private final Device device;
    private final Autoencoder spec;
    private final Training settings;
    private final TrainedAutoencoder networks;
    private final List<Concern> found = new ArrayList<>();

    Judgement(Device device, TrainedAutoencoder networks, Training settings) {
        this.device = device;
        this.spec = networks.model();
        this.networks = networks;
        this.settings = settings;
    }

    AutoencoderFit judge(double[][] train, double[][] heldOut, List<Look> looks, Finished finished) {
        Key key = settings.evaluation();
        double[][] some = Arrays.copyOf(train, Math.min(train.length, MOST_ROWS));
        RowEvidence trained = networks.evidence(device, some, key.fork("trained"), settings.draws());
        RowEvidence out = heldOut.length == 0
                ? trained
                : networks.evidence(
                        device,
                        Arrays.copyOf(heldOut, Math.min(heldOut.length, MOST_ROWS)),
                        settings.heldOutKey(),
                        settings.draws());
        Diagnosis diagnosis = new Diagnosis(
                looks, finished.bestStep(), trained, out, networks.divergence(device, some), heldOut.length);
        ending(finished, looks);
        evidence(out);
        if (heldOut.length > 0) {
            generalization(trained, out);
        } else {
            add(Kind.OVERFIT, "No row was held out, so nothing tells how the model does on rows that it has not seen.");
        }
        return new AutoencoderFit(networks, result(diagnosis, finished), diagnosis);
    }

    private void ending(Finished finished, List<Look> looks) {
        if (finished.status() == Status.DIVERGED) {
            found.add(new Concern(
                    Kind.DIVERGED,
                    Verdict.DO_NOT_TRUST,
                    null,
                    words(
                            "The bound was not finite at step %d; these are the weights of step %d.",
                            finished.steps(), finished.bestStep())));
        } else if (finished.status() == Status.INTERRUPTED) {
            found.add(new Concern(
                    Kind.INTERRUPTED,
                    Verdict.DO_NOT_TRUST,
                    null,
                    words("It was stopped after %d steps.", finished.steps())));
        } else if (finished.status() == Status.STEP_LIMIT && looks.size() > 1) {
            int late = Math.min(looks.size() - 2, (int) ((1 - LATE) * looks.size()));
            double before = looks.subList(0, late + 1).stream()
                    .mapToDouble(Look::heldOut)
                    .max()
                    .orElse(Double.NaN);
            double after = looks.stream().mapToDouble(Look::heldOut).max().orElse(Double.NaN);
            if (!(after - before <= RISE)) {
                add(
                        Kind.NOT_CONVERGED,
                        "The bound still rose by %.2g nats a row over the last fifth of the steps.",
                        after - before);
            }
        }
    }

    private void evidence(RowEvidence out) {
        if (!(out.unreliable() <= MANY)) {
            add(
                    Kind.HEAVY_TAIL,
                    "Of %.0f %% of the rows log p(x) rests on few draws (k-hat above %.1f): take it for a lower bound.",
                    100 * out.unreliable(),
                    RowEvidence.RELIABLE);
        }
        double gap = out.meanLogEvidence().value() - out.meanElbo().value();
        if (!(gap <= FAR * spec.latent())) {
            add(Kind.GAP, "The ELBO is %.2g nats a row below log p(x): q(z | x) is not near the posterior of z.", gap);
        }
    }

    private void generalization(RowEvidence trained, RowEvidence out) {
        Estimate here = trained.meanLogEvidence();
        Estimate there = out.meanLogEvidence();
        double worse = here.value() - there.value();
        double error =
                Math.sqrt(here.standardError() * here.standardError() + there.standardError() * there.standardError());
        if (!(worse <= ERRORS * error) && !(worse <= WORSE * Math.abs(here.value()))) {
            add(
                    Kind.OVERFIT,
                    "Rows that it was trained on have a log p(x) that is %.3g nats higher than others have.",
                    worse);
        }
    }

    private void add(Kind kind, String format, Object... numbers) {
        found.add(new Concern(kind, Verdict.USABLE, null, words(format, numbers)));
    }

    private static String words(String format, Object... numbers) {
        return String.format(Locale.ROOT, format, numbers);
    }

    // ---- the result ----

    private FitResult result(Diagnosis diagnosis, Finished finished) {
        RowEvidence out = diagnosis.heldOut();
        int rows = out.elbo().length;
        double square = Arrays.stream(out.standardError()).map(e -> e * e).sum();
        long draws = (long) rows * out.draws();
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("latent", spec.latent());
        told.put("hidden", spec.hidden().toString());
        told.put("activation", spec.activation().name().toLowerCase(Locale.ROOT));
        told.put("decoder", spec.decoder().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        told.put("priorComponents", spec.priorComponents());
        told.put("importance", spec.importance());
        told.put("batch", settings.batch());
        told.put("learningRate", settings.rate());
        told.put("heldOut", settings.heldOut());
        told.put("maxSteps", settings.steps());
        told.put("draws", settings.draws());
        return new FitResult(
                "amortized",
                "mean-field",
                told,
                device.name(),
                device.arithmetic(),
                device.rng(),
                settings.seed(),
                finished.steps(),
                finished.status(),
                "random weights",
                message(finished),
                new Estimate(out.meanElbo().value() * rows, out.meanElbo().standardError() * rows, draws),
                new Estimate(out.meanLogEvidence().value() * rows, Math.sqrt(square), draws),
                Assessment.of(Double.NaN, Double.NaN, 0, found),
                List.of(),
                networks.parameters(),
                diagnosis.looks().stream()
                        .map(look -> new TracePoint(look.step(), look.heldOut(), 0))
                        .toList(),
                (System.nanoTime() - finished.began()) / 1e9,
                (long) finished.steps() * settings.batch() * spec.importance(),
                List.of());
    }

    private static String message(Finished finished) {
        return switch (finished.status()) {
            case CONVERGED ->
                "the bound of held-out rows no longer rose; the weights of step " + finished.bestStep() + " were kept";
            case STEP_LIMIT -> "all steps were taken; the weights of step " + finished.bestStep() + " were kept";
            case INTERRUPTED -> "it was stopped; the weights of step " + finished.bestStep() + " were kept";
            default -> "the bound was not finite; the weights of step " + finished.bestStep() + " were kept";
        };
    }
}

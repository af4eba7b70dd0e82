package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.subject.Saved;
import io.github.elbo4j.cli.subject.Subject;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Progress;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.LogJoint;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The fitted Gaussian q that a command starts from: one that is fitted first, as {@code fit} does by default, or one of a file. */
final class FittedQ {
    /** Of the fit, as {@code fit} has it. */
    static final int MOST_STEPS = 20_000;

    @Option(
            names = "--fit",
            paramLabel = "DIR",
            description =
                    "Take q from this fit of the same model: a folder that a fit was written to, or its fit.json. Without"
                            + " it, one is fitted first, as fit does by default.")
    private @Nullable Path fit;

    @Option(
            names = "--family",
            paramLabel = "NAME",
            description = "Of the q that is fitted: full-rank, mean-field or low-rank. Default: full-rank up to 200"
                    + " parameters, then mean-field.")
    private @Nullable String family;

    void validate(CommandLine command) {
        if (fit != null && family != null) {
            throw new ParameterException(command, "--family is for a q that is fitted, but --fit has one");
        }
        family(command, 1);
    }

    Family family(CommandLine command, int parameters) {
        MethodOptions options = new MethodOptions();
        options.family = family;
        return options.chosenFamily(command, parameters);
    }

    /** The one of the file; null if one is to be fitted. */
    @Nullable
    FitResult saved(Subject subject) {
        if (fit == null) {
            return null;
        }
        FitResult saved = subject.saved(Saved.open("--fit", fit));
        if (!(saved.posterior() instanceof GaussianPosterior)) {
            throw new InputException("--fit: the posterior of " + fit + " is not a Gaussian, from which this draws");
        }
        return saved;
    }

    /** Fits one. */
    FitResult of(
            CommandLine command,
            Subject subject,
            Device device,
            LogJoint joint,
            long seed,
            BooleanSupplier cancelled,
            Progress.Listener listener) {
        return Sgvi.builder()
                .family(family(command, subject.parameters().size()))
                .maxSteps(MOST_STEPS)
                .seed(seed)
                .cancelled(cancelled)
                .listener(p -> listener.progress(new Progress(
                        p.step(), p.maxSteps(), subject.elbo(p.elbo()), p.standardError(), p.drawsPerSecond())))
                .build()
                .fit(device, joint);
    }
}

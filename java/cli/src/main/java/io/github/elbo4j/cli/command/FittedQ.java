package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.subject.ModelOptions;
import io.github.elbo4j.cli.subject.Saved;
import io.github.elbo4j.cli.subject.Subject;
import io.github.elbo4j.cli.view.ProgressView;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.NormalMixture;
import io.github.elbo4j.infer.Progress;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.report.Report;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The fitted Gaussian q that a command starts from: one that is fitted first, as {@code fit} does by default, or one of a file. */
final class FittedQ {
    /** Of the fit, as {@code fit} has it. */
    private static final int MOST_STEPS = 20_000;

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
        options().chosen(command, 1);
    }

    Family family(CommandLine command, Subject subject) {
        return options().chosen(command, subject);
    }

    private FamilyOptions options() {
        FamilyOptions options = new FamilyOptions();
        options.family = family;
        return options;
    }

    /**
     * Where a command works: a fitted q, and all that it is of.
     *
     * @param isGiven whether q is that of a file
     */
    record Setting(
            Console console,
            Subject subject,
            Devices.Choice choice,
            LogJoint joint,
            FitResult fit,
            boolean isGiven,
            Interruption interruption,
            Path folder) {
        Device device() {
            return choice.device();
        }

        /** Model, data and device in words. */
        Report report() {
            return subject.report(fit).device(choice.device().description(), choice.reason());
        }

        /** The exit code of a command that may have been stopped. */
        int exit(boolean isTrusted) {
            return interruption.exitCode() != 0 ? interruption.exitCode() : isTrusted ? Exit.GOOD : Exit.BAD_FIT;
        }
    }

    /** What a command does there; returns the exit code. */
    interface Work {
        int in(Setting setting);
    }

    /**
     * Opens model, device and folder, fits q unless it is given, and works.
     *
     * @param draws of a step, by which a device is chosen
     * @param name of the command, for the folder
     */
    int run(CommandLine command, ModelOptions model, RunOptions run, long draws, String name, Work work) {
        Console console = new Console(command, run.isSilent());
        try (Subject subject = model.open(command, run.seed, console::note)) {
            FitResult saved = saved(subject);
            long stepSize = draws * (subject.rows() + subject.parameters().size());
            Devices.Choice choice = run.open(command, stepSize);
            int columns = run.isSilent() ? 0 : Terminal.columns();
            try (Device device = choice.device()) {
                Path folder = run.folder(name + "-" + model.stem());
                try (ProgressView view = new ProgressView(console.err(), run.isSilent(), columns, MOST_STEPS);
                        Interruption interruption = new Interruption(view::say);
                        LogJoint joint = subject.joint(device)) {
                    FitResult q =
                            saved == null ? of(command, subject, device, joint, run.seed, interruption, view) : saved;
                    view.end();
                    return work.in(
                            new Setting(console, subject, choice, joint, q, saved != null, interruption, folder));
                }
            }
        }
    }

    /** The one of the file; null if one is to be fitted. */
    private @Nullable FitResult saved(Subject subject) {
        if (fit == null) {
            return null;
        }
        FitResult saved = subject.saved(Saved.open("--fit", fit));
        if (!(saved.posterior() instanceof GaussianPosterior || saved.posterior() instanceof NormalMixture)) {
            throw new InputException("--fit: the posterior of " + fit
                    + " is neither a Gaussian nor a mixture of some, from which this draws; fit without --method");
        }
        return saved;
    }

    /** Fits one. */
    private FitResult of(
            CommandLine command,
            Subject subject,
            Device device,
            LogJoint joint,
            long seed,
            BooleanSupplier cancelled,
            Progress.Listener listener) {
        return subject.settings(Sgvi.builder())
                .family(family(command, subject))
                .maxSteps(MOST_STEPS)
                .seed(seed)
                .cancelled(cancelled)
                .listener(p -> listener.progress(new Progress(
                        p.step(), p.maxSteps(), subject.elbo(p.elbo()), p.standardError(), p.drawsPerSecond())))
                .build()
                .fit(device, joint);
    }
}

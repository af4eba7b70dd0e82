package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.subject.ObservedFit;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.subject.Predictors;
import io.github.elbo4j.cli.subject.Saved;
import io.github.elbo4j.cli.subject.StanFit;
import io.github.elbo4j.cli.subject.TableOptions;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.mixture.MixtureDensity;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.report.StanCsv;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code elbo4j draws}. */
@Command(
        name = "draws",
        description = {
            "Writes draws of a fit in Stan's CSV format, as CmdStan writes those of variational inference, for ArviZ and R's"
                    + " package posterior: comments, a head, the mean, then a line a draw.",
            "Of a mixture: new rows, the component first and then the columns given the component, in plain CSV.",
            "The columns lp__ (0), log_p__ and log_g__ come first. With the data of the fit, log_p__ is the log-joint at the draw,"
                    + " otherwise nan; log_g__ is log q."
        },
        footer = "elbo4j draws --fit elbo4j-fit-air --data test/data/air.csv --out draws.csv",
        sortOptions = false)
public final class DrawsCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private final FitFolder fit = new FitFolder();

    @Option(
            names = "--draws",
            paramLabel = "N",
            description = "How many. More draws keep the first ones. Default: ${DEFAULT-VALUE}.")
    private int draws = 4000;

    @Option(names = "--seed", paramLabel = "N", description = "Of the draws. Default: that of the fit.")
    private @Nullable Long seed;

    @Option(
            names = "--data",
            paramLabel = "FILE.csv",
            description = "The very data that was fitted, for log_p__; FILE.json with --stan.")
    private @Nullable Path data;

    @Option(
            names = "--model",
            paramLabel = "Model.java",
            description =
                    "Of a fit of a model of your own, with --data: its file. Its parameters and reports are then written on their own"
                            + " scale, otherwise the coordinates that were fitted, such as log tau.")
    private @Nullable Path model;

    @Option(
            names = "--stan",
            paramLabel = "LIBRARY",
            description =
                    "Of a fit of a Stan program: what BridgeStan has made of it, with --data if it has data. Parameters are then"
                            + " those of the program, and log_p__ is there; otherwise the unconstrained ones that were fitted.")
    private @Nullable Path library;

    @Mixin
    private final TableOptions cells = new TableOptions();

    @Mixin
    private final ComputeOptions run = new ComputeOptions();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Where to. Default: draws.csv in the folder of the fit.")
    private @Nullable Path out;

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        cells.decimal(command);
        boolean dropMissing = cells.dropMissing(command);
        run.validate(command);
        OptionChecks.atLeastOne(command, "--draws", draws);
        if (model != null && data == null) {
            throw new ParameterException(command, "--model needs --data, the table that the model takes");
        }
        Saved saved = fit.open();
        Path folder = fit.path();
        Path file = out != null ? out : folder == null ? Path.of("draws.csv") : folder.resolve("draws.csv");
        MixtureDensity density = saved.fit().density();
        StanCsv csv = density == null ? draws(command, saved, dropMissing) : null;
        try {
            if (csv != null) {
                csv.write(file);
            } else if (density != null) {
                rows(saved, density, file);
            }
        } catch (IOException e) {
            throw OutputFolder.unwritable(file, e);
        }
        int columns = (csv == null ? Objects.requireNonNull(density).columns() : csv.columns()).size();
        command.getOut()
                .println("wrote " + Words.count(draws, csv == null ? "row" : "draw") + " of " + Numbers.grouped(columns)
                        + " columns to " + Words.plain(file.toString()));
        return Exit.GOOD;
    }

    private Key key(Saved saved) {
        return new Key(seed == null ? saved.fit().fit().seed() : seed).fork("draws");
    }

    /** Rows as the mixture has them. */
    private void rows(Saved saved, MixtureDensity density, Path file) throws IOException {
        if (data != null || model != null || library != null) {
            throw new InputException(
                    "--fit: " + saved.file() + " is of a mixture, of which new rows are drawn: that needs no "
                            + (data != null ? "--data" : model != null ? "--model" : "--stan"));
        }
        Path whole = file.toAbsolutePath();
        Path parent = OutputFolder.open(Objects.requireNonNull(whole.getParent()));
        try (WholeCsv csv = new WholeCsv(parent, String.valueOf(whole.getFileName()))) {
            List<String> cells = new ArrayList<>(List.of("component"));
            cells.addAll(density.columns());
            csv.row(cells);
            for (MixtureDensity.Draw draw : density.sample(key(saved), draws)) {
                cells.clear();
                cells.add(String.valueOf(draw.component() + 1));
                for (double value : draw.x()) {
                    cells.add(WholeCsv.cell(value));
                }
                csv.row(cells);
            }
            csv.finish();
        }
    }

    private StanCsv draws(CommandLine command, Saved saved, boolean dropMissing) {
        FitResult fitted = saved.fit().fit();
        Key key = key(saved);
        try {
            if (library != null) {
                Predictors.noModel(saved, model);
                try (StanFit program = StanFit.of(saved, library, data)) {
                    return program.draws(key, draws);
                }
            }
            if (data == null) {
                return StanCsv.of(fitted, key, draws);
            }
            if (StanFit.is(saved)) {
                throw new InputException(
                        "--fit: " + saved.file() + " is of a Stan program: with --data, name its library with --stan");
            }
            ObservedFit.check(saved);
            ObservedFit of = ObservedFit.of(saved, model, cells.read(command, data), dropMissing);
            Model own = of.ownModel();
            StanCsv csv = own == null ? StanCsv.of(fitted, key, draws) : StanCsv.of(fitted, own, key, draws);
            try (Device device = run.open(command, of.size(draws)).device()) {
                return csv.logJoint(of.logJoint(device, csv.draws()));
            }
        } catch (IllegalStateException | UnsupportedOperationException e) {
            throw new InputException("--fit: " + saved.file() + " cannot be drawn from: " + e.getMessage(), e);
        }
    }
}

package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.Digest;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.ModelTable;
import io.github.elbo4j.cli.model.JavaModel;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.estimate.Expectation;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.ModelDescription;
import io.github.elbo4j.report.Report;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code elbo4j fit Model.java}: a model that a user has written. */
@Command(
        description = {
            "A model of your own, in a Java file that is compiled and run: its one class has a method static Model"
                    + " model(Table data), or static Model model() if it needs no data.",
            "Results are on the scale of the model's parameters and reports. A column of numbers is table.column(NAME), one"
                    + " of words table.levels(NAME) and table.index(NAME). The file is a program: run only what you trust."
        },
        sortOptions = false)
final class JavaCommand implements Callable<Integer> {
    /** What it is called where no file is named. */
    static final String NAME = "Model.java";

    static final String EXAMPLE = "elbo4j fit test/data/Schools.java --data test/data/schools.csv";

    /** What {@code fit.json} calls such models. */
    private static final String MODEL = "java";

    /** A file that takes longer than that to make its model is told of. */
    private static final long PATIENCE_MILLIS = 5000;

    /** From here on draws for means and sds may take seconds. */
    private static final long MANY_DRAWS = 10_000_000;

    private final Path path;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "FILE.csv",
            description = "The table that the model takes: a header row that names the columns, then numbers and words."
                    + " Comma, semicolon, tab or bar; gzip too.")
    private @Nullable Path data;

    @Mixin
    private final TableOptions cells = new TableOptions();

    @Option(
            names = "--batch",
            paramLabel = "N",
            description =
                    "Rows a step, drawn anew each time, of a model that takes them by m.rows(data). Default: all.")
    private @Nullable Integer batch;

    @Option(
            names = "--prior-predictive",
            paramLabel = "N",
            description =
                    "Besides, N draws of the parameters from their priors and of what is observed from these, in the"
                            + " table below the results, in fit.json and in the report. Of what is observed, all elements count"
                            + " together.")
    private @Nullable Integer priorDraws;

    @Option(
            names = "--expectation-draws",
            paramLabel = "N",
            converter = DrawCount.class,
            description =
                    "Means and sds of parameters and reports that are not exact from N draws, on the device and in memory that"
                            + " does not grow with N, such as 1e9; quantiles stay from 4,096 draws, as all are without it.")
    private @Nullable Long expectationDraws;

    @Mixin
    private final MethodOptions options = new MethodOptions();

    JavaCommand(Path path) {
        this.path = path;
    }

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        validate(command);
        JavaModel source = JavaModel.compile(path);
        ModelTable table = data == null
                ? null
                : ModelTable.of(CsvTable.read(data, cells.decimal(command)), cells.dropMissing(command));
        Fitting fitting = new Fitting(command, options);
        if (table != null) {
            notes(fitting, table);
        }
        Model model = define(source, table);
        checkBatch(command, source, model);
        FitResult first = options.continued == null
                ? null
                : Continued.read(options.continued, MODEL, source.name(), model.coordinateNames());
        return fitting.run(
                new Program(fitting, source, model, table, first), MethodOptions.stem(data == null ? path : data));
    }

    private void validate(CommandLine command) {
        MethodOptions.atLeastOne(command, "--batch", batch);
        PriorMarginals.validate(command, priorDraws);
        if (expectationDraws != null && (expectationDraws < 2 || expectationDraws > Expectation.MOST_DRAWS)) {
            throw new ParameterException(
                    command,
                    "--expectation-draws is " + expectationDraws + ", but must be from 2 to " + Expectation.MOST_DRAWS);
        }
        cells.decimal(command);
        cells.dropMissing(command);
        options.validate(command);
        options.needLearningRate(command, "a model of your own");
    }

    /** Runs the file's method. Signals end it as they end any program: nothing has been fitted yet. */
    private Model define(JavaModel source, @Nullable ModelTable table) {
        Thread clock = new Thread(
                () -> {
                    try {
                        Thread.sleep(PATIENCE_MILLIS);
                        spec.commandLine()
                                .getErr()
                                .println("elbo4j: " + Words.plain(source.file())
                                        + " is still at work on its model; Ctrl-C ends it");
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt(); // the model is there
                    }
                },
                "elbo4j-model-clock");
        clock.setDaemon(true);
        clock.start();
        try {
            return source.define(table == null ? null : table.table());
        } finally {
            clock.interrupt();
        }
    }

    private void checkBatch(CommandLine command, JavaModel source, Model model) {
        if (batch != null && model.rows() == 0) {
            throw new InputException("--batch needs rows, but the model in " + source.file()
                    + " has not taken those of its table; let it begin with data = m.rows(data)");
        }
        if (batch != null && batch > model.rows()) {
            throw new ParameterException(
                    command, "--batch is " + batch + ", but the model has only " + Words.count(model.rows(), "row"));
        }
    }

    private static void notes(Fitting fitting, ModelTable table) {
        table.notes().forEach(text -> fitting.note(table.file() + ": " + text));
        if (table.droppedRows() > 0) {
            fitting.note(table.file() + ": " + Numbers.grouped(table.droppedRows()) + " of "
                    + Words.count(table.rows() + table.droppedRows(), "row") + " dropped, since a cell is missing");
        }
    }

    /** The model with its data. */
    private final class Program implements Fitting.Subject {
        private final Fitting fitting;
        private final JavaModel source;
        private final Model model;
        private final @Nullable ModelTable table;
        private final @Nullable FitResult first;

        Program(Fitting fitting, JavaModel source, Model model, @Nullable ModelTable table, @Nullable FitResult first) {
            this.fitting = fitting;
            this.source = source;
            this.model = model;
            this.table = table;
            this.first = first;
        }

        @Override
        public List<String> parameters() {
            return model.coordinateNames();
        }

        @Override
        public int rows() {
            return batch == null ? model.rows() : batch;
        }

        @Override
        public int batch() {
            return batch == null ? 0 : batch;
        }

        @Override
        public LogJoint joint(Device device) {
            try {
                return model.logJoint(device);
            } catch (IllegalArgumentException e) {
                throw source.refusal(e);
            }
        }

        @Override
        public @Nullable FitResult first() {
            return first;
        }

        @Override
        public Report report(FitResult fitted) {
            Map<String, Object> used = new LinkedHashMap<>();
            used.put(Continued.PROGRAM, source.name());
            used.put("source", source.file());
            used.put("sourceSha256", Digest.sha256(path));
            Report report = Report.of(fitted)
                    .model(new ModelDescription(MODEL, "Model " + source.name(), "", "", Map.of(), used));
            if (table != null) {
                report = report.about(new DataSource(
                        table.file(),
                        table.sha256(),
                        table.rows(),
                        "",
                        List.of(),
                        table.droppedRows(),
                        List.of(),
                        table.notes(),
                        Map.of()));
            }
            return priorDraws == null
                    ? report
                    : report.prior(
                            priorDraws, PriorMarginals.of(model, priorDraws, fitted.seed(), z -> z, (row, y) -> y));
        }

        /** Without quantities where a fit went so wrong that no draws can be taken; the coordinates are then shown. */
        @Override
        public Report computed(Device device, Report report) {
            FitResult fitted = report.fit();
            try {
                if (expectationDraws != null && fitted.status() != Status.INTERRUPTED) {
                    return expected(device, report, expectationDraws);
                }
            } catch (CancellationException | DeviceException e) {
                fitting.note("--expectation-draws: " + e.getMessage() + "; means and sds are from "
                        + Words.count(Marginal.DRAWS, "draw"));
            } catch (IllegalStateException e) { // a covariance that is not positive definite
                return report;
            }
            return report.quantities(Quantities.of(model, fitted));
        }

        private Report expected(Device device, Report report, long draws) {
            FitResult fitted = report.fit();
            if (draws >= MANY_DRAWS) {
                fitting.note("the fit is done; now " + Numbers.grouped(draws)
                        + " draws of it for means and sds, which take a while; Ctrl-C leaves them out");
            }
            List<Marginal> marginals = Marginal.of(model, fitted.posterior(), fitted.seed(), device, draws);
            marginals.stream()
                    .filter(each -> !Double.isFinite(each.mean()))
                    .forEach(each -> fitting.note("the mean of " + each.name() + " is not finite: at some of "
                            + Numbers.grouped(draws) + " draws it is beyond the numbers of float32, or none"));
            return report.quantities(marginals, draws);
        }
    }
}

package io.github.elbo4j.spark;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.command.Arguments;
import io.github.elbo4j.cli.command.Exit;
import io.github.elbo4j.cli.model.FitModel;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.FixedDraws;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Scaling;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.GroupFit;
import io.github.elbo4j.report.ModelDescription;
import io.github.elbo4j.report.Report;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The program that {@code spark-submit} starts: {@code elbo4j fit} of a regression whose rows are on a cluster, with the options of the command
 * that make sense there. It writes what the command writes: {@code fit.json} and {@code report.html}, or with {@code --by} {@code fits.jsonl}.
 *
 * <p>If the driver fails, the same command line goes on where it was: by the journal in the folder of {@code --out}, or by the groups that
 * are written there.
 */
@Command(
        name = "elbo4j-spark",
        description = "Fits a Bayesian regression to rows on a Spark cluster, or with --by one to each group of rows.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class FitApplication implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "logistic, linear or categorical.")
    private String model = "";

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE",
            description =
                    "A path or address that the driver and all executors can read: Parquet if its name ends in .parquet,"
                            + " else CSV with a header; NA and empty cells are missing.")
    private String data = "";

    @Option(names = "--target", required = true, paramLabel = "COLUMN", description = "The column to predict.")
    private String target = "";

    @Option(
            names = "--by",
            paramLabel = "COLUMN",
            description = "A fit for each group of rows with the same value in this column, which does not predict.")
    private @Nullable String by;

    @Option(names = "--ignore", paramLabel = "COLUMN[,…]", split = ",", description = "Columns that do not predict.")
    private List<String> ignored = new ArrayList<>();

    @Option(
            names = "--categorical",
            paramLabel = "COLUMN[,…]",
            split = ",",
            description =
                    "Columns of which each value but the first, in order, becomes a 0/1 column COLUMN=VALUE. Columns of two"
                            + " words, such as yes and no, need it not.")
    private List<String> categorical = new ArrayList<>();

    @Option(
            names = "--missing",
            paramLabel = "NAME",
            description =
                    "What an empty cell or NA in a column that is used means. refuse: an error. drop: its row is left out"
                            + " and counted. Default: refuse.")
    private String missing = "refuse";

    @Option(names = "--no-intercept", description = "No intercept. Columns are then scaled but not centred.")
    private boolean noIntercept;

    @Option(
            names = "--standardize",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description =
                    "Fit columns (and a target that is a quantity) at mean 0 and sd 1, the default, or as they are."
                            + " Results are on the scale of the data; priors are on the scale that is fitted.")
    private boolean standardize = true;

    @Option(names = "--prior-mean", paramLabel = "M", description = "Prior mean of each coefficient. Default: 0.")
    private double priorMean;

    @Option(names = "--prior-sd", paramLabel = "S", description = "Prior sd of each coefficient. Default: 2.5.")
    private double priorSd = 2.5;

    @Option(
            names = "--method",
            paramLabel = "NAME",
            description =
                    "fixed, pathfinder, laplace, batch-and-match or sgvi. Default: fixed; with --by sgvi. Without --by, sgvi"
                            + " takes a job for each of its thousands of steps.")
    private @Nullable String method;

    @Option(names = "--seed", paramLabel = "N", description = "All randomness follows from it. Default: 0.")
    private long seed;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description = "Tasks a pass. Default: as many as Spark has by default. No result depends on it.")
    private @Nullable Integer partitions;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Folder of the driver's for results, made if need be.")
    private Path out = Path.of("");

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private FitApplication() {}

    /** What {@code spark-submit} calls. Ends with the exit codes of {@code elbo4j}. */
    public static void main(String[] args) {
        int code = run(System.err, args);
        if (code != Exit.GOOD) {
            System.exit(code);
        }
    }

    /** @param err gets a user's mistake in words */
    static int run(PrintStream err, String... args) {
        CommandLine command = new CommandLine(new FitApplication());
        command.setExecutionExceptionHandler((e, line, parsed) -> {
            String mistake = mistake(e);
            err.println("elbo4j: " + (mistake != null ? mistake : e.toString()));
            return mistake != null ? Exit.BAD_INPUT : Exit.BROKEN;
        });
        command.setParameterExceptionHandler((e, parsed) -> {
            err.println("elbo4j: " + e.getMessage());
            return Exit.BAD_INPUT;
        });
        return command.execute(args);
    }

    /** A task's mistake comes wrapped; null if it is none of the user's. */
    private static @Nullable String mistake(Throwable thrown) {
        return Stream.<Throwable>iterate(thrown, each -> each != null, Throwable::getCause)
                .map(FitApplication::words)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable String words(Throwable thrown) {
        String message = String.valueOf(thrown.getMessage());
        if (message.startsWith("[MALFORMED_CSV_RECORD]")) { // Spark's name of it
            return "--data: a row has more or fewer cells than the header: "
                    + message.replaceAll("(?s)^.*?: | SQLSTATE.*", "");
        }
        return thrown instanceof IllegalArgumentException ? message : null;
    }

    @Override
    public Integer call() throws IOException {
        Regression regression = new Regression(model, !noIntercept, standardize, new NormalPrior(priorMean, priorSd));
        String how = method != null ? method : by != null ? Sgvi.NAME : FixedDraws.NAME;
        Regression.oneOf("--method", how, Regression.METHODS);
        Regression.oneOf("--missing", missing, List.of("refuse", "drop"));
        if (partitions != null && partitions < 1) {
            throw new IllegalArgumentException("--partitions is " + partitions + ", but must be 1 or more");
        }
        try {
            Report.prepare(out);
        } catch (IOException e) {
            throw new IllegalArgumentException("--out " + out + " cannot be written: " + e.getMessage(), e);
        }
        SparkSession spark =
                SparkSession.builder().appName("elbo4j fit " + model).getOrCreate();
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        context.setJobDescription("elbo4j: reading " + data);
        InputTable input = InputTable.read(
                spark, new InputTable.Source(data, target, by, ignored, categorical, missing.equals("drop")));
        int tasks = partitions != null ? partitions : context.defaultParallelism();
        return by != null ? groups(context, input, regression, how, tasks) : one(input, regression, how, tasks);
    }

    private int one(InputTable input, Regression regression, String how, int tasks) throws IOException {
        CodedTable coded = CodedTable.of(input, regression);
        List<String> columns = new ArrayList<>(coded.predictors());
        if (regression.intercept()) {
            columns.add(0, RegressionData.INTERCEPT);
        }
        List<String> classes = coded.classes();
        RowModel on = (device, rows) -> regression.model(device, rows, classes);
        Path journal = out.resolve("journal");
        try (Device device = Devices.open("cpu");
                SparkRows rows = SparkRows.of(coded.table(), columns, target, tasks)) {
            Scaling found = regression.intercept() || regression.standardize()
                    ? rows.scaling(regression.standardizesTarget())
                    : null; // refuses columns that are constant, which are told from no intercept
            Scaling scaling = regression.standardize() ? found : null;
            double[] deviations = rows.deviations();
            FitResult fit;
            int[] replayed = {0};
            try (SparkRows fitted = scaling == null ? rows : rows.scaled(scaling)) {
                fit = SparkFit.of(fitted, on)
                        .journal(journal)
                        .fit(device, Regression.method(how, seed, 0), n -> replayed[0] = n);
            }
            FitResult back = scaling == null
                    ? fit
                    : fit.mapped(scaling.toOriginal(regression.block(columns.size())), scaling::elboToOriginal);
            Map<String, Double> units = units(back, columns, Math.max(1, classes.size()), deviations);
            report(input, coded, regression, back, units).write(out);
            if (fit.status() == Status.FAILED) {
                throw new DeviceException("the fit ended early: " + fit.message());
            }
            Files.deleteIfExists(journal);
            System.out.println(back);
            System.out.println((replayed[0] > 0 ? "passes made before: " + replayed[0] + "; " : "") + "written: "
                    + out.resolve("fit.json") + ", " + out.resolve("report.html"));
            return back.verdict() == Verdict.DO_NOT_TRUST ? Exit.BAD_FIT : Exit.GOOD;
        }
    }

    /** The sd of the column that each coefficient multiplies: a class has all columns, and what else there is follows. */
    private static Map<String, Double> units(FitResult fit, List<String> columns, int classes, double[] deviations) {
        Map<String, Double> units = new LinkedHashMap<>();
        List<String> names = fit.parameterNames();
        for (int i = 0; i < classes * columns.size(); i++) {
            int column = i % columns.size();
            if (!columns.get(column).equals(RegressionData.INTERCEPT)) {
                units.put(names.get(i), deviations[column]);
            }
        }
        return units;
    }

    private Report report(
            InputTable input, CodedTable coded, Regression regression, FitResult fit, Map<String, Double> units) {
        FitModel words = CellGroups.command(regression.name());
        Map<String, Object> used = new LinkedHashMap<>();
        used.put("intercept", regression.intercept());
        used.put("standardize", regression.standardize());
        used.put("priorMean", regression.prior().mean());
        used.put("priorSd", regression.prior().sd());
        if (regression.name().equals(Regression.LINEAR)) {
            used.put("logNoisePriorMean", regression.logNoisePrior().mean());
            used.put("logNoisePriorSd", regression.logNoisePrior().sd());
        }
        return Report.of(fit)
                .model(new ModelDescription(
                        words.name(),
                        Words.sentence("Bayesian " + words.heading(target)).replaceFirst("\\.$", ""),
                        words.effect(target),
                        words.note(),
                        words.logarithms(),
                        used))
                .about(new DataSource(
                        input.source().name(),
                        input.digest().sha256(),
                        (int) Math.min(input.rows(), Integer.MAX_VALUE),
                        target,
                        coded.predictors(),
                        (int) Math.min(input.dropped(), Integer.MAX_VALUE),
                        coded.codings(),
                        input.digest().note().isEmpty()
                                ? List.of()
                                : List.of(input.digest().note()),
                        units))
                .command(commandLine(), arguments(fit.method()));
    }

    /** By which {@code elbo4j fit} makes the same fit of the same file; the methods that are taken without being asked for differ. */
    private List<String> arguments(String how) {
        List<String> words = new ArrayList<>(
                Arguments.of(spec, spec.commandLine().getParseResult().originalArgs()));
        if (method == null) {
            words.addAll(List.of("--method", how));
        }
        return words;
    }

    private String commandLine() {
        return spec.commandLine().getParseResult().originalArgs().stream()
                .map(Text::shellQuote)
                .collect(Collectors.joining(" ", "java/spark/submit ", ""));
    }

    private int groups(JavaSparkContext context, InputTable input, Regression regression, String how, int tasks)
            throws IOException {
        String column = String.valueOf(by);
        GroupTable groups = Jobs.described(context, "elbo4j: the groups of " + column, () -> CellGroups.table(input));
        int count = groups.keys().size();
        CellGroups model = new CellGroups(regression, input.source(), input.names(), how, seed);
        Broadcast<List<String>> names =
                context.broadcast(groups.keys().stream().map(CellGroups::label).toList());
        String name = regression.name();
        JavaRDD<String> lines = groups.cells(input.names(), GroupWaves.partitions(count, tasks))
                .mapPartitions(new GroupFitter<>(model, DeviceChoice.assigned()), true)
                .map(outcome -> line(names.value().get(outcome.group()), name, outcome));
        String of = String.join(
                "\n",
                regression.toString(),
                input.source().toString(),
                input.names().toString(),
                input.digest().sha256(),
                how,
                "seed " + seed,
                groups.counted());
        GroupWaves waves = new GroupWaves(lines, count, out);
        int there = waves.run(context, tasks, of);
        GroupsReport report = new GroupsReport(GroupsReport.MOST).read(out.resolve("fits.jsonl"));
        Path page = report.write(
                out,
                "Model " + name + ", a fit for each " + column + " of "
                        + input.source().name(),
                commandLine(),
                "executors of Spark; results do not depend on them");
        waves.finished();
        names.destroy();
        System.out.println(Words.count(count, "group") + (there > 0 ? ", fitted before: " + there : "") + "; written: "
                + out.resolve("fits.jsonl") + ", " + page);
        return report.isBad() ? Exit.BAD_FIT : Exit.GOOD;
    }

    private static String line(String group, String model, GroupOutcome outcome) {
        FitResult fit = outcome.fit();
        return fit == null
                ? GroupFit.failed(group, outcome.group(), outcome.rows(), outcome.reason())
                        .line()
                : GroupFit.of(
                                group,
                                outcome.group(),
                                outcome.rows(),
                                Report.of(fit).model(ModelDescription.of(model)))
                        .line();
    }
}

package io.github.elbo4j.spark;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.command.Exit;
import io.github.elbo4j.cli.model.FitModel;
import io.github.elbo4j.cli.model.Models;
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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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

    @Option(names = "--drop-missing", description = "Leave out rows in which a cell that is used is missing.")
    private boolean dropMissing;

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
            IllegalArgumentException mistake = mistake(e);
            err.println("elbo4j: " + (mistake != null ? mistake.getMessage() : e.toString()));
            return mistake != null ? Exit.BAD_INPUT : Exit.BROKEN;
        });
        command.setParameterExceptionHandler((e, parsed) -> {
            err.println("elbo4j: " + e.getMessage());
            return Exit.BAD_INPUT;
        });
        return command.execute(args);
    }

    /** A task's mistake comes wrapped. */
    private static @Nullable IllegalArgumentException mistake(Throwable thrown) {
        return Stream.<Throwable>iterate(thrown, each -> each != null, Throwable::getCause)
                .filter(IllegalArgumentException.class::isInstance)
                .map(IllegalArgumentException.class::cast)
                .findFirst()
                .orElse(null);
    }

    @Override
    public Integer call() throws IOException {
        Regression regression = new Regression(model, !noIntercept, standardize, new NormalPrior(priorMean, priorSd));
        String how = method != null ? method : by != null ? Sgvi.NAME : FixedDraws.NAME;
        Regression.oneOf("--method", how, Regression.METHODS);
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
        InputTable input =
                InputTable.read(spark, new InputTable.Source(data, target, by, ignored, dropMissing), regression);
        int tasks = partitions != null ? partitions : context.defaultParallelism();
        return by != null ? groups(context, input, regression, how, by, tasks) : one(input, regression, how, tasks);
    }

    private int one(InputTable input, Regression regression, String how, int tasks) throws IOException {
        List<String> columns = new ArrayList<>(input.predictors());
        if (regression.intercept()) {
            columns.add(0, RegressionData.INTERCEPT);
        }
        List<String> classes = input.classes();
        RowModel on = (device, rows) -> regression.model(device, rows, classes);
        Path journal = out.resolve("journal");
        try (Device device = Devices.open("cpu");
                SparkRows rows = SparkRows.of(input.table(), columns, target, tasks)) {
            Scaling scaling = regression.standardize() ? rows.scaling(regression.standardizesTarget()) : null;
            FitResult fit;
            try (SparkRows fitted = scaling == null ? rows : rows.scaled(scaling)) {
                fit = SparkFit.of(fitted, on).journal(journal).fit(device, Regression.method(how, seed, 0));
            }
            FitResult back = scaling == null
                    ? fit
                    : fit.mapped(scaling.toOriginal(regression.block(columns.size())), scaling::elboToOriginal);
            report(input, regression, back, rows.rows()).write(out);
            if (fit.status() == Status.FAILED) {
                throw new DeviceException("the fit ended early: " + fit.message());
            }
            Files.deleteIfExists(journal);
            System.out.println(back);
            System.out.println("written: " + out.resolve("fit.json") + ", " + out.resolve("report.html"));
            return back.verdict() == Verdict.DO_NOT_TRUST ? Exit.BAD_FIT : Exit.GOOD;
        }
    }

    private Report report(InputTable input, Regression regression, FitResult fit, long rows) {
        FitModel words = Models.TABLE.stream()
                .map(supplier -> supplier.get())
                .filter(each -> each.name().equals(regression.name()))
                .findFirst()
                .orElseThrow();
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
                        data.substring(data.lastIndexOf('/') + 1),
                        "",
                        (int) Math.min(rows, Integer.MAX_VALUE),
                        target,
                        input.predictors(),
                        0,
                        input.codings(),
                        List.of(),
                        Map.of()));
    }

    private int groups(
            JavaSparkContext context, InputTable input, Regression regression, String how, String column, int tasks)
            throws IOException {
        context.setJobDescription("elbo4j: the groups of " + column);
        GroupTable groups = new GroupTable(input.table(), List.of(column), target);
        int count = groups.keys().size();
        GroupFitter fitter =
                new GroupFitter(regression, input.predictors(), input.classes(), how, seed, DeviceChoice.assigned());
        List<String> names = groups.keys().stream()
                .map(key -> InputTable.label(key.values().get(0)))
                .toList();
        String name = regression.name();
        JavaRDD<String> lines = groups.rows(input.predictors(), GroupWaves.partitions(count, tasks))
                .mapPartitions(fitter, true)
                .map(outcome -> line(names.get(outcome.group()), name, outcome));
        String of = String.join(
                "\n",
                regression.toString(),
                data,
                target,
                column,
                how,
                "seed " + seed,
                input.predictors().toString(),
                groups.counted());
        int there = new GroupWaves(lines, count, out).run(context, tasks, of);
        System.out.println(Words.count(count, "group") + (there > 0 ? ", " + there + " of them fitted before" : "")
                + "; written: " + out.resolve("fits.jsonl"));
        try (Stream<String> written = Files.lines(out.resolve("fits.jsonl"))) {
            boolean bad = written.anyMatch(line -> line.contains("\"verdict\":\"" + Verdict.DO_NOT_TRUST.words() + "\"")
                    || !line.contains("\"verdict\":"));
            return bad ? Exit.BAD_FIT : Exit.GOOD;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
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

package io.github.elbo4j.spark;

import io.github.elbo4j.cli.command.Arguments;
import io.github.elbo4j.cli.command.Exit;
import io.github.elbo4j.cli.subject.ColumnNames;
import io.github.elbo4j.cli.subject.MissingOption;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.subject.ScaleOptions;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.infer.FixedDraws;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.report.Report;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private final ColumnNames columns = new ColumnNames();

    @Option(
            names = "--by",
            paramLabel = "COLUMN",
            description = "A fit for each group of rows with the same value in this column, which does not predict.")
    private @Nullable String by;

    @Mixin
    private final MissingOption missing = new MissingOption();

    @Mixin
    private final ScaleOptions scale = new ScaleOptions();

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

    private final PrintStream said;

    private FitApplication(PrintStream said) {
        this.said = said;
    }

    /** What {@code spark-submit} calls. Ends with the exit codes of {@code elbo4j}. */
    public static void main(String[] args) {
        int code = run(System.out, System.err, args);
        if (code != Exit.GOOD) {
            System.exit(code);
        }
    }

    /**
     * Runs the program inside this one.
     *
     * @param out gets what came of it in a few words
     * @param err gets a user's mistake in words
     */
    static int run(PrintStream out, PrintStream err, String... args) {
        CommandLine command = new CommandLine(new FitApplication(out));
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
        CommandLine command = spec.commandLine();
        scale.validate(command);
        boolean drops = missing.drops(command);
        OptionChecks.atLeastOne(command, "--partitions", partitions);
        Regression regression = new Regression(model, scale.intercept(), scale.standardize(), scale.prior());
        String how = method != null ? method : by != null ? Sgvi.NAME : FixedDraws.NAME;
        Regression.oneOf("--method", how, Regression.METHODS);
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
                spark,
                new InputTable.Source(data, columns.target(), by, columns.ignore(), columns.categorical(), drops));
        FitTask task = new FitTask(
                input,
                regression,
                how,
                seed,
                partitions != null ? partitions : context.defaultParallelism(),
                new FitTask.Origin(out, commandLine(), arguments(how)),
                said);
        return by != null ? new FitOfGroups(task).run(context) : new FitOfRows(task).run();
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
}

package io.github.elbo4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.cli.command.Exit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application in one virtual machine; {@link ClusterTest} submits it to a cluster. */
class FitApplicationTest extends LocalSpark {
    private static final Path DATA = Path.of(System.getProperty("elbo4j.root"), "test/data");

    @TempDir
    private Path folder;

    /** @param codes those that may be; a bad fit, too, is written */
    private static String run(List<Integer> codes, String... args) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int got = FitApplication.run(new PrintStream(err, true, StandardCharsets.UTF_8), args);
        String said = err.toString(StandardCharsets.UTF_8).strip();
        assertThat(got).as(said).isIn(codes);
        return said;
    }

    private static String refusal(String... args) {
        return run(List.of(Exit.BAD_INPUT), args);
    }

    private static void fit(String... args) {
        run(List.of(Exit.GOOD, Exit.BAD_FIT), args);
    }

    private void command(String... args) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                "io.github.elbo4j.cli.Main",
                "fit"));
        command.addAll(List.of(args));
        Path log = folder.resolve("command.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(log)).isLessThan(Exit.BAD_INPUT);
    }

    /** The fields of the result, but for what a clock says and the name of the device: those before the format. */
    static String result(Path json) throws IOException {
        return Files.readString(json)
                .replaceFirst("(?s)\\n *\"format\".*", "")
                .replaceAll("\"(device|seconds|drawsPerSecond)\": ?[^,}\\n]*", "\"$1\":0");
    }

    @Test
    void theResultIsThatOfTheCommand() throws Exception {
        String iris = DATA.resolve("iris.csv").toString();
        String[] words = {"categorical", "--data", iris, "--target", "species", "--method", "laplace", "--seed", "4"};
        command(with(words, "--device", "cpu", "--out", folder.resolve("alone").toString()));
        fit(with(words, "--out", folder.resolve("spark").toString()));
        String want = result(folder.resolve("alone/fit.json"));
        assertThat(want).contains("\"name\": \"petal_width (virginica)\"");
        assertThat(result(folder.resolve("spark/fit.json"))).isEqualTo(want);
        assertThat(folder.resolve("spark/report.html")).content().contains("categorical regression of species");
        assertThat(folder.resolve("spark/journal")).doesNotExist();
    }

    /** Of the same table as Parquet. */
    @Test
    void theFitsOfGroupsAreThoseOfTheCommand() throws Exception {
        String pima = DATA.resolve("pima.csv").toString();
        String parquet = folder.resolve("pima.parquet").toString();
        spark.read()
                .option("header", "true")
                .option("inferSchema", "true")
                .csv(pima)
                .write()
                .parquet(parquet);
        String[] words = {"linear", "--data", pima, "--target", "glu", "--by", "type", "--ignore", "npreg,ped"};
        command(with(words, "--device", "cpu", "--out", folder.resolve("alone").toString()));
        words[2] = parquet;
        fit(with(words, "--out", folder.resolve("spark").toString()));
        List<String> lines = new ArrayList<>();
        for (String from : List.of("alone", "spark")) {
            lines.add(Files.readString(folder.resolve(from).resolve("fits.jsonl"))
                    .replaceAll("\"(seconds|drawsPerSecond)\":[^,}]*", "\"$1\":0"));
        }
        assertThat(lines.get(0).lines()).hasSize(2);
        assertThat(lines.get(1)).isEqualTo(lines.get(0));
    }

    private static String[] with(String[] words, String... more) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static final AtomicInteger FITTED = new AtomicInteger();

    /** 100 groups in 25 partitions, 16 a wave. */
    private static JavaRDD<String> lines(JavaSparkContext context, int failsAt) {
        return context.parallelize(IntStream.range(0, 100).boxed().toList(), 25).map(group -> {
            if (group == failsAt) {
                throw new IllegalStateException("as if the driver failed");
            }
            FITTED.incrementAndGet();
            return "group " + group + "\n";
        });
    }

    @Test
    void whatIsWrittenIsNotFittedAgain() throws Exception {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        String want = String.join("", lines(context, -1).collect());
        assertThatThrownBy(() -> new GroupWaves(lines(context, 60), 100, folder).run(context, 1, "these"))
                .hasStackTraceContaining("as if the driver failed");
        Path file = folder.resolve("fits.jsonl");
        assertThat(file).content().hasLineCount(48);
        Files.writeString(file, "group 48\ngroup 4", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> new GroupWaves(lines(context, -1), 100, folder).run(context, 1, "others"))
                .hasMessageContaining("is of fits of other rows or options that were broken off");
        FITTED.set(0);
        assertThat(new GroupWaves(lines(context, -1), 100, folder).run(context, 1, "these"))
                .isEqualTo(48);
        assertThat(FITTED.get()).isEqualTo(52);
        assertThat(file).content().isEqualTo(want);
        assertThat(folder.resolve("fits.unfinished")).doesNotExist();
    }

    @Test
    void mistakesAreTold() throws Exception {
        String iris = DATA.resolve("iris.csv").toString();
        String out = folder.resolve("out").toString();
        assertThat(refusal("probit", "--data", iris, "--target", "species", "--out", out))
                .isEqualTo("elbo4j: regression is probit, but must be one of logistic, linear, categorical");
        assertThat(refusal("linear", "--data", iris, "--out", out))
                .isEqualTo("elbo4j: Missing required option: '--target=COLUMN'");
        assertThat(refusal("linear", "--data", iris, "--target", "sepal", "--out", out))
                .startsWith(
                        "elbo4j: --target: --data " + iris + " has no column sepal. Its columns are sepal_length, ");
        assertThat(refusal("linear", "--data", iris, "--target", "sepal_width", "--out", out))
                .contains("column species is of type string, but must hold numbers: code it first")
                .endsWith("--ignore species");
        assertThat(refusal("linear", "--data", iris + "x", "--target", "y", "--out", out))
                .contains("iris.csvx cannot be read: ", "It must be where the driver and every executor can read it");
        assertThat(refusal("logistic", "--data", iris, "--target", "species", "--out", out))
                .contains("target column species has 3 different values, but a logistic regression needs two");
        assertThat(refusal(
                        "linear",
                        "--data",
                        iris,
                        "--target",
                        "sepal_width",
                        "--by",
                        "species",
                        "--method",
                        "exact",
                        "--out",
                        out))
                .isEqualTo(
                        "elbo4j: --method is exact, but must be one of sgvi, fixed, pathfinder, laplace, batch-and-match");
        Path gap = Files.writeString(folder.resolve("gap.csv"), "x,y\n1,2\nNA,3\n4,5\n");
        assertThat(refusal("linear", "--data", gap.toString(), "--target", "y", "--out", out))
                .endsWith(
                        "column x has no value in 1 of 3 rows. Leave such rows out with --drop-missing, or the column with"
                                + " --ignore");
        Path flat = Files.writeString(folder.resolve("flat.csv"), "x,y\n1,2\n1,3\n1,5\n");
        assertThat(refusal("linear", "--data", flat.toString(), "--target", "y", "--out", out))
                .startsWith("elbo4j: column x is constant (1.0 in all 3 rows)");
        assertThat(refusal(
                        "linear",
                        "--data",
                        iris,
                        "--target",
                        "sepal_width",
                        "--ignore",
                        "species",
                        "--out",
                        iris + "/x"))
                .contains("--out " + iris + "/x cannot be written");
    }
}

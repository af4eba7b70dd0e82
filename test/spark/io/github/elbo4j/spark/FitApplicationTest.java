package io.github.elbo4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.cli.CommandLineInside;
import io.github.elbo4j.cli.command.Exit;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.report.GroupFit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** The application in one virtual machine; {@link ClusterTest} submits it to a cluster. */
class FitApplicationTest extends LocalSpark {
    private static final Path DATA = Path.of(System.getProperty("elbo4j.root"), "test/data");

    @TempDir
    private Path folder;

    /** Its exit code. */
    private static int command(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.add(0, "fit");
        return CommandLineInside.run(Exit.BAD_INPUT, all.toArray(String[]::new));
    }

    /** A document, but for what a clock says and the name of the device. */
    static String result(Path json) throws IOException {
        return Files.readString(json).replaceAll("\"(device|seconds|drawsPerSecond)\": ?[^,}\\n]*", "\"$1\":0");
    }

    /** The lines of groups, but for what a clock says and the name of the device. */
    static String groups(Path folder) throws IOException {
        return Files.readString(folder.resolve("fits.jsonl"))
                .replaceAll("\"(device|seconds|drawsPerSecond)\":[^,}]*", "\"$1\":0");
    }

    @Test
    void theResultIsThatOfTheCommand() throws Exception {
        String iris = DATA.resolve("iris.csv").toString();
        String[] words = {"categorical", "--data", iris, "--target", "species", "--seed", "4"};
        words = with(words, "--method", "pathfinder"); // which takes the fewest passes
        command(with(words, "--device", "cpu", "--out", folder.resolve("alone").toString()));
        fit(with(words, "--out", folder.resolve("spark").toString()));
        String want = result(folder.resolve("alone/fit.json"));
        assertThat(want)
                .contains("\"name\": \"petal_width (virginica)\"")
                .containsPattern("\"sha256\": \"[0-9a-f]{64}\"")
                .contains("\"arguments\": [", "\"petal_width (virginica)\": 0.7");
        assertThat(result(folder.resolve("spark/fit.json"))).isEqualTo(want);
        assertThat(folder.resolve("spark/report.html")).content().contains("categorical regression of species");
        assertThat(folder.resolve("spark/journal")).doesNotExist();
    }

    /** Rows with yes and no, words among numbers in another column, empty cells, and a target in words. */
    private Path words() throws IOException {
        StringBuilder csv = new StringBuilder("dose,smoker,ward,age,outcome\n");
        String[] wards = {"west", "10", "9", "East", "9.0"};
        for (int n = 0; n < 120; n++) {
            double dose = StrictMath.sin(n) + (n % 3);
            csv.append(n == 17 ? "NA" : n == 40 ? "" : String.valueOf(dose))
                    .append(n % 4 == 1 ? ",Yes," : ",no,")
                    .append(n == 33 ? "n/a" : n == 50 ? "rare" : wards[n % 5])
                    .append(n == 50 ? ",NA," : "," + (40 + n * 7 % 31) + ",")
                    .append(StrictMath.cos(5 * n) + 0.4 * dose > 0.3 ? "well\n" : "ill\n");
        }
        return Files.writeString(folder.resolve("words.csv"), csv);
    }

    /** A level that stands in a row that is dropped alone is none; numbers come before words. */
    @Test
    void wordsAreCodedAsByTheCommand() throws Exception {
        String data = words().toString();
        String[] logistic = {
            "logistic", "--data", data, "--target", "outcome", "--categorical", "ward", "--missing", "drop"
        };
        command(with(
                logistic,
                "--method",
                "fixed",
                "--device",
                "cpu",
                "--out",
                folder.resolve("alone").toString()));
        fit(with(logistic, "--out", folder.resolve("spark").toString(), "--partitions", "3"));
        String want = result(folder.resolve("alone/fit.json"));
        assertThat(want)
                .contains("\"ward=10\", \"ward=East\", \"ward=west\"")
                .contains("\"droppedRows\": 4")
                .contains("\"values\": [\"no\", \"Yes\"]", "\"values\": [\"ill\", \"well\"]");
        assertThat(result(folder.resolve("spark/fit.json"))).isEqualTo(want);
        CommandLineInside.run(1, "verify", folder.resolve("spark").toString(), "--data", data); // by its arguments

        String[] linear = {"linear", "--data", data, "--target", "age", "--by", "ward", "--missing", "drop"};
        command(with(
                linear,
                "--method",
                "laplace",
                "--device",
                "cpu",
                "--out",
                folder.resolve("alone-by").toString()));
        fit(with(
                linear,
                "--method",
                "laplace",
                "--out",
                folder.resolve("spark-by").toString()));
        assertThat(groups(folder.resolve("spark-by")))
                .isEqualTo(groups(folder.resolve("alone-by")))
                .startsWith("{\"group\":\"9\",")
                .hasLineCount(5);
        assertThat(page(folder.resolve("spark-by")))
                .isEqualTo(page(folder.resolve("alone-by")))
                .contains("a fit for each ward of words.csv", "<svg");
    }

    /** The page of groups, but for what was run where. */
    private static String page(Path folder) throws IOException {
        return Files.readString(folder.resolve("report.html")).replaceFirst("(?s)What was run.*", "");
    }

    @Test
    void aPageOfManyGroupsShowsTheWorstAndCountsAll() throws Exception {
        Path lines = folder.resolve("fits.jsonl");
        StringBuilder text = new StringBuilder();
        for (String name : List.of("a", "b", "c")) {
            text.append(GroupFit.failed(name, text.length(), 7, "no fit of " + name, name.equals("b"))
                    .line());
        }
        Files.writeString(lines, text);
        GroupsReport report = new GroupsReport(2).read(lines);
        assertThat(report.verdicts().worst()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(report.verdicts().isBroken()).isTrue();
        assertThat(report.write(folder, "Model x", "", "here"))
                .content()
                .contains(
                        "3 groups, each fitted alone; pictures and charts are of the 2 with the worst verdicts, fits.jsonl has all")
                .contains("3 groups: 3 no fit.")
                .contains("no fit of a", "no fit of b")
                .doesNotContain("no fit of c");
    }

    /** As {@code sha256sum} does it. */
    @Test
    void aFolderHasTheDigestOfItsFiles() throws Exception {
        String table = folder.resolve("t.parquet").toString();
        spark.range(10).repartition(3).write().parquet(table);
        FileDigest digest = FileDigest.of(
                JavaSparkContext.fromSparkContext(spark.sparkContext()),
                table,
                spark.read().parquet(table).inputFiles());
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        try (Stream<Path> files = Files.list(Path.of(table))) {
            StringBuilder sums = new StringBuilder();
            for (Path file : files.filter(each -> each.getFileName().toString().startsWith("part"))
                    .sorted()
                    .toList()) {
                sums.append(HexFormat.of().formatHex(sha256.digest(Files.readAllBytes(file))))
                        .append("  " + file.getFileName() + "\n");
            }
            assertThat(sums.toString()).hasLineCount(3);
            assertThat(digest.sha256())
                    .isEqualTo(HexFormat.of()
                            .formatHex(sha256.digest(sums.toString().getBytes(StandardCharsets.UTF_8))));
        }
        assertThat(digest.note())
                .isEqualTo("sha256 is that of what sha256sum prints of the 3 files, by their paths there");
    }

    /** Files of one name in folders within, of which a column is made: which lies where is of the data. */
    @Test
    void aDigestKnowsWhichFileLiesWhere() throws Exception {
        Path table = folder.resolve("nested");
        List<String> files = new ArrayList<>();
        StringBuilder sums = new StringBuilder();
        for (String year : List.of("year=1", "year=2")) {
            Path file = Files.createDirectories(table.resolve(year)).resolve("part.csv");
            Files.writeString(file, "x,y\n" + year.length() + year + ",2\n");
            files.add(file.toUri().toString());
            sums.append(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file))))
                    .append("  " + year + "/part.csv\n");
        }
        String want = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(sums.toString().getBytes(StandardCharsets.UTF_8)));
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        for (String data : List.of(table.toString(), table + "/year=*", table + "/*/part.csv")) {
            assertThat(FileDigest.of(context, data, files.toArray(String[]::new))
                            .sha256())
                    .as(data)
                    .isEqualTo(want);
        }
        String one = table.resolve("year=1/part.csv").toString();
        assertThat(FileDigest.of(context, one, new String[] {files.get(0)}))
                .isEqualTo(new FileDigest(sums.substring(0, 64), ""));
    }

    /** One for its rows: the command's code, and its words with the line in the file, in however many pieces that is read. */
    @Test
    void aGroupWithoutAFitIsTheCommandsToTheWord() throws Exception {
        StringBuilder rows = new StringBuilder("g,x,y\n");
        for (int n = 0; n < 30; n++) {
            rows.append(n == 4 ? "" : n % 3)
                    .append(n == 13 ? ",word," : "," + n * n % 7 + ",")
                    .append(n % 5 + "\n");
        }
        String file = Files.writeString(folder.resolve("text.csv"), rows).toString();
        String[] words = {"linear", "--data", file, "--target", "y", "--by", "g", "--missing", "drop"};
        words = with(words, "--method", "laplace");
        command(with(words, "--device", "cpu", "--out", folder.resolve("alone").toString()));
        Said said = run(
                List.of(Exit.BAD_FIT),
                with(words, "--out", folder.resolve("spark").toString()));
        assertThat(said.out()).startsWith("3 groups: ").contains(", 1 no fit; written: ");
        assertThat(groups(folder.resolve("spark")))
                .isEqualTo(groups(folder.resolve("alone")))
                .contains("line 15");
        String cost = "spark.sql.files.openCostInBytes"; // no piece is smaller
        spark.conf().set(cost, "16");
        try {
            InputTable.Source source = new InputTable.Source(file, "y", "g", List.of(), List.of(), true);
            assertThat(InputTable.read(spark, source).cells().javaRDD().getNumPartitions())
                    .as("pieces")
                    .isGreaterThan(8);
            run(
                    List.of(Exit.BAD_FIT),
                    with(words, "--out", folder.resolve("pieces").toString()));
        } finally {
            spark.conf().unset(cost);
        }
        assertThat(groups(folder.resolve("pieces"))).isEqualTo(groups(folder.resolve("alone")));
    }

    /** A group of more parameters than a method takes has no fit, but nothing is broken: the command's words and code. */
    @Test
    void aMethodForFewerParametersIsTheGroupsAffair() throws Exception {
        StringBuilder rows = new StringBuilder("g,y");
        for (int k = 0; k < 301; k++) {
            rows.append(",x").append(k);
        }
        for (int n = 0; n < 8; n++) {
            rows.append(n % 2 == 0 ? "\na," : "\nb,").append(n * n % 7);
            for (int k = 0; k < 301; k++) {
                rows.append(',').append(StrictMath.sin(n + 8 * k));
            }
        }
        String file = Files.writeString(folder.resolve("wide.csv"), rows).toString();
        String[] words = {"linear", "--data", file, "--target", "y", "--by", "g", "--method", "batch-and-match"};
        assertThat(command(with(
                        words,
                        "--device",
                        "cpu",
                        "--out",
                        folder.resolve("alone").toString())))
                .isEqualTo(Exit.BAD_FIT);
        run(List.of(Exit.BAD_FIT), with(words, "--out", folder.resolve("spark").toString()));
        assertThat(groups(folder.resolve("spark")))
                .isEqualTo(groups(folder.resolve("alone")))
                .hasLineCount(2)
                .contains("--method batch-and-match is for up to 300 parameters", "but the model has 303")
                .doesNotContain("broken");
    }

    /** Of two groups, one of them as if a device had failed in the run that was broken off. */
    @Test
    void aBrokenGroupEndsWithItsCode() throws Exception {
        String file = Files.writeString(folder.resolve("two.csv"), "g,x,y\na,1,2\na,2,2\na,4,5\nb,1,2\nb,3,1\nb,4,9\n")
                .toString();
        Path out = folder.resolve("out");
        String[] words = {"linear", "--data", file, "--target", "y", "--by", "g", "--method", "laplace"};
        words = with(words, "--out", out.toString());
        Path page = Files.createDirectories(out.resolve("report.html")); // which can then not be written
        run(List.of(Exit.BROKEN), words);
        Files.delete(page);
        Path fits = out.resolve("fits.jsonl");
        String first = Files.readAllLines(fits).get(0) + "\n";
        Files.writeString(
                fits,
                first + GroupFit.failed("b", 1, 3, "a device failed", true).line());
        Said said = run(List.of(Exit.BROKEN), words);
        assertThat(said.out()).startsWith("2 groups: ").contains(", 1 no fit; fitted before: 2; written: ");
        assertThat(page).content().contains("a device failed");
    }

    /** Each with a row; a batch is of some, whatever else there is. */
    @Test
    void groupsOfManyCellsAreNotAllInMemory() {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        List<GroupOutcome> outcomes = context.parallelize(
                        IntStream.range(0, 20).boxed().toList(), 1)
                .map(group -> new Tuple2<>(new GroupRow(READ.getAndIncrement(), group), new double[0]))
                .mapPartitions(new GroupFitter<>(new Wide(), DeviceChoice.of("scalar")))
                .collect();
        assertThat(outcomes.stream().map(GroupOutcome::reason))
                .startsWith("5 read", "5 read", "5 read", "5 read", "9 read");
        assertThat(outcomes).hasSize(20).noneMatch(GroupOutcome::broken);
    }

    private static final AtomicInteger READ = new AtomicInteger();

    /** As if a row had a quarter of a million cells. */
    private record Wide() implements GroupModel<double[]> {
        @Override
        public int width() {
            return 1 << 18;
        }

        @Override
        public FitResult fit(Device device, Rows<double[]> group) {
            throw new IllegalArgumentException(READ.get() + " read");
        }

        @Override
        public GroupOutcome failed(Rows<double[]> group, RuntimeException failure) {
            return new GroupOutcome(
                    group.group(), group.rows().size(), null, String.valueOf(failure.getMessage()), false);
        }
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
        command(with(
                words,
                "--method",
                "sgvi",
                "--device",
                "cpu",
                "--out",
                folder.resolve("alone").toString()));
        words[2] = parquet;
        fit(with(words, "--out", folder.resolve("spark").toString()));
        assertThat(groups(folder.resolve("spark"))).hasLineCount(2).isEqualTo(groups(folder.resolve("alone")));
    }

    /** More rows than a panel has, so that tasks share them. */
    @Test
    void partitionsDoNotChangeAByte() throws Exception {
        StringBuilder rows = new StringBuilder("w,x,y\n");
        Random random = new Random(7);
        for (int n = 0; n < 3 * 1024 + 77; n++) {
            double x = random.nextGaussian();
            rows.append("abc".charAt(n % 3)).append(',').append(x).append(',');
            rows.append(random.nextDouble() < 1 / (1 + Math.exp(-x)) ? "yes\n" : "no\n");
        }
        String file = Files.writeString(folder.resolve("panels.csv"), rows).toString();
        String[] words = {"logistic", "--data", file, "--target", "y", "--categorical", "w"};
        words = with(words, "--method", "pathfinder"); // which takes the fewest passes
        command(with(words, "--device", "cpu", "--out", folder.resolve("alone").toString()));
        String want = result(folder.resolve("alone/fit.json"));
        for (int partitions : new int[] {2, 64}) {
            Path out = folder.resolve("spark-" + partitions);
            fit(with(words, "--partitions", String.valueOf(partitions), "--out", out.toString()));
            assertThat(result(out.resolve("fit.json"))).isEqualTo(want);
        }
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
        byte[] torn = "group 48\ngrü".getBytes(StandardCharsets.UTF_8);
        Files.write(
                file, Arrays.copyOf(torn, torn.length - 1), StandardOpenOption.APPEND); // in the middle of a character
        assertThatThrownBy(() -> new GroupWaves(lines(context, -1), 100, folder).run(context, 1, "others"))
                .hasMessageContaining("is of fits of other rows or options that were broken off");
        FITTED.set(0);
        GroupWaves rest = new GroupWaves(lines(context, -1), 100, folder);
        assertThat(rest.run(context, 1, "these")).isEqualTo(48);
        assertThat(FITTED.get()).isEqualTo(52);
        assertThat(file).content().isEqualTo(want);
        assertThat(rest.run(context, 1, "these")).isEqualTo(100); // as if the page could not be written
        rest.finished();
        assertThat(folder.resolve("fits.unfinished")).doesNotExist();
    }

    /** Lines of groups whose rows have changed since are not taken for those of the new rows. */
    @Test
    void brokenOffGroupsOfOtherRowsAreTold() throws Exception {
        Path file = folder.resolve("rows.csv");
        String rows = "g,x,y\na,1,2\na,2,2\na,4,5\nb,1,2\nb,3,1\nb,4,9\n";
        Files.writeString(file, rows);
        Path out = folder.resolve("of-rows");
        String[] words = {
            "linear",
            "--data",
            file.toString(),
            "--target",
            "y",
            "--by",
            "g",
            "--method",
            "laplace",
            "--out",
            out.toString()
        };
        Path page = Files.createDirectories(out.resolve("report.html")); // which can then not be written
        run(List.of(Exit.BROKEN), words);
        assertThat(out.resolve("fits.unfinished")).exists();
        Files.writeString(file, rows.replace("a,1,2", "a,1.5,2"));
        assertThat(refusal(words)).contains("is of fits of other rows or options that were broken off");
        Files.writeString(file, rows);
        Files.delete(page);
        fit(words);
        assertThat(out.resolve("fits.unfinished")).doesNotExist();
        assertThat(page).isRegularFile();
    }
}

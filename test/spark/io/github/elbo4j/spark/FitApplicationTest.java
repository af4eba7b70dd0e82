package io.github.elbo4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cli.CommandLineInside;
import io.github.elbo4j.cli.command.Exit;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.report.GroupFit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application in one virtual machine; {@link ClusterTest} submits it to a cluster. */
class FitApplicationTest extends LocalSpark {
    private static final Path DATA = Path.of(System.getProperty("elbo4j.root"), "test/data");

    @TempDir
    private Path folder;

    /** Its exit code. */
    static int command(String... args) {
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
        words = with(words, "--method", "laplace");
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

    static String[] with(String[] words, String... more) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}

package io.github.elbo4j.spark;

import static io.github.elbo4j.spark.FitApplicationTest.command;
import static io.github.elbo4j.spark.FitApplicationTest.groups;
import static io.github.elbo4j.spark.FitApplicationTest.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.cli.command.Exit;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.report.GroupFit;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** Fits of groups by the application, and where they are not to be had. */
class GroupsApplicationTest extends LocalSpark {
    @TempDir
    private Path folder;

    private static final AtomicInteger FITTED = new AtomicInteger();

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

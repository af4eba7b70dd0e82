package io.github.elbo4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.model.NormalPrior;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What files and options the application takes, and what it says of the others. */
class ApplicationInputTest extends LocalSpark {
    private static final Path DATA = Path.of(System.getProperty("elbo4j.root"), "test/data");

    @TempDir
    private Path folder;

    /** Not the command's reader reads, but Spark's, which is lenient where it is not told otherwise. */
    @Test
    void filesThatTheCommandRefusesAreRefused() throws Exception {
        String out = folder.resolve("out").toString();
        String long1 = Files.writeString(folder.resolve("long.csv"), "x,y\n1,2\n2,3,4\n4,5\n")
                .toString();
        String short1 = Files.writeString(folder.resolve("short.csv"), "w,x,y\n1,1,2\n3,2\n1,4,5\n")
                .toString();
        String many = "elbo4j: --data: a row has more or fewer cells than the header: ";
        assertThat(refusal("linear", "--data", long1, "--target", "y", "--missing", "drop", "--out", out))
                .isEqualTo(many + "2,3,4");
        assertThat(refusal("linear", "--data", short1, "--target", "y", "--missing", "drop", "--out", out))
                .isEqualTo(many + "3,2");
        assertThat(refusal(
                        "linear",
                        "--data",
                        short1,
                        "--target",
                        "x",
                        "--ignore",
                        "y",
                        "--out",
                        out)) // also of columns that are not used
                .isEqualTo(many + "3,2");
        String twice = Files.writeString(folder.resolve("twice.csv"), "x,x,y\n1,1,2\n3,2,2\n1,4,5\n")
                .toString();
        assertThat(refusal("linear", "--data", twice, "--target", "y", "--out", out))
                .contains("CSV header does not conform to the schema");
        String unnamed = Files.writeString(folder.resolve("unnamed.csv"), ",x,y\n1,1,2\n2,2,2\n3,4,5\n")
                .toString();
        assertThat(refusal("linear", "--data", unnamed, "--target", "y", "--out", out))
                .contains("column 1 has no name");
        Path parts = Files.createDirectory(folder.resolve("parts"));
        Files.writeString(parts.resolve("a.csv"), "x,y\n1,2\n2,3\n");
        Files.writeString(parts.resolve("b.csv"), "y,x\n1,2\n2,3\n");
        assertThat(refusal("linear", "--data", parts.toString(), "--target", "y", "--out", out))
                .contains("CSV header does not conform to the schema");
        String flat = Files.writeString(folder.resolve("flat0.csv"), "x,z,y\n1,3,2\n1,4,3\n1,9,5\n")
                .toString();
        assertThat(refusal("linear", "--data", flat, "--target", "y", "--no-standardize", "--out", out))
                .startsWith("elbo4j: column x is constant (1.0 in all 3 rows)");
    }

    /** Columns and values may differ by case alone. */
    @Test
    void caseTellsColumnsApart() throws Exception {
        StringBuilder text = new StringBuilder("x,X,ward,y\n");
        for (int i = 0; i < 24; i++) {
            text.append(i % 7).append(',').append(i % 5).append(',').append(i % 3 == 0 ? "A" : i % 3 == 1 ? "a" : "b");
            text.append(',').append(i % 11).append('\n');
        }
        String file = Files.writeString(folder.resolve("case.csv"), text).toString();
        InputTable input =
                InputTable.read(spark, new InputTable.Source(file, "y", null, List.of(), List.of("ward"), false));
        CodedTable coded = CodedTable.of(input, new Regression("linear", true, true, new NormalPrior(0, 2.5)));
        assertThat(coded.predictors()).containsExactly("x", "X", "ward=a", "ward=b");
        try (SparkRows rows = SparkRows.of(coded.table(), coded.predictors(), "y", 2)) {
            // Of 24 rows: i mod 7, i mod 5, i mod 3 = 1, i mod 3 = 2.
            assertThat(rows.deviations()[0]).isCloseTo(sd(i -> i % 7), within(1e-12));
            assertThat(rows.deviations()[1]).isCloseTo(sd(i -> i % 5), within(1e-12));
            assertThat(rows.deviations()[2]).isCloseTo(sd(i -> i % 3 == 1 ? 1 : 0), within(1e-12));
        }
    }

    /** Which each group has its own of. */
    @Test
    void valuesOfAllRowsAreNotKeptForGroups() throws Exception {
        String file = Files.writeString(folder.resolve("groups.csv"), "g,x,y\na,p,1\nb,q,2\nb,,3\n")
                .toString();
        InputTable input =
                InputTable.read(spark, new InputTable.Source(file, "y", "g", List.of(), List.of("x"), false));
        assertThat(input.rows()).isEqualTo(3);
        assertThat(input.counts()).allMatch(each -> each.levels().values().isEmpty());
    }

    /** With N as the divisor. */
    private static double sd(IntToDoubleFunction value) {
        double mean = IntStream.range(0, 24).mapToDouble(value).average().orElseThrow();
        return Math.sqrt(IntStream.range(0, 24)
                .mapToDouble(i -> Math.pow(value.applyAsDouble(i) - mean, 2))
                .average()
                .orElseThrow());
    }

    @Test
    void mistakesAreTold() throws Exception {
        String iris = DATA.resolve("iris.csv").toString();
        String out = folder.resolve("out").toString();
        assertThat(refusal("probit", "--data", iris, "--target", "species", "--out", out))
                .isEqualTo("elbo4j: regression is probit, but must be one of logistic, linear, categorical");
        assertThat(refusal("linear", "--data", iris, "--target", "sepal_width", "--prior-sd", "0", "--out", out))
                .isEqualTo("elbo4j: --prior-sd is 0.0, but must be a positive number");
        assertThat(refusal("linear", "--data", iris, "--target", "sepal_width", "--missing", "skip", "--out", out))
                .contains("--missing is ", "skip", "refuse, drop");
        assertThat(refusal("linear", "--data", iris, "--out", out))
                .isEqualTo("elbo4j: Missing required option: '--target=COLUMN'");
        assertThat(refusal("linear", "--data", iris, "--target", "sepal", "--out", out))
                .startsWith(
                        "elbo4j: --target: --data " + iris + " has no column sepal. Its columns are sepal_length, ");
        assertThat(refusal("linear", "--data", iris, "--target", "sepal_width", "--out", out))
                .contains(
                        "column species holds text (\"setosa\", \"versicolor\", \"virginica\"), and only numbers and two words")
                .endsWith("with --categorical species, or leave it out with --ignore species");
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
                        "column x has no value in 1 of 3 rows. Leave such rows out with --missing drop, or the column with"
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

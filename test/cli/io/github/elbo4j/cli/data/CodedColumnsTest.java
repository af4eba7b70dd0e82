package io.github.elbo4j.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.report.Coding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Columns of words as numbers: two values, categories, missing cells; and that it is told. */
class CodedColumnsTest {
    @TempDir
    Path folder;

    private RegressionInput input(String content, TargetColumn.Reader model, boolean drop, List<String> categorical) {
        CsvTable table = CsvTable.read(Cli.file(folder, "data.csv", content), '.');
        RegressionColumns columns = new RegressionColumns("y", List.of("out"), categorical, drop);
        return RegressionInput.of(table, columns, model, true, true);
    }

    private RegressionInput logistic(String content, String... categorical) {
        return input(content, Cli.model("logistic")::target, false, List.of(categorical));
    }

    private RegressionInput dropping(String content, String... categorical) {
        return input(content, Cli.model("logistic")::target, true, List.of(categorical));
    }

    /** The first two cells, and which of them is 1. */
    @ParameterizedTest
    @CsvSource({
        "no, yes, 1",
        "yes, no, 0",
        "Yes, No, 0",
        "True, False, 0",
        "FALSE, TRUE, 1",
        "t, f, 0",
        "N, Y, 1",
        "on, off, 0",
        "negative, positive, 1",
        "present, absent, 0",
        "case, control, 0",
        "pass, fail, 0",
        "1, 2, 1",
        "2, 1, 0",
        "-1, 1, 1",
        "0.5, 0.25, 0",
        "10, 9, 0", // as numbers, not as texts
        "setosa, virginica, 1",
        "virginica, setosa, 0",
        "B, a, 1", // capitals come first
        "\u00e4, z, 0",
    })
    void aTargetOfTwoValuesIsCodedAndTold(String first, String second, int one) {
        RegressionInput input = logistic("x,out,y\n1,,%1$s\n2,,%2$s\n3,,%1$s\n5,,%2$s\n".formatted(first, second));
        double a = 1 - one;
        double b = one;
        assertThat(input.y()).containsExactly(a, b, a, b);
        String zeroWord = one == 1 ? first : second;
        String oneWord = one == 1 ? second : first;
        assertThat(input.codings())
                .containsExactly(new Coding("y", List.of(zeroWord, oneWord), Coding.Kind.TWO_VALUES));
        assertThat(input.codings().get(0).words()).isEqualTo("y: " + zeroWord + " = 0, " + oneWord + " = 1");
    }

    @Test
    void zeroAndOneNeedNoCoding() {
        assertThat(logistic("x,out,y\n1,,0\n2,,1.0\n3,,-0\n").codings()).isEmpty();
        assertThat(logistic("x,out,y\n1,,0\n2,,1.0\n3,,-0\n").y()).containsExactly(0, 1, 0);
    }

    @Test
    void theSameWordInTwoSpellingsIsOneValue() {
        RegressionInput input = logistic("x,out,y\n1,,yes\n2,,NO\n3,,Yes\n4,,no\n5,,YES\n");
        assertThat(input.y()).containsExactly(1, 0, 1, 0, 1);
        assertThatThrownBy(() -> logistic("x,out,y\n1,,Yes\n2,,yes\n3,,Yes\n")).isInstanceOf(InputException.class);
    }

    @Test
    void aPredictorOfTwoWordsIsCodedToo() {
        RegressionInput input = logistic("sex,smokes,out,y\nmale,yes,,0\nfemale,no,,1\nmale,no,,1\n");
        assertThat(input.predictors()).containsExactly("sex", "smokes");
        assertThat(input.x()).isDeepEqualTo(new double[][] {{1, 0, 1}, {1, 0, 0}});
        assertThat(input.codings())
                .containsExactly(
                        new Coding("sex", List.of("female", "male"), Coding.Kind.TWO_VALUES),
                        new Coding("smokes", List.of("no", "yes"), Coding.Kind.TWO_VALUES));
        // Two numbers stay what they are.
        assertThat(logistic("x,out,y\n1,,0\n2,,1\n1,,0\n").x()[0]).containsExactly(1, 2, 1);
    }

    /** Numbers that are merely written otherwise are not words, even if there are but two. */
    @ParameterizedTest
    @ValueSource(strings = {"12%,20%", "\"1,5\",\"2,5\"", "\"1,234\",\"2,345\"", "2024-01-01,2024-01-02", "$5,$6"})
    void twoOddNumbersAreNotTwoWords(String cells) {
        int middle = cells.startsWith("\"") ? cells.indexOf("\",\"") + 1 : cells.indexOf(',');
        String first = cells.substring(0, middle);
        String second = cells.substring(middle + 1);
        String column = "x,out,y\n" + first + ",,0\n" + second + ",,1\n" + first + ",,1\n";
        assertThatThrownBy(() -> logistic(column)).hasMessageContaining("is not a number");
        String target = "x,out,y\n1,," + first + "\n2,," + second + "\n3,," + first + "\n";
        assertThatThrownBy(() -> logistic(target)).hasMessageContaining("is not a number");
    }

    @Test
    void threeValuesAreTooMany() {
        assertThatThrownBy(() -> logistic("x,out,y\n1,,a\n2,,b\n3,,c\n"))
                .hasMessageContaining("target column \"y\" holds text of 3 different values (\"a\", \"b\", \"c\")")
                .hasMessageContaining("needs two");
        assertThatThrownBy(() -> logistic("x,out,y\n1,,0\n2,,1\n3,,2\n"))
                .hasMessageContaining("row 3 (line 4), column \"y\": the target is 2")
                .hasMessageContaining("elbo4j fit linear");
        assertThatThrownBy(() -> logistic("colour,out,y\nred,,0\nblue,,1\ngreen,,1\n"))
                .hasMessageContaining("column \"colour\" holds text (\"red\", \"blue\", \"green\")")
                .hasMessageContaining("--categorical colour")
                .hasMessageContaining("--ignore colour");
        assertThatThrownBy(() -> input("x,out,y\n1,,yes\n2,,no\n", Cli.model("linear")::target, false, List.of()))
                .hasMessageContaining("The target must be a number; for two classes use: elbo4j fit logistic");
    }

    @Test
    void oneWordIsConstant() {
        assertThatThrownBy(() -> logistic("x,out,y\n1,,yes\n2,,yes\n"))
                .hasMessageContaining("target column \"y\" is constant (\"yes\" in every row)");
        assertThatThrownBy(() -> logistic("x,w,out,y\n1,a,,0\n2,a,,1\n"))
                .hasMessageContaining("column \"w\" is constant (\"a\" in every row)");
        assertThatThrownBy(() -> logistic("x,w,out,y\n1,a,,0\n2,a,,1\n", "w")).hasMessageContaining("is constant");
    }

    @Test
    void categoriesBecomeIndicatorColumns() {
        String content = "colour,month,out,y\nred,10,,0\nblue,9,,1\ngreen,10,,1\nred,2,,0\nNone,9,,1\n";
        RegressionInput input = logistic(content, "colour,month");
        assertThat(input.predictors())
                .containsExactly("colour=blue", "colour=green", "colour=red", "month=9", "month=10");
        assertThat(input.x()).isDeepEqualTo(new double[][] {
            {0, 1, 0, 0, 0}, {0, 0, 1, 0, 0}, {1, 0, 0, 1, 0}, {0, 1, 0, 0, 1}, {1, 0, 1, 0, 0}
        });
        assertThat(input.codings())
                .containsExactly(
                        new Coding("colour", List.of("None", "blue", "green", "red"), Coding.Kind.INDICATORS),
                        new Coding("month", List.of("2", "9", "10"), Coding.Kind.INDICATORS));
        assertThat(input.codings().get(1).words())
                .isEqualTo("month: a 0/1 column for each of 9, 10; the baseline is 2");
        assertThat(logistic(content, "colour", "month").predictors()).isEqualTo(input.predictors());
        assertThat(logistic("a,out,y\n1,,0\nx,,1\n1.0,,1\n", "a").predictors()).containsExactly("a=x");
    }

    /** Otherwise the first value's rows would have no constant of their own: log-odds of 0 wherever the rest is 0. */
    @Test
    void withoutAnInterceptTheFirstCategoryHasNoBaseline() {
        String content = "colour,month,out,y\nred,10,,0\nblue,9,,1\ngreen,10,,1\nred,2,,0\nblue,9,,1\n";
        RegressionInput input = RegressionInput.of(
                CsvTable.read(Cli.file(folder, "data.csv", content), '.'),
                new RegressionColumns("y", List.of("out"), List.of("colour", "month"), false),
                Cli.model("logistic")::target,
                false,
                true);
        assertThat(input.predictors())
                .containsExactly("colour=blue", "colour=green", "colour=red", "month=9", "month=10");
        assertThat(input.codings())
                .containsExactly(
                        new Coding("colour", List.of("blue", "green", "red"), Coding.Kind.ALL_INDICATORS),
                        new Coding("month", List.of("2", "9", "10"), Coding.Kind.INDICATORS));
        assertThat(input.codings().get(0).words())
                .isEqualTo("colour: a 0/1 column for each of blue, green, red; there is no baseline, since there is no"
                        + " intercept");
    }

    @Test
    void categoriesThatCannotBeAreRefused() {
        assertThatThrownBy(() -> logistic("id,out,y\na,,0\nb,,1\nc,,1\n", "id"))
                .hasMessageContaining("\"id\" has another value in every row");
        assertThatThrownBy(() -> logistic("c,out,y\na,,0\nb,,1\na,,1\n", "d"))
                .hasMessageContaining("--categorical: data.csv has no column \"d\"");
        assertThatThrownBy(() -> logistic("c,out,y\na,,0\nb,,1\na,,1\n", "y"))
                .hasMessageContaining("--categorical: column \"y\" is the target");
        assertThatThrownBy(() -> logistic("c,c=b,out,y\na,1,,0\nb,2,,1\na,3,,1\n", "c"))
                .hasMessageContaining("two columns would be named \"c=b\"");
        assertThatThrownBy(() -> logistic("c,out,y\na,,0\n,,1\na,,1\nb,,1\n", "c"))
                .hasMessageContaining("row 2 (line 3), column \"c\": the cell is empty")
                .hasMessageContaining("--missing drop");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "NA", "n/a", "NaN", "null", "NULL", "?", ".", "-", "#N/A", "<NA>", "\\N", "None", "missing"})
    void rowsWithMissingCellsAreDroppedWhereThatIsAsked(String cell) {
        String content = "x,w,out,y\n1,5,,0\n2," + cell + ",,1\n4,7,,1\n" + cell + ",8,,0\n3,9,,0\n";
        RegressionInput input = dropping(content);
        assertThat(input.droppedRows()).isEqualTo(2);
        assertThat(input.y()).containsExactly(0, 1, 0);
        assertThat(input.x()).isDeepEqualTo(new double[][] {{1, 4, 3}, {5, 7, 9}});
        assertThatThrownBy(() -> logistic(content))
                .hasMessageContaining("column \"x\"")
                .hasMessageContaining("--missing drop");
    }

    @Test
    void aMissingTargetDropsItsRowAndAColumnThatIsLeftOutDropsNone() {
        RegressionInput input = dropping("x,out,y\n1,NA,yes\n2,,NA\n3,NA,no\n4,5,\n6,,no\n");
        assertThat(input.y()).containsExactly(1, 0, 0);
        assertThat(input.droppedRows()).isEqualTo(2);
        assertThat(input.x()[0]).containsExactly(1, 3, 6);
    }

    @Test
    void whatIsDroppedTakesItsValuesAlong() {
        // The third class and the second colour stand only in rows that are dropped.
        RegressionInput input =
                dropping("x,colour,out,y\n1,red,,a\n,blue,,b\n2,green,,c\n3,red,,c\n4,green,,a\n", "colour");
        assertThat(input.predictors()).containsExactly("x", "colour=red");
        assertThat(input.codings())
                .containsExactly(
                        new Coding("y", List.of("a", "c"), Coding.Kind.TWO_VALUES),
                        new Coding("colour", List.of("green", "red"), Coding.Kind.INDICATORS));
        assertThatThrownBy(() -> dropping("x,w,out,y\n1,5,,0\n2,5,,1\n,6,,1\n"))
                .hasMessageContaining("column \"w\" is constant (5 in every row)");
        assertThat(dropping("x,out,y\n1,,0\n2,,1\n3,,0\n").droppedRows()).isZero();
    }

    @Test
    void nothingLeftIsSaidWithTheColumnThatCausesIt() {
        assertThatThrownBy(() -> dropping("x,w,out,y\n1,,,0\n2,,,1\n,,,1\n"))
                .hasMessageContaining("every row misses a cell")
                .hasMessageContaining("column \"w\" (3 of 3): leave it out with --ignore w");
    }

    @Test
    void textIsStillRefusedWhereRowsAreDropped() {
        assertThatThrownBy(() -> dropping("x,out,y\n1,,0\n,,1\nabc,,0\n5,,1\n"))
                .hasMessageContaining("row 3 (line 4), column \"x\": \"abc\" is not a number");
    }

    /** The words reach the terminal, fit.json and the report. */
    @Test
    void codingsAndDroppedRowsAreTold() throws IOException {
        StringBuilder text = new StringBuilder("size,colour,grade\n");
        String[] colours = {"red", "green", "blue"};
        for (int row = 0; row < 60; row++) {
            text.append(row == 7 ? "NA" : (row * 7919) % 101).append(',').append(colours[row % 3]);
            text.append(',').append(row * 31 % 7 < 3 ? "good" : "bad").append('\n');
        }
        Path out = folder.resolve("o");
        Cli.Outcome outcome = Cli.run(
                "fit",
                "logistic",
                "--data",
                Cli.file(folder, "parts.csv", text.toString()),
                "--target",
                "grade",
                "--categorical",
                "colour",
                "--missing",
                "drop",
                "--out",
                out,
                "--evaluation-draws",
                4096);
        assertThat(outcome.exit()).as(outcome.words()).isLessThan(2);
        String grade = "grade: bad = 0, good = 1";
        String colour = "colour: a 0/1 column for each of green, red; the baseline is blue";
        assertThat(outcome.words())
                .contains("note: parts.csv: 1 of 60 rows dropped", "note: " + grade, "note: " + colour);
        assertThat(outcome.out())
                .contains("regression of grade, 59 rows (1 with missing cells dropped) of parts.csv")
                .contains("\n" + grade + "\n" + colour + "\n")
                .containsPattern("(?m)^colour=green ");
        assertThat(Files.readString(out.resolve("fit.json")))
                .contains("\"rows\": 59", "\"droppedRows\": 1")
                .contains("{\"column\": \"grade\", \"kind\": \"two values\", \"values\": [\"bad\", \"good\"]}")
                .contains(
                        "{\"column\": \"colour\", \"kind\": \"indicators\", \"values\": [\"blue\", \"green\", \"red\"]}");
        assertThat(Files.readString(out.resolve("report.html")))
                .contains(grade, colour, "59 rows (1 with missing cells dropped)");
    }
}

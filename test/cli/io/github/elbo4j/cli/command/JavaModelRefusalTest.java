package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cli.Cli;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every fault in a model's file ends with exit code 2 and a message that says what and where; and leaves nothing behind. */
class JavaModelRefusalTest {
    /** Seven lines before the statements. */
    private static final String BEFORE = """
            import io.github.elbo4j.distribution.*;
            import io.github.elbo4j.expr.*;
            import io.github.elbo4j.model.Model;

            class M {
                static Model model(Table data) {
                    return Model.define(m -> {
            """;

    private static final String AFTER = """
                    });
                }
            }
            """;

    private static final String DATA = "x,y,n,word\n1,2,3,a\n2,1,-1,b\n3,5,2,a\n";

    @TempDir
    Path folder;

    private Cli.Outcome run(String content, Object... more) {
        List<Object> args = new ArrayList<>(List.of("fit", Cli.file(folder, "M.java", content)));
        args.addAll(List.of("--out", folder.resolve("out"), "--device", "scalar"));
        args.addAll(Arrays.asList(more));
        return Cli.run(args.toArray());
    }

    private String refused(String content, Object... more) {
        Cli.Outcome outcome = run(content, more);
        assertThat(outcome.exit()).as(outcome.err()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).startsWith("elbo4j: ").doesNotContain("\tat ");
        assertThat(folder.resolve("out")).doesNotExist();
        return outcome.err();
    }

    private String statements(String statements, Object... more) {
        List<Object> args = new ArrayList<>(List.of("--data", Cli.file(folder, "d.csv", DATA)));
        args.addAll(Arrays.asList(more));
        return refused(BEFORE + statements + "\n" + AFTER, args.toArray());
    }

    private static String of(String method) {
        return "import io.github.elbo4j.distribution.*;\nimport io.github.elbo4j.expr.*;\n"
                + "import io.github.elbo4j.model.Model;\nclass M {\n" + method + "\n}\n";
    }

    @Test
    void errorsOfTheCompilerHaveLineMarkAndReason() {
        assertThat(statements("    Expr mu = m.parameter(\"mu\", Normall.of(0, 1));\n\tint k = \"a\";"))
                .isEqualTo("""
                        elbo4j: M.java does not compile
                        M.java:8: cannot find symbol
                            Expr mu = m.parameter("mu", Normall.of(0, 1));
                                                        ^
                          symbol:   variable Normall
                          location: class M
                        M.java:9: incompatible types: java.lang.String cannot be converted to int
                         int k = "a";
                                 ^
                        """);
    }

    @Test
    void ofManyErrorsTheFirstAreShown() {
        assertThat(refused("class M { int a = b, c = d, e = f, g = h, i = j, k = l, n = o; }"))
                .contains("M.java:1: cannot find symbol")
                .endsWith("and 2 more\n");
    }

    @Test
    void whatSteersATerminalIsShownAsAnEscape() {
        assertThat(statements("    int k = \"\u001b[31m\";"))
                .contains("\\u001b[31m")
                .doesNotContain("\u001b");
    }

    @Test
    void thereIsOneClass() {
        assertThat(refused("import java.util.List;\n"))
                .contains("M.java holds no class. It needs one, with a method static Model model(Table data)");
        assertThat(refused("class M {}\nclass N { interface Inside {} }\n"))
                .contains("M.java holds 2 classes, M and N, and which of them is the model is not clear");
        assertThat(refused("public class M {}\npublic class N {}\n"))
                .contains("class N is public, should be declared in a file named N.java");
    }

    @Test
    void itHasAMethodThatGivesAModel() {
        assertThat(refused("class M { static int models() { return 1; } }"))
                .contains("M.java: class M needs a method static Model model(Table data), or static Model model()")
                .doesNotContain("it has");
        assertThat(refused(of("Model model(Table t, int k) { return null; }")))
                .contains("; it has Model model(Table, int)");
        assertThat(refused(of("static Model model() { return null; }"))).contains("the method model gave null");
    }

    @Test
    void dataAreGivenWhereTheyAreTaken() {
        assertThat(refused(of("static Model model(Table t) { return null; }")))
                .contains("M.java defines its model from a table, but none was given: name its file with --data");
        assertThat(refused(of("static Model model() { return null; }"), "--data", Cli.file(folder, "d.csv", DATA)))
                .contains("--data was given, but the model in M.java takes none");
    }

    @Test
    void whatItThrowsHasItsLine() {
        assertThat(refused(of("static Model model() {\n  String s = null;\n  s.length();\n  return null;\n}")))
                .contains("elbo4j: M.java:7: it threw java.lang.NullPointerException")
                .endsWith("\n  s.length();\n");
        assertThat(refused(of("static int k = 1 / Integer.parseInt(\"0\");\nstatic Model model() { return null; }")))
                .contains("M.java:5: it threw java.lang.ArithmeticException: / by zero");
        assertThat(refused(of("static Model model() {\n return model(); }")))
                .contains("M.java:6: it threw java.lang.StackOverflowError");
    }

    /** Each is the library's own message, with the line of the statement. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "shapes | m.observe(data.column(\"y\"), Normal.of(m.parameter(\"a\", Normal.of(0, 1), 2), 1)); | [2]",
                "twice | m.parameter(\"a\", Normal.of(0, 1)); m.parameter(\"a\", Normal.of(0, 1)); | two of the name a",
                "NaN | data.column(\"gap\"); | gap is NaN in row 2 of 3",
                "words | data.column(\"word\"); | column word has words, not numbers",
                "column | data.column(\"z\"); | the table has no column z",
                "index | data.index(\"word\", new Plate(\"p\", java.util.List.of(\"a\"))); | word is b in row 2 of 3",
                "support | m.observe(data.column(\"n\"), Poisson.ofLogRate(m.parameter(\"a\", Normal.of(0, 1)))); | -1",
                "sigma | Normal.of(0, m.parameter(\"a\", Normal.of(0, 1))); | positive"
            })
    void whatTheLibraryRefusesHasTheLineOfTheStatement(String name, String statement, String words) {
        String data = "x,y,n,word,gap\n1,2,3,a,1\n2,1,-1,b,NA\n3,5,2,a,3\n";
        String said = refused(BEFORE + "\n" + statement + "\n" + AFTER, "--data", Cli.file(folder, "d.csv", data));
        assertThat(said).as(name).startsWith("elbo4j: M.java:9: ").endsWith("\n" + statement + "\n");
        assertThat(said.replaceAll("\\s+", " ")).as(name).contains(words);
    }

    @Test
    void whatIsWrongWithTheWholeHasTheLineThatDefinesIt() {
        assertThat(statements("")).startsWith("elbo4j: M.java:7: the model has no parameters");
        assertThat(statements("Expr a = m.parameter(\"a\", Normal.of(0, 1)); m.parameter(\"b\", Normal.of(0, 1));\n"
                        + "m.observe(data.column(\"y\"), Normal.of(a, 1));"))
                .startsWith("elbo4j: M.java:7: nothing depends on the parameter b");
    }

    @Test
    void optionsThatDoNotFitAreRefused() {
        String model = "m.observe(data.column(\"y\"), Normal.of(m.parameter(\"a\", Normal.of(0, 1)), 1));";
        assertThat(statements(model, "--batch", 2).replaceAll("\\s+", " "))
                .contains("--batch needs rows, but the model in M.java has not taken those of its table");
        String rows =
                "Table r = m.rows(data); m.observe(r.column(\"y\"), Normal.of(m.parameter(\"a\", Normal.of(0, 1)), 1));";
        assertThat(statements(rows, "--batch", 4)).contains("--batch is 4, but the model has only 3 rows");
        assertThat(statements(model, "--optimizer", "robbins-monro")).contains("robbins-monro needs --learning-rate");
        assertThat(statements(model, "--prior-predictive", 1))
                .contains("--prior-predictive is 1, but must be 2 or more");
        assertThat(statements(model, "--expectation-draws", 1))
                .contains("--expectation-draws is 1, but must be from 2 to 140737488224256");
        for (String number : new String[] {"many", "2.5", "1e19", "1e999999999", "NaN"}) {
            assertThat(statements(model, "--expectation-draws", number).replaceAll("\\s+", " "))
                    .contains("\"" + number + "\" is not a whole number of 64 bits, such as 1000000 or 1e6");
        }
        assertThat(statements(model, "--target", "y"))
                .contains("Unknown option")
                .contains("--target");
    }

    @Test
    void filesThatCannotBeRead() throws IOException {
        Cli.Outcome none = Cli.run("fit", folder.resolve("None.java"));
        assertThat(none.exit()).isEqualTo(2);
        assertThat(none.err()).contains("there is no file " + folder.resolve("None.java"));
        Cli.Outcome inside = Cli.run("fit", Files.createDirectory(folder.resolve("Folder.java")));
        assertThat(inside.exit()).isEqualTo(2);
        assertThat(inside.err()).contains("it is a folder");
        Path latin = Files.write(folder.resolve("L.java"), "class L {} // ö".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(Cli.run("fit", latin).err()).contains("is not UTF-8 text");
    }

    @Test
    void aColumnOfNumbersAndAWordIsTakenForWordsAndThatIsSaid() {
        Path data = Cli.file(folder, "d.csv", "y\n1\nn.a.\n3\n");
        Cli.Outcome outcome = Cli.run(
                "fit",
                Cli.file(folder, "M.java", BEFORE + "data.column(\"y\");\n" + AFTER),
                "--data",
                data,
                "--out",
                folder.resolve("out"));
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words()).contains("M.java:8: column y has words, not numbers");
        assertThat(outcome.words()).contains("among its numbers there is \"n.a.\" in row 2 (line 3)");
    }
}

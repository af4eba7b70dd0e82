package io.github.elbo4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Nothing from a file reaches the terminal, or the page, that steers it or deceives the reader. */
class EscapingTest {
    @TempDir
    Path folder;

    /** C0, C1, directions of writing, tags; what a header can hold. */
    static List<String> steering() {
        return List.of(
                "\u0007",
                "\u001b[2J",
                "\u007f",
                "\u0085",
                "\u009b31m",
                "\u00ad",
                "\u061c",
                "\u200b",
                "\u200e",
                "\u200f",
                "\u2028",
                "\u202e",
                "\u2066",
                "\u2069",
                "\ufffb",
                Character.toString(0xe0001),
                Character.toString(0xe0041));
    }

    private static void harmless(String text) {
        assertThat(text.codePoints().filter(c -> c != '\n' && !isPlain(c)).mapToObj("U+%04X"::formatted))
                .as(text)
                .isEmpty();
    }

    private static boolean isPlain(int c) {
        String alone = Character.toString(c);
        return Words.plain(alone).equals(alone);
    }

    /** By what Java knows of characters, not by our list. */
    @Test
    void everyControlAndFormatCharacterIsEscapedAndNothingElse() {
        List<String> wrong = new ArrayList<>();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            int type = Character.getType(c);
            boolean joiner = c == 0x200c || c == 0x200d;
            boolean steers = type == Character.CONTROL
                    || type == Character.SURROGATE
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR
                    || (c >= 0xe0000 && c <= 0xe007f) // tags
                    // embeddings, overrides, isolates and their ends
                    || Character.getDirectionality(c) >= Character.DIRECTIONALITY_LEFT_TO_RIGHT_EMBEDDING;
            boolean seen = joiner || (type != Character.FORMAT && Character.isDefined(c));
            if (isPlain(c) ? steers : seen && !steers) {
                wrong.add("U+%04X".formatted(c));
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void escapesAreReadableAndEscapingTwiceIsOnce() {
        String text = "a\tb\nc\rd\u001b[2J\u009b\u202e" + Character.toString(0xe0041) + "\ud800é\u200d😀";
        String shown = "a\\tb\\nc\\rd\\u001b[2J\\u009b\\u202e\\u{e0041}\\ud800é\u200d😀";
        assertThat(Words.plain(text)).isEqualTo(shown);
        assertThat(Words.plain(shown)).isEqualTo(shown);
    }

    @Test
    void aHintIsPastableAndHarmless() throws Exception {
        List<String> words = new ArrayList<>();
        for (String name : steering()) {
            for (String around : List.of("%s", "it's %s", "back\\slash %s", "%s $HOME `id`")) {
                words.add(around.formatted(name));
            }
        }
        String quoted = words.stream().map(Text::shellQuote).collect(Collectors.joining(" "));
        harmless(quoted);
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash here");
        ProcessBuilder bash = new ProcessBuilder("/bin/bash", "-c", "printf '%s\\0' " + quoted);
        bash.environment().put("LC_ALL", "C.UTF-8");
        Process process = bash.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(out.split("\0")).containsExactlyElementsOf(words);
        assertThat(Text.shellQuote("it's")).isEqualTo("'it'\\''s'");
        assertThat(Text.shellQuote("a\u001bb'c\\d")).isEqualTo("$'a\\u001bb\\'c\\\\d'");
    }

    @ParameterizedTest
    @MethodSource("steering")
    void refusalsAreHarmless(String evil) {
        for (String content : List.of(
                "x%s,y\n1,0\nabc,1\n3,1\n", // a header in a message on its cells, with a hint
                "x%s,y\n1,0\nq,1\nw,1\ne,0\n",
                "x,y\n1,0\n%s,1\n", // a cell
                "x,y\n%1$s,0\n%1$sb,1\n%1$sc,1\n",
                "x,y\n1,%1$sa\n2,%1$sb\n3,%1$sc\n",
                "x%1$s,x%1$s,y\n1,2,0\n",
                "x%s,z\n1,0\n2,1\n", // the list of columns
                "x%s,y\n1,0\n1,1\n",
                "x%s,y\n,0\n1,1\n",
                "x%s,y\n1e-320,0\n2e-320,1\n",
                "x,y\n1,0,%s\n")) {
            Path file = Cli.file(folder, "data.csv", content.formatted(evil));
            Cli.Outcome outcome =
                    Cli.run("fit", "logistic", "--data", file, "--target", "y", "--out", folder.resolve("o"));
            assertThat(outcome.exit()).as(content).isEqualTo(2);
            harmless(outcome.err().stripTrailing());
            assertThat(outcome.err().strip().lines()).hasSize(1);
        }
        Path typed = Cli.file(folder, "data.csv", "ty%spe,x\n0,1\n1,2\n".formatted(evil));
        Cli.Outcome near = Cli.run("fit", "logistic", "--data", typed, "--target", "ty" + evil + "p");
        assertThat(near.exit()).isEqualTo(2);
        assertThat(near.err()).contains("did you mean");
        harmless(near.err());
        for (String option : List.of("--ignore", "--categorical", "--target", "--device", "--family", "--missing")) {
            Path file = Cli.file(folder, "data.csv", "x,y\n1,0\n2,1\n");
            Cli.Outcome outcome = Cli.run(
                    "fit",
                    "logistic",
                    "--data",
                    file,
                    "--target",
                    "y",
                    "--out",
                    folder.resolve("o"),
                    option,
                    "x" + evil + "x");
            assertThat(outcome.exit()).isEqualTo(2);
            harmless(outcome.err());
        }
    }

    @ParameterizedTest
    @MethodSource("steering")
    void namesOfFilesAreHarmless(String evil) {
        Path file;
        try {
            file = Cli.file(folder, "pima" + evil + ".csv", "x,y\n1,0\nb,1\n");
        } catch (java.nio.file.InvalidPathException e) {
            Assumptions.abort("this file system has no such names");
            return;
        }
        Cli.Outcome bad = Cli.run("fit", "logistic", "--data", file, "--target", "y");
        assertThat(bad.exit()).isEqualTo(2);
        harmless(bad.err());
        Cli.Outcome trace = Cli.run("fit", "logistic", "--data", file, "--target", "y", "--stacktrace");
        assertThat(trace.err()).contains("InputException").contains("\tat ");
        harmless(trace.err().replace("\t", ""));
        Path near = file.resolveSibling("pima" + evil + "csv"); // the suggestion is the name of a file that is there
        Cli.Outcome missing = Cli.run("fit", "logistic", "--data", near, "--target", "y");
        assertThat(missing.err()).contains("did you mean");
        harmless(missing.err());
        harmless(Cli.run("fit", "logistic", "--data", folder, "--target", "y").err());
        Path out = folder.resolve("taken" + evil);
        Cli.file(folder, "taken" + evil, "");
        Path good = Cli.file(folder, "good.csv", "x,y\n1,0\n2,1\n3,1\n");
        Cli.Outcome taken = Cli.run("fit", "logistic", "--data", good, "--target", "y", "--out", out);
        assertThat(taken.exit()).isEqualTo(2);
        harmless(taken.err());
    }

    @Test
    void resultsAreHarmlessEverywhere() throws IOException {
        String evil = String.join("", steering());
        StringBuilder text = new StringBuilder(",\"a" + evil + "\",b" + evil + ",c" + evil + ",y" + evil + "\n");
        for (int row = 0; row < 40; row++) {
            text.append("row").append(row).append(evil).append(',').append(row == 3 ? "NA" : row * 7919 % 31);
            text.append(',').append(row % 2 == 0 ? "u" : "v").append(evil);
            text.append(',').append("k" + row % 3).append(evil);
            text.append(',').append(row * 31 % 7 < 3 ? "p" : "q").append(evil).append('\n');
        }
        Path file = Cli.file(folder, "d" + evil + ".csv", text.toString());
        Path out = folder.resolve("o" + evil);
        Object[] args = {
            "fit",
            "logistic",
            "--data",
            file,
            "--target",
            "y" + evil,
            "--categorical",
            "c" + evil,
            "--missing",
            "drop",
            "--out",
            out,
            "--evaluation-draws",
            4096,
            "--steps",
            50
        };
        Cli.Outcome outcome = Cli.run(args);
        assertThat(outcome.exit()).as(outcome.err()).isLessThan(2);
        harmless(outcome.out());
        harmless(outcome.err());
        assertThat(outcome.err()).contains("note:");
        String json = Files.readString(out.resolve("fit.json"));
        harmless(json);
        String html = Files.readString(out.resolve("report.html"));
        // The page's own scripts are ASCII but for their minus signs; what is harmful would come from the data.
        harmless(html.replace("\r", "").replace("\t", ""));
        // What the page's script reads goes into the page as it is.
        Matcher data = Pattern.compile("<script type=\"application/json\" id=\"fit\">(.*?)</script>", Pattern.DOTALL)
                .matcher(html);
        assertThat(data.find()).isTrue();
        assertThat(names(data.group(1))).contains(Words.plain("a" + evil)).allSatisfy(EscapingTest::harmless);
        Object[] line = java.util.Arrays.copyOf(args, args.length + 1);
        line[args.length] = "--json";
        harmless(Cli.run(line).out());
        assertThat(names(json)).contains("a" + evil, "b" + evil, "c" + evil + "=k1" + evil); // the value is unchanged
    }

    private static List<String> names(String json) {
        List<String> names = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_STRING && "name".equals(parser.currentName())) {
                    names.add(parser.getString());
                }
            }
        }
        return names;
    }

    @Test
    void argumentsThatBeginWithAnAtAreNoFiles() throws IOException {
        Path arguments = Cli.file(folder, "arguments", "--version\n");
        Cli.Outcome outcome = Cli.run("sample", "--n", 1, "--seed", 1, "@" + arguments);
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).contains("@" + arguments);
        Path file = Cli.file(folder, "at.csv", "@home,y\n1,0\n2,1\n5,1\n");
        Cli.Outcome at = Cli.run(
                "fit",
                "logistic",
                "--data",
                file,
                "--target",
                "y",
                "--ignore",
                "@home",
                "--out",
                folder.resolve("o"),
                "--steps",
                5,
                "--quiet");
        assertThat(at.exit()).as(at.err()).isLessThan(2);
    }
}

package io.github.elbo4j.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.report.words.Words;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CSV files as people have them: what is read, with its right numbers, and what is said of the rest. */
class CsvCasesTest {
    private static final double[] X = {0.5, 1.25, -0.75, 2, 0.1, -1.5, 0.9, -0.2};
    private static final double[] Z = {2, 3, 1, 5, 4, 2, 1, 6};
    private static final double[] Y = {0, 1, 0, 1, 1, 0, 1, 0};

    @TempDir
    Path folder;

    private static RegressionInput input(CsvTable table, String target, String... categorical) {
        return RegressionInput.of(
                table,
                new RegressionColumns(target, List.of(), List.of(categorical), false),
                Cli.model("logistic")::target,
                true,
                true);
    }

    private static CsvTable shipped(String name, char decimal) {
        return CsvTable.read(Cli.data("cases/" + name), decimal);
    }

    private CsvTable read(String content) {
        return CsvTable.read(Cli.file(folder, "data.csv", content), '.');
    }

    private static void holdsTheEightRows(RegressionInput input) {
        assertThat(input.predictors()).containsExactly("x", "z");
        assertThat(input.x()).isDeepEqualTo(new double[][] {X, Z});
        assertThat(input.y()).isEqualTo(Y);
    }

    private static String eightRows(String delimiter, String header, boolean trailing, String... index) {
        StringBuilder text = new StringBuilder(header).append('\n');
        for (int row = 0; row < X.length; row++) {
            text.append(index.length > 0 ? index[row] + delimiter : "")
                    .append(X[row])
                    .append(delimiter)
                    .append(Z[row])
                    .append(delimiter)
                    .append(Y[row])
                    .append(trailing ? delimiter : "")
                    .append('\n');
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"index-column.csv", "sep-line.csv", "trailing-delimiter.csv"})
    void filesWithConventionsAreRead(String name) {
        CsvTable table = shipped(name, '.');
        holdsTheEightRows(input(table, "y"));
        assertThat(table.notes())
                .isEqualTo(
                        name.startsWith("index")
                                ? List.of("the first column has no name and numbers the rows, so it is left out")
                                : List.of());
    }

    @Test
    void aLeftOutColumnIsSaidToThePersonAndInTheResults() throws IOException {
        Path out = folder.resolve("o");
        Cli.Outcome outcome =
                Cli.run("fit", "logistic", "--data", Cli.data("cases/index-column.csv"), "--target", "y", "--out", out);
        assertThat(outcome.exit()).as(outcome.err()).isLessThan(2);
        String words = "the first column has no name and numbers the rows, so it is left out";
        assertThat(outcome.words()).contains("note: index-column.csv: " + words);
        assertThat(outcome.out()).containsPattern("(?m)^x  ").containsPattern("(?m)^z  ");
        assertThat(Files.readString(out.resolve("fit.json"))).contains("\"notes\": [\"" + words + "\"]");
        assertThat(Files.readString(out.resolve("report.html"))).contains(Words.sentence(words));
    }

    @ParameterizedTest
    @CsvSource({
        "1 2 3 4 5 6 7 8, numbers",
        "0 1 2 3 4 5 6 7, numbers",
        "17 4 900 5 1 0 2 -3, numbers", // rows that were drawn from a larger table
        "Fiat Honda Volvo Saab Ford Opel Seat 240Z, names",
    })
    void anIndexIsLeftOutWhateverItCounts(String index, String verb) {
        CsvTable table = read(eightRows(",", ",x,z,y", false, index.split(" ")));
        if (verb.equals("names")) {
            assertThat(table.columns()).hasSize(3);
        }
        holdsTheEightRows(input(table, "y"));
        assertThat(table.notes()).singleElement().asString().contains(verb + " the rows");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 2 3 4 5 6 7 7", "0.5 1 2 3 4 5 6 7", "a b c d e f g g", "1 2 3 4 5 6 7 a"})
    void anUnnamedColumnThatIsNoIndexIsRefused(String cells) {
        assertThatThrownBy(() -> read(eightRows(",", ",x,z,y", false, cells.split(" "))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("column 1 has no name, and its cells do not number or name the rows");
    }

    @Test
    void aLastColumnWithoutANameMustBeEmpty() {
        assertThatThrownBy(() -> read("x,z,y,\n1,2,0,\n2,3,1,7\n"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("column 4 has no name");
    }

    @ParameterizedTest
    @ValueSource(strings = {",", ";", "\t", "|"})
    void aDelimiterAtTheEndMayStandInTheHeaderInTheRowsOrInBoth(String delimiter) {
        String header = String.join(delimiter, "x", "z", "y");
        holdsTheEightRows(input(read(eightRows(delimiter, header, true)), "y"));
        holdsTheEightRows(input(read(eightRows(delimiter, header + delimiter, true)), "y"));
        holdsTheEightRows(input(read(eightRows(delimiter, header + delimiter, false)), "y"));
        String index = String.join(delimiter, "", "x", "z", "y") + delimiter;
        holdsTheEightRows(input(read(eightRows(delimiter, index, true, "1 2 3 4 5 6 7 8".split(" "))), "y"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sep=;", "SEP=;", "\"sep=;\"", "sep=;;;", "\uFEFFsep=;", "sep=;\r"})
    void theLineThatNamesTheDelimiterIsObeyed(String line) {
        // The header alone would be cut at its commas.
        CsvTable table = read(line + "\n\"x\";\"a,b,c,d\";y\n1;2;0\n2;3;1\n");
        assertThat(table.names()).containsExactly("x", "a,b,c,d", "y");
        assertThat(table.place(1, "x")).contains("row 2 (line 4)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\t", "|", ":", "^"})
    void theLineMayNameAnyDelimiter(String delimiter) {
        CsvTable table = read("sep=" + delimiter + "\n" + eightRows(delimiter, "x,z,y".replace(",", delimiter), false));
        holdsTheEightRows(input(table, "y"));
    }

    @Test
    void theRowsTellTheDelimiterWhereTheHeaderDoesNot() {
        assertThat(read("weight, kg;height, cm;y\n1;2;0\n2;3;1\n").names())
                .containsExactly("weight, kg", "height, cm", "y");
        assertThat(read("a;b,c;d,e;f,y\n1,2,3,4\n").names()).containsExactly("a;b", "c;d", "e;f", "y");
        assertThat(CsvTable.read(Cli.file(folder, "d.csv", "weight, kg;height, cm;y\n1,5;2,5;0\n2,5;3,5;1\n"), ',')
                        .names())
                .containsExactly("weight, kg", "height, cm", "y");
    }

    @Test
    void decimalCommasAreReadWhereTheyAreAskedFor() {
        RegressionInput input = input(shipped("decimal-comma.csv", ','), "y");
        assertThat(input.x()[0]).isEqualTo(new double[] {0.5, 1.25, -0.75, 2.5, 0.1});
        assertThat(input.x()[1]).isEqualTo(new double[] {2, 3, 1, 5, 4});
        CsvTable quoted = CsvTable.read(Cli.file(folder, "q.csv", "x,y\n\"1,5e3\",0\n\"-,25\",1\n\"3,\",1\n"), ',');
        assertThat(quoted.column("x", "").numbers(new BitSet())).containsExactly(1500, -0.25, 3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "decimal-comma.csv | . | \"0,5\" is not a number | Read the file with \"--decimal ,\"",
                "thousands.csv | . | \"1,234.5\" is not a number | a comma between thousands. Write it without (1234.5)",
                "percent.csv | . | \"12%\" is not a number | a percentage. Write the number alone (12)",
            })
    void numbersThatAreWrittenOtherwiseAreNamed(String name, char decimal, String what, String advice) {
        assertThatThrownBy(() -> input(shipped(name, decimal), "y"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("row 1 (line 2), column \"x\"")
                .hasMessageContaining(what)
                .hasMessageContaining(advice)
                .hasMessageContaining("--ignore x");
    }

    /** Columns of one kind of cell; a comma of thousands is never taken for a point. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "116,432 2,000 3,100 | without (116432)",
                "2,000 1,234,567 3,100 | without (2000)",
                "-1,234.50 2,000 7 | without (-1234.50)",
                "1.234.567 2.000.000 1 | a point between thousands. Write it without (1234567)",
                "1,234 0,5 2,25 | --decimal ,",
                "0,125 0,250 0,375 | --decimal ,",
                "1.234,5 2,5 3,5 | --decimal ,",
                "1'234 2'000 3'456'789 | the digits together (1234)",
                "1_234.5 2_000 3_000 | the digits together (1234.5)",
                "5.5% 7% 12% | Write the number alone (5.5)",
                "$5 $7.50 $1,200 | an amount of money",
                "2024-01-31 2024-02-01 2024-03-01 | a date",
                "1/31/2024 2/1/2024 3/1/2024 | a date",
                "\u22121 2 \u22123 | Write -1",
                "\u20135 2 3 | Write -5",
                "abc 2 3 | Correct the cell",
            })
    void eachKindOfCellGetsItsAdvice(String cells, String advice) {
        StringBuilder text = new StringBuilder("x,y\n");
        int row = 0;
        for (String cell : cells.split(" ")) {
            text.append('"').append(cell).append("\",").append(row++ % 2).append('\n');
        }
        assertThatThrownBy(() -> input(read(text.toString()), "y"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("column \"x\": \"" + cells.split(" ")[0] + "\" is not a number")
                .hasMessageContaining(advice)
                .message()
                .satisfies(m -> assertThat(m.contains("--decimal")).isEqualTo(advice.contains("--decimal")));
    }

    @Test
    void commasThatMayBeEitherAreLeftToThePerson() {
        assertThatThrownBy(() -> input(read("x;y\n1,234;0\n2,345;1\n"), "y"))
                .hasMessageContaining(
                        "Write it without (1234); or, if the comma is a decimal comma, read the file with");
    }

    @Test
    void pointsAmongDecimalCommasAreNotGuessedAt() {
        Path file = Cli.file(folder, "d.csv", "x;y\n1.5;0\n2,5;1\n");
        assertThatThrownBy(() -> input(CsvTable.read(file, ','), "y"))
                .hasMessageContaining("\"1.5\" is not a number")
                .hasMessageContaining("numbers are read with a decimal comma");
        Path thousands = Cli.file(folder, "t.csv", "x;y\n1.234,5;0\n2,5;1\n");
        assertThatThrownBy(() -> input(CsvTable.read(thousands, ','), "y")).hasMessageContaining("without (1234,5)");
    }

    @Test
    void spacesThatDoNotBreakAreSpaces() {
        RegressionInput input = input(shipped("no-break-space.csv", '.'), "y");
        assertThat(input.x()[0]).isEqualTo(new double[] {1.5, 2.5, 3.5, 1.9});
        for (String space : List.of("\u00a0", "\u202f", "\u2007", "\u2009", "\u3000", " ", "\t", "\ufeff")) {
            CsvTable table = read("a; b" + space + ";y\n" + space + "1.5" + space + ";2" + space + ";0\n" + space
                    + space + "NA;3;1\n");
            assertThat(table.names()).containsExactly("a", "b", "y");
            assertThat(table.column("b", "").numbers(new BitSet())).containsExactly(2, 3);
            assertThat(table.column("a", "").missing(0)).isFalse();
            assertThat(table.column("a", "").missing(1)).isTrue();
        }
    }

    /** The right coefficient would be beyond a double; that is said, and not that the column is constant. */
    @Test
    void numbersTooSmallForAnyResultAreNamedAsSuch() {
        assertThatThrownBy(() -> input(shipped("subnormal.csv", '.'), "y"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("column \"x\" holds only numbers so near to zero (at most 4.0E-320)")
                .hasMessageContaining("Multiply it by a power of ten")
                .hasMessageNotContaining("constant");
        RegressionInput small = input(read("x,y\n1e-140,0\n3e-140,1\n2e-140,0\n4e-140,1\n"), "y");
        assertThat(small.sd(0)).isEqualTo(Math.sqrt(1.25) * 1e-140, within(1e-154));
        assertThatThrownBy(() -> RegressionInput.of(
                        read("x,y\n1e-40,0\n3e-40,1\n2e-40,0\n4e-40,1\n"),
                        new RegressionColumns("y", List.of(), List.of(), false),
                        Cli.model("logistic")::target,
                        true,
                        false))
                .hasMessageContaining("single precision cannot carry");
    }

    @Test
    void anUnclosedQuoteIsNamedWithItsLine() {
        assertThatThrownBy(() -> shipped("unclosed-quote.csv", '.'))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(
                        "unclosed-quote.csv, line 2: a quote (\") that opens in this row is never closed");
        // In the last cell of a row the rows below would be lost without a word.
        assertThatThrownBy(() -> read("x,y,note\n1,0,a\n2,1,b\n3,0,\"c\n4,1,d\n5,1,e\n"))
                .hasMessageContaining("data.csv, line 4: a quote");
        assertThatThrownBy(() -> read("x,y,note\n1,0,a\n2,1,\"\n")).hasMessageContaining("line 3: a quote");
        // A later quote closes it, and then text follows.
        assertThatThrownBy(() -> read("x,note,y\n1,\"open,0\n2,\"b\",1\n")).hasMessageContaining("begins in line 2");
        // Or nothing does, but the row is too short.
        assertThatThrownBy(() -> read("x,note,y\n1,\"open,0\n2,b\",1\n3,c,0\n4,\"\"d,0\n"))
                .isInstanceOf(InputException.class);
        assertThatThrownBy(() -> read("x,note,y\n1,\"open,0\n2,b\"\n3,c,0\n"))
                .hasMessageContaining("row 1 (line 2) has 2 cells")
                .hasMessageContaining("closes only lines later");
        assertThatThrownBy(() -> input(read("x,y\n1,0\n\"2\n3\",1\n"), "y"))
                .hasMessageContaining("A quote (\") opens before it and closes 1 lines later");
    }

    @Test
    void quotesInsideACellAreText() {
        CsvTable table = read("x,size,y\n1,5\" pipe,0\n2,\"7\"\" pipe\",1\n3,\"two\nlines\",1\n");
        assertThat(table.rows()).isEqualTo(3);
        assertThat(table.column("size", "").textExamples()).contains("\"5\" pipe\"", "\"7\" pipe\"", "two\\nlines");
    }

    private static byte[] gzip(String... parts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String part : parts) {
            try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
                gzip.write(part.getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void allMembersOfAGzipFileAreRead() throws IOException {
        String text = eightRows(",", "x,z,y", false);
        int half = text.indexOf('\n', 40) + 3;
        Path file = Files.write(folder.resolve("data.csv.gz"), gzip(text.substring(0, half), "", text.substring(half)));
        holdsTheEightRows(input(CsvTable.read(file, '.'), "y"));
    }

    /** Between the members a pipe has nothing to give for a while. */
    @Test
    void allMembersThatComeThroughAPipeAreRead() throws Exception {
        String text = eightRows(",", "x,z,y", false);
        Path pipe = folder.resolve("pipe.gz");
        int made = new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
        Assumptions.assumeTrue(made == 0, "no mkfifo here");
        Thread writer = new Thread(() -> {
            try (OutputStream out = Files.newOutputStream(pipe)) {
                out.write(gzip(text.substring(0, 30)));
                out.flush();
                Thread.sleep(400);
                out.write(gzip(text.substring(30)));
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        writer.start();
        CsvTable table = CsvTable.read(pipe, '.');
        writer.join();
        holdsTheEightRows(input(table, "y"));
    }

    /** Tapes and some tools fill a file up with zeros; they count in its digest. */
    @Test
    void zerosAfterAGzipFileAreNotDataButInTheDigest() throws Exception {
        byte[] whole = gzip(eightRows(",", "x,z,y", false));
        Path file = Files.write(folder.resolve("padded.gz"), Arrays.copyOf(whole, 5 << 20));
        CsvTable table = CsvTable.read(file, '.');
        holdsTheEightRows(input(table, "y"));
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        assertThat(table.sha256()).isEqualTo(HexFormat.of().formatHex(sha.digest(Files.readAllBytes(file))));
    }

    @Test
    void aDamagedGzipFileIsSaidToBe() throws IOException {
        byte[] whole = gzip(eightRows(",", "x,z,y", false).repeat(2000));
        for (int length : new int[] {5, 100, whole.length - 6}) {
            Path file = Files.write(folder.resolve("cut.csv.gz"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> CsvTable.read(file, '.'))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("cut.csv.gz is a gzip file that is cut off or damaged");
        }
        whole[whole.length / 2] ^= 0x55;
        Path file = Files.write(folder.resolve("bad.csv.gz"), whole);
        assertThatThrownBy(() -> CsvTable.read(file, '.')).isInstanceOf(InputException.class);
    }

    @ParameterizedTest
    @CsvSource({"504b03040a00, zip archive", "425a68393141, bzip2", "fd377a585a00, xz", "28b52ffd0458, zstd"})
    void otherPackedFilesAreNamed(String bytes, String what) throws IOException {
        Path file = Files.write(folder.resolve("p.csv"), HexFormat.of().parseHex(bytes));
        assertThatThrownBy(() -> CsvTable.read(file, '.'))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is not a text file")
                .hasMessageContaining(what);
    }

    @Test
    void gzipIsKnownByItsFirstBytes() throws Exception {
        String text = eightRows(",", "x,z,y", false);
        Path file = Files.write(folder.resolve("data.txt"), gzip(text));
        CsvTable table = CsvTable.read(file, '.');
        holdsTheEightRows(input(table, "y"));
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        assertThat(table.sha256())
                .isEqualTo(HexFormat.of().formatHex(sha.digest(Files.readAllBytes(file)))); // as it lies there
    }
}

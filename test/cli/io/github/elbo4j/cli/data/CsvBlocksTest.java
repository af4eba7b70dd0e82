package io.github.elbo4j.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tables of several blocks, read in blocks, are what the parser reads. A quote in the header, which is no part of the name, leaves
 * all of a file to the parser.
 */
class CsvBlocksTest {
    private static final int COLUMNS = 6;
    private static final String PLAIN = "a,b,c,d,e,f\n";
    private static final String QUOTED = "\"a\",b,c,d,e,f\n";
    private static final String[] ODD = {
        "",
        "NA",
        "none",
        "-",
        ".",
        "5.",
        ".5",
        "+5",
        "-0",
        "1e5",
        "1E-7",
        "-1.5e+3",
        "1e999",
        "-1e39",
        "1-2",
        "1d",
        "0x1p3",
        "Infinity",
        " 7.25",
        "8 ",
        "1.2.3",
        "é",
        "9007199254740993",
        "0.1234567890123456789",
        "123456789012345678901234567890",
        "4.9e-324",
        "e5",
        "+"
    };

    @TempDir
    Path folder;

    /** @param odd one cell of so many is not an ordinary number */
    private static String rows(long seed, int rows, int odd, String end) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < COLUMNS; c++) {
                boolean isOdd = random.nextInt(odd) == 0;
                String cell = isOdd
                        ? ODD[random.nextInt(ODD.length)]
                        : random.nextBoolean()
                                ? String.valueOf(random.nextGaussian())
                                : String.valueOf(random.nextInt(2000) / 100.0 - 10);
                text.append(c == 0 ? "" : ",").append(cell);
            }
            text.append(end);
            if (random.nextInt(1000) == 0) {
                text.append(end.strip().isEmpty() ? end : "\n"); // an empty line
            }
        }
        return text.toString();
    }

    private CsvTable read(String text, boolean gzip) throws IOException {
        Path file = folder.resolve("table.csv");
        try (var to = gzip ? new GZIPOutputStream(Files.newOutputStream(file)) : Files.newOutputStream(file)) {
            to.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return CsvTable.read(file, '.');
    }

    private void same(String rows, boolean gzip) throws IOException {
        CsvTable want = read(QUOTED + rows, gzip);
        CsvTable got = read(PLAIN + rows, gzip);
        assertThat(got.names()).isEqualTo(want.names());
        assertThat(got.rows()).isEqualTo(want.rows());
        for (String name : want.names()) {
            CsvColumn a = want.column(name, "");
            CsvColumn b = got.column(name, "");
            assertThat(b.numbersOrNaN()).isEqualTo(a.numbersOrNaN()); // by bits: −0 is not 0
            assertThat(b.words()).isEqualTo(a.words());
            assertThat(b.textExamples()).isEqualTo(a.textExamples());
            for (boolean drops : new boolean[] {false, true}) {
                assertThat(String.valueOf(catchThrowable(() -> b.check(drops))))
                        .isEqualTo(String.valueOf(catchThrowable(() -> a.check(drops))));
            }
            for (int row = 0; row < want.rows(); row += 997) {
                assertThat(got.place(row, name)).isEqualTo(want.place(row, name));
            }
        }
    }

    @Test
    void blocksHoldWhatTheParserReads() throws IOException {
        same(rows(1, 20_000, 1_000_000, "\n"), false);
        same(rows(2, 20_000, 40, "\n"), false);
        same(rows(3, 20_000, 5, "\r\n"), true);
        same(rows(4, 1, 5, ""), false);
        same(rows(5, 300, 2, "\n").strip(), false); // no line end at the file's
    }

    /** Some 24 MB: more blocks of a megabyte than 16 processors are given at once, so that blocks hold other lines than before. */
    @Test
    void blocksThatAreUsedAgain() throws IOException {
        String many = rows(10, 300_000, 200, "\n");
        same(many, false);
        same(many + "1,2,\"3\",4,5,6\n" + rows(11, 20_000, 1000, "\n"), false);
    }

    /** From there on the parser reads, and the lines are counted on. */
    @Test
    void aQuoteInTheMiddleOfAFile() throws IOException {
        String before = rows(6, 20_000, 1000, "\n");
        String after = rows(7, 20_000, 1000, "\n");
        same(before + "1,2,\"3\",4,5,6\n" + after, false);
        same(before + "1,2,\"a\nb\",4,5,6\n" + after, false);
    }

    @Test
    void linesThatEndInAReturnAndADelimiterAtTheEndOfEachRow() throws IOException {
        same(rows(8, 20_000, 1000, "\n") + rows(9, 20_000, 1000, "\r"), false);
        same(rows(8, 20_000, 1000, ",\n"), false);
    }

    /** Faults are told with the same words and the same line, wherever they stand. */
    @Test
    void faultsKeepTheirPlace() throws IOException {
        String before = rows(6, 20_000, 1_000_000, "\n");
        String after = rows(7, 20_000, 1_000_000, "\n");
        for (String fault : new String[] {
            "1,2,3\n",
            "1,2,3,4,5,6,7\n",
            "1,2,\"3,4,5,6\n",
            "1,2,\"3\"x,4,5,6\n",
            "1,2,\"3\n4\",5\n",
            "1,,3,4,5,6\n",
            "1,x,3,4,5,6\n",
            "1,1e60,3,4,5,6\n"
        }) {
            assertThat(message(PLAIN + before + fault + after))
                    .as(fault)
                    .isEqualTo(message(QUOTED + before + fault + after))
                    .containsPattern("row 20001|line 200\\d\\d");
        }
    }

    @Test
    void aHeaderWithoutRows() {
        assertThat(message(PLAIN)).isEqualTo(message(QUOTED)).contains("no rows");
        assertThat(message(PLAIN + "\n\n")).isEqualTo(message(QUOTED + "\n\n")).contains("no rows");
    }

    private String message(String text) {
        Throwable fault = catchThrowable(() -> read(text, false).column("b", "").check(false));
        assertThat(fault).isInstanceOf(InputException.class);
        return String.valueOf(fault.getMessage());
    }
}

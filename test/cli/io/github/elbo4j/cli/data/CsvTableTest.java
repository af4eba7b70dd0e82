package io.github.elbo4j.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.cli.Cli;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a table, and what is said of a file that is none. */
class CsvTableTest {
    private static final BitSet ALL = new BitSet(); // no row is dropped

    @TempDir
    Path folder;

    private CsvTable read(String content) {
        return CsvTable.read(Cli.file(folder, "data.csv", content), '.');
    }

    @ParameterizedTest
    @ValueSource(strings = {",", ";", "\t", "|"})
    void theDelimiterIsFoundInTheHeader(String delimiter) {
        CsvTable table = read("a,b,c\n1,2,3\n4,5,6\n".replace(",", delimiter));
        assertThat(table.names()).containsExactly("a", "b", "c");
        assertThat(table.column("b", "").numbers(ALL)).containsExactly(2, 5);
    }

    @Test
    void aDelimiterInQuotesIsText() {
        CsvTable table = read("\"a;b,c\",\"say \"\"d\"\"\"\n1,2\n");
        assertThat(table.names()).containsExactly("a;b,c", "say \"d\"");
    }

    @Test
    void quotedNumbersSpacesAndSignsAreNumbers() {
        CsvTable table = read("a,b\n\" 1.5 \",+2e-3\n -4 ,.5\n");
        assertThat(table.column("a", "").numbers(ALL)).containsExactly(1.5, -4);
        assertThat(table.column("b", "").numbers(ALL)).containsExactly(0.002, 0.5);
    }

    @Test
    void windowsLineEndsByteOrderMarkAndMissingLastNewlineAreUnderstood() {
        CsvTable table = read("\uFEFFa,b\r\n1,2\r\n3,4");
        assertThat(table.names()).containsExactly("a", "b");
        assertThat(table.column("a", "").numbers(ALL)).containsExactly(1, 3);
    }

    @Test
    void utf16WithMarkIsUnderstood() throws IOException {
        Path file = Files.write(folder.resolve("u.csv"), "\uFEFFa\tb\n1\t2\n".getBytes(StandardCharsets.UTF_16LE));
        assertThat(CsvTable.read(file, '.').names()).containsExactly("a", "b");
    }

    @Test
    void linesAreCountedAsAnEditorCountsThem() {
        CsvTable table = read("a,\"b\nb\"\n1,2\n\n3,4\n");
        assertThat(table.place(1, "a")).isEqualTo("data.csv, row 2 (line 5), column \"a\"");
    }

    @Test
    void theDigestIsThatOfTheBytes() {
        // printf 'a,b\n1,2\n' | sha256sum
        assertThat(read("a,b\n1,2\n").sha256())
                .isEqualTo("492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470");
    }

    @Test
    void aPipeWillDo() throws Exception {
        Path pipe = folder.resolve("pipe.csv");
        int made = new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
        Assumptions.assumeTrue(made == 0, "no mkfifo here");
        Thread writer = new Thread(() -> Cli.file(folder, "pipe.csv", "a,b\n1,2\n"));
        writer.start();
        assertThat(CsvTable.read(pipe, '.').names()).containsExactly("a", "b");
        writer.join();
    }

    @Test
    void growsBeyondItsFirstArrays() {
        StringBuilder text = new StringBuilder("a,b\n");
        for (int i = 0; i < 1000; i++) {
            text.append(i).append(",0\n");
        }
        CsvTable table = read(text.toString());
        assertThat(table.rows()).isEqualTo(1000);
        assertThat(table.column("a", "").numbers(ALL)[999]).isEqualTo(999);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1d", "2f", "0x1p3", "1,5", "1 000", "--1", "1.2.3", "abc", "\u22121"})
    void whatOnlyJavaTakesForANumberIsText(String cell) {
        CsvTable table = read("a\tb\n1\t2\n" + cell + "\t3\n");
        assertThatThrownBy(() -> table.column("a", "").numbers(ALL))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("row 2 (line 3), column \"a\": \"" + cell + "\" is not a number");
    }

    @Test
    void aLongCellIsCutAndControlCharactersAreEscaped() {
        CsvTable table = read("a,b\n1,2\n\u001b[31m" + "x".repeat(100) + ",3\n");
        assertThatThrownBy(() -> table.column("a", "").numbers(ALL))
                .message()
                .contains("\"\\u001b[31mxxxx")
                .contains("x…\"")
                .hasSizeLessThan(300);
    }
}

package io.github.elbo4j.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NumberRowsTest {
    /** Three blocks of the spool's and a rest, of rows of three numbers. */
    private static final int ROWS = 3 * ((1 << 20) / 24) + 5;

    @TempDir
    private Path folder;

    private int asked;

    private NumberRows.Reader reader(Path path, boolean dropMissing) {
        return new NumberRows.Reader(path, '.', dropMissing, bytes -> {}, () -> {
            asked++;
            return folder;
        });
    }

    private static double value(int row, int column) {
        return (row * 3 + column) / 8.0 - 1000;
    }

    private Path big() {
        StringBuilder csv = new StringBuilder(ROWS * 32).append("a,b,c\n");
        for (int n = 0; n < ROWS; n++) {
            csv.append(value(n, 0))
                    .append(',')
                    .append(value(n, 1))
                    .append(',')
                    .append(value(n, 2))
                    .append('\n');
        }
        return Cli.file(folder, "big.csv", csv.toString());
    }

    private static void holdsAll(NumberRows rows) {
        assertThat(rows.rows()).isEqualTo(ROWS);
        for (int count : new int[] {1, 1000, 1 << 16}) {
            double[] into = new double[count * 3];
            for (int first = 0; first < ROWS; first += count == 1 ? 4999 : count) {
                int n = Math.min(count, ROWS - first);
                rows.read(first, n, into);
                for (int i = 0; i < 3 * n; i++) {
                    assertThat(into[i] == value(first + i / 3, i % 3)).isTrue();
                }
            }
        }
        assertThat(rows.numberInFile(ROWS - 1)).isEqualTo(ROWS);
    }

    /** Once all fits into memory, and once only the first block does. */
    @Test
    void rowsBeyondWhatMemoryHoldsComeBackFromAFileThatHasNoName() throws IOException {
        Path path = big();
        try (NumberRows rows = reader(path, false).allBut(List.of())) {
            holdsAll(rows);
            assertThat(asked).isZero();
        }
        try (NumberRows rows = reader(path, false).inMemory(1 << 20).allBut(List.of())) {
            holdsAll(rows);
            assertThat(asked).isPositive();
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files).containsExactly(path);
            }
        }
    }

    @Test
    void aFileThatCannotBeWrittenIsToldOf() {
        Path path = big();
        NumberRows.Reader reader =
                new NumberRows.Reader(path, '.', false, bytes -> {}, () -> folder.resolve("not-there")).inMemory(1);
        assertThatThrownBy(() -> reader.allBut(List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("cannot write to " + folder.resolve("not-there"))
                .hasMessageContaining("name another folder with --out");
    }

    @Test
    void columnsComeInTheOrderInWhichTheyAreWantedAndOthersMayHoldAnything() {
        Path path = Cli.file(folder, "d.csv", "name,b,a\nred,1,2\nblue,3,4\n,5,6\n");
        double[] into = new double[6];
        try (NumberRows rows = reader(path, false).columns(List.of("a", "b"))) {
            rows.read(0, 3, into);
        }
        assertThat(into).containsExactly(2, 1, 4, 3, 6, 5);
        try (NumberRows rows = reader(path, false).allBut(List.of("name"))) {
            rows.read(0, 3, into);
            assertThat(rows.columns()).containsExactly("b", "a");
        }
        assertThat(into).containsExactly(1, 2, 3, 4, 5, 6);
        assertThatThrownBy(() -> reader(path, false).columns(List.of("a", "B")))
                .hasMessageContaining("--data: d.csv has no column \"B\": did you mean \"b\"?");
        assertThatThrownBy(() -> reader(path, false).columns(List.of("name", "a")))
                .hasMessageContaining(
                        "column \"name\" holds text (\"red\", \"blue\"), but every column must hold numbers");
    }

    /** What is refused, and in which words, does not depend on whether the table is held. */
    @Test
    void cellsAreRefusedAsThoseOfATableThatIsHeld() {
        for (String csv : List.of(
                "a,b\n1,2\n3,x\n5,y\n",
                "a,b\n1,2\n3,\n5,NA\n",
                "a,b\n1,2\n3,1e40\n",
                "a,b\n1,\"1,234\"\n2,\"2,345\"\n",
                "a,b\n1,2\n3,4,5\n",
                "a,b\n",
                "",
                ",a\n1,2\n1,3\n",
                "1,2\n3,4\n")) {
            Path path = Cli.file(folder, "d.csv", csv);
            String held = message(
                    () -> CsvTable.read(path, '.').columns().forEach(column -> column.numbers(new java.util.BitSet())));
            assertThat(held).isNotEmpty();
            assertThat(message(() -> reader(path, false).allBut(List.of()))).isEqualTo(held);
        }
    }

    private static String message(Runnable body) {
        try {
            body.run();
            return "";
        } catch (InputException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void aFirstColumnThatNumbersTheRowsIsLeftOut() {
        for (String index : List.of("0 1 2", "5 3 4", "-1 7 1e300", "r1 r2 r3")) {
            String[] of = index.split(" ");
            Path path = Cli.file(folder, "i.csv", ",a\n" + of[0] + ",1\n" + of[1] + ",2\n" + of[2] + ",3\n");
            try (NumberRows rows = reader(path, false).allBut(List.of())) {
                assertThat(rows.columns()).containsExactly("a");
                assertThat(rows.notes()).singleElement().asString().contains("so it is left out");
            }
        }
        for (String index : List.of("0 1 0", "0.5 1 2", "-1 -1 2", "0 -0 1", "1e300 1 1e300")) {
            String[] of = index.split(" ");
            Path path = Cli.file(folder, "i.csv", ",a\n" + of[0] + ",1\n" + of[1] + ",2\n" + of[2] + ",3\n");
            assertThatThrownBy(() -> reader(path, false).allBut(List.of()))
                    .hasMessageContaining("column 1 has no name");
        }
    }

    @Test
    void rowsWithHolesAreLeftOutAndTheOthersKeepTheirNumbers() throws IOException {
        double hole = Double.NaN;
        double[] values = {1, 2, hole, 4, 5, 6, 7, hole, hole, hole, 11, 12};
        StringBuilder csv = new StringBuilder("x1,x2\n");
        for (int n = 0; n < 6; n++) {
            csv.append(cell(values[2 * n]))
                    .append(',')
                    .append(cell(values[2 * n + 1]))
                    .append('\n');
        }
        Path array = Files.write(
                folder.resolve("h.npy"), NpyFileTest.npy(1, "'<f4'", false, "(6, 2)", NpyFileTest.floats(values)));
        for (Path path : List.of(Cli.file(folder, "h.csv", csv.toString()), array)) {
            try (NumberRows rows = reader(path, true).allBut(List.of())) {
                assertThat(rows.rows()).isEqualTo(3);
                assertThat(rows.droppedRows()).isEqualTo(3);
                List<Integer> numbers = new ArrayList<>();
                for (int n : new int[] {0, 1, 2, 1, 0, 2}) {
                    numbers.add(rows.numberInFile(n));
                }
                assertThat(numbers).containsExactly(1, 3, 6, 3, 1, 6);
                double[] into = new double[6];
                rows.read(0, 3, into);
                assertThat(into).containsExactly(1, 2, 5, 6, 11, 12);
                rows.read(1, 2, into);
                assertThat(into).startsWith(5, 6, 11, 12);
            }
            // A column that is not used may have holes; one that is used is then whole.
            try (NumberRows rows = reader(path, true).allBut(List.of("x2"))) {
                assertThat(rows.rows()).isEqualTo(4);
                double[] into = new double[4];
                rows.read(0, 4, into);
                assertThat(into).containsExactly(1, 5, 7, 11);
            }
            assertThatThrownBy(() -> reader(path, false).allBut(List.of())).hasMessageContaining("row 2");
        }
        Path none = Cli.file(folder, "n.csv", "a,b\n1,\n,2\n");
        assertThatThrownBy(() -> reader(none, true).allBut(List.of()))
                .hasMessageContaining("n.csv: every row has a missing cell");
    }

    private static String cell(double value) {
        return Double.isNaN(value) ? "NA" : String.valueOf(value);
    }

    /** Labels are words that stay beside the rows, whichever column they are in, and go with a row that is left out. */
    @Test
    void labelsStayBesideTheRows() {
        Path path = Cli.file(folder, "l.csv", "a,what,b\n1,red,2\n3,,4\n,blue,5\n6,7,8\n");
        try (NumberRows rows = reader(path, true).label("what").allBut(List.of())) {
            assertThat(rows.columns()).containsExactly("a", "b");
            assertThat(rows.labels()).containsExactly("red", "", "7");
            assertThat(rows.values()).isDeepEqualTo(new double[][] {{1, 2}, {3, 4}, {6, 8}});
            assertThat(rows.numberInFile(2)).isEqualTo(4);
            assertThat(rows.source().target()).isEqualTo("what");
            assertThat(rows.source().predictors()).containsExactly("a", "b");
            assertThat(rows.source().droppedRows()).isEqualTo(1);
        }
        assertThatThrownBy(() -> reader(path, true).label("which").allBut(List.of()))
                .hasMessageContaining("--label: l.csv has no column \"which\"");
        assertThatThrownBy(() -> reader(path, true).label("what").allBut(List.of("a", "b")))
                .hasMessageContaining("l.csv: --ignore and --label leave no column");
        Path words = Cli.file(folder, "w.csv", "a,what\n1,red\n3,blue\n");
        assertThatThrownBy(() -> reader(words, true).label(null).allBut(List.of()))
                .hasMessageContaining("Leave it out with --ignore what, or take it for --label");
    }
}

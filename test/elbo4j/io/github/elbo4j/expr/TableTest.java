package io.github.elbo4j.expr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableTest {
    private static final Table TABLE =
            Table.empty().with("x", 3, 1, 2).with("code", 10, -0.0, 2.5).with("word", "b", "a", "b");

    @Test
    void columnsAreDataOfTheirRows() {
        Expr column = TABLE.column("x");
        assertThat(column.value()).containsExactly(3, 1, 2);
        assertThat(column.name()).isEqualTo("x");
        assertThat(column.ofRows()).isFalse();
        assertThat(TABLE.asRows().column("x").ofRows()).isTrue();
        assertThat(TABLE.asRows().index("word").ofRows()).isTrue();
        assertThat(TABLE.columns("x", "code").value()).containsExactly(3, 10, 1, -0.0, 2, 2.5);
        assertThat(TABLE.asRows().columns("x", "code").extents()).containsExactly(3, 2);
        assertThat(TABLE.rows()).isEqualTo(3);
        assertThat(TABLE.names()).containsExactly("x", "code", "word");
    }

    @Test
    void levelsAreSortedAndIndexesPointToThem() {
        assertThat(TABLE.levels("word").elements()).containsExactly("a", "b");
        assertThat(TABLE.index("word").of()).containsExactly(1, 0, 1);
        assertThat(TABLE.levels("code").elements()).containsExactly("0", "2.5", "10");
        assertThat(TABLE.index("code").of()).containsExactly(2, 0, 1);
        assertThat(TABLE.index("word", new Plate("all", List.of("z", "b", "a"))).of())
                .containsExactly(1, 2, 1);
    }

    @Test
    void mapsOfColumnsKeepTheirOrder() {
        Map<String, double[]> numbers = new LinkedHashMap<>();
        numbers.put("second", new double[] {1, 2});
        numbers.put("first", new double[] {3, 4});
        Table table = Table.of(numbers, Map.of("g", new String[] {"u", "v"}));

        assertThat(table.names()).containsExactly("second", "first", "g");
        numbers.get("second")[0] = 9;
        assertThat(table.column("second").value()).containsExactly(1, 2);
    }

    @Test
    void mistakesAreNamed() {
        assertThatThrownBy(() -> TABLE.column("y"))
                .hasMessageContaining("no column y")
                .hasMessageContaining("x, code, word");
        assertThatThrownBy(() -> TABLE.levels("y")).hasMessageContaining("no column y");
        assertThatThrownBy(() -> TABLE.column("word"))
                .hasMessageContaining("words")
                .hasMessageContaining("index");
        assertThatThrownBy(() -> TABLE.with("x", 1, 2, 3)).hasMessageContaining("two columns x");
        assertThatThrownBy(() -> TABLE.with("y", 1, 2))
                .hasMessageContaining("2 rows")
                .hasMessageContaining("have 3");
        assertThatThrownBy(() -> TABLE.with("y", 1, 1e39, 3).column("y")).hasMessageContaining("row 2 of 3");
        assertThatThrownBy(() -> TABLE.with("y", 1, 2, Double.NaN).levels("y")).hasMessageContaining("row 3 of 3");
        assertThatThrownBy(() -> TABLE.with("y", "a", " ", "c").index("y")).hasMessageContaining("row 2 of 3");
        assertThatThrownBy(() -> TABLE.data("y", 1, 2))
                .hasMessageContaining("2 elements")
                .hasMessageContaining("3 rows");
        assertThatThrownBy(() -> TABLE.index("word", Plate.of("k", 2))).hasMessageContaining("b in row 1");
    }

    @Test
    void elementsAreNamedByPlatesAndCounted() {
        Plate plate = new Plate("g", List.of("u", "v"));
        assertThat(Plate.element("b", new int[] {2, 3}, 5, List.of(plate))).isEqualTo("b[v,3]");
        assertThat(Plate.element("b", new int[] {}, 0, List.of())).isEqualTo("b");
    }

    /** [3][2], row by row, as rows of the table, and the same as two columns side by side. */
    @Test
    void aMatrixHasSoManyNumbersForEachRow() {
        Table table = Table.empty().with("a", 1, 3, 5).with("b", 2, 4, 6).asRows();
        Expr matrix = table.matrix("x", 2, 1, 2, 3, 4, 5, 6);
        assertThat(matrix.extents()).containsExactly(3, 2);
        assertThat(matrix.value()).containsExactly(table.columns("a", "b").value());
        assertThat(matrix.ofRows()).isTrue();
        assertThatThrownBy(() -> table.matrix("x", 2, 1, 2, 3, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("x has 4 elements, but the table has 3 rows of 2 each");
        assertThatThrownBy(() -> table.matrix("x", 1, 1, Double.NaN, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("x[2,1] is NaN");
    }
}

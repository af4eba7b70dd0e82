package io.github.elbo4j.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files are written byte by byte as numpy.lib.format describes them. */
public class NpyFileTest {
    @TempDir
    private Path folder;

    /** A file of an array. */
    public static byte[] npy(int version, String descr, boolean fortran, String shape, byte[] numbers) {
        String header = "{'descr': " + descr + ", 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': "
                + shape + ", }";
        int before = version == 1 ? 10 : 12;
        header += " ".repeat(63 - (before + header.length()) % 64) + "\n";
        ByteBuffer bytes =
                ByteBuffer.allocate(before + header.length() + numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
        bytes.put((byte) version).put((byte) 0);
        if (version == 1) {
            bytes.putShort((short) header.length());
        } else {
            bytes.putInt(header.length());
        }
        return bytes.put(header.getBytes(StandardCharsets.US_ASCII))
                .put(numbers)
                .array();
    }

    /** Numbers of float32. */
    public static byte[] floats(double... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(values).forEach(value -> bytes.putFloat((float) value));
        return bytes.array();
    }

    private Path file(byte[] bytes) {
        try {
            return Files.write(folder.resolve("a.npy"), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<double[]> columns(Path path) {
        CsvTable table = CsvTable.read(path, '.');
        return table.columns().stream()
                .map(column -> column.numbers(new BitSet()))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void rowsOfFloatsComeOutOfEachFormat(int version) {
        Path path = file(npy(version, "'<f4'", false, "(3, 2)", floats(1, 2.5, -3, 4, 5, 1e-30)));
        CsvTable table = CsvTable.read(path, '.');
        assertThat(table.names()).containsExactly("x1", "x2");
        assertThat(table.rows()).isEqualTo(3);
        assertThat(columns(path)).containsExactly(new double[] {1, -3, 5}, new double[] {2.5, 4, 1e-30f});
    }

    @Test
    void fortranOrderIsColumnAfterColumn() {
        Path path = file(npy(1, "'<f4'", true, "(3, 2)", floats(1, 2, 3, 4, 5, 6)));
        assertThat(columns(path)).containsExactly(new double[] {1, 2, 3}, new double[] {4, 5, 6});
    }

    @Test
    void anArrayOfOneAxisIsAColumn() {
        assertThat(columns(file(npy(1, "'<f4'", false, "(3,)", floats(1, 2, 3)))))
                .containsExactly(new double[] {1, 2, 3});
    }

    /** The same two bit patterns, read as what the header says they are; expectations by numpy 2.4's {@code frombuffer}. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            |i1; ff 7f; -1; 127
            |u1; ff 7f; 255; 127
            |b1; 00 01; 0; 1
            <i2; fe ff 00 01; -2; 256
            >i2; fe ff 00 01; -257; 1
            <u2; fe ff 00 01; 65534; 256
            <i4; ff ff ff ff 01 00 00 00; -1; 1
            <u4; ff ff ff ff 01 00 00 00; 4294967295; 1
            >f4; 3f 80 00 00 c0 00 00 00; 1; -2
            <f8; 9a 99 99 99 99 99 b9 3f 00 00 00 00 00 00 f0 bf; 0.1; -1
            >f8; 3f b9 99 99 99 99 99 9a bf f0 00 00 00 00 00 00; 0.1; -1
            <i8; ff ff ff ff ff ff ff ff 01 00 00 00 00 00 00 00; -1; 1
            <u8; ff ff ff ff ff ff ff ff 01 04 00 00 00 00 00 80; 18446744073709551616; 9223372036854777856
            """)
    void numbersAreReadByTypeAndByteOrder(String type, String hex, double first, double second) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String each : hex.split(" ")) {
            bytes.write(Integer.parseInt(each, 16));
        }
        assertThat(columns(file(npy(1, "'" + type + "'", false, "(2,)", bytes.toByteArray()))))
                .containsExactly(new double[] {first, second});
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            <f4; (3, 2); 20; a.npy is cut off: its header tells of 24 bytes of numbers (3, 2), but there are 20
            |O; (1, 1); 8; its elements are Python objects (dtype object), but must be one of f4, f8
            <U3; (1, 1); 12; its elements are text (dtype U3)
            <c8; (1, 1); 8; its elements are complex numbers (dtype c8)
            <f2; (1, 1); 2; its elements are of dtype f2, but must be
            <M8[ns]; (1, 1); 8; its elements are dates or times (dtype M8)
            [('a', '<f4')]; (1,); 4; its elements are records or others that are no plain numbers
            <f4; (); 4; is an array of 0 axes (), but a table has two, rows and columns, or one. Reshape it
            <f4; (1, 1, 1); 4; is an array of 3 axes (1, 1, 1)
            <f4; (0, 2); 0; holds no numbers: its shape is (0, 2)
            <f4; (99999999999999999999, 2); 8; is cut off
            """)
    void whatIsNoTableOfNumbersIsRefusedInWords(String descr, String shape, int bytes, String message) {
        String quoted = descr.startsWith("[") ? descr : "'" + descr + "'";
        Path path = file(npy(1, quoted, false, shape, new byte[bytes]));
        assertThatThrownBy(() -> CsvTable.read(path, '.'))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    @Test
    void filesThatAreNoArraysAreRefusedInWords() throws IOException {
        assertThatThrownBy(() -> CsvTable.read(file("a,b\n1,2\n".getBytes(StandardCharsets.UTF_8)), '.'))
                .hasMessageContaining("a.npy is called .npy, but is no NumPy array");
        byte[] good = npy(1, "'<f4'", false, "(1,)", floats(1));
        for (int length = 0; length < 6; length++) {
            byte[] head = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> CsvTable.read(file(head), '.')).hasMessageContaining("is no NumPy array");
        }
        for (int length : new int[] {6, 7, 8, 9, 10, 30, 127}) {
            byte[] head = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> CsvTable.read(file(head), '.'))
                    .hasMessageContaining("a.npy is cut off: it ends in the middle of its header");
        }
        byte[] future = good.clone();
        future[6] = 4;
        assertThatThrownBy(() -> CsvTable.read(file(future), '.'))
                .hasMessageContaining("is of the .npy format 4.0, but 1.0, 2.0 and 3.0 are read");
        Path csv = Files.write(folder.resolve("a.csv"), good);
        assertThatThrownBy(() -> CsvTable.read(csv, '.'))
                .hasMessageContaining("a NumPy array: give it a name that ends in .npy");
    }

    @Test
    void aHoleIsToldOfByRowAndColumn() {
        Path path = file(npy(1, "'<f4'", false, "(3, 2)", floats(1, 2, 3, Double.NaN, 5, 6)));
        assertThatThrownBy(() -> columns(path))
                .hasMessageContaining("a.npy, row 2, column \"x2\": \"nan\" is not a number");
        Path huge = file(npy(1, "'<f4'", false, "(2,)", floats(1, Double.POSITIVE_INFINITY)));
        assertThatThrownBy(() -> columns(huge))
                .hasMessageContaining("a.npy, row 2, column \"x1\": \"Infinity\" is infinite or beyond");
    }
}

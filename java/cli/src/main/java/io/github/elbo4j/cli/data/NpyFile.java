package io.github.elbo4j.cli.data;

import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A NumPy array of numbers in a {@code .npy} file, of format 1.0 to 3.0, as a table: [rows][columns], or of one axis, which is a
 * column. Rows are read where they lie, any of them at any time, in C or Fortran order.
 */
final class NpyFile implements AutoCloseable {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int CHUNK = 1 << 20;
    /** Far longer than that of any array. */
    private static final int LONGEST_HEADER = 1 << 20;

    private static final Pattern DTYPE = Pattern.compile("'descr'\\s*:\\s*'([<>|=]?)([a-zA-Z])(\\d*)([^']*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\dL,\\s]*)\\)");

    private static final Map<String, ToDoubleFunction<ByteBuffer>> NUMBERS = new LinkedHashMap<>();

    static {
        NUMBERS.put("f4", ByteBuffer::getFloat);
        NUMBERS.put("f8", ByteBuffer::getDouble);
        NUMBERS.put("i1", ByteBuffer::get);
        NUMBERS.put("i2", ByteBuffer::getShort);
        NUMBERS.put("i4", ByteBuffer::getInt);
        NUMBERS.put("i8", ByteBuffer::getLong);
        NUMBERS.put("b1", ByteBuffer::get);
        NUMBERS.put("u1", bytes -> Byte.toUnsignedInt(bytes.get()));
        NUMBERS.put("u2", bytes -> Short.toUnsignedInt(bytes.getShort()));
        NUMBERS.put("u4", bytes -> Integer.toUnsignedLong(bytes.getInt()));
        NUMBERS.put("u8", bytes -> {
            long value = bytes.getLong();
            return value >= 0 ? value : 2.0 * ((value >>> 1) | (value & 1)); // rounded once
        });
    }

    private final Path path;
    private final String file;
    private final RandomAccessFile bytes; // no channel: that would be closed when its thread is interrupted
    private final long offset;
    private final int size;
    private final ByteOrder endian;
    private final ToDoubleFunction<ByteBuffer> number;
    private final boolean columnsFirst;
    private final int rows;
    private final int columns;
    private byte[] chunk = new byte[0];

    /** Whether a file's name says that it is one. */
    static boolean isNamed(Path path) {
        return path.toString().toLowerCase(Locale.ROOT).endsWith(".npy");
    }

    /** Opens a file that is there. */
    static NpyFile open(Path path, String file) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new InputException(
                    "--data: " + file + " is not a file on a disk, and a .npy file is read several times."
                            + " Save the array as a file, or give the rows as CSV");
        }
        RandomAccessFile bytes = new RandomAccessFile(path.toFile(), "r");
        try {
            return new NpyFile(path, file, bytes);
        } catch (EOFException e) {
            bytes.close();
            throw new InputException("--data: " + file + " is cut off: it ends in the middle of its header", e);
        } catch (IOException | RuntimeException e) {
            bytes.close();
            throw e;
        }
    }

    private NpyFile(Path path, String file, RandomAccessFile bytes) throws IOException {
        this.path = path;
        this.file = file;
        this.bytes = bytes;
        String header = header();
        this.offset = bytes.getFilePointer();
        Matcher type = DTYPE.matcher(header);
        String kind = type.find() ? type.group(2) + type.group(3) : "";
        ToDoubleFunction<ByteBuffer> number = NUMBERS.get(kind);
        if (number == null) {
            throw wrongType(header, kind);
        }
        this.number = number;
        this.size = kind.charAt(1) - '0';
        this.endian = type.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        Matcher order = ORDER.matcher(header);
        Matcher shape = SHAPE.matcher(header);
        if (!order.find() || !shape.find()) {
            throw new InputException(
                    "--data: " + file + " has a damaged header: " + Text.cut(Words.plain(header), 100));
        }
        this.columnsFirst = order.group(1).equals("True");
        long[] axes = Arrays.stream(shape.group(1).replaceAll("[L\\s]", "").split(","))
                .filter(axis -> !axis.isEmpty())
                .mapToLong(NpyFile::length)
                .toArray();
        if (axes.length != 1 && axes.length != 2) {
            throw new InputException("--data: " + file + " is an array of " + axes.length + " axes" + " ("
                    + shape.group(1).strip() + "), but a table has two, rows and columns, or one. Reshape it");
        }
        long width = axes.length == 1 ? 1 : axes[1];
        double wanted = (double) axes[0] * width * size;
        if (bytes.length() - offset < wanted) {
            throw new InputException(
                    "--data: " + file + " is cut off: its header tells of " + Numbers.grouped((long) wanted)
                            + " bytes of numbers (" + shape.group(1).strip() + "), but there are "
                            + Numbers.grouped(bytes.length() - offset));
        }
        if (axes[0] == 0 || width == 0) {
            throw new InputException("--data: " + file + " holds no numbers: its shape is ("
                    + shape.group(1).strip() + ")");
        }
        if (axes[0] > Integer.MAX_VALUE || width > Integer.MAX_VALUE / Double.BYTES) {
            throw new InputException("--data: " + file + " has more than " + Numbers.grouped(Integer.MAX_VALUE)
                    + " rows, or bytes a row. Take it apart");
        }
        this.rows = (int) axes[0];
        this.columns = (int) width;
    }

    /** The dictionary in words, whatever the version says of its length and character set. */
    private String header() throws IOException {
        byte[] magic = new byte[MAGIC.length];
        if (bytes.read(magic) < magic.length || !Arrays.equals(magic, MAGIC)) {
            throw new InputException(
                    "--data: " + file + " is called .npy, but is no NumPy array (it does not begin with"
                            + " \\x93NUMPY). Save it with numpy.save, or give a table in CSV another name");
        }
        int version = bytes.readUnsignedByte();
        int minor = bytes.readUnsignedByte();
        if (version < 1 || version > 3) {
            throw new InputException("--data: " + file + " is of the .npy format " + version + "." + minor
                    + ", but 1.0, 2.0 and 3.0 are read");
        }
        long length = version == 1
                ? Short.toUnsignedInt(Short.reverseBytes(bytes.readShort()))
                : Integer.toUnsignedLong(Integer.reverseBytes(bytes.readInt()));
        if (length > LONGEST_HEADER) {
            throw new InputException("--data: " + file + " has a damaged header: it would be of " + length + " bytes");
        }
        byte[] header = new byte[(int) length];
        bytes.readFully(header);
        return new String(header, version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    }

    private InputException wrongType(String header, String kind) {
        String is = kind.isEmpty()
                ? "records or others that are no plain numbers"
                : switch (kind.charAt(0)) {
                    case 'O' -> "Python objects (dtype object)";
                    case 'U', 'S', 'a' -> "text (dtype " + kind + ")";
                    case 'c' -> "complex numbers (dtype " + kind + ")";
                    case 'M', 'm' -> "dates or times (dtype " + kind + ")";
                    default -> "of dtype " + kind;
                };
        if (!header.contains("'descr'")) {
            return new InputException(
                    "--data: " + file + " has a damaged header: " + Text.cut(Words.plain(header), 100));
        }
        return new InputException("--data: " + file + ": its elements are " + is + ", but must be one of "
                + String.join(", ", NUMBERS.keySet()) + ". Save array.astype(numpy.float64)");
    }

    private static long length(String axis) {
        return axis.length() > 18 ? Long.MAX_VALUE : Long.parseLong(axis);
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    /**
     * Reads neighbouring rows.
     *
     * @param into [rows][columns]
     * @param at the row of it where the first one goes
     */
    void read(int first, int count, double[] into, int at) {
        try {
            if (columnsFirst) {
                for (int c = 0; c < columns; c++) {
                    read((long) c * rows + first, count, into, at * columns + c, columns);
                }
            } else {
                read((long) first * columns, Math.multiplyExact(count, columns), into, at * columns, 1);
            }
        } catch (EOFException e) {
            throw new InputException("--data: " + path + " has become shorter while it was read", e);
        } catch (IOException e) {
            throw new InputException("--data: cannot read " + path + ": " + CsvTable.reason(e), e);
        }
    }

    /** Elements as they lie in the file, each {@code stride} behind the one before it. */
    private void read(long element, int count, double[] into, int at, int stride) throws IOException {
        bytes.seek(offset + element * size);
        for (int done = 0; done < count; ) {
            int n = Math.min(CHUNK / size, count - done);
            if (chunk.length < n * size) {
                chunk = new byte[n * size];
            }
            bytes.readFully(chunk, 0, n * size);
            ByteBuffer from = ByteBuffer.wrap(chunk).order(endian);
            for (int i = 0; i < n; i++) {
                into[at + (done + i) * stride] = number.applyAsDouble(from);
            }
            done += n;
        }
    }

    @Override
    public void close() {
        try {
            bytes.close();
        } catch (IOException e) {
            // It was only read.
        }
    }
}

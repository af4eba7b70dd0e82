package io.github.elbo4j.cli.data;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Rows of numbers that are read again and again: the first in memory, all that come after them in a file. It has lost its name
 * when it is first written to, where the system lets an open file do that, so that nothing stays behind however the process ends.
 */
final class Spool implements AutoCloseable {
    /** What is kept in memory, in bytes. */
    static final int IN_MEMORY = 64 << 20;

    private static final int BLOCK = 1 << 20;

    private final Supplier<Path> folder;
    private final int width;
    private final int blockRows;
    private final int most;
    private final List<byte[]> blocks = new ArrayList<>();
    private ByteBuffer block;
    private @Nullable RandomAccessFile file; // no channel: that would be closed when its thread is interrupted
    private Path at = Path.of(""); // the file's folder
    private byte[] reading = new byte[0];
    private int rows;

    /**
     * Of no rows yet.
     *
     * @param folder where the file goes, asked for when there must be one
     * @param width numbers of a row
     * @param inMemory bytes that are kept in memory, at least a block
     */
    Spool(Supplier<Path> folder, int width, int inMemory) {
        this.folder = folder;
        this.width = width;
        this.blockRows = Math.max(1, BLOCK / Double.BYTES / width);
        this.block = ByteBuffer.allocate(blockRows * width * Double.BYTES);
        this.most = Math.max(1, inMemory / block.capacity());
    }

    int rows() {
        return rows;
    }

    void add(double[] row) {
        for (double value : row) {
            block.putDouble(value);
        }
        rows++;
        if (!block.hasRemaining()) {
            flush();
        }
    }

    /** To be called behind the last row. */
    void end() {
        if (block.position() > 0) {
            flush();
        }
    }

    private void flush() {
        if (file == null && blocks.size() < most) {
            blocks.add(block.array());
            block = ByteBuffer.allocate(block.capacity());
            return;
        }
        if (file == null) {
            at = folder.get();
        }
        try {
            if (file == null) {
                file = open(at);
            }
            file.write(block.array(), 0, block.position());
            block.clear();
        } catch (IOException e) {
            throw new InputException(
                    "cannot write to " + at + ": " + CsvTable.reason(e) + ". Rows beyond the first " + (IN_MEMORY >> 20)
                            + " MiB are kept there, " + Double.BYTES
                            + " bytes a number, as long as they are needed. Make room,"
                            + " name another folder with --out, or save the table as a .npy file, which is read where it is",
                    e);
        }
    }

    private static RandomAccessFile open(Path folder) throws IOException {
        Path path = Files.createTempFile(folder, ".rows", ".part");
        try {
            return new RandomAccessFile(path.toFile(), "rw");
        } finally {
            try {
                Files.delete(path);
            } catch (IOException e) { // this system keeps the name of an open file
                path.toFile().deleteOnExit();
            }
        }
    }

    /**
     * Reads neighbouring rows.
     *
     * @param into [count][width]
     */
    void read(int first, int count, double[] into) {
        int at = 0;
        for (int row = first; row < first + count; ) {
            int inBlock = row % blockRows;
            int n = Math.min(blockRows - inBlock, first + count - row);
            int from = inBlock * width * Double.BYTES;
            byte[] bytes = row / blockRows < blocks.size() ? blocks.get(row / blockRows) : fromFile(row, n);
            ByteBuffer.wrap(bytes, bytes == reading ? 0 : from, n * width * Double.BYTES)
                    .asDoubleBuffer()
                    .get(into, at, n * width);
            at += n * width;
            row += n;
        }
    }

    private byte[] fromFile(int row, int count) {
        int bytes = count * width * Double.BYTES;
        if (reading.length < bytes) {
            reading = new byte[block.capacity()];
        }
        try {
            if (file == null) {
                throw new IOException("there is no row " + row);
            }
            long before = (long) blocks.size() * blockRows;
            file.seek((row - before) * width * Double.BYTES);
            file.readFully(reading, 0, bytes);
            return reading;
        } catch (IOException e) {
            throw new InputException("cannot read rows back that were put aside: " + CsvTable.reason(e), e);
        }
    }

    @Override
    public void close() {
        blocks.clear();
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            // It has no name, and all that was in it has been used.
        }
    }
}

package io.github.elbo4j.cli.data;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cuts a stream behind line ends. */
final class CsvBlocks {
    private static final int SIZE = 1 << 20;

    private final InputStream in;
    private final List<InputStream> back = new ArrayList<>();
    private byte[] read = new byte[0]; // and not yet part of a block

    CsvBlocks(InputStream in) {
        this.in = in;
    }

    /** The first bytes, which the next block holds too. */
    byte[] begin() throws IOException {
        read = in.readNBytes(SIZE);
        return read;
    }

    /** Leaves out some of them. */
    void skip(int bytes) {
        read = Arrays.copyOfRange(read, bytes, read.length);
    }

    /**
     * The next block; null behind the last.
     *
     * @param columns that each row must have
     */
    @Nullable
    CsvBlock next(char delimiter, int columns) throws IOException {
        byte[] bytes = read;
        int count = bytes.length;
        int end = 0;
        boolean more = true;
        while (more && end == 0) { // a line may be longer than a block
            bytes = Arrays.copyOf(bytes, Math.addExact(count, SIZE));
            int n = in.readNBytes(bytes, count, SIZE);
            more = n == SIZE;
            int before = count;
            count += n;
            for (end = count; end > before && bytes[end - 1] != '\n'; ) {
                end--;
            }
            end = end == before ? 0 : end;
        }
        if (!more) {
            end = count;
        }
        read = Arrays.copyOfRange(bytes, end, count);
        return end == 0 ? null : new CsvBlock(bytes, 0, end, delimiter, columns);
    }

    /** A block was not used. */
    void putBack(CsvBlock block) {
        back.add(new ByteArrayInputStream(block.bytes(), block.from(), block.to() - block.from()));
    }

    /** All that is left, blocks that were put back first. */
    InputStream rest() {
        back.add(new ByteArrayInputStream(read));
        back.add(new FilterInputStream(in) {
            @Override
            public void close() {} // at its end, where a digest of it is still to be asked for
        });
        return new SequenceInputStream(Collections.enumeration(back));
    }
}

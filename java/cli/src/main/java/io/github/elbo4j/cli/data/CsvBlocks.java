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
     * Gives a block the next lines; false behind the last.
     *
     * @param block whose lines are of no use any more
     */
    boolean next(CsvBlock block) throws IOException {
        int count = read.length;
        byte[] bytes = block.room(Math.addExact(count, SIZE), 0);
        System.arraycopy(read, 0, bytes, 0, count);
        int end = 0;
        boolean more = true;
        while (more && end == 0) { // a line may be longer than a block
            bytes = block.room(Math.addExact(count, SIZE), count);
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
        block.hold(end);
        return end > 0;
    }

    /** A block was not used. */
    void putBack(CsvBlock block) {
        back.add(new ByteArrayInputStream(block.bytes(), 0, block.to()));
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

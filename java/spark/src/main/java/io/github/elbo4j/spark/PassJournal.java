package io.github.elbo4j.spark;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what each pass gave. A fit is a function of its passes, so one that is begun again with the journal of another that ended
 * early, with its driver for instance, takes the passes of that from the file, ends with the same bits, and makes only the others. The
 * first pass is made again and compared: the file of other rows or of another model is refused.
 */
final class PassJournal implements AutoCloseable {
    private final Path path;
    private final RandomAccessFile file;
    private final Function<Pass, PassTotals> passes;
    private int replayed;
    private boolean atEnd;

    /** @param passes make those that the file does not have */
    PassJournal(Path path, Function<Pass, PassTotals> passes) {
        this.path = path;
        this.passes = passes;
        try {
            Path folder = path.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            file = new RandomAccessFile(path.toFile(), "rw");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    PassTotals make(Pass pass) {
        try {
            Entry entry = atEnd ? null : read();
            if (entry == null) {
                atEnd = true;
                PassTotals totals = passes.apply(pass);
                write(pass, totals);
                return totals;
            }
            boolean same = entry.gradient == pass.gradient() && Arrays.equals(entry.z, pass.z());
            if (same && replayed == 0) {
                PassTotals again = passes.apply(pass);
                same = Arrays.equals(again.sums(), entry.totals.sums())
                        && Arrays.equals(again.slopes(), entry.totals.slopes());
            }
            if (!same) {
                throw new IllegalArgumentException(
                        path + " is the journal of another fit, as its pass " + (replayed + 1)
                                + " shows: of other rows, another model, method or seed. Delete it, or name another file");
            }
            replayed++;
            return entry.totals;
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": " + e.getMessage(), e);
        }
    }

    /** Passes taken from the file. */
    int replayed() {
        return replayed;
    }

    private record Entry(float[] z, boolean gradient, PassTotals totals) {}

    /** Null at the end of the file, and before a last entry that was not written whole. */
    private @Nullable Entry read() throws IOException {
        long at = file.getFilePointer();
        DataInputStream from = new DataInputStream(new BufferedInputStream(Channels.newInputStream(file.getChannel())));
        try {
            int length = from.readInt();
            boolean gradient = from.readBoolean();
            float[] z = floats(from, from.readInt());
            double[] sums = new double[from.readInt()];
            for (int i = 0; i < sums.length; i++) {
                sums[i] = from.readDouble();
            }
            float[] slopes = floats(from, from.readInt());
            if (from.readInt() != length) {
                throw new EOFException();
            }
            file.seek(at + length);
            return new Entry(z, gradient, new PassTotals(sums, slopes));
        } catch (EOFException e) {
            file.seek(at);
            return null;
        }
    }

    private static float[] floats(DataInputStream from, int count) throws IOException {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = from.readFloat();
        }
        return values;
    }

    private void write(Pass pass, PassTotals totals) throws IOException {
        long at = file.getFilePointer();
        file.setLength(at);
        int length = 5 * Integer.BYTES
                + 1
                + Float.BYTES * (pass.z().length + totals.slopes().length)
                + Double.BYTES * totals.sums().length;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(length);
        DataOutputStream to = new DataOutputStream(bytes);
        to.writeInt(length);
        to.writeBoolean(pass.gradient());
        write(to, pass.z());
        to.writeInt(totals.sums().length);
        for (double sum : totals.sums()) {
            to.writeDouble(sum);
        }
        write(to, totals.slopes());
        to.writeInt(length);
        file.write(bytes.toByteArray());
        file.getFD().sync();
    }

    private static void write(DataOutputStream to, float[] values) throws IOException {
        to.writeInt(values.length);
        for (float value : values) {
            to.writeFloat(value);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.github.elbo4j.cli.data;

import io.github.elbo4j.report.DataSource;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Images of bytes in the IDX format of the MNIST data: the magic number 0x00000803, the number of images, rows and columns as big-endian
 * words, then the pixels; gzip too.
 *
 * @param pixels by image, from 0 to 1: bytes over 255
 */
@SuppressWarnings("ArrayRecordComponent") // of this command alone
public record IdxFile(String file, String sha256, int width, int height, double[][] pixels) implements NumberedRows {
    private static final int IMAGES = 0x00000803;
    private static final int GZIP = 0x1f8b;

    @Override
    public List<String> columns() {
        return IntStream.rangeClosed(1, width * height).mapToObj(i -> "x" + i).toList();
    }

    @Override
    public int rows() {
        return pixels.length;
    }

    @Override
    public int numberInFile(int n) {
        return n + 1;
    }

    @Override
    public DataSource source() {
        return new DataSource(file, sha256, rows(), "", columns(), 0, List.of(), List.of(), Map.of());
    }

    @Override
    public void read(long first, int count, double[] into) {
        for (int n = 0; n < count; n++) {
            System.arraycopy(pixels[Math.toIntExact(first + n)], 0, into, n * width * height, width * height);
        }
    }

    /** Reads one; null if the file is none, by its first bytes. */
    public static @Nullable IdxFile read(Path path) {
        if (NpyFile.isNamed(path) || !Files.isRegularFile(path)) { // CsvTable tells what is wrong with what is no file
            return null;
        }
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(path))) {
            DataInputStream in = new DataInputStream(unpacked(raw));
            if (!begins(in)) {
                return null;
            }
            int count = in.readInt();
            int height = in.readInt();
            int width = in.readInt();
            if (count < 1 || height < 1 || width < 1) {
                throw new InputException(path.getFileName() + ": the header tells of " + count + " images of " + height
                        + " × " + width + " pixels");
            }
            byte[] image = new byte[Math.multiplyExact(height, width)];
            double[][] pixels = new double[count][image.length];
            for (int n = 0; n < count; n++) {
                try {
                    in.readFully(image);
                } catch (EOFException e) {
                    throw new InputException(
                            path.getFileName() + ": the file ends in image " + (n + 1) + " of " + count, e);
                }
                for (int i = 0; i < image.length; i++) {
                    pixels[n][i] = (image[i] & 0xff) / 255.0;
                }
            }
            if (in.read() >= 0) {
                throw new InputException(path.getFileName() + ": the file goes on after image " + count + " of " + count
                        + ": not all images have the " + height + " × " + width
                        + " pixels that the header tells of, or there are more of them");
            }
            return new IdxFile(String.valueOf(path.getFileName()), Digest.sha256(path), width, height, pixels);
        } catch (IOException e) {
            throw new InputException("--data: cannot read " + path + ": " + CsvTable.reason(e), e);
        }
    }

    private static InputStream unpacked(InputStream raw) throws IOException {
        raw.mark(2);
        int first = raw.read() << 8 | raw.read();
        raw.reset();
        return first == GZIP ? new BufferedInputStream(new GZIPInputStream(raw)) : raw;
    }

    private static boolean begins(DataInputStream in) throws IOException {
        byte[] magic = in.readNBytes(4);
        return magic.length == 4 && ByteBuffer.wrap(magic).getInt() == IMAGES;
    }
}

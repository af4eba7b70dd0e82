package io.github.elbo4j.report;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Grey images of one size side by side, as one PNG (ISO 15948: 8 bits of grey). */
public final class ImageSheet {
    /** Pixels of the background between images. */
    private static final int GAP = 1;
    /** How wide a sheet is shown at most. */
    private static final int WIDEST = 720;

    private static final int MOST_ENLARGED = 6;
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    private final int width;
    private final int height;
    private final byte[] grey; // [height][width]

    private ImageSheet(int width, int height) {
        this.width = width;
        this.height = height;
        grey = new byte[Math.multiplyExact(width, height)];
        Arrays.fill(grey, (byte) 128);
    }

    /**
     * Rows of images.
     *
     * @param rows of images, each [imageHeight·imageWidth] from its upper left corner on, 0 for black and 1 for white; what is
     *     beyond is cut off
     */
    public static ImageSheet of(List<List<double[]>> rows, int imageWidth, int imageHeight) {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        ImageSheet sheet = new ImageSheet(columns * (imageWidth + GAP) + GAP, rows.size() * (imageHeight + GAP) + GAP);
        for (int r = 0; r < rows.size(); r++) {
            for (int c = 0; c < rows.get(r).size(); c++) {
                double[] image = rows.get(r).get(c);
                for (int i = 0; i < imageWidth * imageHeight; i++) {
                    int x = GAP + c * (imageWidth + GAP) + i % imageWidth;
                    int y = GAP + r * (imageHeight + GAP) + i / imageWidth;
                    sheet.grey[y * sheet.width + x] = (byte) Math.round(255 * Math.max(0, Math.min(1, image[i])));
                }
            }
        }
        return sheet;
    }

    int shownWidth() {
        return width * Math.max(1, Math.min(MOST_ENLARGED, WIDEST / Math.max(1, width)));
    }

    String base64() {
        return Base64.getEncoder().encodeToString(png());
    }

    byte[] png() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(SIGNATURE);
        ByteBuffer head = ByteBuffer.allocate(13).putInt(width).putInt(height);
        head.put((byte) 8).put((byte) 0).put((byte) 0).put((byte) 0).put((byte) 0);
        chunk(out, "IHDR", head.array());
        byte[] lines = new byte[Math.multiplyExact(height, width + 1)]; // each begins with its filter: none
        for (int y = 0; y < height; y++) {
            System.arraycopy(grey, y * width, lines, y * (width + 1) + 1, width);
        }
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        deflater.setInput(lines);
        deflater.finish();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        byte[] some = new byte[1 << 13];
        while (!deflater.finished()) {
            packed.write(some, 0, deflater.deflate(some));
        }
        deflater.end();
        chunk(out, "IDAT", packed.toByteArray());
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] content) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(content);
        out.writeBytes(ByteBuffer.allocate(4).putInt(content.length).array());
        out.writeBytes(name);
        out.writeBytes(content);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }
}

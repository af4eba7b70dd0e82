package io.github.elbo4j.spark;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What tells whether the data are the same ones: of a file the SHA-256 of its bytes, as {@code fit.json} of the command has it; of a folder
 * that of the lines that {@code sha256sum} prints of its files in the order of their names.
 *
 * @param sha256 in hexadecimal
 * @param note what it is of, if not of one file; else empty
 */
record FileDigest(String sha256, String note) {
    /**
     * Reads each file once, by a task.
     *
     * @param data a file, or a folder
     * @param files addresses of all files of it
     */
    static FileDigest of(JavaSparkContext context, String data, String[] files) {
        SerializableConfiguration settings = new SerializableConfiguration(context.hadoopConfiguration());
        List<String> sorted = Arrays.stream(files)
                .sorted(Comparator.comparing(FileDigest::name))
                .toList();
        List<String> digests = Jobs.described(
                context,
                "elbo4j: the digest of " + data,
                () -> context.parallelize(sorted, Math.max(1, sorted.size()))
                        .map(file -> of(file, settings))
                        .collect());
        if (sorted.size() == 1 && name(sorted.get(0)).equals(new Path(data).getName())) {
            return new FileDigest(digests.get(0), "");
        }
        MessageDigest all = digest();
        for (int i = 0; i < digests.size(); i++) {
            String line = digests.get(i) + "  " + name(sorted.get(i)) + "\n";
            all.update(line.getBytes(StandardCharsets.UTF_8));
        }
        return new FileDigest(
                HexFormat.of().formatHex(all.digest()),
                "sha256 is that of what sha256sum prints of the " + sorted.size() + " files, by their names");
    }

    private static String name(String file) {
        return new Path(URI.create(file)).getName();
    }

    private static String of(String file, SerializableConfiguration settings) throws IOException {
        Path path = new Path(URI.create(file));
        MessageDigest digest = digest();
        byte[] block = new byte[1 << 16];
        try (InputStream in = path.getFileSystem(settings.value()).open(path)) {
            for (int count = in.read(block); count >= 0; count = in.read(block)) {
                digest.update(block, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

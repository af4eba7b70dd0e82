package io.github.elbo4j.spark;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What tells whether the data are the same ones: of a file the SHA-256 of its bytes, as {@code fit.json} of the command has it; of a folder
 * that of the lines that {@code sha256sum} prints there of its files, those of folders within included, in the order of their paths.
 *
 * @param sha256 in hexadecimal
 * @param note what it is of, if not of one file; else empty
 */
record FileDigest(String sha256, String note) {
    /**
     * Reads each file once, by a task.
     *
     * @param data a file, a folder, or a pattern of them
     * @param files addresses of all files of it
     */
    static FileDigest of(JavaSparkContext context, String data, String[] files) {
        SerializableConfiguration settings = new SerializableConfiguration(context.hadoopConfiguration());
        URI root = root(new Path(data), settings);
        SortedMap<String, String> paths = new TreeMap<>();
        for (String file : files) {
            paths.put(root.relativize(URI.create(file)).getPath(), file);
        }
        List<String> sorted = List.copyOf(paths.values());
        List<String> digests = Jobs.described(
                context,
                "elbo4j: the digest of " + data,
                () -> context.parallelize(sorted, Math.max(1, sorted.size()))
                        .map(file -> of(file, settings))
                        .collect());
        if (paths.containsKey("")) { // the file itself
            return new FileDigest(digests.get(0), "");
        }
        MessageDigest all = digest();
        Iterator<String> each = digests.iterator();
        for (String path : paths.keySet()) {
            all.update((each.next() + "  " + path + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return new FileDigest(
                HexFormat.of().formatHex(all.digest()),
                "sha256 is that of what sha256sum prints of the " + paths.size() + " files, by their paths there");
    }

    /** The address of a file, or of a folder with all files; of a pattern that of the folder above. */
    private static URI root(Path data, SerializableConfiguration settings) {
        try {
            FileSystem files = data.getFileSystem(settings.value());
            Path path = files.makeQualified(data);
            while (path.getParent() != null && path.toString().matches(".*[*?\\[{].*")) {
                path = path.getParent();
            }
            return path.toUri();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

package io.github.elbo4j.cli.data;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/** What tells whether a file is the same one. */
public final class Digest {
    private Digest() {}

    /** Of the file's bytes, in hexadecimal. */
    public static String sha256(Path file) {
        return sha256(file, bytes -> {});
    }

    /** @param progress told how many bytes are read */
    static String sha256(Path file, LongConsumer progress) {
        MessageDigest digest = sha256();
        try (InputStream bytes = new FileInputStream(file.toFile());
                InputStream counted = new CsvSource.Counted(bytes, progress);
                InputStream in = new DigestInputStream(counted, digest)) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new InputException("cannot read " + file + ": " + CsvTable.reason(e), e);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

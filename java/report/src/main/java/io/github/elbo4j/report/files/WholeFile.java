package io.github.elbo4j.report.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.ThreadLocalRandom;

/** Files that are there whole or not at all. */
public final class WholeFile {
    /** More than the files of an ordinary fit take. */
    private static final int ROOM_BYTES = 1 << 20;

    private WholeFile() {}

    /** Makes a folder if there is none. */
    public static void folder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
        }
    }

    /** Writes a file into the folder and takes it away again. */
    public static void tryOut(Path folder) throws IOException {
        Path trial = draft(folder);
        try {
            Files.write(trial, new byte[ROOM_BYTES]);
        } finally {
            Files.delete(trial);
        }
    }

    /** A new file that no other process has. Its permissions are the ordinary ones; Java's temporary files ignore the umask. */
    private static Path draft(Path folder) throws IOException {
        while (true) {
            Path draft = folder.resolve(
                    ".elbo4j-" + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".part");
            try {
                return Files.createFile(draft);
            } catch (FileAlreadyExistsException e) {
                // the next name
            }
        }
    }

    /** Writes a file, over an older one, and returns its path. */
    public static Path write(Path target, String content) throws IOException {
        Path draft = draft(target.resolveSibling(""));
        try {
            Files.writeString(draft, content, StandardCharsets.UTF_8);
            try {
                Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(draft, target, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(draft);
        }
        return target;
    }
}

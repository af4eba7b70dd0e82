package io.github.elbo4j.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The folder that results go to. It is tried before a fit starts, since nobody wants to hear of a full disk afterwards; a
 * file is there whole or not at all.
 */
final class OutputFolder {
    /** More than the files of an ordinary fit take. */
    private static final int ROOM_BYTES = 1 << 20;

    private final Path folder;

    private OutputFolder(Path folder) {
        this.folder = folder;
    }

    /** Makes the folder if need be, and writes and removes a file in it. */
    static OutputFolder open(Path folder) {
        try {
            if (Files.exists(folder) && !Files.isDirectory(folder)) {
                throw new InputException("--out: " + folder + " is a file; results need a folder");
            }
            Files.createDirectories(folder);
            Path trial = draft(folder);
            try {
                Files.write(trial, new byte[ROOM_BYTES]);
            } finally {
                Files.delete(trial);
            }
        } catch (IOException e) {
            throw new InputException(
                    "--out: cannot write to " + folder + ": " + CsvTable.reason(e) + ". Name another folder", e);
        }
        return new OutputFolder(folder);
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

    /** Writes a file of that name, over an older one, and returns its path. */
    Path write(String name, String content) throws IOException {
        Path target = folder.resolve(name);
        Path draft = draft(folder);
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

package io.github.elbo4j;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the sources of this project lie, for tests that read them. */
public final class House {
    private House() {}

    /** The top folder: what Maven says, or the first folder with mvnw in it, upward from the working directory. */
    public static Path root() {
        String told = System.getProperty("elbo4j.root");
        if (told != null) {
            return Path.of(told);
        }
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new IllegalStateException("run inside the project, or with -Delbo4j.root=FOLDER");
        }
        return folder;
    }
}

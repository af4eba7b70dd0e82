package io.github.elbo4j;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.elbo4j.device.HostCall;
import io.github.elbo4j.device.Operation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where the sources of this project lie, for tests that read them, and which operations there are. */
public final class House {
    private House() {}

    /** The record of every operation of the library. */
    public static List<Class<? extends Operation>> operations() {
        return new ClassFileImporter()
                .importPackagesOf(Operation.class).stream()
                        .filter(type -> type.isAssignableTo(Operation.class))
                        .map(JavaClass::reflect)
                        .filter(type -> type.isRecord() && type != HostCall.class)
                        .<Class<? extends Operation>>map(type -> type.asSubclass(Operation.class))
                        .toList();
    }

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

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.DeviceException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleReader;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.net.URL;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import jcuda.JCudaVersion;
import jcuda.LibUtils;
import org.jspecify.annotations.Nullable;

/**
 * Loads native libraries out of jars. JCuda by itself unpacks them into the temporary folder under a fixed name, and
 * takes what it finds there: an older version's file, another user's, or half a file. Here the folder is the user's own,
 * each content has a folder of its own in it, and files appear there whole.
 */
final class Natives {
    /** System property that names the folder to unpack to; the default is the temporary folder. */
    static final String FOLDER_PROPERTY = "elbo4j.natives";

    private static final String TEMPORARY = "java.io.tmpdir";
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    /** The system loader's own line, alone or in JCuda's report: a path, a colon, the reason. */
    private static final Pattern REASON = Pattern.compile("(?:^|UnsatisfiedLinkError: )/[^\\n]*?: ([^\\n]*)");

    private static final int OTHERS_MAY_WRITE = 022;

    private Natives() {}

    /**
     * Loads a native library of JCuda and the class that it belongs to.
     *
     * @param className such as {@code jcuda.driver.JCudaDriver}
     * @return null, or the reason why the library does not load: a jar that is {@link #missing}, or the system loader's own;
     *     it may be tried again
     * @throws DeviceException if it cannot be unpacked
     */
    static synchronized @Nullable String load(String className) {
        String missing = missing(className);
        if (missing != null) {
            return missing;
        }
        String name = libraryName(className);
        Path file = unpack(resource(name));
        // JCuda asks this property for the folder to look in, when it loads the library and again when it loads the
        // class.
        String before = System.getProperty(TEMPORARY);
        System.setProperty(TEMPORARY, String.valueOf(file.getParent()));
        try {
            LibUtils.loadLibrary(name);
            Class.forName(className, true, Natives.class.getClassLoader());
            return null;
        } catch (UnsatisfiedLinkError e) {
            return reason(e, file);
        } catch (ClassNotFoundException | LinkageError e) {
            throw new DeviceException("cuda: JCuda's class " + className + " does not load: " + e, e);
        } finally {
            if (before != null) {
                System.setProperty(TEMPORARY, before);
            }
        }
    }

    /** Which jar of JCuda is not there for a class and its native library, or null. */
    static @Nullable String missing(String className) {
        Module own = Natives.class.getModule();
        for (String each : List.of(className, "jcuda.LibUtils")) {
            try {
                // The module does not require JCuda, which may be absent, so it must be allowed to read it here.
                own.addReads(Class.forName(each, false, Natives.class.getClassLoader())
                        .getModule());
            } catch (ClassNotFoundException | LinkageError e) {
                return "JCuda's class " + each
                        + " is not on the class path or the module path; put the jars of org.jcuda there"
                        + (own.isNamed() ? ", and on a module path start java with --add-modules jcuda" : "");
            }
        }
        String library = resource(libraryName(className));
        if (Natives.class.getResource(library) == null && elsewhere(library) == null) {
            return "JCuda's native library " + library + " is not on the class path or the module path; put the jars of"
                    + " org.jcuda's natives there";
        }
        return null;
    }

    private static String libraryName(String className) {
        String base = className.substring(className.lastIndexOf('.') + 1);
        return LibUtils.createPlatformLibraryName(base + "-" + JCudaVersion.get());
    }

    private static String resource(String libraryName) {
        return "/lib/" + LibUtils.createLibraryFileName(libraryName);
    }

    /**
     * A resource of other jars, where this class is in a named module and so does not see them by itself. The folder lib is in
     * this module too, and a class loader looks for what is in a module's folder nowhere else; so modules are searched one by one.
     */
    private static @Nullable URL elsewhere(String resource) {
        String name = resource.substring(1);
        ModuleLayer layer = Natives.class.getModule().getLayer();
        if (layer != null) {
            for (ResolvedModule module : layer.configuration().modules()) {
                URL found = find(name, module);
                if (found != null) {
                    return found;
                }
            }
        }
        return ClassLoader.getSystemResource(name);
    }

    /** Null where a module has no such resource; one that cannot be read has none to offer. */
    private static @Nullable URL find(String name, ResolvedModule module) {
        try (ModuleReader reader = module.reference().open()) {
            Optional<URI> found = reader.find(name);
            return found.isPresent() ? found.get().toURL() : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static @Nullable InputStream open(String resource) throws IOException {
        InputStream own = Natives.class.getResourceAsStream(resource);
        URL other = own == null ? elsewhere(resource) : null;
        return other == null ? own : other.openStream();
    }

    /** Loads a library that others refer to; the result is as that of {@link #load}. */
    static synchronized @Nullable String loadPlain(String resource) {
        Path file = unpack(resource);
        try {
            System.load(file.toString());
            return null;
        } catch (UnsatisfiedLinkError e) {
            return reason(e, file);
        }
    }

    /** The file that holds a library of the jar. */
    static Path unpack(String resource) {
        byte[] content;
        try (InputStream library = open(resource)) {
            if (library == null) {
                throw new DeviceException("cuda: the native library " + resource + " is not in the jar");
            }
            content = library.readAllBytes();
        } catch (IOException e) {
            throw new DeviceException("cuda: the native library " + resource + " cannot be read: " + e, e);
        }
        CRC32 crc = new CRC32();
        crc.update(content);
        String name = resource.substring(resource.lastIndexOf('/') + 1);
        String top = System.getProperty(FOLDER_PROPERTY, System.getProperty(TEMPORARY, "/tmp"));
        try {
            Path own = own(Path.of(top));
            Path folder = Files.createDirectories(own.resolve(Long.toHexString(crc.getValue())));
            Path file = folder.resolve(name);
            if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), content)) {
                Path part = Files.createTempFile(folder, name, ".part");
                try {
                    Files.write(part, content);
                    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
                } finally {
                    Files.deleteIfExists(part);
                }
            }
            return file;
        } catch (IOException e) {
            throw new DeviceException(
                    "cuda: the native library " + name + " cannot be unpacked to " + top + ": " + e.getMessage()
                            + "; make room there, or name another folder with -D" + FOLDER_PROPERTY + "=FOLDER",
                    e);
        }
    }

    /** A folder that nobody else may write to: the user's, or a new one if something else has its name. */
    private static Path own(Path top) throws IOException {
        String user =
                System.getProperty("user.name", "").toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "_");
        Path own = top.resolve("elbo4j-" + user);
        try {
            return Files.createDirectory(own, PRIVATE);
        } catch (FileAlreadyExistsException e) {
            Object owner = Files.getAttribute(own, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            int mode = (Integer) Files.getAttribute(own, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            if (Files.isDirectory(own, LinkOption.NOFOLLOW_LINKS)
                    && owner.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))
                    && (mode & OTHERS_MAY_WRITE) == 0) {
                return own;
            }
            Path other = Files.createTempDirectory(top, "elbo4j-", PRIVATE);
            forget(other);
            return other;
        }
    }

    /** Deletes the folder when the program ends. */
    private static void forget(Path folder) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            } catch (IOException e) {
                // A few megabytes stay in the temporary folder.
            }
        }));
    }

    private static String reason(UnsatisfiedLinkError e, Path file) {
        String reason = String.valueOf(e.getMessage());
        Matcher line = REASON.matcher(reason);
        while (line.find()) {
            reason = line.group(1);
        }
        if (reason.contains("failed to map segment") || reason.contains("Permission denied")) {
            throw new DeviceException(
                    "cuda: the native library " + file + " may not be run: " + reason
                            + " (is that folder mounted noexec?); name another folder with -D" + FOLDER_PROPERTY
                            + "=FOLDER",
                    e);
        }
        return reason;
    }
}

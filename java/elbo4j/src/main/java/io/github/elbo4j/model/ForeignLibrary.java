package io.github.elbo4j.model;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A shared library whose functions are called through {@code java.lang.foreign}, which is final since JDK 22. Classes here
 * are compiled for 17, so that package is reached by reflection: once for each function, not when it is called. A pointer
 * is passed as a {@code long}, which the calling conventions of 64-bit systems do not tell from one; so the types of a
 * handle have names in Java 17 and it is invoked exactly. The library stays loaded as long as Java runs: code that left
 * threads or destructors behind would not outlive being unloaded.
 */
final class ForeignLibrary {
    /** The first JDK with the final API. */
    static final int FIRST_JDK = 22;

    private final Path file;
    private final Object lookup; // SymbolLookup
    private final Object linker; // Linker

    /**
     * Loads a library.
     *
     * @throws UnsupportedOperationException on a JDK before {@value #FIRST_JDK}, or where native access is denied
     * @throws IllegalArgumentException if the file cannot be loaded as one
     */
    ForeignLibrary(Path file) {
        requireJdk(Runtime.version().feature());
        this.file = file;
        linker = call(null, "Linker", "nativeLinker");
        Object always = call(null, "Arena", "global");
        lookup = call(null, "SymbolLookup", "libraryLookup", Path.class, file, type("Arena"), always);
    }

    static void requireJdk(int feature) {
        if (feature < FIRST_JDK) {
            throw new UnsupportedOperationException(
                    "a compiled model is called through java.lang.foreign, which needs JDK " + FIRST_JDK
                            + " or later, but this is Java " + feature + ": set JAVA_HOME to a later JDK");
        }
    }

    /**
     * One of its functions.
     *
     * @param result {@code void.class}, {@code int.class}, {@code long.class} (also of a pointer)
     * @param arguments the same, or {@code boolean.class}
     * @throws IllegalArgumentException if it has none of this name
     */
    MethodHandle function(String name, Class<?> result, Class<?>... arguments) {
        Optional<?> symbol = (Optional<?>) call(lookup, "SymbolLookup", "find", String.class, name);
        if (symbol.isEmpty()) {
            throw new IllegalArgumentException(file + " has no function " + name);
        }
        Class<?> layout = type("MemoryLayout");
        Object layouts = Array.newInstance(layout, arguments.length);
        for (int i = 0; i < arguments.length; i++) {
            Array.set(layouts, i, layout(arguments[i]));
        }
        Object descriptor = result == void.class
                ? call(null, "FunctionDescriptor", "ofVoid", layouts.getClass(), layouts)
                : call(null, "FunctionDescriptor", "of", layout, layout(result), layouts.getClass(), layouts);
        Object noOptions = Array.newInstance(type("Linker$Option"), 0);
        return (MethodHandle) call(
                linker,
                "Linker",
                "downcallHandle",
                type("MemorySegment"),
                symbol.get(),
                type("FunctionDescriptor"),
                descriptor,
                noOptions.getClass(),
                noOptions);
    }

    /** Where a direct buffer, at position 0, lies; the caller keeps the buffer. */
    static long address(ByteBuffer direct) {
        Object segment = call(null, "MemorySegment", "ofBuffer", Buffer.class, direct);
        return (long) call(segment, "MemorySegment", "address");
    }

    /** The C string at an address, which is UTF-8. */
    static String string(long address) {
        Object start = call(null, "MemorySegment", "ofAddress", long.class, address);
        Object memory = call(start, "MemorySegment", "reinterpret", long.class, Long.MAX_VALUE);
        return (String) call(memory, "MemorySegment", "getString", long.class, 0L);
    }

    private static Object layout(Class<?> type) {
        try {
            return type("ValueLayout")
                    .getField("JAVA_" + type.getName().toUpperCase(Locale.ROOT))
                    .get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName("java.lang.foreign." + name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("this Java has no java.lang.foreign." + name, e);
        }
    }

    /**
     * Calls a method of the package.
     *
     * @param receiver null for a static one
     * @param typed each argument behind its type
     */
    private static Object call(@Nullable Object receiver, String owner, String name, Object... typed) {
        Class<?>[] types = new Class<?>[typed.length / 2];
        Object[] arguments = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = (Class<?>) typed[2 * i];
            arguments[i] = typed[2 * i + 1];
        }
        try {
            Method method = type(owner).getMethod(name, types);
            return method.invoke(receiver, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalCallerException) {
                throw new UnsupportedOperationException(
                        "this Java was not started with --enable-native-access=ALL-UNNAMED (on a module path:"
                                + " --enable-native-access=io.github.elbo4j), without which it calls no foreign library",
                        e.getCause());
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}

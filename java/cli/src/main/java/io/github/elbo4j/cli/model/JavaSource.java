package io.github.elbo4j.cli.model;

import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.model.Model;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import org.jspecify.annotations.Nullable;

/** A file of Java's, compiled in memory against the library. */
final class JavaSource {
    private static final int SHOWN = 5;

    private final String file;
    private final String text;
    private final List<String> lines;
    private final Map<String, byte[]> classes = new LinkedHashMap<>();

    private JavaSource(String file, String text) {
        this.file = file;
        this.text = text;
        this.lines = text.lines().toList();
    }

    /**
     * Compiles a file.
     *
     * @param compiler null where this Java has none
     * @throws InputException if it cannot be read or compiled
     */
    static JavaSource compile(Path path, @Nullable JavaCompiler compiler) {
        if (compiler == null) {
            throw new InputException("a model in a Java file is compiled, and " + System.getProperty("java.home")
                    + " is a Java without compiler: install a JDK, and let JAVA_HOME name it");
        }
        JavaSource source = new JavaSource(String.valueOf(path.getFileName()), read(path));
        source.compile(path.toUri(), compiler);
        return source;
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (NoSuchFileException e) {
            throw new InputException("there is no file " + path, e);
        } catch (CharacterCodingException e) {
            throw new InputException(path + " is not UTF-8 text. Save the file as UTF-8", e);
        } catch (IOException e) {
            String what = Files.isDirectory(path) ? "it is a folder" : CsvTable.reason(e);
            throw new InputException("cannot read " + path + ": " + what, e);
        }
    }

    private void compile(URI uri, JavaCompiler compiler) {
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        JavaFileObject input = new SimpleJavaFileObject(uri, JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
        boolean compiled;
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(found, Locale.ENGLISH, StandardCharsets.UTF_8)) {
            files.setLocationFromPaths(StandardLocation.CLASS_PATH, List.of(library()));
            files.setLocationFromPaths(StandardLocation.SOURCE_PATH, List.of()); // other files stay out of it
            List<String> options = List.of("-proc:none", "-g", "-Xlint:none");
            compiled = compiler.getTask(new StringWriter(), new InMemory(files), found, options, null, List.of(input))
                    .call();
        } catch (IOException e) {
            throw new InputException("cannot compile " + file + ": " + CsvTable.reason(e), e);
        }
        List<Diagnostic<? extends JavaFileObject>> errors = found.getDiagnostics().stream()
                .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
                .<Diagnostic<? extends JavaFileObject>>map(each -> each)
                .toList();
        if (!compiled || !errors.isEmpty()) {
            throw refusal(errors);
        }
    }

    /** Where the library's classes are: a jar, or a folder. */
    private static Path library() {
        CodeSource source = Model.class.getProtectionDomain().getCodeSource();
        try {
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e); // the class loader's own address
        }
    }

    private InputException refusal(List<Diagnostic<? extends JavaFileObject>> errors) {
        List<String> shown = new ArrayList<>();
        for (Diagnostic<? extends JavaFileObject> error : errors.subList(0, Math.min(SHOWN, errors.size()))) {
            List<String> words = error.getMessage(Locale.ENGLISH).lines().toList();
            boolean placed = error.getLineNumber() != Diagnostic.NOPOS;
            shown.add(
                    file + (placed ? ":" + error.getLineNumber() : "") + ": " + (words.isEmpty() ? "" : words.get(0)));
            if (placed) {
                shown.addAll(marked(error));
            }
            shown.addAll(words.subList(Math.min(1, words.size()), words.size()));
        }
        if (errors.size() > SHOWN) {
            shown.add("and " + (errors.size() - SHOWN) + " more");
        }
        return new InputException(file + " does not compile", shown, null);
    }

    /** The line of an error, and below it a mark at its place. */
    private List<String> marked(Diagnostic<?> error) {
        int place = (int) error.getPosition(); // the compiler's column counts a tab as eight
        String line = line((int) error.getLineNumber());
        int column = place - 1 - Math.max(text.lastIndexOf('\n', place - 1), text.lastIndexOf('\r', place - 1));
        return column < 0 || column > line.length() ? List.of(line) : List.of(line, " ".repeat(column) + "^");
    }

    /** A line of the file, from 1, with a space for a tab; empty if there is none. */
    String line(int number) {
        return number >= 1 && number <= lines.size() ? lines.get(number - 1).replace('\t', ' ') : "";
    }

    /** The file's name without its folders. */
    String file() {
        return file;
    }

    boolean has(String className) {
        return classes.containsKey(className);
    }

    /** Its classes that stand in no other, in a class loader of their own. */
    List<Class<?>> load() {
        Loader loader = new Loader(classes);
        List<Class<?>> loaded = new ArrayList<>();
        for (String name : classes.keySet()) {
            try {
                Class<?> type = Class.forName(name, false, loader);
                if (type.getEnclosingClass() == null && !type.isSynthetic()) {
                    loaded.add(type);
                }
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e); // the loader has it
            }
        }
        return loaded;
    }

    /** Where compiled classes go: into {@link #classes}. */
    private final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
        InMemory(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, @Nullable FileObject sibling) {
            return new SimpleJavaFileObject(
                    URI.create("memory:///" + className.replace('.', '/') + kind.extension), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return new ByteArrayOutputStream() {
                        @Override
                        public void close() {
                            classes.put(className, toByteArray());
                        }
                    };
                }
            };
        }
    }

    /** The file's own classes come before others of the same name. */
    private static final class Loader extends ClassLoader {
        private final Map<String, byte[]> classes;

        Loader(Map<String, byte[]> classes) {
            super(Model.class.getClassLoader());
            this.classes = classes;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            byte[] code = classes.get(name);
            if (code == null) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? defineClass(name, code, 0, code.length) : loaded;
            }
        }
    }

    /** The first frame of a trace that is of this file. */
    @Nullable
    StackTraceElement frame(Throwable thrown) {
        return Stream.of(thrown.getStackTrace())
                .filter(frame -> has(frame.getClassName()))
                .findFirst()
                .orElse(null);
    }
}

package io.github.elbo4j;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Sources of Java as the compiler's parser sees them. */
final class SourceTrees {
    /** A file's tree, and where each part of it stands. */
    record Parsed(String file, CompilationUnitTree tree, SourcePositions positions) {}

    private SourceTrees() {}

    /** @param file a name for it */
    static Parsed parse(String file, String source) {
        return parse(Map.of(file, source)).get(0);
    }

    /**
     * In their order.
     *
     * @param sources by the names of their files
     */
    static List<Parsed> parse(Map<String, String> sources) {
        List<Text> texts = new ArrayList<>();
        sources.forEach((file, source) -> texts.add(new Text(file, source)));
        JavacTask task = (JavacTask) ToolProvider.getSystemJavaCompiler().getTask(null, null, null, null, null, texts);
        List<Parsed> all = new ArrayList<>();
        Iterator<String> files = sources.keySet().iterator();
        try {
            for (CompilationUnitTree tree : task.parse()) {
                all.add(new Parsed(files.next(), tree, Trees.instance(task).getSourcePositions()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    /** What files below some folders hold whose names end so, by their paths from the root of the project. */
    static Map<String, String> sources(List<String> folders, String ending) throws IOException {
        Path root = House.root();
        Map<String, String> sources = new TreeMap<>();
        for (String folder : folders) {
            try (Stream<Path> files = Files.walk(root.resolve(folder))) {
                for (Path path : files.toList()) {
                    String file = root.relativize(path).toString();
                    if (file.endsWith(ending) && !file.contains("/target/")) {
                        sources.put(file, Files.readString(path));
                    }
                }
            }
        }
        return sources;
    }

    private static final class Text extends SimpleJavaFileObject {
        private final String source;

        Text(String name, String source) {
            super(URI.create("string:///" + name.replace(".java", "") + ".java"), JavaFileObject.Kind.SOURCE);
            this.source = source;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
        }
    }
}

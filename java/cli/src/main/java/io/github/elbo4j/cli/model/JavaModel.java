package io.github.elbo4j.cli.model;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.model.Model;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * A model that a Java file defines: its one class (others may stand inside it) has a static method {@code Model model(Table)}
 * for a model with data, or {@code Model model()} for one without, or both. What goes wrong in the file is told with its line.
 */
public final class JavaModel {
    private static final String WITH_DATA = "static Model model(Table data)";
    private static final String WITHOUT_DATA = "static Model model()";

    private final JavaSource source;
    private final Class<?> type;

    private JavaModel(JavaSource source, Class<?> type) {
        this.source = source;
        this.type = type;
    }

    /**
     * Compiles a file.
     *
     * @throws InputException if it cannot be compiled, or does not hold one class with such a method
     */
    public static JavaModel compile(Path path) {
        return compile(path, ToolProvider.getSystemJavaCompiler());
    }

    static JavaModel compile(Path path, @Nullable JavaCompiler compiler) {
        JavaSource source = JavaSource.compile(path, compiler);
        List<Class<?>> types = source.load();
        if (types.isEmpty()) {
            throw new InputException(source.file() + " holds no class. It needs one, with a method " + WITH_DATA);
        }
        if (types.size() > 1) {
            throw new InputException(source.file() + " holds " + types.size() + " classes, "
                    + types.stream().map(Class::getSimpleName).collect(Collectors.joining(" and "))
                    + ", and which of them is the model is not clear. Leave one, and put others inside it");
        }
        JavaModel model = new JavaModel(source, types.get(0));
        if (model.method(Table.class) == null && model.method() == null) {
            throw model.noMethod();
        }
        return model;
    }

    /** The name of the class. */
    public String name() {
        return type.getSimpleName();
    }

    /** The file's name without its folders. */
    public String file() {
        return source.file();
    }

    /**
     * Runs the file's method, which may take as long as its author likes.
     *
     * @param table null if no data were given
     * @throws InputException if it needs data and there are none or the other way round, throws, or gives null
     */
    public Model define(@Nullable Table table) {
        Method method = table == null ? method() : method(Table.class);
        if (method == null) {
            throw new InputException(
                    table == null
                            ? source.file()
                                    + " defines its model from a table, but none was given: name its file with --data"
                            : "--data was given, but the model in " + source.file()
                                    + " takes none. Leave --data out, or write " + WITH_DATA);
        }
        try {
            method.setAccessible(true); // it need not be public
            Object model = table == null ? method.invoke(null) : method.invoke(null, table);
            if (model == null) {
                throw new InputException(source.file() + ": the method model gave null, not a model");
            }
            return (Model) model;
        } catch (InvocationTargetException | ExceptionInInitializerError e) {
            Throwable thrown = e.getCause();
            if (thrown instanceof OutOfMemoryError out) {
                throw out;
            }
            throw refusal(thrown == null ? e : thrown);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e); // it was made accessible
        }
    }

    /** What was thrown, in words, with the line of the file that it comes from. */
    public InputException refusal(Throwable thrown) {
        StackTraceElement frame = source.frame(thrown);
        int line = frame == null ? 0 : frame.getLineNumber();
        // The library refuses what it is given by this exception alone; its message is written for this reader.
        boolean refused = thrown.getClass() == IllegalArgumentException.class && thrown.getMessage() != null;
        String what = refused ? thrown.getMessage() : "it threw " + thrown;
        return new InputException(
                source.file() + (line > 0 ? ":" + line : "") + ": " + what,
                line > 0 ? List.of(source.line(line)) : List.of(),
                thrown);
    }

    private @Nullable Method method(Class<?>... takes) {
        return models().filter(method -> Modifier.isStatic(method.getModifiers())
                        && Model.class.isAssignableFrom(method.getReturnType())
                        && Arrays.equals(method.getParameterTypes(), takes))
                .findFirst()
                .orElse(null);
    }

    private Stream<Method> models() {
        return Stream.of(type.getDeclaredMethods())
                .filter(method -> method.getName().equals("model"));
    }

    private InputException noMethod() {
        String there = models().map(JavaModel::signature).collect(Collectors.joining(" and "));
        return new InputException(source.file() + ": class " + name() + " needs a method " + WITH_DATA + ", or "
                + WITHOUT_DATA + " for a model without data" + (there.isEmpty() ? "" : "; it has " + there));
    }

    private static String signature(Method method) {
        String takes =
                Stream.of(method.getParameterTypes()).map(Class::getSimpleName).collect(Collectors.joining(", "));
        return (Modifier.isStatic(method.getModifiers()) ? "static " : "")
                + method.getReturnType().getSimpleName() + " model(" + takes + ")";
    }
}

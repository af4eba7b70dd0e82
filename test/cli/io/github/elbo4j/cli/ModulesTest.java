package io.github.elbo4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.report.Report;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonGenerator;

/** What of the library and of the report is for users: the public types of the packages that their modules export. */
class ModulesTest {
    private static final List<Class<?>> ARTEFACTS = List.of(Devices.class, Report.class);
    private static final String LIST = "test/known/public-types.txt";
    private static final String SINCE = " since ";
    private static final String FIRST = "0.1.0";
    private static final Path ROOT = Path.of(System.getProperty("elbo4j.root"));
    /** Not the dots of varargs. */
    private static final Pattern OWN_TYPE = Pattern.compile("io\\.github\\.elbo4j\\.[\\w.$]*[\\w$]");

    /** A new public type is a decision: users will build on it. */
    @Test
    void thePublicTypesAreThoseOfTheList() throws IOException {
        List<String> listed = listed().stream()
                .map(line -> line.replaceFirst(SINCE + ".*", ""))
                .toList();
        // Operations are not listed one by one: their interfaces in device are.
        Set<String> found = publicTypes()
                .filter(type -> type == Operation.class || !Operation.class.isAssignableFrom(type))
                .map(Class::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(found)
                .as(
                        "Public types of exported packages, against %s. One that only other packages of the library need belongs"
                                + " in a package that is not exported, or can be package-private; add a line to the list only for"
                                + " one that users need, and take the line of one that is gone out of it.",
                        LIST)
                .containsExactlyElementsOf(listed);
    }

    /** By its own Javadoc, or by that of what it lies in: a class, a package. */
    @Test
    void everyPublicTypeSaysSinceWhenItIsThere() throws IOException {
        for (String line : listed()) {
            String[] words = line.split(SINCE);
            assertThat(since(words[0])).as("@since of %s", words[0]).contains(words.length == 1 ? FIRST : words[1]);
        }
    }

    private static List<String> listed() throws IOException {
        return Files.readAllLines(ROOT.resolve(LIST)).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    private static Optional<String> since(String type) throws IOException {
        int dollar = type.lastIndexOf('$');
        int last = Math.max(dollar, type.lastIndexOf('.'));
        Optional<String> own = javadocSince(
                type.replaceFirst("\\$.*", ""), "(class|interface|record|enum) " + type.substring(last + 1) + "\\b");
        if (own.isPresent()) {
            return own;
        }
        return dollar < 0
                ? javadocSince(type.substring(0, last) + ".package-info", "package ")
                : since(type.substring(0, dollar));
    }

    /** The version in the Javadoc before a declaration, with annotations and modifiers between them. */
    private static Optional<String> javadocSince(String file, String declaration) throws IOException {
        for (String module : List.of("elbo4j", "report")) {
            Path source = ROOT.resolve("java/" + module + "/src/main/java/" + file.replace('.', '/') + ".java");
            if (Files.exists(source)) {
                Matcher javadoc = Pattern.compile("@since (\\S+)[^/]*\\*/\\s+([@\\w.()\"-]+\\s+)*" + declaration)
                        .matcher(Files.readString(source));
                return javadoc.find() ? Optional.of(javadoc.group(1)) : Optional.empty();
            }
        }
        throw new IllegalArgumentException("no source of " + file);
    }

    /** A user who cannot name a type cannot use what takes or returns it. */
    @Test
    void whatIsPublicMentionsNothingHidden() {
        Set<String> visible = publicTypes().map(Class::getName).collect(Collectors.toSet());
        List<String> hidden = new ArrayList<>();
        publicTypes()
                .forEach(type -> signatures(type).forEach(signature -> {
                    Matcher name = OWN_TYPE.matcher(signature);
                    while (name.find()) {
                        if (!visible.contains(name.group())) {
                            hidden.add(type.getName() + ": " + signature);
                        }
                    }
                }));
        assertThat(hidden).isEmpty();
    }

    @Test
    void aModuleOfAUserSeesTheExportedPackages(@TempDir Path folder) throws IOException {
        assertThat(compile(folder, """
                import io.github.elbo4j.Devices;
                import io.github.elbo4j.device.Device;
                import io.github.elbo4j.infer.FitResult;
                import io.github.elbo4j.infer.Sgvi;
                import io.github.elbo4j.model.LogJoint;
                import io.github.elbo4j.report.Report;
                import java.io.IOException;
                import java.nio.file.Path;

                final class Use {
                    static void fit(LogJoint model) throws IOException {
                        try (Device device = Devices.open("auto")) {
                            FitResult fit = Sgvi.builder().seed(1).build().fit(device, model);
                            Report.of(fit).write(Path.of("out"));
                        }
                    }
                }
                """)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"scalar.HostDevice", "simd.SimdDevice", "cuda.CudaDevice", "report.words.Words"})
    void aModuleOfAUserSeesNoOtherPackages(String hidden, @TempDir Path folder) throws IOException {
        String type = "io.github.elbo4j." + hidden;
        assertThat(compile(folder, "final class Use { " + type + " use; }"))
                .contains("package " + type.substring(0, type.lastIndexOf('.')) + " is not visible")
                .contains("does not export it");
    }

    /** What the compiler says of a module that requires the report, and so the library, and has this class. */
    private static String compile(Path folder, String source) throws IOException {
        Path module = Files.writeString(
                folder.resolve("module-info.java"), "module user { requires io.github.elbo4j.report; }");
        Path use = Files.writeString(folder.resolve("Use.java"), "package user;\n" + source);
        String modulePath = Stream.concat(ARTEFACTS.stream(), Stream.of(JsonGenerator.class))
                .map(artefact -> PublicTypes.home(artefact).toString())
                .collect(Collectors.joining(File.pathSeparator));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter words = new StringWriter();
        compiler.getTask(
                        words,
                        null,
                        null,
                        List.of("-proc:none", "-cp", "", "-p", modulePath, "-d", folder.toString()),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(module, use))
                .call();
        return words.toString();
    }

    private static Stream<Class<?>> publicTypes() {
        return ARTEFACTS.stream().flatMap(artefact -> PublicTypes.of(artefact).stream());
    }

    /** The public and protected members of a type, and what it extends, with all types in them. */
    private static Stream<String> signatures(Class<?> type) {
        return Stream.of(
                        Stream.of(type.getGenericInterfaces()).map(Object::toString),
                        Stream.of(type.getDeclaredMethods())
                                .filter(method ->
                                        PublicTypes.isForUsers(method.getModifiers()) && !method.isSynthetic())
                                .map(Method::toGenericString),
                        Stream.of(type.getDeclaredConstructors())
                                .filter(constructor -> PublicTypes.isForUsers(constructor.getModifiers()))
                                .map(Constructor::toGenericString),
                        Stream.of(type.getDeclaredFields())
                                .filter(field -> PublicTypes.isForUsers(field.getModifiers()))
                                .map(Field::toGenericString))
                .flatMap(signature -> signature)
                // The name of a method or field follows its owner's, which is this type.
                .map(signature -> signature.replaceAll(Pattern.quote(type.getName()) + "\\.\\w+", ""));
    }
}

package io.github.elbo4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Devices;
import io.github.elbo4j.report.Report;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every signature that users can build on, against the one that is kept: none changes unseen. */
class PublicApiTest {
    private static final String HOME = "io.github.elbo4j.";
    /** Any type has them. */
    private static final Set<String> OF_OBJECT = Set.of("equals", "hashCode", "toString");

    private static final Path ROOT = Path.of(System.getProperty("elbo4j.root"));

    static List<Arguments> artefacts() {
        return List.of(Arguments.of("elbo4j", Devices.class), Arguments.of("report", Report.class));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("artefacts")
    void theSignaturesAreThoseThatAreKept(String artefact, Class<?> oneOfIt) throws IOException {
        Path kept = ROOT.resolve("test/known/public-api-" + artefact + ".txt");
        List<String> lines = Stream.concat(
                        Stream.of("# What users of " + artefact + " can build on, without \"" + HOME
                                + "\", \"java.lang.\" and \"public\". PublicApiTest writes and compares it."),
                        PublicTypes.of(oneOfIt).stream().flatMap(PublicApiTest::lines))
                .toList();
        List<String> old = Files.exists(kept) ? Files.readAllLines(kept) : List.of();
        if (!lines.equals(old)) {
            Path now = ROOT.resolve("java/cli/target").resolve(kept.getFileName());
            Files.createDirectories(now.getParent());
            Files.write(now, lines);
            assertThat(without(old, lines))
                    .as(
                            "gone from the public API: users' programs may no longer compile or run. If it is meant: cp %s %s",
                            now, kept)
                    .isEmpty();
            assertThat(without(lines, old))
                    .as("new in the public API, a promise to users. If it is meant: cp %s %s", now, kept)
                    .isEmpty();
            assertThat(lines).as("cp %s %s", now, kept).isEqualTo(old);
        }
    }

    /** Lines of members with their type before them. */
    private static List<String> without(List<String> lines, List<String> others) {
        List<String> rest = new ArrayList<>(qualified(lines));
        rest.removeAll(Set.copyOf(qualified(others)));
        return rest;
    }

    private static List<String> qualified(List<String> lines) {
        List<String> qualified = new ArrayList<>();
        String type = "";
        for (String line : lines) {
            if (!line.startsWith(" ")) {
                type = line;
            }
            qualified.add(line.startsWith(" ") ? type + ":" + line : line);
        }
        return qualified;
    }

    private static Stream<String> lines(Class<?> type) {
        Set<String> members = new TreeSet<>();
        addMembers(type, type, members);
        return Stream.concat(Stream.of(head(type)), members.stream().map(member -> "    " + member));
    }

    private static String head(Class<?> type) {
        String parent = Stream.of(type.getGenericSuperclass())
                .filter(Objects::nonNull)
                .filter(superclass -> !Set.of(Object.class, Record.class).contains(superclass) && !type.isEnum())
                .map(superclass -> " extends " + superclass.getTypeName())
                .collect(Collectors.joining());
        String interfaces = Arrays.stream(type.getGenericInterfaces())
                .map(Type::getTypeName)
                .collect(Collectors.joining(", ", " implements ", ""));
        // JDK 17 does not say sealed, later ones do.
        String kind = type.toGenericString().replaceFirst("\\b(non-)?sealed ", "");
        return brief(kind + parent + (type.getInterfaces().length == 0 ? "" : interfaces));
    }

    /** The members of a type, and what it has from types that users cannot name. */
    private static void addMembers(Class<?> type, Class<?> from, Set<String> members) {
        Stream.of(
                        Arrays.stream(from.getDeclaredFields())
                                .filter(field -> PublicTypes.isForUsers(field.getModifiers()) && !field.isSynthetic())
                                .map(Field::toGenericString),
                        Arrays.stream(from.getDeclaredMethods())
                                .filter(method ->
                                        PublicTypes.isForUsers(method.getModifiers()) && !method.isSynthetic())
                                .filter(method -> !OF_OBJECT.contains(method.getName()))
                                .map(Method::toGenericString),
                        Arrays.stream(from == type ? from.getDeclaredConstructors() : new Constructor<?>[0])
                                .filter(constructor -> PublicTypes.isForUsers(constructor.getModifiers()))
                                .map(Constructor::toGenericString))
                .flatMap(signature -> signature)
                .map(signature -> signature.replaceAll(Pattern.quote(from.getName()) + "\\.(\\w+)(?=[(;]|$)", "$1"))
                .map(PublicApiTest::brief)
                .forEach(members::add);
        Stream.concat(Stream.ofNullable(from.getSuperclass()), Arrays.stream(from.getInterfaces()))
                .filter(hidden -> !PublicTypes.isPublic(hidden))
                .forEach(hidden -> addMembers(type, hidden, members));
    }

    private static String brief(String signature) {
        return signature
                .replaceFirst("^public ", "")
                .replaceAll("\\bjava\\.lang\\.(?=[A-Z])", "")
                .replace(HOME, "");
    }
}

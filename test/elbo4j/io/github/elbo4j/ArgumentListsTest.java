package io.github.elbo4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import org.junit.jupiter.api.Test;

/**
 * What belongs together is a value: a list of arguments that is written again and again is a record that nobody has
 * written.
 *
 * <p>The rule, over all sources of the library:
 *
 * <ul>
 *   <li>A list is the types and names of the parameters of a record, a constructor or a method, in their order; those of
 *       four or more count. What overrides a method must repeat its list, so a method marked {@code @Override} does not
 *       count; neither does the constructor that a record has anyway. Loops over arrays do not either, all of whose
 *       parameters are arrays or primitive: they are called for every block, and a value would be made each time.
 *   <li>No list stands more than twice.
 *   <li>The list of an operation, by its names alone, is no other declaration's. In the rooms that carry operations out it
 *       is not even a part of one: a kernel or a launcher takes the record.
 * </ul>
 */
class ArgumentListsTest {
    private static final List<String> LIBRARY = List.of("java/elbo4j/src/main/java");
    private static final int FEWEST = 4;
    private static final Predicate<String> ARRAY = type -> type.endsWith("[]");
    private static final Predicate<String> NUMBER = type -> Character.isLowerCase(type.charAt(0));

    /** The rooms that carry operations out. */
    private static final Pattern ROOMS = Pattern.compile("/(scalar|simd|cuda)/");

    /** Where a list stands. */
    private record Declaration(String where, String name, List<String> types, List<String> names) {
        boolean counts() {
            return names.size() >= FEWEST
                    && !(types.stream().anyMatch(ARRAY) && types.stream().allMatch(ARRAY.or(NUMBER)));
        }

        List<String> list() {
            List<String> all = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                all.add(types.get(i) + " " + names.get(i));
            }
            return all;
        }
    }

    @Test
    void noListStandsMoreThanTwice() throws IOException {
        assertThat(repeated(library())).isEmpty();
    }

    @Test
    void theListOfAnOperationStandsInItsRecordAlone() throws IOException {
        assertThat(operationsRepeated(library(), operationNames())).isEmpty();
    }

    @Test
    void everyFamilyIsKnown() throws IOException {
        Path device = House.root().resolve("java/elbo4j/src/main/java/io/github/elbo4j/device");
        try (Stream<Path> files = Files.list(device)) {
            List<String> families = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Ops.java"))
                    .map(name -> name.replace(".java", ""))
                    .toList();
            assertThat(House.FAMILIES.stream().map(Class::getSimpleName)).containsExactlyInAnyOrderElementsOf(families);
        }
    }

    @Test
    void theseTestsFindWhatIsPlanted() {
        String list = "(Key key, Index step, Shape shape, Buffer z)";
        List<Declaration> planted = planted(
                "home/Planted.java",
                "interface Planted { record Draw" + list + " { Draw {} } void draw" + list + ";"
                        + " class Kernel implements Planted { Kernel" + list + " {}"
                        + " @Override public void draw" + list + " {} } }");
        assertThat(planted).hasSize(3);
        assertThat(repeated(planted)).hasSize(1);
        assertThat(repeated(planted.subList(0, 2))).isEmpty();
        assertThat(operationsRepeated(planted, List.of("Draw"))).hasSize(2);

        String longer =
                "record Draw" + list + " {} class Kernel { void f(int o, K key, I step, S shape, B z, int n) {} }";
        assertThat(operationsRepeated(planted("home/scalar/Kernel.java", longer), List.of("Draw")))
                .hasSize(1);
        assertThat(operationsRepeated(planted("home/Kernel.java", longer), List.of("Draw")))
                .isEmpty();

        String loop = "(float[] x, int xo, float[] y, int n)";
        String loops = "class Loops { void a" + loop + " {} void b" + loop + " {} void c" + loop + " {} }";
        assertThat(repeated(planted("home/Loops.java", loops))).isEmpty();
    }

    private static List<Declaration> planted(String file, String source) {
        return declarations(SourceTrees.parse(file, source));
    }

    private static List<String> repeated(List<Declaration> all) {
        Map<String, List<String>> places = new TreeMap<>();
        for (Declaration declaration : all) {
            if (declaration.counts()) {
                places.computeIfAbsent(String.join(", ", declaration.list()), list -> new ArrayList<>())
                        .add(declaration.where);
            }
        }
        return places.entrySet().stream()
                .filter(list -> list.getValue().size() > 2)
                .map(list -> list.getKey() + ": " + list.getValue())
                .toList();
    }

    private static List<String> operationsRepeated(List<Declaration> all, List<String> operations) {
        List<String> found = new ArrayList<>();
        for (Declaration operation : all) {
            if (!operations.contains(operation.name) || operation.names.size() < FEWEST) {
                continue;
            }
            for (Declaration other : all) {
                boolean same = ROOMS.matcher(other.where).find()
                        ? Collections.indexOfSubList(other.names, operation.names) >= 0
                        : other.names.equals(operation.names);
                if (other != operation && same) {
                    found.add(operation.names + " of " + operation.where + " in " + other.where);
                }
            }
        }
        return found;
    }

    private static List<String> operationNames() {
        return House.operations().stream().map(Class::getSimpleName).toList();
    }

    private static List<Declaration> library() throws IOException {
        List<Declaration> all = new ArrayList<>();
        for (SourceTrees.Parsed file : SourceTrees.parse(SourceTrees.sources(LIBRARY, ".java"))) {
            all.addAll(declarations(file));
        }
        assertThat(all.size()).as("declarations read").isGreaterThan(1000);
        return all;
    }

    /** Records, constructors and methods that override nothing, with their parameters. */
    private static List<Declaration> declarations(SourceTrees.Parsed parsed) {
        List<Declaration> all = new ArrayList<>();
        new TreeScanner<Void, String>() {
            @Override
            public Void visitClass(ClassTree type, String outer) {
                String name = outer + "/" + type.getSimpleName();
                if (type.getKind() == Tree.Kind.RECORD) {
                    add(name, type.getSimpleName().toString(), components(type));
                }
                return super.visitClass(type, name);
            }

            @Override
            public Void visitMethod(MethodTree method, String type) {
                boolean overrides = method.getModifiers().getAnnotations().stream()
                        .anyMatch(mark -> mark.getAnnotationType().toString().equals("Override"));
                if (!overrides && !isOfItsRecord(method, type)) {
                    add(type + "." + method.getName(), method.getName().toString(), method.getParameters());
                }
                return super.visitMethod(method, type);
            }

            private boolean isOfItsRecord(MethodTree method, String type) {
                List<String> names = names(method.getParameters());
                return method.getName().contentEquals("<init>")
                        && all.stream().anyMatch(one -> one.where.equals(type) && one.names.equals(names));
            }

            private void add(String where, String name, List<? extends VariableTree> parameters) {
                all.add(new Declaration(
                        where,
                        name,
                        parameters.stream().map(p -> p.getType().toString()).toList(),
                        names(parameters)));
            }
        }.scan(parsed.tree(), parsed.file());
        return all;
    }

    private static List<String> names(List<? extends VariableTree> parameters) {
        return parameters.stream().map(p -> p.getName().toString()).toList();
    }

    /** A parser sees them as the fields that are not static. */
    private static List<VariableTree> components(ClassTree type) {
        return type.getMembers().stream()
                .filter(member -> member instanceof VariableTree field
                        && !field.getModifiers().getFlags().contains(Modifier.STATIC))
                .map(VariableTree.class::cast)
                .collect(Collectors.toList());
    }
}

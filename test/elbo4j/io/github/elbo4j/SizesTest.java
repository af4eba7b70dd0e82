package io.github.elbo4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * A file that needs scrolling wants a second room, and a function that does not fit a screen a second name: no source is longer than
 * {@value #FILE} lines, and no function in it than {@value #FUNCTION}, from its type to its closing brace.
 */
class SizesTest {
    private static final int FILE = 400;
    private static final int FUNCTION = 80;
    private static final List<String> JAVA = List.of("java", "test", "bench");

    /** Device functions that are longer, since parts of them by themselves would be slower. */
    private static final Map<String, String> LONGER = Map.of(
            "kernels/fused.cu elbo",
            "draws, log-densities and gradients share registers: between kernels they would be memory's traffic",
            "kernels/fused.cu adamSteps",
            "steps after each other keep parameters and moments in registers",
            "kernels/fullrankgradient.cu gradient",
            "a block's draws and its square of sums are in shared memory and registers all the way",
            "kernels/lowrankgradient.cu lowRankGradient",
            "a thread keeps the sums of its coordinates over all draws of a run",
            "kernels/triangle.cuh solveUp",
            "columns stay in registers from the last panel to the first");

    /** A function, with its name behind that of its file. */
    private record Sized(String name, int lines) {}

    @Test
    void noFileIsLonger() throws IOException {
        Map<String, String> files = SourceTrees.sources(JAVA, ".java");
        assertThat(files).hasSizeGreaterThan(1000);
        files.putAll(kernels());
        assertThat(files.entrySet().stream()
                        .filter(file -> file.getValue().split("\n").length > FILE)
                        .map(Map.Entry::getKey))
                .isEmpty();
    }

    @Test
    void noFunctionOfJavaIsLonger() throws IOException {
        List<Sized> all = SourceTrees.parse(SourceTrees.sources(JAVA, ".java")).stream()
                .flatMap(file -> ofJava(file).stream())
                .toList();
        assertThat(all).hasSizeGreaterThan(10_000);
        assertThat(longer(all)).isEmpty();
    }

    @Test
    void noFunctionOfADeviceIsLongerButThoseThatWouldBeSlower() throws IOException {
        List<Sized> all = new ArrayList<>();
        kernels().forEach((file, source) -> all.addAll(ofCuda(file, source)));
        assertThat(all).hasSizeGreaterThan(300);
        assertThat(longer(all).stream().map(Sized::name)).containsExactlyInAnyOrderElementsOf(LONGER.keySet());
    }

    @Test
    void theseTestsFindWhatIsPlanted() {
        String lines = "int x;\n".repeat(FUNCTION - 2);
        String java = "class A {\n@Deprecated\nvoid f(int a,\n int b) {\n" + lines + "}\nA() {\n" + lines + "}\n}";
        assertThat(longer(ofJava(SourceTrees.parse("A.java", java))))
                .containsExactly(new Sized("A.java f", FUNCTION + 1));

        String struct = "struct A {\nint a;\n__device__ A(int b) : a(b) {\n" + lines + "// }\n}\n};\n";
        String kernel =
                "template <int A>\nextern \"C\" __global__ void __launch_bounds__(64, 8) f(const A p) {\nif (true) {\n"
                        + lines + "\n}\n}\n";
        assertThat(longer(ofCuda("a.cu", struct + "static constexpr int B = 3;\n" + kernel)))
                .containsExactly(new Sized("a.cu A", FUNCTION + 1), new Sized("a.cu f", FUNCTION + 3));
        assertThat(longer(ofCuda("a.cu", struct.replace("// }\n", "")))).isEmpty();
    }

    private static List<Sized> longer(List<Sized> all) {
        return all.stream().filter(one -> one.lines > FUNCTION).toList();
    }

    private static Map<String, String> kernels() throws IOException {
        Map<String, String> kernels = SourceTrees.sources(List.of("kernels"), ".cu");
        kernels.putAll(SourceTrees.sources(List.of("kernels"), ".cuh"));
        assertThat(kernels).hasSizeGreaterThan(30);
        return kernels;
    }

    private static List<Sized> ofJava(SourceTrees.Parsed parsed) {
        LineMap at = parsed.tree().getLineMap();
        List<Sized> all = new ArrayList<>();
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitMethod(MethodTree method, Void none) {
                Tree first = method.getReturnType() == null ? method.getBody() : method.getReturnType();
                if (first != null) { // else it is a record's own
                    long from = parsed.positions().getStartPosition(parsed.tree(), first);
                    long to = parsed.positions().getEndPosition(parsed.tree(), method);
                    all.add(new Sized(parsed.file() + " " + method.getName(), (int)
                            (at.getLineNumber(to) - at.getLineNumber(from) + 1)));
                }
                return super.visitMethod(method, none);
            }
        }.scan(parsed.tree(), null);
        return all;
    }

    private static final Pattern NOT_CODE =
            Pattern.compile("//[^\n]*|/\\*(?s:.*?)\\*/|\"[^\"\n]*\"|(?m:^#(?:.*\\\\\n)*.*$)");
    private static final Pattern ATTRIBUTE = Pattern.compile("(__\\w+__|alignas)\\([^()]*\\)");
    private static final Pattern TEMPLATE = Pattern.compile("\\s*(template <[^>]*>\\s*)?");
    private static final Pattern NAME = Pattern.compile("(\\w+|operator\\S+)\\(");

    /** Blocks that have a list of parameters before them and are in no other such block. */
    private static List<Sized> ofCuda(String file, String source) {
        String code = NOT_CODE.matcher(source).replaceAll(found -> blank(found));
        Deque<Sized> open =
                new ArrayDeque<>(); // blocks, each with the line where it begins; a name if it is a function
        List<Sized> all = new ArrayList<>();
        int head = 0;
        for (int i = 0; i < code.length(); i++) {
            char c = code.charAt(i);
            if (c == '{') {
                String words = code.substring(head, i);
                boolean inside = open.stream().anyMatch(block -> !block.name.isEmpty());
                open.push(new Sized(inside ? "" : name(words), line(code, head + leading(words))));
            } else if (c == '}') {
                Sized closed = open.pop();
                if (!closed.name.isEmpty()) {
                    all.add(new Sized(file + " " + closed.name, line(code, i) - closed.lines + 1));
                }
            }
            head = c == '{' || c == '}' || c == ';' ? i + 1 : head;
        }
        return all;
    }

    private static String blank(MatchResult found) {
        return found.group().replaceAll("[^\n]", " ");
    }

    /** What is before the type. */
    private static int leading(String words) {
        var found = TEMPLATE.matcher(words);
        return found.lookingAt() ? found.end() : 0;
    }

    private static String name(String head) {
        var found = NAME.matcher(ATTRIBUTE.matcher(head).replaceAll(""));
        return found.find() ? found.group(1) : "";
    }

    private static int line(String code, int at) {
        return 1 + (int) code.substring(0, at).chars().filter(c -> c == '\n').count();
    }
}

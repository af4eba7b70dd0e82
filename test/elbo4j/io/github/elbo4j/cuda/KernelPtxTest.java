package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.House;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What nvcc made of the exact kernels: nothing approximate, no flushed denormal, no fusion that the source does not write,
 * and no local memory that is not accounted for.
 */
class KernelPtxTest {
    private static final Path KERNELS = House.root().resolve("java/elbo4j/target/kernels");

    /** A kernel's beginning in the source, as cmake finds it, too. */
    private static final Pattern KERNEL = Pattern.compile(
            "extern \"C\" __global__ void (?:__launch_bounds__\\([0-9, ]+\\) )?([a-z0-9_]+)\\(const (?:__grid_constant__ )?([A-Za-z0-9]+) p\\)");

    @Test
    void nothingIsApproximateOrFlushed() throws IOException {
        List<String> lines = ptx("exact.ptx");

        assertThat(instructions(lines)).hasSizeGreaterThan(1000);
        assertThat(instructions(lines).stream().filter(line -> line.matches(".*\\.(approx|ftz|full)\\b.*")))
                .isEmpty();
    }

    @Test
    void nothingIsFusedThatTheSourceDoesNotFuse() throws IOException {
        // In unfused.ptx every written fma is a product and a sum: what is fused there, the compiler fused.
        Pattern fused = Pattern.compile("\\b(fma|mad)\\.(rn\\.|rz\\.|rm\\.|rp\\.)?(ftz\\.|sat\\.)*f(16|32|64)\\b.*");

        assertThat(instructions(ptx("unfused.ptx")).stream()
                        .filter(line -> fused.matcher(line).find()))
                .isEmpty();
        assertThat(instructions(ptx("exact.ptx")).stream()
                        .filter(line -> fused.matcher(line).find()))
                .isNotEmpty();
    }

    @Test
    void floatsAreDividedAndRootedByTheRule() throws IOException {
        Pattern loose = Pattern.compile("\\b(div|sqrt|rcp)\\.(?!rn)(\\w+\\.)*f(32|64)\\b");

        assertThat(instructions(ptx("exact.ptx")).stream()
                        .filter(line -> loose.matcher(line).find()))
                .isEmpty();
    }

    @Test
    void everyKernelOfTheSourceIsThereOnEveryArchitecture() throws IOException {
        List<String> exact = ptx("resources-exact.txt");
        List<String> fast = ptx("resources-fast.txt");

        for (String kernel : kernels()) {
            for (int architecture : new int[] {75, 80, 86, 89, 90, 100, 120}) {
                String begin = kernel + " sm_" + architecture + " ";
                assertThat(exact).as(begin).anyMatch(line -> line.startsWith(begin));
                assertThat(fast).as(begin).anyMatch(line -> line.startsWith(begin));
            }
        }
    }

    private static List<String> kernels() throws IOException {
        List<String> names = new ArrayList<>();
        try (var files = Files.list(House.root().resolve("kernels"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".cu")).toList()) {
                Matcher matcher = KERNEL.matcher(Files.readString(file));
                while (matcher.find()) {
                    names.add(matcher.group(1));
                }
            }
        }
        assertThat(names).isNotEmpty();
        return names;
    }

    private static List<String> instructions(List<String> lines) {
        return lines.stream()
                .map(String::strip)
                .filter(line -> line.endsWith(";") && !line.startsWith("."))
                .toList();
    }

    private static List<String> ptx(String name) throws IOException {
        Path file = KERNELS.resolve(name);
        if (!Files.exists(file)) {
            System.out.println("KernelPtxTest: not run, " + name + " was not built (no nvcc)");
        }
        Assumptions.assumeTrue(Files.exists(file), name + " was not built (no nvcc)");
        return Files.readAllLines(file);
    }
}

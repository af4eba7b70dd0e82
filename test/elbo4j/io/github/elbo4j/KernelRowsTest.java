package io.github.elbo4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A family of operations is one row of rooms under one stem: for every file in kernels/ a twin in scalar and a test,
 * and for every .cu a benchmark. {@code meanfield.cu} has {@code MeanFieldKernel}, {@code MeanFieldKernelTest} or any
 * other {@code MeanField…Test}, and {@code MeanField…Benchmark}; a header's twin may be named by its stem alone, and
 * {@code math.cuh} has {@code DetMath}, {@code special.cuh} {@code DetSpecial}, {@code sum.cuh} {@code RowSum}, {@code index.cuh} {@code HostKernel} and {@code
 * runs.cuh} {@code RunItems}.
 */
class KernelRowsTest {
    /** Twins of headers whose name is not their stem. */
    private static final Map<String, String> OTHER_STEM = Map.of(
            "math.cuh", "detmath",
            "special.cuh", "detspecial",
            "sum.cuh", "rowsum",
            "index.cuh", "hostkernel",
            "runs.cuh", "runitems");

    @Test
    void everyKernelFileHasItsRow() throws IOException {
        assertThat(House.root().resolve("kernels")).isNotEmptyDirectory();
        assertThat(missing(House.root())).isEmpty();
    }

    @Test
    void aKernelFileWithoutItsRowIsNoticed(@TempDir Path house) throws IOException {
        write(house, "kernels/meanfield.cu");
        write(house, "kernels/math.cu");
        write(house, "kernels/math.cuh");

        assertThat(missing(house))
                .containsExactly(
                        "kernels/math.cu: no twin mathkernel.java in scalar",
                        "kernels/math.cu: no test math…Test.java",
                        "kernels/math.cu: no benchmark math…Benchmark.java",
                        "kernels/math.cuh: no twin detmath.java in scalar",
                        "kernels/math.cuh: no test detmath…Test.java",
                        "kernels/meanfield.cu: no twin meanfieldkernel.java in scalar",
                        "kernels/meanfield.cu: no test meanfield…Test.java",
                        "kernels/meanfield.cu: no benchmark meanfield…Benchmark.java");
    }

    @Test
    void aKernelFileWithItsRowIsLeftInPeace(@TempDir Path house) throws IOException {
        write(house, "kernels/meanfield.cu");
        write(house, "kernels/math.cu");
        write(house, "kernels/math.cuh");
        write(house, "kernels/normal.cuh");
        write(house, "kernels/philox.cuh");
        write(house, "kernels/sum.cuh");
        for (String twin :
                new String[] {"MeanFieldKernel", "DetMath", "MathKernel", "NormalKernel", "Philox", "RowSum"}) {
            write(house, "java/elbo4j/src/main/java/io/github/elbo4j/scalar/" + twin + ".java");
        }
        for (String test :
                new String[] {"MeanFieldKernel", "DetMathAccuracy", "MathOps", "Normal", "Philox", "RowSum"}) {
            write(house, "test/elbo4j/io/github/elbo4j/scalar/" + test + "Test.java");
        }
        write(house, "bench/src/main/java/io/github/elbo4j/bench/MeanFieldBenchmark.java");
        write(house, "bench/src/main/java/io/github/elbo4j/bench/MathBenchmark.java");

        assertThat(missing(house)).isEmpty();
    }

    /** What the kernel files of a house lack, in words, in the order of their names. */
    private static List<String> missing(Path house) throws IOException {
        List<String> twins = names(house.resolve("java/elbo4j/src/main/java/io/github/elbo4j/scalar"));
        List<String> tests = names(house.resolve("test/elbo4j"));
        List<String> benchmarks = names(house.resolve("bench/src/main/java"));
        List<String> complaints = new ArrayList<>();
        for (String file : names(house.resolve("kernels"))) {
            boolean launched = file.endsWith(".cu");
            if (!launched && !file.endsWith(".cuh")) {
                continue;
            }
            String stem = OTHER_STEM.getOrDefault(file, file.substring(0, file.lastIndexOf('.')));
            boolean twin = twins.contains(stem + "kernel.java") || (!launched && twins.contains(stem + ".java"));
            if (!twin) {
                complaints.add(
                        "kernels/%s: no twin %s%s.java in scalar".formatted(file, stem, launched ? "kernel" : ""));
            }
            if (tests.stream().noneMatch(name -> name.startsWith(stem) && name.endsWith("test.java"))) {
                complaints.add("kernels/%s: no test %s…Test.java".formatted(file, stem));
            }
            if (launched
                    && benchmarks.stream()
                            .noneMatch(name -> name.startsWith(stem) && name.endsWith("benchmark.java"))) {
                complaints.add("kernels/%s: no benchmark %s…Benchmark.java".formatted(file, stem));
            }
        }
        return complaints;
    }

    /** Names of all files below a folder, in lower case, sorted; none if there is no such folder. */
    private static List<String> names(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString().toLowerCase(Locale.ROOT))
                    .sorted()
                    .toList();
        }
    }

    private static void write(Path house, String file) throws IOException {
        Path path = house.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, "");
    }
}

package io.github.elbo4j.bench.kernels;

import io.github.elbo4j.bench.Json;
import io.github.elbo4j.bench.kernels.MachineCode.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes {@code results/kernels.md}: what the machine code says of each kernel, and what GPUs measured. */
@SuppressWarnings("UnusedVariable") // picocli reads help
@Command(
        name = "bench/kernels",
        description =
                "Writes a table of all kernels: what they move and compute, registers, occupancy, ceilings, and times.")
public final class Table implements Callable<Integer> {
    private static final Pattern KERNEL =
            Pattern.compile("__global__\\s+void\\s+__launch_bounds__\\((\\d+)[^)]*\\)\\s+(\\w+)\\s*\\(");
    private static final String MISSING = "";

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    private boolean help;

    @Option(names = "--home", hidden = true, description = "The folder bench, which the script knows.")
    private Path home = Path.of("bench");

    @Option(
            names = "--sass",
            description = "A listing by cuobjdump -sass -arch sm_90; default: it is run on exact.fatbin.")
    private @Nullable Path sass;

    @Option(names = "--out", description = "The file; default: bench/results/kernels.md.")
    private @Nullable Path out;

    @Parameters(
            description =
                    "Files that run.sh kernels, or run.sh all, wrote on a GPU; default: bench/results/kernels-*.json.")
    private List<Path> times = new ArrayList<>();

    private final StringBuilder text = new StringBuilder();

    /** See the README of the benchmarks. */
    public static void main(String[] args) {
        CommandLine line = new CommandLine(new Table());
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            System.err.println(e.getMessage());
            return 1;
        });
        System.exit(line.execute(args));
    }

    /** What ptxas says of a kernel. */
    private record Resources(int registers, int shared) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Map<String, Object>> measured = measured();
        Path root = home.resolve("..").toAbsolutePath().normalize();
        Path built = root.resolve("java/elbo4j/target");
        Map<String, MachineCode> codes =
                MachineCode.read(listing(built.resolve("classes/io/github/elbo4j/cuda/exact.fatbin")));
        Map<String, Resources> resources = resources(built.resolve("kernels/resources-exact.txt"));
        Map<String, Integer> threads = threads(root.resolve("kernels"));
        Map<String, Case> firsts = new LinkedHashMap<>();
        Comparator<Case> alone = Comparator.comparingInt(each -> each.kernels().size());
        for (Case each : Main.cases().stream().sorted(alone).toList()) {
            firsts.putIfAbsent(each.kernels().get(0), each);
        }
        text.append(
                "# Kernels\n\nWritten by `bench/kernels`; [bench/README.md](../README.md#kernels) says how to read it.\n\n");
        row(
                "kernel",
                "operation, and its size",
                "elements",
                "bytes an element",
                "float32 (fma)",
                "float64",
                "integer",
                "counted",
                "whole",
                "registers",
                "shared",
                "blocks",
                "occupancy",
                "H100 ceiling us",
                "H200 ceiling us",
                "limit");
        row(
                "---", "---", "---:", "---:", "---:", "---:", "---:", "---", "---:", "---:", "---:", "---:", "---:",
                "---:", "---:", "---");
        for (Map.Entry<String, Integer> kernel : threads.entrySet()) {
            String name = kernel.getKey();
            line(name, kernel.getValue(), firsts.get(name), codes.get(name), resources.get(name));
        }
        for (Map<String, Object> each : measured) {
            measured(each, codes);
        }
        Path file = out != null ? out : home.resolve("results/kernels.md");
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, text, StandardCharsets.UTF_8);
        System.out.println("written to " + file);
        return 0;
    }

    private void line(
            String name, int threads, @Nullable Case what, @Nullable MachineCode code, @Nullable Resources needs) {
        List<String> cells = new ArrayList<>(List.of("`" + name + "`"));
        Optional<Passes.Pass> pass = Passes.of(name);
        Map<Kind, Integer> counts =
                code == null ? Map.of() : pass.flatMap(p -> p.counts(code)).orElse(Map.of());
        Case.Work work = what == null ? null : work(what);
        cells.add(what == null || work == null ? "not alone" : what.name() + ": " + work.shape());
        cells.add(work == null ? MISSING : number(work.elements()));
        cells.add(work == null ? MISSING : number(work.bytes() / work.elements()));
        double per = pass.isEmpty() || counts.isEmpty() ? 0 : perPass(pass.get(), counts);
        cells.add(
                per == 0
                        ? MISSING
                        : number(MachineCode.of(counts, Kind.FFMA, Kind.FLOAT) / per) + " ("
                                + number(MachineCode.of(counts, Kind.FFMA) / per) + ")");
        cells.add(per == 0 ? MISSING : number(MachineCode.of(counts, Kind.DOUBLE) / per));
        cells.add(per == 0 ? MISSING : number(MachineCode.of(counts, Kind.IMAD, Kind.ALU) / per));
        cells.add(
                per == 0
                        ? MISSING
                        : pass.get().code().words + (pass.get().elements() == 0 ? ", an fma" : ", an element"));
        cells.add(code == null ? MISSING : Integer.toString(MachineCode.total(code.all())));
        int blocks = needs == null ? 0 : Gpu.blocks(needs.registers, needs.shared, threads);
        cells.add(needs == null ? MISSING : Integer.toString(needs.registers));
        cells.add(needs == null ? MISSING : Integer.toString(needs.shared));
        cells.add(needs == null ? MISSING : blocks + " of " + threads);
        cells.add(needs == null ? MISSING : number(100 * Gpu.occupancy(blocks, threads)) + " %");
        if (work == null) {
            cells.addAll(List.of(MISSING, MISSING, MISSING));
        } else {
            Gpu.Ceiling slow = ceiling(Gpu.H100, name, code, work.elements(), work.bytes(), work.flops());
            Gpu.Ceiling fast = ceiling(Gpu.H200, name, code, work.elements(), work.bytes(), work.flops());
            cells.add(number(slow.us()));
            cells.add(number(fast.us()));
            cells.add(slow.limit().equals(fast.limit()) ? slow.limit() : slow.limit() + "; " + fast.limit());
        }
        row(cells.toArray(String[]::new));
    }

    private static double perPass(Passes.Pass pass, Map<Kind, Integer> counts) {
        return pass.elements() > 0 ? pass.elements() : MachineCode.of(counts, Kind.FFMA, Kind.DOUBLE);
    }

    private static Gpu.Ceiling ceiling(
            Gpu gpu, String kernel, @Nullable MachineCode code, double elements, double bytes, double flops) {
        Optional<Passes.Pass> pass = Passes.of(kernel);
        if (code == null || pass.isEmpty()) {
            return gpu.ceiling(bytes, flops);
        }
        Optional<Map<Kind, Integer>> counts = pass.get().counts(code);
        if (counts.isEmpty()) {
            return gpu.ceiling(bytes, flops);
        }
        double units = pass.get().elements() > 0 ? elements : flops / 2;
        return gpu.ceiling(bytes, counts.get(), units / perPass(pass.get(), counts.get()));
    }

    private static Case.Work work(Case what) {
        try (Inputs in = new Inputs(new Blueprint())) {
            return what.setup().of(in, false);
        }
    }

    // ---- what GPUs measured ----

    private List<Map<String, Object>> measured() throws IOException {
        List<Path> files = times;
        if (files.isEmpty() && Files.isDirectory(home.resolve("results"))) {
            try (Stream<Path> found = Files.list(home.resolve("results"))) {
                files = found.filter(file -> file.getFileName().toString().matches("kernels-.*\\.json"))
                        .sorted()
                        .toList();
            }
        }
        List<Map<String, Object>> all = new ArrayList<>();
        for (Path file : files) {
            if (!Files.exists(file)) {
                throw new CommandLine.ParameterException(new CommandLine(this), "there is no file " + file);
            }
            Map<String, Object> json = Json.read(file);
            all.add(json.containsKey("kernels") ? Json.map(json.get("kernels")) : json);
        }
        return all;
    }

    private void measured(Map<String, Object> json, Map<String, MachineCode> codes) {
        String device = Objects.toString(json.get("device"), "");
        boolean emulated = Boolean.TRUE.equals(json.get("emulated"));
        boolean full = "full".equals(json.get("size"));
        Gpu gpu = device.contains("H200") ? Gpu.H200 : Gpu.H100;
        text.append("\n## ")
                .append(device)
                .append(", ")
                .append(json.get("date"))
                .append("\n\n");
        if (emulated || !full) {
            text.append("A dry run: its times say nothing.\n");
            return;
        }
        row(
                "operation",
                "size",
                "kernels",
                "us",
                "spread",
                "GB/s",
                "GFLOP/s",
                "ceiling us",
                "limit",
                "share",
                "bits of scalar");
        row("---", "---", "---", "---:", "---", "---:", "---:", "---:", "---", "---:", "---");
        for (Map<String, Object> line : Json.maps(json.get("results"))) {
            List<?> kernels = line.get("kernels") instanceof List<?> list ? list : List.of("");
            String first = Objects.toString(kernels.get(0));
            double us = value(line, "us");
            double bytes = value(line, "bytes");
            double flops = value(line, "flops");
            Gpu.Ceiling ceiling = ceiling(gpu, first, codes.get(first), value(line, "elements"), bytes, flops);
            row(
                    Objects.toString(line.get("operation")),
                    Objects.toString(line.get("size")),
                    String.join(" ", kernels.stream().map(Object::toString).toList()),
                    number(us),
                    line.containsKey("least")
                            ? number(value(line, "least")) + " to " + number(value(line, "greatest"))
                            : "not kept",
                    number(bytes / us / 1e3),
                    number(flops / us / 1e3),
                    number(ceiling.us()),
                    ceiling.limit(),
                    number(100 * ceiling.us() / us) + " %",
                    Boolean.TRUE.equals(line.get("bitsOfScalar")) ? "yes" : "no");
        }
        if (json.get("notes") instanceof List<?> notes) {
            notes.forEach(note -> text.append("\n").append(note).append('\n'));
        }
        Json.map(json.get("notRun"))
                .forEach((name, reason) -> text.append("\nNot run: ")
                        .append(name)
                        .append(": ")
                        .append(reason)
                        .append('\n'));
        Map<String, Object> launches = Json.map(json.get("launches"));
        if (!launches.isEmpty()) {
            text.append('\n');
            row("launches", "us");
            row("---", "---:");
            launches.forEach((name, us) -> row(name, us instanceof Number n ? number(n.doubleValue()) : "?"));
        }
    }

    private static double value(Map<String, Object> line, String name) {
        return line.get(name) instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    // ---- what was built ----

    private List<String> listing(Path fatbin) throws IOException, InterruptedException {
        if (sass != null) {
            return Files.readAllLines(sass);
        }
        if (!Files.exists(fatbin)) {
            throw new IOException("there is no " + fatbin + ": build it with cmake/build kernels, which needs nvcc");
        }
        Path listing = Files.createTempFile("elbo4j", ".sass");
        try {
            Process process = new ProcessBuilder("cuobjdump", "-sass", "-arch", "sm_90", fatbin.toString())
                    .redirectOutput(listing.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            if (process.waitFor() != 0) {
                throw new IOException("cuobjdump failed with exit code " + process.exitValue());
            }
            return Files.readAllLines(listing);
        } catch (IOException e) {
            throw new IOException(
                    "cuobjdump did not run: " + e.getMessage() + "; it and nvdisasm come with the CUDA toolkit "
                            + "(Debian's nvidia-cuda-toolkit), or --sass takes a listing that it made elsewhere",
                    e);
        } finally {
            Files.delete(listing);
        }
    }

    private static Map<String, Resources> resources(Path report) throws IOException {
        Map<String, Resources> all = new LinkedHashMap<>();
        for (String line : Files.readAllLines(report)) {
            String[] words = line.split(" "); // kernel architecture registers shared …
            if (words.length > 3 && words[1].equals("sm_90")) {
                all.put(words[0], new Resources(Integer.parseInt(words[2]), Integer.parseInt(words[3])));
            }
        }
        return all;
    }

    /** Kernels in the order of the sources, each with the threads of its blocks. */
    static Map<String, Integer> threads(Path folder) throws IOException {
        Map<String, Integer> all = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> file.toString().endsWith(".cu")).sorted().forEach(file -> {
                try {
                    Matcher found = KERNEL.matcher(Files.readString(file));
                    while (found.find()) {
                        all.put(found.group(2), Integer.parseInt(found.group(1)));
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return all;
    }

    private void row(String... cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    /** Three digits, or whole. */
    private static String number(double x) {
        double size = Math.abs(x);
        int digits = size >= 100 || x == Math.rint(x) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + digits + "f", x);
    }
}

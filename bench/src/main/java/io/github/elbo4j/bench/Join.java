package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Puts the files of a folder into one, {@code result.json}: the machine, then each file under its name. */
public final class Join {
    private static final String RESULT = "result.json";

    private Join() {}

    /** Arguments: the folder, the version of the bundle. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("what", "elbo4j's tests and benchmarks from a bundle");
        all.put("version", args[1]);
        all.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        all.put("machine", Machine.here().toMap());
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.filter(file -> file.toString().endsWith(".json") && !file.endsWith(RESULT))
                    .sorted()
                    .toList();
        }
        for (Path file : files) {
            Map<String, Object> part = new LinkedHashMap<>(Json.read(file));
            part.remove("machine");
            all.put(file.getFileName().toString().replace(".json", ""), part);
        }
        Json.write(folder.resolve(RESULT), all);
    }
}

package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The example of each method in the README's table gives the same {@code fit.json} on every device, byte for byte, but for
 * times and the device's name. Where an example takes long on an emulated device, it is made smaller, as {@link #SMALLER} has it.
 */
class ShippedExamplesTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `?([a-z-]+)`? \\| .* \\| `(fit [^`]*)` \\|.*$");

    /** Options in the place of those of the example, or added to them. */
    private static final Map<String, String> SMALLER = Map.of(
            "fit vae", "--steps 20 --hidden 16 --draws 32", //
            "fit mixture", "--components 1..4",
            "fit network", "--steps 20 --hidden 4",
            "fit factors", "--steps 50 --factors 6 --enumerate 2");

    /** Examples of other places of the README and of the help, of what the table's have not. */
    private static final List<String> OTHERS = List.of(
            "fit network --data test/data/mcycle.csv --target accel",
            "fit mixture --data test/data/faithful.csv --method cavi",
            "fit test/data/Dyestuff.java --data test/data/dyestuff.csv --method em");

    @TempDir
    private Path folder;

    /** By method. */
    private static Map<String, String> commands() throws IOException {
        String readme = Files.readString(Path.of(System.getProperty("elbo4j.root"), "README.md"));
        Map<String, String> commands = new LinkedHashMap<>();
        Matcher row = ROW.matcher(readme);
        while (row.find()) {
            commands.put(row.group(1), row.group(2));
        }
        return commands;
    }

    private static Stream<String> examples() throws IOException {
        return Stream.concat(commands().values().stream(), OTHERS.stream());
    }

    @Test
    void theTableHasEveryMethod() throws IOException {
        assertThat(commands().keySet())
                .containsExactly(
                        "mixture",
                        "sgvi",
                        "fixed",
                        "pathfinder",
                        "batch-and-match",
                        "laplace",
                        "map",
                        "mle",
                        "exact",
                        "cavi",
                        "em",
                        "amortized",
                        "discrete",
                        "local-reparameterization");
        assertThat(commands().values()).allMatch(command -> command.contains(" --data test/data/"));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void theSameBytesOnEveryDevice(String command) throws IOException {
        String scalar = fit(command, "scalar");
        assertThat(scalar).contains("\"verdict\": ").hasSizeGreaterThan(1000);
        for (String device : List.of("simd", "cuda")) {
            if (Cli.opens(device)) {
                assertThat(fit(command, device)).as("%s on %s", command, device).isEqualTo(scalar);
            } else {
                System.out.println(
                        "ShippedExamplesTest, " + command + ": not run on " + device + ", which does not open");
            }
        }
    }

    /** What is written, without what may differ. */
    private String fit(String command, String device) throws IOException {
        List<Object> words = new ArrayList<>();
        for (String word : command.split(" ")) {
            words.add(word.startsWith("test/data/") ? Cli.data(word.substring("test/data/".length())) : word);
        }
        String[] smaller =
                SMALLER.getOrDefault(words.get(0) + " " + words.get(1), "").split(" ");
        for (int i = 0; i + 1 < smaller.length; i += 2) {
            int at = words.indexOf(smaller[i]);
            if (at < 0) {
                words.addAll(List.of(smaller[i], smaller[i + 1]));
            } else {
                words.set(at + 1, smaller[i + 1]);
            }
        }
        Path out = folder.resolve("out");
        words.addAll(List.of("--quiet", "--device", device, "--out", out));
        Cli.Outcome outcome = Cli.run(words.toArray());
        assertThat(outcome.exit()).as(outcome.err()).isLessThan(2);
        String json = Files.readString(out.resolve("fit.json"));
        String named = "\"device\": \"" + device + "\"";
        assertThat(json).containsPattern(named);
        return json.replaceAll("\"(seconds|enumerationSeconds|drawsPerSecond)\": [-\\d.eE]+", "")
                .replaceAll(named, "");
    }
}

package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The bytes of {@code fit.json} are those of elbo4j before results became the same for all methods; fields that were added
 * since, and times, aside. {@code test/known/fit-json/compare.py} compares whole folders in the same way.
 */
class KnownFitsTest {
    private static final Set<String> NEW = Set.of(
            "accounts",
            "method",
            "logEvidence",
            "format",
            "posterior",
            "settings",
            "arithmetic",
            "rng",
            "start",
            "message",
            "weights",
            "draws",
            "modes",
            "arguments",
            "trailVersion",
            "trail",
            "seconds",
            "drawsPerSecond");

    private static final Pattern FIELD = Pattern.compile("  \"(\\w+)\": .*");

    @TempDir
    Path folder;

    /** The lines of the outermost fields that were there, without what came into two of them. */
    private static List<String> old(String document) {
        List<String> kept = new ArrayList<>();
        boolean drop = false;
        for (String line : document.split("\n")) {
            Matcher field = FIELD.matcher(line);
            if (field.matches()) {
                drop = NEW.contains(field.group(1)) || field.group(1).equals("device");
            } else if (!line.startsWith("  ")) {
                drop = false;
            }
            if (!drop) {
                kept.add(line.replaceFirst("(  \"elbo\": .*), \"draws\": \\d+}", "$1}")
                        .replaceFirst("(  \"data\": .*), \"units\": \\{[^}]*}}", "$1}"));
            }
        }
        return kept;
    }

    @ParameterizedTest
    @CsvSource({
        "pima-full-rank-0, logistic --data pima.csv --target type --family full-rank --seed 0",
        "pima-mean-field-1-batch, logistic --data pima.csv --target type --family mean-field --seed 1 --batch 50",
        "air-full-rank-2-batch, linear --data air.csv --target ozone --family full-rank --seed 2 --batch 50",
        "air-mean-field-0, linear --data air.csv --target ozone --method sgvi --family mean-field --seed 0",
    })
    void aFitHasTheBytesThatItHad(String name, String command) throws IOException {
        List<Object> args = new ArrayList<>(List.of("fit"));
        for (String word : command.split(" ")) {
            args.add(word.endsWith(".csv") ? Cli.data(word) : word);
        }
        args.addAll(List.of("--quiet", "--out", folder.resolve("o")));
        assertThat(Cli.run(args.toArray()).exit()).isLessThan(2);
        List<String> now = old(Files.readString(folder.resolve("o/fit.json")));
        List<String> before = old(Files.readString(
                Path.of(System.getProperty("elbo4j.root"), "test", "known", "fit-json", name + ".json")));
        assertThat(now).hasSizeGreaterThan(20).isEqualTo(before);
    }

    /** What the comparison leaves out is not everything. */
    @Test
    void aNumberThatDiffersIsSeen() throws IOException {
        String text = Files.readString(
                Path.of(System.getProperty("elbo4j.root"), "test", "known", "fit-json", "air-mean-field-0.json"));
        for (String field :
                List.of("\"mean\": -6", "\"step\": 1,", "\"priorSd\": 2.5", "\"rows\": 111", "\"kHat\": 0")) {
            assertThat(text).contains(field);
            assertThat(old(text.replace(field, field + "7"))).as(field).isNotEqualTo(old(text));
        }
    }
}

package io.github.elbo4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cli.works.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PeersTest {
    /** {@code "W1": ("words", (B, S, D, rows of data or steps))}. */
    private static final Pattern WORK = Pattern.compile("\"(W\\d)\": \\(\\s*\"([^\"]*)\",\\s*\\(([^)]*)\\),?\\s*\\)");

    /** What works.py repeats of Work.java: else peers are timed at other works, and {@code bench/compare} refuses them. */
    @Test
    void thePeersHaveTheSizesOfTheWorks() throws IOException {
        String text = Files.readString(Path.of(System.getProperty("elbo4j.root"), "bench", "peers", "works.py"));
        Matcher works = WORK.matcher(text.substring(0, text.indexOf("LARGE")));
        Map<String, String> peers = new TreeMap<>();
        while (works.find()) {
            String sizes = Arrays.stream(works.group(3).split(","))
                    .map(size -> String.valueOf(value(size.trim())))
                    .collect(Collectors.joining(" "));
            peers.put(works.group(1), works.group(2) + ": " + sizes);
        }
        Map<String, String> own = new TreeMap<>();
        for (Work work : Work.values()) {
            own.put(work.name(), work.words(Work.Size.NORMAL) + ": " + work.sizes());
        }
        assertThat(peers).isEqualTo(own);
    }

    private static int value(String python) {
        String[] shift = python.split(" << ");
        if (shift.length == 2) {
            return Integer.parseInt(shift[0]) << Integer.parseInt(shift[1]);
        }
        return python.equals("ADAM_STEPS") ? Work.STEPS : Integer.parseInt(python.replace("_", ""));
    }
}

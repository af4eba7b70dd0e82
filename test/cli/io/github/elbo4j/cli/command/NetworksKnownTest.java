package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Files that this version wrote stay readable, and say of rows what another reader finds in them: {@code test/known/networks.py} takes
 * the weights out of the same files, computes codes in float64, and log p(x) by quadrature or by the sum over all states.
 */
class NetworksKnownTest {
    @TempDir
    private Path folder;

    private static Path known(String name) {
        return Path.of(System.getProperty("elbo4j.root"), "test", "known", name);
    }

    /**
     * Codes are sums of at most 67 float32 terms of size 20 and their exponentials, off by some 1e-5; log p(x) is within five of its errors of
     * 1,024 draws (false alarm 6e-7 a row) and the bias of a logarithm, half the squared error.
     */
    @ParameterizedTest
    @CsvSource({"iris-vae, iris.csv, 2", "digits-factors, digits.csv.gz, 3"})
    void rowsAreWhatAnotherReaderFinds(String name, String data, int code) throws IOException {
        Object[] args = {
            "predict",
            "--fit",
            known("fit-json/" + name + ".json"),
            "--data",
            Cli.data(data),
            "--draws",
            "1024",
            "--device",
            "cpu",
            "--quiet",
            "--out",
            folder
        };
        assertThat(Cli.run(args).exit()).isEqualTo(Exit.GOOD);
        List<String> rows = Files.readAllLines(folder.resolve("predictions.csv"));
        List<String> expected = Files.readAllLines(known("networks.txt")).stream()
                .filter(line -> line.startsWith(name + " "))
                .toList();
        assertThat(expected).hasSize(10);
        for (String line : expected) {
            String[] known = line.split(" ");
            String[] cells = rows.get(Integer.parseInt(known[1])).split(",");
            assertThat(cells[0]).isEqualTo(known[1]);
            for (int i = 1; i <= code; i++) {
                assertThat(Double.parseDouble(cells[i])).isCloseTo(Double.parseDouble(known[1 + i]), within(1e-5));
            }
            double error = Double.parseDouble(cells[code + 4]);
            assertThat(error).isPositive().isLessThan(0.2);
            assertThat(Double.parseDouble(cells[code + 3]))
                    .isCloseTo(Double.parseDouble(known[2 + code]), within(5 * error + 0.5 * error * error + 1e-5));
        }
    }
}

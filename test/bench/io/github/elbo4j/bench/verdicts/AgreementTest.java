package io.github.elbo4j.bench.verdicts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class AgreementTest {
    private static final int FITS = 2;

    /** By as many draws as a fit begins with it is the same fit, so each agrees with itself. */
    @Test
    void aFitAgreesWithItself() {
        Agreement agreement = new Agreement();
        new CommandLine(agreement).parseArgs("--fits", String.valueOf(FITS), "--draws", "4096", "--jobs", "2");

        String table = agreement.table();

        assertThat(table).contains("by 4,096 draws, | good | usable | do not trust |");
        List<List<Integer>> counts = Pattern.compile("(?m)^\\| [a-z ]+ \\| (\\d+) \\| (\\d+) \\| (\\d+) \\|")
                .matcher(table)
                .results()
                .map(AgreementTest::numbers)
                .toList();
        assertThat(counts).hasSize(3);
        int diagonal = 0;
        for (int i = 0; i < 3; i++) {
            diagonal += counts.get(i).get(i);
        }
        assertThat(diagonal).isEqualTo(FITS);
        assertThat(counts.stream()
                        .flatMap(List::stream)
                        .mapToInt(Integer::intValue)
                        .sum())
                .isEqualTo(FITS);
    }

    private static List<Integer> numbers(MatchResult row) {
        return List.of(Integer.valueOf(row.group(1)), Integer.valueOf(row.group(2)), Integer.valueOf(row.group(3)));
    }
}

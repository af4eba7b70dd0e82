package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.report.FitJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --family low-rank}: from the option to the files. */
class LowRankTest {
    @TempDir
    Path folder;

    private Cli.Outcome fit(String out, Object... more) {
        List<Object> args =
                new ArrayList<>(List.of("fit", "logistic", "--data", Cli.data("pima.csv"), "--target", "type"));
        args.addAll(List.of("--quiet", "--out", folder.resolve(out)));
        args.addAll(List.of(more));
        return Cli.run(args.toArray());
    }

    private FitResult read(String out) throws IOException {
        return FitJson.read(folder.resolve(out).resolve("fit.json"));
    }

    /** Two factors follow most of what eight coefficients have in common; the full-rank fit is all but exact here. */
    @Test
    void itIsBetweenTheTwo() throws IOException {
        assertThat(fit("low", "--family", "low-rank", "--rank", 2).exit()).isLessThan(2);
        assertThat(fit("full").exit()).isZero();
        assertThat(fit("mean", "--method", "sgvi", "--family", "mean-field").exit())
                .isLessThan(2);
        FitResult low = read("low");
        FitResult full = read("full");
        assertThat(low.family()).isEqualTo("low-rank");
        assertThat(low.settings()).containsEntry("rank", 2L);
        assertThat(low.elbo().value())
                .isLessThan(full.elbo().value() + 0.05)
                .isGreaterThan(read("mean").elbo().value() + 0.1);
        for (int i = 0; i < 8; i++) {
            double sd = full.posterior().standardDeviation(i);
            assertThat(low.posterior().mean(i)).isCloseTo(full.posterior().mean(i), within(0.1 * sd));
            assertThat(low.posterior().standardDeviation(i)).isCloseTo(sd, within(0.25 * sd));
        }
        assertThat(Files.readString(folder.resolve("low").resolve("report.html")))
                .contains("low-rank");
    }

    @Test
    void theRankIsCheckedBeforeTheFit() {
        Cli.Outcome alone = fit("x", "--rank", 3);
        assertThat(alone.exit()).isEqualTo(2);
        assertThat(alone.err()).contains("--rank is for --family low-rank");
        for (int rank : new int[] {0, 65}) {
            Cli.Outcome wrong = fit("x", "--family", "low-rank", "--rank", rank);
            assertThat(wrong.exit()).isEqualTo(2);
            assertThat(wrong.err()).contains("--rank is " + rank + ", but must be ");
        }
        assertThat(folder.resolve("x")).doesNotExist();
    }
}

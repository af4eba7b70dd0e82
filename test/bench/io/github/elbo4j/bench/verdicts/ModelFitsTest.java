package io.github.elbo4j.bench.verdicts;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.bench.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code bench/models} on some of the posteriors that are here: the default fit of each is right, and its verdict says so. */
class ModelFitsTest {
    @TempDir
    Path folder;

    @Test
    void defaultFitsAreRight() throws Exception {
        Path out = folder.resolve("models.json");
        int code = new CommandLine(new Main("models", ModelTarget::of))
                .execute(
                        "--posteriors",
                        WrittenModelsTest.FOLDER.toString(),
                        "--only",
                        "noncentered,momhs,logmesquite,sblri",
                        "--method",
                        "full-rank",
                        "--seeds",
                        "1",
                        "--lines",
                        "--out",
                        out.toString());
        assertThat(code).isZero();
        List<Map<String, Object>> fits = Json.maps(Json.read(out).get("fits"));
        assertThat(fits).hasSize(4).allSatisfy(fit -> {
            assertThat(fit.get("truth")).isEqualTo("right");
            assertThat(fit.get("verdict")).isIn("GOOD", "USABLE");
        });
    }
}

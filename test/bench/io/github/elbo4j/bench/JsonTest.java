package io.github.elbo4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void whatIsWrittenIsReadAgain() {
        String line =
                Json.line(Map.of("figures", Map.of("each", new double[] {0.5, 2}, "names", List.of("a", true, 3))));

        assertThat(Json.parse(line))
                .isEqualTo(Map.of("figures", Map.of("each", List.of(0.5, 2.0), "names", List.of("a", true, 3))));
    }

    @Test
    void whatIsNoValueIsRefusedRatherThanWrittenInWords() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.line(Map.of("figures", new float[1])))
                .withMessageContaining("is no value of JSON");
        assertThatIllegalArgumentException().isThrownBy(() -> Json.line(Map.of("time", Duration.ZERO)));
    }
}

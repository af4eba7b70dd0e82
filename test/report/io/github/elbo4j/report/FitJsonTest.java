package io.github.elbo4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.infer.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

class FitJsonTest {
    private static final List<String> NAMES = List.of("intercept", "a \"quoted\" <name>\n", "größe");

    /** The names of the fields of the outermost object, in order. */
    static List<String> fields(String json) {
        List<String> fields = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
            int depth = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (token == JsonToken.PROPERTY_NAME && depth == 1) {
                    fields.add(parser.currentName());
                }
            }
        }
        return fields;
    }

    @Test
    void theLineHasExactlyTheFieldsOfTheContract() {
        String line = new FitJsonWriter(ExampleFit.of(NAMES, 0.21, Status.CONVERGED)).line();
        assertThat(fields(line))
                .containsExactly(
                        "model",
                        "method",
                        "family",
                        "gradient",
                        "device",
                        "seed",
                        "steps",
                        "status",
                        "converged",
                        "elbo",
                        "logEvidence",
                        "kHat",
                        "efficiency",
                        "verdict",
                        "concerns",
                        "parameters",
                        "covariance",
                        "seconds",
                        "drawsPerSecond");
        assertThat(line).endsWith("}\n").containsOnlyOnce("\n");
        assertThat(line)
                .contains(
                        "\"elbo\":{\"value\":-104.2713,\"standardError\":0.0123,\"draws\":4096},\"logEvidence\":{\"value\":-104.2502,\"standardError\":0.0034,\"draws\":4096},\"kHat\":0.21,\"efficiency\":0.8,\"verdict\":\"good\",\"concerns\":[]")
                .contains("{\"name\":\"a \\\"quoted\\\" <name>\\n\",\"mean\":")
                .contains("\"converged\":true");
    }

    @Test
    void theDocumentBeginsWithTheSameFields() {
        FitJsonWriter json = new FitJsonWriter(ExampleFit.of(NAMES, 0.21, Status.STEP_LIMIT));
        List<String> document = fields(json.document());
        assertThat(document).startsWith(fields(json.line()).toArray(String[]::new));
        assertThat(document).endsWith("draws", "modes", "statusDetail", "options", "data", "trace");
        assertThat(json.line()).contains("\"status\":\"step limit\"");
        assertThat(json.document()).contains("\"status\": \"step limit\"").contains("\"converged\": false");
    }

    @Test
    void eachItemOfAListHasItsLine() {
        String document = new FitJsonWriter(ExampleFit.of(NAMES, 0.21, Status.CONVERGED)).document();
        assertThat(document.lines()).contains("  \"model\": \"logistic\",", "  \"covariance\": [", "  ],");
        assertThat(document.lines().filter(l -> l.startsWith("    {\"name\": ")))
                .hasSize(3);
    }

    @Test
    void withoutACovarianceItsFieldIsNull() {
        Report fit = ExampleFit.ofMany();
        assertThat(new FitJsonWriter(fit).line()).contains("\"covariance\":null,\"seconds\"");
        assertThat(fields(new FitJsonWriter(fit).document()))
                .isEqualTo(fields(new FitJsonWriter(ExampleFit.of(NAMES, 0.21, Status.CONVERGED)).document()));
    }

    @Test
    void whatIsNotFiniteIsNull() {
        Report fit = ExampleFit.of(NAMES, Double.NaN, Status.CONVERGED);
        assertThat(new FitJsonWriter(fit).line())
                .contains("\"kHat\":null,\"efficiency\":0.8,\"verdict\":\"do not trust\"");
        assertThat(new FitJsonWriter(ExampleFit.of(NAMES, Double.POSITIVE_INFINITY, Status.CONVERGED)).line())
                .contains("\"kHat\":null");
    }

    @Test
    void doublesAreTheShortestThatReadBackOnEveryJdk() {
        Report fit = ExampleFit.of(NAMES, 2.0e-3, Status.CONVERGED);
        // Double.toString(2.0E-3) gave 0.0020 … forms before JDK 19 for some values, such as 2.0E-3 and 2^-44.
        assertThat(new FitJsonWriter(fit).line()).contains("\"kHat\":0.002,");
        Report other = ExampleFit.of(NAMES, Math.scalb(1.0, -44), Status.CONVERGED);
        assertThat(new FitJsonWriter(other).line()).contains("\"kHat\":5.684341886080802E-14,");
    }
}

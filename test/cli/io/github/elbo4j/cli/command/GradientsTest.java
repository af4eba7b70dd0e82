package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code elbo4j gradients}, from the command line to the files. */
class GradientsTest {
    @TempDir
    Path folder;

    /** The total variances, by place, gradient, baseline and draws. */
    private static Map<String, Double> variances(String json) {
        Map<String, Double> variances = new HashMap<>();
        Matcher each = Pattern.compile(
                        "\"place\": ?\"(\\w+)\", ?\"gradient\": ?\"(\\w+)\"(?:, ?\"baseline\": ?\"([-\\w]+)\")?,"
                                + " ?\"draws\": ?(\\d+),.*?\"totalVariance\": ?([-0-9.eE]+)")
                .matcher(json);
        while (each.find()) {
            String name = each.group(1) + " " + each.group(2) + (each.group(3) == null ? "" : " " + each.group(3)) + " "
                    + each.group(4);
            variances.put(name, Double.parseDouble(each.group(5)));
        }
        return variances;
    }

    @Test
    void reparameterizationVariesLessThanScoresFarFromTheOptimumAndThePathDerivativeLeastAtIt() throws IOException {
        Path out = folder.resolve("out");
        Cli.Outcome outcome = Cli.run(
                "gradients",
                "logistic",
                "--data",
                Cli.data("pima.csv"),
                "--target",
                "type",
                "--draws",
                "4,16",
                "--repeats",
                100,
                "--out",
                out);
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        String json = Files.readString(out.resolve("gradients.json"));
        Map<String, Double> variances = variances(json);
        assertThat(variances).hasSize(2 * 2 * 6);
        for (int draws : new int[] {4, 16}) {
            double reparam = variances.get("start reparam " + draws);
            assertThat(variances.get("start score leave-one-out " + draws)).isGreaterThan(5 * reparam);
            assertThat(variances.get("start score none " + draws)).isGreaterThan(20 * reparam);
            assertThat(variances.get("optimum path " + draws))
                    .isLessThan(0.2 * variances.get("optimum reparam " + draws));
            // With four times the draws a quarter of the variance; 100 estimates tell it within a factor of 1.7.
            assertThat(variances.get("start reparam 4") / variances.get("start reparam 16"))
                    .isBetween(4 / 1.7, 4 * 1.7);
        }
        assertThat(outcome.out())
                .startsWith("Bayesian logistic regression of type, 200 rows of pima.csv\n")
                .contains("At the start: where a fit knows nothing of the data")
                .containsPattern("(?m)^score, control-variate +16 +\\d")
                .containsPattern("(?m)^reparameterization +4 +\\S+ +\\S+ +1\\.00 × ")
                .contains("At the optimum, with 16 draws, the best score gradient (")
                .contains("wrote   " + out.resolve("gradients.json"));
        assertThat(Files.readString(out.resolve("gradients.html")))
                .contains("Gradients of the ELBO: Bayesian logistic regression of type")
                .contains("<svg class=\"chart\"")
                .doesNotContain("<script");
    }

    private static String refusal(Object... args) {
        Cli.Outcome outcome = Cli.run(args);
        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isEqualTo(Exit.BAD_INPUT);
        return outcome.words();
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Object[] logistic = {"gradients", "logistic", "--data", Cli.data("pima.csv"), "--target", "type"};
        assertThat(refusal("gradients")).contains("gradients of what? Choose logistic");
        assertThat(refusal(with(logistic, "--draws", "8,1")))
                .contains("--draws has 1, but a baseline from the other draws needs 2 or more");
        assertThat(refusal(with(logistic, "--repeats", "1")))
                .contains("--repeats is 1, but a variance needs 2 or more");
        assertThat(refusal(with(logistic, "--draws", "many"))).contains("--draws");
    }

    private static Object[] with(Object[] words, Object... more) {
        Object[] all = Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return all;
    }
}

package io.github.elbo4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.infer.Status;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The report stands alone, and nothing from the data can become markup or code. */
class HtmlReportTest {
    private static final String EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&";

    private static String report(Report fit) {
        ZonedDateTime when = ZonedDateTime.of(2026, 11, 21, 10, 0, 0, 0, ZoneOffset.UTC);
        return fit.command("elbo4j fit logistic --target '" + EVIL + "'").html(when);
    }

    @Test
    void loadsNothing() {
        String html = report(ExampleFit.of(List.of("intercept", "x"), 0.2, Status.CONVERGED));
        assertThat(html)
                .doesNotContain("http:")
                .doesNotContain("https:")
                .doesNotContain("@import")
                .doesNotContain("url(");
        assertThat(html).doesNotContainPattern("<(link|iframe|object|embed|img|base)\\b");
        assertThat(html).doesNotContainPattern("<script[^>]*\\bsrc\\b");
        assertThat(html).contains("default-src 'none'");
    }

    @Test
    void namesFromTheDataAreTextOnly() {
        String html = report(ExampleFit.of(List.of("intercept", EVIL, "{{js}}"), 0.2, Status.CONVERGED));
        assertThat(html).doesNotContain("<script>alert").doesNotContain("<img");
        assertThat(html).contains("&lt;/script&gt;&lt;script&gt;alert(1)");
        // One block of data and two scripts, as without the name.
        assertThat(Pattern.compile("</script").matcher(html).results()).hasSize(3);
        assertThat(html).contains("{{js}}");
    }

    @Test
    void onlyItsOwnTwoScriptsMayRun() throws Exception {
        String html = report(ExampleFit.of(List.of("intercept", "x"), 0.2, Status.CONVERGED));
        Matcher scripts =
                Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL).matcher(html);
        List<String> hashes = new ArrayList<>();
        while (scripts.find()) {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(scripts.group(1).getBytes(StandardCharsets.UTF_8));
            hashes.add("'sha256-" + Base64.getEncoder().encodeToString(digest) + "'");
        }
        assertThat(hashes).hasSize(2);
        assertThat(html).contains("script-src " + String.join(" ", hashes) + "\"");
    }

    @Test
    void theVerdictIsSaidInWords() {
        List<String> names = List.of("intercept", "x");
        assertThat(report(ExampleFit.of(names, 0.2, Status.CONVERGED)))
                .contains("verdict good")
                .contains("as far as they can see");
        assertThat(report(ExampleFit.of(names, 0.6, Status.CONVERGED)))
                .contains("verdict usable")
                .contains("with care");
        assertThat(report(ExampleFit.of(names, 0.9, Status.CONVERGED)))
                .contains("verdict bad")
                .contains("Do not trust");
        assertThat(report(ExampleFit.of(names, 0.2, Status.STEP_LIMIT)))
                .contains("verdict bad")
                .contains("--steps");
        assertThat(report(ExampleFit.of(names, Double.NaN, Status.DIVERGED)))
                .contains("Diverged")
                .contains("--learning-rate")
                .contains("Do not rely on");
        assertThat(report(ExampleFit.of(names, 0.2, Status.INTERRUPTED))).contains("Interrupted");
        assertThat(report(ExampleFit.of(names, 0.2, Status.FAILED))).contains("--device cpu");
    }

    @Test
    void withoutACovarianceThereIsNoHeatMap() {
        assertThat(report(ExampleFit.ofMany()))
                .contains("fit.json holds the covariance with <code>--covariance</code>");
    }

    @Test
    void carriesTheLicenceOfWhatItCarries() {
        String html = report(ExampleFit.of(List.of("intercept"), 0.2, Status.CONVERGED));
        assertThat(html).contains("uPlot 1.6.32").contains("Permission is hereby granted");
    }

    @Test
    void hasEveryParameterAndCorrelation() {
        String html = report(ExampleFit.of(List.of("intercept", "glu", "bmi"), 0.2, Status.CONVERGED));
        assertThat(html).contains(">glu</th>").contains("<span>bmi</span>").contains("The strongest is");
        String one = report(ExampleFit.of(List.of("intercept"), 0.2, Status.CONVERGED));
        assertThat(one).contains("There is only one parameter.");
    }

    /** For those who hear the page, and for those who move by keyboard. */
    @Test
    void tablesAndChartsSayWhatTheyAre() {
        String html = report(ExampleFit.of(List.of("intercept", "glu", "bmi"), 0.2, Status.CONVERGED));
        assertThat(html).doesNotContainPattern("<th(?![^>]*\\bscope=)[\\s>]");
        Matcher tables = Pattern.compile("<table[^>]*>\\s*(<[a-z]+)").matcher(html);
        assertThat(tables.results().map(table -> table.group(1))).hasSize(3).containsOnly("<caption");
        assertThat(Pattern.compile("class=\"scroll\"").matcher(html).results()).hasSize(3);
        assertThat(Pattern.compile("class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"[a-z]")
                        .matcher(html)
                        .results())
                .hasSize(3);
        assertThat(html)
                .contains("id=\"trace\" role=\"img\" aria-label=\"Chart of the ELBO: at step 1 it is ")
                .containsPattern("id=\"tail\" role=\"img\" aria-label=\"Chart of the ELBO: at step 1,80\\d it is ")
                .contains("\"words\":\"Chart of a normal density with mean ")
                .containsPattern("<svg height=\"22\" role=\"img\" aria-label=\"90 % from [^\"]+, 50 % from ")
                .contains("aria-label=\"where 35 % or more is good");
    }
}

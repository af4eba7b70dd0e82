package io.github.elbo4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a model gives on its user's scale, in the place of the coordinates that were fitted. */
class QuantitiesTest {
    private static final Marginal TAU = new Marginal("tau", 3.25, 0.05, 2.5, List.of(0.5, 1.5, 2.75, 4.5, 8.25), false);

    private static Report report() {
        return ExampleFit.of(List.of("mu", "log tau"), 0.2, Status.CONVERGED)
                .model(ModelDescription.of("java"))
                .quantities(List.of(TAU));
    }

    @Test
    void theyStandInTheFileBesideTheCoordinatesWhichAreReadBack(@TempDir Path folder) throws IOException {
        Report report = report().prior(100, List.of(Marginal.ofDraws("y (observed)", new double[] {1, 2, 3, 4, 5})));
        Path file = report.write(folder).get(0);
        String json = Files.readString(file);
        assertThat(json)
                .contains("""
                          "parameters": [
                            {"name": "tau", "mean": 3.25, "meanError": 0.05, "sd": 2.5, "q05": 0.5, "q25": 1.5, "q50": 2.75,\
                         "q75": 4.5, "q95": 8.25, "eitherSign": false}
                          ],
                          "priorDraws": 100,
                          "prior": [
                            {"name": "y (observed)", "mean": 3.0, \
                        """)
                .containsPattern("\"coordinates\": \\[\n    \\{\"name\": \"mu\", .*\n    \\{\"name\": \"log tau\"");
        assertThat(FitJson.read(file)).isEqualTo(report.fit());
        SavedFit saved = FitJson.open(file);
        assertThat(saved.quantities()).containsExactly(TAU);
        assertThat(saved.prior()).isEqualTo(report.priorMarginals());
    }

    @Test
    void thePageShowsThemAndSaysWhatTheChartsAreOf() {
        String html = new HtmlReport(report(), ZonedDateTime.now(ZoneOffset.UTC)).html();
        assertThat(html)
                .contains(">tau</th>", ">3.25</td>", ">8.25</td>")
                .contains("These are the coordinates on the whole real line that were fitted")
                .contains("at most 2.0 % of the standard deviations") // 0.05 / 2.5
                .doesNotContain("P(&gt; 0)", "Before the data");
        assertThat(new HtmlReport(report().prior(100, List.of(TAU)), ZonedDateTime.now(ZoneOffset.UTC)).html())
                .contains("Before the data", "From 100 draws");
    }

    /** What cannot be negative says nothing by being positive; what can is filled where its interval is clear of zero. */
    @Test
    void onlyWhatMayHaveEitherSignIsClearOfZero() {
        Marginal effect = new Marginal("effect", 3.25, 0.05, 2.5, TAU.quantiles(), true);
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        assertThat(new HtmlReport(report(), now).html()).doesNotContain("class=\"wide clear\"");
        assertThat(new HtmlReport(report().quantities(List.of(TAU, effect)), now).html())
                .containsOnlyOnce("class=\"wide clear\"");
    }

    @Test
    void meansFromDrawsOfTheirOwnAreSaidToBe(@TempDir Path folder) throws IOException {
        Report report = report().quantities(List.of(TAU), 2500).covariance(true);
        assertThat(Files.readString(report.write(folder).get(0)))
                .contains("  \"expectationDraws\": 2500,\n  \"parameters\": [\n    {\"name\": \"tau\"");
        String words =
                "Means and sds are exact or from 2,500 draws; the standard errors of the means are at most 2.0 % of the"
                        + " sds. Quantiles are exact or from 4,096 draws.";
        assertThat(report.meansInWords()).isEqualTo(words);
        assertThat(new HtmlReport(report, ZonedDateTime.now(ZoneOffset.UTC)).html())
                .contains(words);
    }

    @Test
    void withoutThemTheParametersAreThose() {
        Report report = ExampleFit.of(List.of("mu", "log tau"), 0.2, Status.CONVERGED);
        assertThat(report.marginals()).extracting(Marginal::name).containsExactly("mu", "log tau");
        assertThat(report.marginals().get(1).quantiles().get(2))
                .isEqualTo(report.fit().posterior().mean(1));
        assertThat(report.largestMeanError()).isZero();
        assertThat(report.hasQuantities()).isFalse();
    }
}

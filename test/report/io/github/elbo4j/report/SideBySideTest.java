package io.github.elbo4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.device.ScoreOps.Baseline;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.Evidence;
import io.github.elbo4j.estimate.EvidenceBound;
import io.github.elbo4j.estimate.EvidenceEstimate;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.estimate.GradientSpread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files and words of {@link EvidenceReport} and {@link GradientReport}, from numbers that are made up. */
class SideBySideTest {
    private static final String EVIL = "</title><script>alert(1)</script>";

    @TempDir
    Path folder;

    /** Of one bound, with its estimates after 100 and after 1,000 draws. */
    private static Evidence evidence(double kHat, double bias, EvidenceBound... bounds) {
        List<EvidenceEstimate> estimates = new ArrayList<>();
        List<Estimate> early = new ArrayList<>();
        List<Estimate> late = new ArrayList<>();
        for (int i = 0; i < bounds.length; i++) {
            Estimate estimate = new Estimate(-3 - i, 0.25, 1000);
            estimates.add(new EvidenceEstimate(bounds[i], estimate, 250, kHat, bias));
            early.add(new Estimate(Double.NaN, Double.NaN, 0));
            late.add(estimate);
        }
        return new Evidence(estimates, List.of(new Evidence.Stage(100, early), new Evidence.Stage(1000, late)));
    }

    private static EvidenceReport report(@Nullable Double exact, double kHat) {
        EvidenceBound mean = EvidenceBound.logMean();
        return new EvidenceReport(
                EVIL,
                "linear",
                null,
                List.of(
                        new EvidenceReport.Source(EvidenceReport.PRIOR, evidence(0.2, -0.0125, mean)),
                        new EvidenceReport.Source(
                                EvidenceReport.FITTED,
                                evidence(kHat, Double.NaN, mean, EvidenceBound.elbo(), EvidenceBound.renyi(-1)))),
                List.of(new EvidenceReport.Refused(EvidenceReport.UNIFORM, "there is no box")),
                exact == null ? null : EvidenceReport.Known.of(exact, "it was summed over"),
                7,
                "scalar",
                "elbo4j evidence '" + EVIL + "'");
    }

    @Test
    void estimatesStandInOneTable() {
        assertThat(report(-2.5, 0.6).table())
                .containsExactly(
                        List.of("log p(x)", "value", "effective draws", "k-hat", "bias"),
                        List.of("prior Monte Carlo", "-3.00 ± 0.25", "250", "0.20", "-0.013"),
                        List.of("importance sampling", "-3.00 ± 0.25", "250", "0.60", "not known"),
                        List.of("ELBO", "-4.00 ± 0.25", "250", "0.60", "not known"),
                        List.of("Rényi, alpha = -1.0 (upper)", "-5.00 ± 0.25", "250", "0.60", "not known"),
                        List.of("exact", "-2.5000", "", "", ""));
        assertThat(report(-2.5, 0.6).remarks())
                .containsExactly(
                        "The exact value is known: it was summed over.",
                        "log p(x) = ELBO + KL(q || p(z | x)), so the divergence of q from the posterior is 1.50 ± 0.25"
                                + " nats.",
                        "Naive Monte Carlo: there is no box.");
    }

    /** Draws from elsewhere than q have their source in the name, and what is beside the exact value stands below it. */
    @Test
    void whatIsKnownBesideIsShown() {
        EvidenceReport.Known known = new EvidenceReport.Known(
                -2.5, "it was summed over", Map.of("ELBO with priors", -9.25), List.of("Those are of points."));
        EvidenceBound tenth = EvidenceBound.importanceWeighted(10);
        EvidenceReport report = new EvidenceReport(
                "Mixture",
                "mixture",
                null,
                List.of(
                        new EvidenceReport.Source(
                                EvidenceReport.UNIFORM, evidence(0, -0.01, EvidenceBound.elbo(), tenth)),
                        new EvidenceReport.Source(EvidenceReport.WIDENED, evidence(0, -0.01, EvidenceBound.logMean()))),
                List.of(),
                known,
                7,
                "scalar",
                "");
        assertThat(report.table())
                .extracting(row -> row.get(0) + " " + row.get(1))
                .containsExactly(
                        "log p(x) value",
                        "importance sampling, widened q -3.00 ± 0.25",
                        "ELBO, uniform draws -3.00 ± 0.25",
                        "k = 10, uniform draws -4.00 ± 0.25",
                        "exact -2.5000",
                        "ELBO with priors -9.2500");
        assertThat(report.remarks())
                .containsExactly("The exact value is known: it was summed over.", "Those are of points.");
        assertThat(report.line()).contains("\"exact\":-2.5,\"beside\":{\"ELBO with priors\":-9.25},");
    }

    @Test
    void aLargeKHatIsWarnedOf() {
        assertThat(report(null, 0.6).isTrusted()).isTrue();
        for (double kHat : new double[] {0.71, Double.NaN, Double.POSITIVE_INFINITY}) {
            EvidenceReport report = report(null, kHat);
            assertThat(report.isTrusted()).as("%s", kHat).isFalse();
            assertThat(report.remarks())
                    .anyMatch(remark -> remark.startsWith("Do not trust importance sampling: its k-hat of "))
                    .noneMatch(remark -> remark.contains("Monte Carlo: its k-hat"));
        }
    }

    private static void isHarmless(Path html) throws IOException {
        assertThat(Files.readString(html))
                .contains("&lt;script&gt;alert(1)")
                .contains("<svg class=\"chart\"")
                .contains("default-src 'none'")
                .doesNotContain("<script")
                .doesNotContain("NaN");
    }

    @Test
    void evidenceIsWrittenForProgramsAndForPeople() throws IOException {
        List<Path> written = report(-2.5, 0.6).write(folder.resolve("new"));
        assertThat(written)
                .extracting(path -> path.getFileName().toString())
                .containsExactly("evidence.json", "evidence.html");
        isHarmless(written.get(1));
        String json = Files.readString(written.get(0));
        assertThat(json)
                .contains("\"seed\": 7,\n  \"exact\": -2.5,\n")
                .contains(
                        "{\"estimator\": \"ELBO\", \"from\": \"q\", \"k\": 1, \"alpha\": 0.0, \"value\": -4.0,"
                                + " \"standardError\": 0.25, \"draws\": 1000, \"effectiveDraws\": 250.0, \"kHat\": 0.6, \"bias\": null}")
                .contains("{\"draws\": \"uniform\", \"reason\": \"there is no box\"}")
                .contains(
                        "{\"estimator\": \"prior Monte Carlo\", \"values\": [[100, null, null], [1000, -3.0, 0.25]]}");
        assertThat(report(null, 0.6).line()).contains("\"exact\":null");
    }

    private static GradientSpread spread(Gradient kind, Baseline baseline, int draws, double variance) {
        return new GradientSpread(kind, baseline, draws, 50, new double[] {3, 4}, new double[] {variance, 0}, 2e-6);
    }

    @Test
    void gradientsAreComparedAtEachPlace() throws IOException {
        GradientReport.Place place = new GradientReport.Place(
                "optimum",
                "somewhere",
                List.of(
                        spread(Gradient.SCORE, Baseline.NONE, 8, 80),
                        spread(Gradient.SCORE, Baseline.LEAVE_ONE_OUT, 8, 20),
                        spread(Gradient.REPARAM, Baseline.NONE, 8, 4),
                        spread(Gradient.PATH, Baseline.NONE, 8, 1),
                        spread(Gradient.SCORE, Baseline.NONE, 2, 160)));
        GradientReport report =
                new GradientReport(EVIL, "linear", null, "full-rank", List.of(place), 7, "scalar", "elbo4j " + EVIL);
        assertThat(report.table(place).subList(1, 6))
                .containsExactly(
                        List.of("score, no baseline", "8", "5.00", "80.0", "20.0 ×", "2.00", "1.6e-04"),
                        List.of("score, leave-one-out", "8", "5.00", "20.0", "5.00 ×", "2.00", "4.0e-05"),
                        List.of("reparameterization", "8", "5.00", "4.00", "1.00 ×", "2.00", "8.0e-06"),
                        List.of("path derivative", "8", "5.00", "1.00", "0.250 ×", "2.00", "2.0e-06"),
                        List.of("score, no baseline", "2", "5.00", "160", "none", "2.00", "3.2e-04"));
        assertThat(report.remarks())
                .containsExactly(
                        "At the optimum, with 8 draws, the best score gradient (leave-one-out) has 5.0 times the"
                                + " variance of the reparameterization gradient, and the path derivative 0.25 times.");
        List<Path> written = report.write(folder);
        isHarmless(written.get(1));
        assertThat(Files.readString(written.get(0)))
                .contains(
                        "{\"place\": \"optimum\", \"gradient\": \"score\", \"baseline\": \"leave-one-out\", \"draws\": 8,"
                                + " \"repeats\": 50, \"length\": 5.0, \"totalVariance\": 20.0, \"mean\": [3.0, 4.0], \"variance\": [20.0,"
                                + " 0.0], \"seconds\": ");
    }
}

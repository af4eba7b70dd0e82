package io.github.elbo4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.Account;
import io.github.elbo4j.infer.Assessment;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.Convergence;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is shown of chains that looked at a fit, and that it comes back. */
class ChainTableTest {
    private static final List<Double> QUANTILES = List.of(1.0, 2.0, 3.0, 4.0, 5.0);
    private static final List<Double> ERRORS = List.of(0.5, 0.2, 0.1, 0.2, 0.5);
    private static final Convergence AGREE = new Convergence(1.0042, 5200.4, 4100.6);

    @TempDir
    Path folder;

    private static Account.Entry entry(String name, double mean, double sd) {
        return new Account.Entry(name, mean, 0.01, sd, 0.01, QUANTILES, ERRORS, AGREE);
    }

    private static Account.Entry unknown(String name, double rHat) {
        List<Double> none = Collections.nCopies(5, Double.NaN);
        return new Account.Entry(
                name,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                none,
                none,
                new Convergence(rHat, 300, Double.NaN));
    }

    /** Of a q with means 0 and sds 1. */
    private static FitResult fit(double kHat, Concern concern, Account.Entry... entries) {
        List<String> names = List.of(entries).stream().map(Account.Entry::name).toList();
        double[] sd = new double[entries.length];
        Arrays.fill(sd, 1);
        GaussianPosterior q = new GaussianPosterior(names, Gaussian.independent(new double[sd.length], sd));
        FitResult plain = ExampleFit.with(
                ExampleFit.result(q, kHat, Status.CONVERGED, List.of()), List.of(Account.ofChains(List.of(entries))));
        Map<String, Object> settings = new LinkedHashMap<>(plain.settings());
        settings.put("chains", 64);
        settings.put("chainDraws", 200);
        Assessment assessment = concern == null ? plain.assessment() : Assessment.of(kHat, 0.8, 4096, List.of(concern));
        return new FitResult(
                plain.method(),
                plain.family(),
                settings,
                plain.device(),
                plain.arithmetic(),
                plain.rng(),
                plain.seed(),
                plain.steps(),
                plain.status(),
                plain.start(),
                plain.message(),
                plain.elbo(),
                plain.logEvidence(),
                assessment,
                plain.modes(),
                plain.posterior(),
                plain.trace(),
                plain.seconds(),
                plain.draws(),
                plain.accounts());
    }

    private static final Concern DIFFER =
            new Concern(Concern.Kind.CHAINS_DIFFER, Verdict.DO_NOT_TRUST, "a<b", "it differs");

    @Test
    void chainsThatAgreeStandBesideQ() {
        Report report = Report.of(fit(0.1, DIFFER, entry("a<b", 0.5, 1.02), entry("same", 0.05, 1.05)));
        ChainTable table = report.chainTable();
        assertThat(table.isAnswer()).isTrue();
        assertThat(table.rows())
                .containsExactly(
                        List.of("parameter", "mean", "chains", "±", "sd", "chains", "±", "5 %", "95 %", "R-hat", "ESS"),
                        List.of(
                                "a<b", "0.00", "0.50 *", "0.01", "1.00", "1.02  ", "0.01", "1.00", "5.00", "1.004",
                                "4101"),
                        List.of(
                                "same", "0.00", "0.05  ", "0.01", "1.00", "1.05  ", "0.01", "1.00", "5.00", "1.004",
                                "4101"));
        assertThat(table.inWords())
                .isEqualTo(
                        "64 chains of Hamiltonian Monte Carlo, 200 draws each, agree with each other: R-hat is at most"
                                + " 1.004, and effective sample sizes are 4,100 or more. * q is off in a<b: a mean by more than 0.1 sd or"
                                + " an sd by more than 10 %. Chains do not take q for true; prefer these numbers.");
        assertThat(table.html())
                .contains("What Markov chains say", "a&lt;b", "0.50 *")
                .doesNotContain("a<b");
        assertThat(report.correctionTable().rows()).isEmpty();
        assertThat(report.accounts().rows()).isEmpty();
        assertThat(report.explanation().advice()).first().asString().contains("whatever q is", "take them");
    }

    /** And nothing is advised of a good fit. */
    @Test
    void chainsThatAgreeWithQSaySo() {
        Report report = Report.of(fit(0.1, null, entry("same", 0.05, 1.05)));
        assertThat(report.chainTable().inWords())
                .endsWith(
                        "They agree with q: no mean is off by more than 0.1 sd and no sd by more than 10 %, beyond their"
                                + " errors.");
        assertThat(report.explanation().advice()).isEmpty();
    }

    @Test
    void chainsThatDoNotAgreeGiveNoNumbers() {
        Concern concern = new Concern(Concern.Kind.CHAINS_UNMIXED, Verdict.USABLE, null, "they did not agree");
        Report report = Report.of(fit(0.1, concern, unknown("a", 1.0321), unknown("b", 1.0012)));
        ChainTable table = report.chainTable();
        assertThat(table.isAnswer()).isFalse();
        assertThat(table.rows())
                .containsExactly(
                        List.of("parameter", "R-hat", "bulk ESS", "tail ESS"),
                        List.of("a", "1.032", "300", "unknown"),
                        List.of("b", "1.001", "300", "unknown"));
        assertThat(table.inWords())
                .contains(
                        "200 draws each, did not agree about all parameters, and so give no answer: R-hat must be at most"
                                + " 1.01 and effective sample sizes 400 or more.");
        assertThat(report.explanation().verdict()).contains("They did not agree.");
        assertThat(report.explanation().advice()).singleElement().asString().contains("non-centred");
    }

    @Test
    void withoutChainsThereIsNothing() {
        ChainTable table =
                ExampleFit.of(List.of("a", "b"), 0.1, Status.CONVERGED).chainTable();
        assertThat(table.rows()).isEmpty();
        assertThat(table.inWords()).isEmpty();
        assertThat(table.html()).isEmpty();
        assertThat(table.isAnswer()).isFalse();
    }

    @Test
    void itComesBack() throws IOException {
        for (FitResult fit : List.of(
                fit(0.1, DIFFER, entry("a", 0.5, 1.2), entry("b", 0, 1)),
                fit(0.1, null, unknown("a", Double.NaN), unknown("b", 2)))) {
            Path json = Report.of(fit).write(folder).get(0);
            FitResult read = FitJson.read(json);
            assertThat(read).isEqualTo(fit);
            assertThat(read.byChains()).isEqualTo(fit.byChains());
            assertThat(read.corrected()).isNull();
        }
        Path json =
                Report.of(fit(0.1, DIFFER, entry("a", 0.5, 1.2))).write(folder).get(0);
        assertThat(Files.readString(json))
                .contains(
                        "\"name\": \"Hamiltonian Monte Carlo\"",
                        "\"rHat\": 1.0042",
                        "\"bulkEss\": 5200.4",
                        "\"tailEss\": 4100.6",
                        "\"meanIsOff\": true",
                        "\"sdIsOff\": true",
                        "\"kind\": \"chains differ\"");
    }
}

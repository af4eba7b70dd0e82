package io.github.elbo4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.Account;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where q is said to be off, and that it is shown and comes back. */
class CorrectionTest {
    private static final List<Double> QUANTILES = List.of(1.0, 2.0, 3.0, 4.0, 5.0);
    private static final List<Double> ERRORS = List.of(0.5, 0.2, 0.1, Double.NaN, 0.5);

    @TempDir
    Path folder;

    private static Account.Entry entry(String name, double mean, double meanError, double sd, double sdError) {
        return new Account.Entry(name, mean, meanError, sd, sdError, QUANTILES, ERRORS);
    }

    /** Of q with the mean 10 and the sd 2. */
    private static Correction of(double drawn, double mean, double meanError, double sd, double sdError) {
        Marginal fitted = new Marginal("a", 10, drawn, 2, QUANTILES, true);
        return new Correction(fitted, entry("a", mean, meanError, sd, sdError));
    }

    /** 0.2 is a tenth of the sd; two errors of 0.01 beyond it are 0.22. */
    @Test
    void aMeanIsOffBeyondATenthOfAnSdAndItsErrors() {
        assertThat(of(0, 10.23, 0.01, 2, 0).isMeanOff()).isTrue();
        assertThat(of(0, 9.77, 0.01, 2, 0).isMeanOff()).isTrue();
        assertThat(of(0, 10.21, 0.01, 2, 0).isMeanOff()).isFalse();
        assertThat(of(0, 10.19, 0, 2, 0).isMeanOff()).isFalse();
        // The hypotenuse of 0.03 and 0.04 is 0.05.
        assertThat(of(0.04, 10.31, 0.03, 2, 0).isMeanOff()).isTrue();
        assertThat(of(0.04, 10.29, 0.03, 2, 0).isMeanOff()).isFalse();
        // The corrected sd counts: 0.1 of 4.
        assertThat(of(0, 10.3, 0.01, 4, 0).isMeanOff()).isFalse();
    }

    /** 2.2 and 1.82 are at a tenth; an error of 1 % of the corrected one makes it 12 % of it. */
    @Test
    void anSdIsOffBeyondATenthAndItsErrors() {
        assertThat(of(0, 10, 0, 2.21, 0).isSdOff()).isTrue();
        assertThat(of(0, 10, 0, 2.19, 0).isSdOff()).isFalse();
        assertThat(of(0, 10, 0, 1.81, 0).isSdOff()).isTrue();
        assertThat(of(0, 10, 0, 1.83, 0).isSdOff()).isFalse();
        assertThat(of(0, 10, 0, 2.25, 0.0225).isSdOff()).isTrue();
        assertThat(of(0, 10, 0, 2.24, 0.0224).isSdOff()).isFalse();
    }

    @Test
    void whatIsNotKnownIsNotOff() {
        Correction none = of(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
        assertThat(none.isMeanOff()).isFalse();
        assertThat(none.isSdOff()).isFalse();
        assertThat(of(0, 10.3, 0.01, Double.NaN, Double.NaN).isMeanOff()).isTrue();
    }

    private static FitResult fit(Account.Entry... entries) {
        List<String> names = new ArrayList<>();
        for (Account.Entry entry : entries) {
            names.add(entry.name());
        }
        double[] mean = new double[names.size()];
        double[] sd = new double[names.size()];
        Arrays.fill(sd, 1);
        FitResult plain = ExampleFit.result(
                new GaussianPosterior(names, Gaussian.independent(mean, sd)), 0.6, Status.CONVERGED, List.of());
        return ExampleFit.with(plain, List.of(Account.ofWeighted(List.of(entries))));
    }

    @Test
    void tableAndPageMarkIt() {
        Report report = Report.of(fit(
                entry("a<b", 0.5, 0.01, 1.02, 0.01),
                entry("wide", 0.02, 0.01, 1.5, 0.02),
                entry("same", 0.01, 0.02, 0.99, 0.01),
                entry("heavy", 0.01, 0.02, Double.NaN, Double.NaN)));

        CorrectionTable table = report.correctionTable();

        assertThat(table.isOff()).isTrue();
        assertThat(table.rows().get(1))
                .containsExactly("a<b", "0.00", "0.50 *", "0.01", "1.00", "1.02  ", "0.01", "1.00", "5.00");
        assertThat(table.rows().get(2)).contains("0.02  ", "1.50 *");
        assertThat(table.rows().get(4)).contains("unknown  ", "unknown");
        assertThat(table.inWords())
                .startsWith("* q is off in a<b, wide: ")
                .contains(
                        "corrected means are at most 2.0 % of the sds, those of sds 1.3 %; at this k-hat they are lower bounds.");
        assertThat(table.html()).contains("a&lt;b", "0.50 *").doesNotContain("a<b");
    }

    /** Of a fit that is not good, and only where there are such numbers. */
    @Test
    void theAdviceIsToTakeThem() {
        FitResult fit = fit(entry("a", 0.5, 0.01, 1.02, 0.01));
        assertThat(Report.of(fit).explanation().advice())
                .first()
                .asString()
                .contains("where the two differ, take the corrected ones");
        assertThat(Report.of(ExampleFit.with(fit, List.of())).explanation().advice())
                .noneMatch(advice -> advice.contains("corrected"))
                .isNotEmpty();
        FitResult good =
                ExampleFit.with(ExampleFit.result(fit.posterior(), 0.1, Status.CONVERGED, List.of()), fit.accounts());
        assertThat(good.corrected()).isNotNull();
        assertThat(Report.of(good).explanation().advice()).isEmpty();
    }

    @Test
    void manyThatAreOffAreCounted() {
        Account.Entry[] entries = new Account.Entry[7];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = entry("p" + i, 2, 0.01, 1, 0.01);
        }
        assertThat(Report.of(fit(entries)).correctionTable().inWords())
                .startsWith("* q is off in p0, p1, p2, p3, p4 and 2 others: ");
    }

    /** Numbers that are not known as well. */
    @Test
    void itComesBack() throws IOException {
        FitResult fit =
                fit(entry("a", 0.5, 0.01, 1.02, 0.01), entry("heavy", Double.NaN, Double.NaN, Double.NaN, Double.NaN));

        Path json = Report.of(fit).write(folder).get(0);

        assertThat(FitJson.read(json)).isEqualTo(fit);
        assertThat(Files.readString(json))
                .contains("\"name\": \"importance-weighted\"", "\"q50Error\": 0.1", "\"meanIsOff\": true}")
                .doesNotContain("sdIsOff");
    }
}

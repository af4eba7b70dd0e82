package io.github.elbo4j.bench.verdicts;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.bench.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command on posteriors whose answers are closed forms. */
class MainTest {
    private static final int N = 51;

    @TempDir
    Path folder;

    private double[] mean; // of beta[1], beta[2], sigma
    private double[] sd;

    /** A line through N points with flat priors. */
    @BeforeEach
    void makeData() throws IOException {
        Random random = new Random(6);
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        double sumX = 0;
        double sumY = 0;
        for (int n = 0; n < N; n++) {
            x.add(random.nextGaussian());
            y.add(1 + 0.5 * x.get(n) + 0.8 * random.nextGaussian());
            sumX += x.get(n);
            sumY += y.get(n);
        }
        double xx = 0;
        double xy = 0;
        for (int n = 0; n < N; n++) {
            xx += (x.get(n) - sumX / N) * (x.get(n) - sumX / N);
            xy += (x.get(n) - sumX / N) * (y.get(n) - sumY / N);
        }
        double slope = xy / xx;
        double intercept = sumY / N - slope * sumX / N;
        double squares = 0;
        for (int n = 0; n < N; n++) {
            squares += Math.pow(y.get(n) - intercept - slope * x.get(n), 2);
        }
        // p(b, sigma | y) ∝ sigma^−N·exp(−(squares + …)/2sigma²): sigma² is inverse gamma with nu/2 and squares/2, b is
        // t.
        int nu = N - 3;
        double variance = squares / (nu - 2); // the mean of sigma²
        double sigma = Math.sqrt(squares / 2) * gamma(nu - 1) / gamma(nu);
        mean = new double[] {intercept, slope, sigma};
        sd = new double[] {
            Math.sqrt(variance * (1.0 / N + sumX / N * (sumX / N) / xx)),
            Math.sqrt(variance / xx),
            Math.sqrt(variance - sigma * sigma)
        };
        Json.write(folder.resolve("line.data.json"), Map.of("earn", y, "height", x));
        reference("a-right", 0, 1);
        reference("b-far", 0.5, 1);
        reference("c-narrow", 0, 1.6);
    }

    @Test
    void verdictsAreCountedAgainstTruth() {
        assertThat(run("--method", "full-rank", "--seeds", "1,2")).isZero();
        Map<String, Object> json = Json.read(out());
        List<Map<String, Object>> fits = Json.maps(json.get("fits"));
        assertThat(fits).hasSize(6);
        assertThat(fits)
                .extracting(fit -> fit.get("posterior"))
                .containsExactly("a-right", "a-right", "b-far", "b-far", "c-narrow", "c-narrow");
        assertThat(fits).extracting(fit -> fit.get("seed")).containsExactly(1, 2, 1, 2, 1, 2);
        assertThat(fits)
                .extracting(fit -> fit.get("truth"))
                .containsExactly("right", "right", "wrong", "wrong", "wrong", "wrong");
        assertThat((int) fits.get(0).get("evaluations")).isBetween(10_000, 100_000); // starts, rounds and the verdict
        assertThat(fits.get(2).get("meanErrorOf")).isEqualTo("beta[2]");
        assertThat((double) fits.get(2).get("meanError")).isBetween(0.4, 0.6);
        assertThat((double) fits.get(4).get("lowestSdRatio")).isBetween(0.55, 0.68);

        List<Map<String, Object>> counts = Json.maps(json.get("counts"));
        assertThat(counts).extracting(part -> part.get("part")).containsExactly("all", "choose", "report");
        assertThat(counts).extracting(part -> part.get("posteriors")).containsExactly(3, 2, 1);
        assertThat(total(counts.get(0), "right")).isEqualTo(2);
        assertThat(total(counts.get(0), "wrong")).isEqualTo(4);
        assertThat(total(counts.get(2), "right")).isZero(); // b-far alone
        assertThat(total(counts.get(2), "wrong")).isEqualTo(2);
    }

    @Test
    void verdictsThatDifferAreNotTheSame() {
        assertThat(Table.alone(List.of(Set.of("good"), Set.of("good", "usable"), Set.of("usable"))))
                .isEqualTo(2);
    }

    @Test
    void someOfThemCanBeChosen() {
        assertThat(run("--half", "choose", "--only", "narrow,far", "--seeds", "4", "--jobs", "2"))
                .isZero();
        List<Map<String, Object>> fits = Json.maps(Json.read(out()).get("fits"));
        assertThat(fits)
                .extracting(fit -> fit.get("posterior") + " " + fit.get("method"))
                .containsExactly("c-narrow full-rank", "c-narrow mean-field", "c-narrow fixed");
    }

    /** Chains find the line whatever q is, so that they are off where the reference is. */
    @Test
    void chainsLookAtEachFit() {
        assertThat(run("--check", "mcmc", "--only", "right,far", "--method", "mean-field", "--seeds", "3"))
                .isZero();
        Map<String, Object> json = Json.read(out());
        assertThat(json).containsEntry("check", "mcmc");
        List<Map<String, Object>> fits = Json.maps(json.get("fits"));
        assertThat(fits).extracting(fit -> fit.get("chainsAgree")).containsExactly(true, true);
        assertThat((double) fits.get(0).get("chainMeanError")).isLessThan(0.1);
        assertThat((double) fits.get(0).get("chainLowestSdRatio")).isGreaterThan(0.9);
        assertThat((double) fits.get(1).get("chainMeanError")).isBetween(0.4, 0.6);
        assertThat((int) fits.get(0).get("chainEvaluations")).isBetween(20_000, 200_000);
        assertThat(fits).allSatisfy(fit -> assertThat(fit).containsKeys("verdictWithoutChains", "chainDraws"));
    }

    @Test
    void mistakesAreNamed() throws IOException {
        assertThat(mistake("--check", "hmc")).contains("there is no check 'hmc'; choose mcmc");
        assertThat(mistake("--half", "both")).contains("there is no half 'both'");
        assertThat(mistake("--method", "lowrank")).contains("there is no method 'lowrank'");
        assertThat(mistake("--seeds", "one")).contains("--seeds is 'one'");
        assertThat(mistake("--jobs", "0")).contains("--jobs is 0");
        assertThat(mistake("--only", "radon")).contains("no posterior is left").contains("a-right");
        Files.writeString(
                folder.resolve("d.reference.json"),
                "{\"model\": \"earn_height\", \"data\": \"line.data.json\", \"parameters\": {\"tau\": {\"mean\": 0, \"sd\": 1}}}");
        assertThat(mistake()).contains("d.reference.json").contains("tau");
    }

    /** A reference whose slope is this many sds off, and whose sds are this many times the true ones. */
    private void reference(String name, double off, double wider) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        String[] names = {"beta[1]", "beta[2]", "sigma"};
        for (int p = 0; p < 3; p++) {
            parameters.put(
                    names[p],
                    Map.of("mean", mean[p] + (p == 1 ? off * sd[p] : 0), "sd", p == 1 ? wider * sd[p] : sd[p]));
        }
        Json.write(
                folder.resolve(name + ".reference.json"),
                Map.of("model", "earn_height", "data", "line.data.json", "parameters", parameters));
    }

    private Path out() {
        return folder.resolve("out.json");
    }

    private int run(String... arguments) {
        return command(new PrintWriter(System.err, true), arguments);
    }

    private String mistake(String... arguments) {
        StringWriter words = new StringWriter();
        assertThat(command(new PrintWriter(words, true), arguments)).isEqualTo(2);
        return words.toString();
    }

    private int command(PrintWriter errors, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--posteriors", folder.toString(), "--out", out().toString()));
        return new CommandLine(new Main()).setErr(errors).execute(all.toArray(new String[0]));
    }

    private static int total(Map<String, Object> part, String truth) {
        return Json.map(part.get(truth)).values().stream()
                .mapToInt(count -> (int) count)
                .sum();
    }

    /** Γ(n/2). */
    private static double gamma(int n) {
        double value = n % 2 == 0 ? 1 : Math.sqrt(Math.PI);
        for (double x = n / 2.0 - 1; x > 0; x--) {
            value *= x;
        }
        return value;
    }
}

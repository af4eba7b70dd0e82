package io.github.elbo4j.infer;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.infer.LeaveOneOut.Observation;
import io.github.elbo4j.infer.LeaveOneOut.Total;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Against R's package loo, an independent implementation, on the log-likelihoods of {@code test/known/loo.R}. */
class LeaveOneOutKnownTest {
    private static final double[] Y = {-1.2, 0.3, 0.9, 1.1, -0.4, 0.2, 2.1, 0.7, -0.1, 7};
    private static final int S = 1000;
    private static final List<String> NAMES =
            IntStream.range(0, Y.length).mapToObj(i -> "y[" + (i + 1) + "]").toList();

    /** To 1e-9 of each number: twelve digits are printed, and k-hat loses two or three where excesses are differences of like numbers. */
    @Test
    void numbersAreThoseOfLoo() throws IOException {
        List<LeaveOneOut> cases = new ArrayList<>();
        Iterator<String> lines = lines().iterator();
        while (lines.hasNext()) {
            String[] words = lines.next().split(" ");
            if (words[0].equals("difference")) {
                total("difference", cases.get(1).minus(cases.get(0)), numbers(words), 0);
                continue;
            }
            LeaveOneOut loo = loo(words[0], numbers(words));
            cases.add(loo);
            for (Observation each : loo.observations()) {
                double[] want = Arrays.stream(lines.next().split(" "))
                        .mapToDouble(Double::parseDouble)
                        .toArray();
                String name = String.join(" ", words) + " " + each.name();
                same(name + " elpd", each.elpd().value(), want[0]);
                same(name + " error", each.elpd().standardError(), want[1]);
                same(name + " k-hat", each.kHat(), want[2]);
                same(name + " lpd", each.lpd(), want[3]);
                same(name + " p_waic", each.pWaic(), want[4]);
            }
            double[] want = numbers(lines.next().split(" "));
            total("elpd", loo.elpd(), want, 0);
            total("p_loo", loo.pLoo(), want, 2);
            total("elpd_waic", loo.elpdWaic(), want, 4);
        }
        assertThat(cases).hasSize(4);
        // min(1 − 1/log10 1000, 0.7) = 2/3: of the third case three are above, the outlier most of all
        assertThat(cases.get(2).unreliable()).isEqualTo(3);
        assertThat(cases.get(2).worst(2)).containsExactly(9, 6);
    }

    private static LeaveOneOut loo(String kind, double[] of) {
        double[] mu = normals((long) of[0]);
        double[][] log = new double[Y.length][S];
        double[] ratios = new double[S];
        for (int s = 0; s < S; s++) {
            double epsilon = mu[s];
            mu[s] = of[2] + of[3] * epsilon;
            ratios[s] = normal(mu[s], 0, 10) - normal(mu[s], of[2], of[3]);
            for (int i = 0; i < Y.length; i++) {
                log[i][s] = normal(Y[i], mu[s], of[1]);
                ratios[s] += log[i][s];
            }
        }
        double @Nullable [] known = kind.equals("posterior") ? null : ratios;
        return LeaveOneOut.of(NAMES, log, known);
    }

    private static double normal(double x, double mean, double sd) {
        double z = (x - mean) / sd;
        return -0.5 * z * z - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);
    }

    private static double[] normals(long seed) {
        double[] u = new double[2 * S];
        long x = seed;
        for (int i = 0; i < u.length; i++) {
            x = 16807 * x % 2147483647;
            u[i] = x / 2147483647.0;
        }
        double[] normals = new double[S];
        Arrays.setAll(normals, i -> Math.sqrt(-2 * Math.log(u[2 * i])) * Math.cos(2 * Math.PI * u[2 * i + 1]));
        return normals;
    }

    private static void total(String what, Total got, double[] want, int at) {
        same(what, got.value(), want[at]);
        same(what + "'s error", got.standardError(), want[at + 1]);
    }

    private static void same(String what, double got, double want) {
        close(what, got, want, 1e-9 * Math.max(1, Math.abs(want)));
    }

    private static double[] numbers(String[] words) {
        return Arrays.stream(words, 1, words.length)
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    private static List<String> lines() throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(LeaveOneOutKnownTest.class.getResourceAsStream("/known/loo.txt")),
                StandardCharsets.US_ASCII))) {
            return reader.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(String::trim)
                    .toList();
        }
    }
}

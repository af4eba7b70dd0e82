package io.github.elbo4j.estimate;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * k-hat against R's package loo, an independent implementation of the published rules, on the log ratios of
 * {@code test/known/khat.R}.
 */
class ParetoShapeKnownTest {
    /** To the ten digits that are printed, and 1e-11 for what is lost where the excesses are differences of like numbers. */
    @Test
    void kHatIsThatOfLoo() throws IOException {
        List<String> lines;
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(ParetoShapeKnownTest.class.getResourceAsStream("/known/khat.txt")),
                StandardCharsets.US_ASCII))) {
            lines = reader.lines().toList();
        }
        int compared = 0;
        for (String line : lines) {
            if (line.startsWith("#")) {
                continue;
            }
            String[] words = line.trim().split(" ");
            double[] numbers = Arrays.stream(words, 1, 5)
                    .mapToDouble(ParetoShapeKnownTest::number)
                    .toArray();
            double got = ParetoShape.ofLogRatios(
                    logRatios(words[0], (int) numbers[0], (int) numbers[1], numbers[2], numbers[3]));
            switch (words[5]) {
                case "Inf" -> assertThat(got).as(line).isEqualTo(Double.POSITIVE_INFINITY);
                case "refused" -> assertThat(Double.isFinite(got)).as(line).isFalse();
                default -> {
                    double want = number(words[5]);
                    double unit = Math.pow(10, Math.floor(Math.log10(Math.abs(want))) - 9);
                    close(line, got, want, 0.5 * unit + 1e-11);
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(80);
    }

    /** The very formulas of khat.R. */
    private static double[] logRatios(String kind, int count, int seed, double a, double b) {
        switch (kind) {
            case "normal" -> {
                return map(normals(seed, count), x -> a * x);
            }
            case "pareto" -> {
                return map(uniforms(seed, count), u -> -a * Math.log(u));
            }
            case "gpd" -> {
                return map(uniforms(seed, count), u -> Math.log(Math.expm1(-a * Math.log(u)) / a));
            }
            case "gaussian" -> {
                return map(normals(seed, count), x -> x * x * (1 - a * a) / 2);
            }
            case "shifted" -> {
                return map(normals(seed, count), x -> a * x + b);
            }
            case "rounded" -> {
                return map(normals(seed, count), x -> b * Math.floor(a * x / b + 0.5));
            }
            case "zeros" -> {
                return map(normals(seed, count), x -> a * x < b ? Double.NEGATIVE_INFINITY : a * x);
            }
            case "few" -> {
                double[] x = new double[count];
                for (int i = 1; i <= seed; i++) {
                    x[count - seed + i - 1] = a * i;
                }
                return x;
            }
            case "constant" -> {
                double[] x = new double[count];
                Arrays.fill(x, a);
                return x;
            }
            case "spoiled" -> {
                double[] x = normals(seed, count);
                x[count / 2] = a;
                return x;
            }
            default -> throw new AssertionError(kind);
        }
    }

    private static double[] map(double[] values, DoubleUnaryOperator function) {
        return Arrays.stream(values).map(function).toArray();
    }

    private static double[] uniforms(long seed, int count) {
        double[] u = new double[count];
        long x = seed;
        for (int i = 0; i < count; i++) {
            x = 16807 * x % 2147483647;
            u[i] = x / 2147483647.0;
        }
        return u;
    }

    private static double[] normals(long seed, int count) {
        double[] u = uniforms(seed, 2 * count);
        double[] x = new double[count];
        for (int i = 0; i < count; i++) {
            x[i] = Math.sqrt(-2 * Math.log(u[2 * i])) * Math.cos(2 * Math.PI * u[2 * i + 1]);
        }
        return x;
    }

    private static double number(String word) {
        return word.equals("Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(word);
    }
}

package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.Attempt;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.ManyFits;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.model.BayesianLinearRegression;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How often the verdict that a fit gets by default is the one of many more draws: linear and logistic regressions of made data,
 * whose few rows give the weights tails of every kind.
 */
@SuppressWarnings("UnusedVariable") // picocli reads help
@Command(
        name = "bench/agreement",
        sortOptions = false,
        description =
                "Fits regressions of few rows and counts the verdicts that they get by default against those of many draws.")
public final class Agreement implements Callable<Integer> {
    private static final int[] ROWS = {6, 8, 10, 15, 20, 30, 50};
    private static final int COLUMNS = 5; // the first is 1
    private static final NormalPrior PRIOR = new NormalPrior(0, 2.5);
    private static final NormalPrior LOG_NOISE = new NormalPrior(0, 2);

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    private boolean help;

    @Option(names = "--fits", description = "How many; default: 560.")
    private int fits = 560;

    @Option(names = "--draws", description = "Of the verdicts that are compared with; default: 524288.")
    private int draws = 1 << 19;

    @Option(names = "--jobs", description = "Fits at a time, each with one thread; default: 1.")
    private int jobs = 1;

    /** See the README of this module. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Agreement()).execute(args));
    }

    @Override
    public Integer call() {
        System.out.print(table());
        return 0;
    }

    /** A row for each verdict by default, a column for each of many draws. */
    String table() {
        List<FitResult> usual = fit(Sgvi.builder());
        List<FitResult> many = fit(Sgvi.builder().evaluationDraws(draws));
        double mean = usual.stream()
                .mapToInt(each -> each.assessment().draws())
                .average()
                .orElse(0);
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT, "| by default (on average %,.0f draws) of those that are, by %,d draws,", mean, draws));
        for (Verdict of : Verdict.values()) {
            table.append(" | ").append(words(of));
        }
        table.append(String.format(" |%n|---%s|%n", "|--:".repeat(Verdict.values().length)));
        for (Verdict by : Verdict.values()) {
            table.append("| ").append(words(by));
            for (Verdict of : Verdict.values()) {
                long count = IntStream.range(0, fits)
                        .filter(b -> usual.get(b).verdict() == by && many.get(b).verdict() == of)
                        .count();
                table.append(" | ").append(count);
            }
            table.append(String.format(" |%n"));
        }
        return table.toString();
    }

    private static String words(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private List<FitResult> fit(Sgvi.Builder settings) {
        ManyFits many = new ManyFits(
                () -> Devices.choose(Devices.Request.of("cpu").withThreads(1)).device(), jobs);
        return settings.build().fit(many, fits, Agreement::joint).stream()
                .map(Attempt::result)
                .map(Objects::requireNonNull)
                .toList();
    }

    /** Linear and logistic in turns. */
    private static LogJoint joint(Device device, int problem) {
        Random random = new Random(problem);
        boolean linear = problem % 2 == 0;
        int rows = ROWS[problem / 2 % ROWS.length];
        double[] beta = random.doubles(COLUMNS).map(u -> 4 * u - 2).toArray();
        double noise = 0.5 + random.nextDouble();
        double[] x = new double[rows * COLUMNS];
        double[] y = new double[rows];
        for (int n = 0; n < rows; n++) {
            double eta = 0;
            for (int k = 0; k < COLUMNS; k++) {
                x[n * COLUMNS + k] = k == 0 ? 1 : random.nextGaussian();
                eta += beta[k] * x[n * COLUMNS + k];
            }
            double u = random.nextDouble();
            y[n] = linear ? eta + noise * random.nextGaussian() : eta + Math.log(u / (1 - u)) > 0 ? 1 : 0;
        }
        RegressionData data = new RegressionData(List.of("intercept", "a", "b", "c", "d"), x, y);
        return linear
                ? BayesianLinearRegression.unknownNoise(device, data, PRIOR, LOG_NOISE)
                        .logJoint()
                : new BayesianLogisticRegression(device, data, PRIOR).logJoint();
    }
}

package io.github.elbo4j.cli;

import io.github.elbo4j.infer.Assessment;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.infer.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A finished fit to write about, without fitting. */
final class ExampleFit {
    private ExampleFit() {}

    static FitSummary of(List<String> names, double kHat, Status status) {
        Random random = new Random(1);
        List<FitSummary.Parameter> parameters = new ArrayList<>();
        double[][] covariance = new double[names.size()][names.size()];
        double[] sd = new double[names.size()];
        for (int i = 0; i < names.size(); i++) {
            double unit = Math.pow(10, random.nextInt(4) - 1);
            sd[i] = (0.1 + 0.2 * random.nextDouble()) / unit;
            double mean = random.nextGaussian() * 0.4 / unit;
            parameters.add(new FitSummary.Parameter(names.get(i), mean, sd[i], i == 0 ? Double.NaN : unit));
        }
        for (int i = 0; i < names.size(); i++) {
            for (int j = 0; j <= i; j++) {
                double r = i == j ? 1 : 0.9 * Math.cos(1.3 * i + 0.7 * j) * Math.cos(0.9 * j);
                covariance[i][j] = covariance[j][i] = r * sd[i] * sd[j];
            }
        }
        List<TracePoint> trace = new ArrayList<>();
        for (int step = 1; step <= 3600; step += 2) {
            double error = 0.35 + 8 * Math.exp(-step / 90.0);
            double elbo = -104.3 - 420 * Math.exp(-step / 110.0) + error * random.nextGaussian();
            trace.add(new TracePoint(step, elbo, error));
        }
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("family", "full-rank");
        options.put("draws", 32);
        options.put("optimizer", "adam (rate 0.05, decay 0.3, beta1 0.9, beta2 0.999)");
        options.put("priorMean", 0.0);
        options.put("standardize", true);
        return new FitSummary(
                "logistic",
                "full-rank",
                "reparam",
                1,
                3600,
                new FitSummary.Ending(status, "Converged after 3,600 steps: the ELBO no longer rises."),
                -104.2713,
                0.0123,
                assessment(kHat, status),
                parameters,
                covariance,
                trace,
                options,
                new FitSummary.Source(
                        "pima.csv",
                        "0".repeat(64),
                        200,
                        "type",
                        names.subList(1, names.size()),
                        0,
                        List.of(),
                        List.of()),
                new FitSummary.Run(
                        "simd", "512-bit vectors, 2 threads", "the fastest that opens here", 0.84, 137142.9));
    }

    /** What the library says of such a fit. */
    static Assessment assessment(double kHat, Status status) {
        List<Concern> concerns = new ArrayList<>();
        if (status != Status.CONVERGED) {
            Concern.Kind kind = switch (status) {
                case STEP_LIMIT -> Concern.Kind.NOT_CONVERGED;
                case INTERRUPTED -> Concern.Kind.INTERRUPTED;
                case DIVERGED -> Concern.Kind.DIVERGED;
                default -> Concern.Kind.FAILED;
            };
            concerns.add(new Concern(kind, Verdict.DO_NOT_TRUST, null, "how it ended"));
        }
        if (!(kHat < 0.5)) {
            concerns.add(new Concern(
                    Double.isNaN(kHat) ? Concern.Kind.NO_WEIGHTS : Concern.Kind.HEAVY_TAIL,
                    kHat < 0.7 ? Verdict.USABLE : Verdict.DO_NOT_TRUST,
                    null,
                    "Pareto k-hat of the importance weights is " + kHat));
        }
        concerns.sort((a, b) -> b.verdict().compareTo(a.verdict()));
        return new Assessment(
                concerns.isEmpty() ? Verdict.GOOD : concerns.get(0).verdict(), kHat, 0.8, 4096, concerns);
    }

    /** As of more parameters than anyone wants the covariance of. */
    static FitSummary withoutCovariance(List<String> names) {
        FitSummary fit = of(names, 0.21, Status.CONVERGED);
        return new FitSummary(
                fit.model(),
                fit.family(),
                fit.gradient(),
                fit.seed(),
                fit.steps(),
                fit.ending(),
                fit.elbo(),
                fit.elboError(),
                fit.assessment(),
                fit.parameters(),
                null,
                fit.trace(),
                fit.options(),
                fit.data(),
                fit.run());
    }
}

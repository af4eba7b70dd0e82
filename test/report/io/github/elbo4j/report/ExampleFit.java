package io.github.elbo4j.report;

import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.Account;
import io.github.elbo4j.infer.Assessment;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Mode;
import io.github.elbo4j.infer.Posterior;
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

    /** As the command line tells it. */
    static Report of(List<String> names, double kHat, Status status) {
        Random random = new Random(1);
        double[][] covariance = new double[names.size()][names.size()];
        double[] mean = new double[names.size()];
        double[] sd = new double[names.size()];
        Map<String, Double> units = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            double unit = Math.pow(10, random.nextInt(4) - 1);
            sd[i] = (0.1 + 0.2 * random.nextDouble()) / unit;
            mean[i] = random.nextGaussian() * 0.4 / unit;
            if (i > 0) {
                units.put(names.get(i), unit);
            }
        }
        for (int i = 0; i < names.size(); i++) {
            for (int j = 0; j <= i; j++) {
                double r = i == j ? 1 : 0.9 * Math.cos(1.3 * i + 0.7 * j) * Math.cos(0.9 * j);
                covariance[i][j] = covariance[j][i] = r * sd[i] * sd[j];
            }
        }
        FitResult fit = result(new GaussianPosterior(names, new Gaussian(mean, covariance)), kHat, status, List.of());
        ModelDescription model = new ModelDescription(
                "logistic",
                "Bayesian logistic regression of type",
                "the log-odds",
                "",
                Map.of(),
                Map.of("priorMean", 0.0, "standardize", true));
        DataSource data = new DataSource(
                "pima.csv",
                "0".repeat(64),
                200,
                "type",
                names.subList(1, names.size()),
                0,
                List.of(),
                List.of(),
                units);
        return Report.of(fit)
                .model(model)
                .about(data)
                .device("512-bit vectors, 2 threads", "the fastest that opens here")
                .command("elbo4j fit logistic --data pima.csv --target type");
    }

    static FitResult result(Posterior posterior, double kHat, Status status, List<Mode> modes) {
        Random random = new Random(2);
        List<TracePoint> trace = new ArrayList<>();
        for (int step = 1; step <= 3600; step += 2) {
            double error = 0.35 + 8 * Math.exp(-step / 90.0);
            double elbo = -104.3 - 420 * Math.exp(-step / 110.0) + error * random.nextGaussian();
            trace.add(new TracePoint(step, elbo, error));
        }
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("gradient", "reparam");
        settings.put("draws", 32);
        settings.put("optimizer", "adam (rate 0.05, decay 0.3, beta1 0.9, beta2 0.999)");
        settings.put("tolerance", 0.01);
        return new FitResult(
                "sgvi",
                "full-rank",
                settings,
                "simd",
                Arithmetic.EXACT,
                Rng.PHILOX,
                1,
                3600,
                status,
                "",
                "the ELBO no longer rises",
                new Estimate(-104.2713, 0.0123, 4096),
                new Estimate(-104.2502, 0.0034, 4096),
                assessment(kHat, status),
                modes,
                posterior,
                trace,
                0.84,
                115_200,
                List.of());
    }

    /** The same fit with other accounts. */
    static FitResult with(FitResult fit, List<Account> accounts) {
        return new FitResult(
                fit.method(),
                fit.family(),
                fit.settings(),
                fit.device(),
                fit.arithmetic(),
                fit.rng(),
                fit.seed(),
                fit.steps(),
                fit.status(),
                fit.start(),
                fit.message(),
                fit.elbo(),
                fit.logEvidence(),
                fit.assessment(),
                fit.modes(),
                fit.posterior(),
                fit.trace(),
                fit.seconds(),
                fit.draws(),
                accounts);
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
    static Report ofMany() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i <= Report.MOST_COVARIANCES; i++) {
            names.add("x" + i);
        }
        return of(names, 0.21, Status.CONVERGED);
    }
}

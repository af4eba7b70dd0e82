package io.github.elbo4j.cli.view;

import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.Assessment;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.ModelDescription;
import io.github.elbo4j.report.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A finished fit to show, without fitting. */
final class ExampleReport {
    private ExampleReport() {}

    static Report of(List<String> names, double kHat, Status status) {
        Random random = new Random(1);
        double[] mean = new double[names.size()];
        double[] sd = new double[names.size()];
        for (int i = 0; i < names.size(); i++) {
            double unit = Math.pow(10, random.nextInt(4) - 1);
            sd[i] = (0.1 + 0.2 * random.nextDouble()) / unit;
            mean[i] = random.nextGaussian() * 0.4 / unit;
        }
        List<Concern> concerns = new ArrayList<>();
        if (kHat > 0.7) {
            String words = "Pareto k-hat of the importance weights is " + kHat;
            concerns.add(new Concern(Concern.Kind.HEAVY_TAIL, Verdict.DO_NOT_TRUST, null, words));
        }
        if (status == Status.STEP_LIMIT) {
            concerns.add(new Concern(Concern.Kind.NOT_CONVERGED, Verdict.DO_NOT_TRUST, null, "how it ended"));
        }
        FitResult fit = new FitResult(
                "sgvi",
                "full-rank",
                Map.of(),
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
                new Assessment(concerns.isEmpty() ? Verdict.GOOD : Verdict.DO_NOT_TRUST, kHat, 0.8, 4096, concerns),
                List.of(),
                new GaussianPosterior(names, Gaussian.independent(mean, sd)),
                List.of(),
                0.84,
                115_200,
                List.of());
        return Report.of(fit)
                .model(new ModelDescription(
                        "logistic", "Bayesian logistic regression of type", "the log-odds", "", Map.of(), Map.of()))
                .about(new DataSource(
                        "pima.csv", "0".repeat(64), 200, "type", names, 0, List.of(), List.of(), Map.of()))
                .device("512-bit vectors, 2 threads", "the fastest that opens here")
                .command("elbo4j fit logistic --data pima.csv --target type");
    }
}

package io.github.elbo4j.bench.kernels;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** What a launch costs where there is nearly nothing to do, and a step of a small fit: microseconds. */
final class Steps {
    private static final int N = 1024;
    private static final int PROGRAM = 10;
    private static final int ALL = 2000; // many times what they take
    private static final int MANY = 64;
    private static final int FEW = 16;
    private static final int FITS = 15;
    private static final int LARGE_FITS = 5;
    private static final int DIMENSIONS = 20;

    private final Device device;
    private final boolean quick;

    Steps(Device device, boolean quick) {
        this.device = device;
        this.quick = quick;
    }

    /** By what it is. */
    Map<String, Double> all() {
        Map<String, Double> all = new LinkedHashMap<>();
        Clock clock = new Clock(device, quick);
        try (Buffer x = device.allocate(N)) {
            Operation fill = new MathOps.Fill(N, 1, x);
            clock.time(() -> device.run(fill)); // what runs on the host is compiled by then
            all.put(
                    "an operation, one by one",
                    clock.time(() -> device.run(fill)).median());
            all.put(
                    "an operation, waited for",
                    clock.time(() -> {
                                device.run(fill);
                                device.synchronize();
                            })
                            .median());
            try (Program program = device.bind(Collections.nCopies(PROGRAM, fill))) {
                all.put("a program of 10 operations", clock.time(program::run).median());
            }
        }
        try (LogJoint logistic = logistic(200, 8)) {
            fits("logistic 200 x 8", logistic, all);
        }
        try (LogJoint gaussian = gaussian()) {
            fits("Gaussian of 20", gaussian, all);
        }
        if (!quick) {
            try (LogJoint logistic = logistic(100_000, 50)) {
                all.put("a full-rank fit, logistic 100,000 x 50", whole(logistic, LARGE_FITS));
            }
        }
        return all;
    }

    /** A fit with its defaults; and what one of 64 steps takes longer than one of 16, which stands for all but the steps. */
    private void fits(String what, LogJoint joint, Map<String, Double> to) {
        int times = quick ? 1 : FITS;
        double[] whole = new double[times];
        double[] step = new double[times];
        fit(joint, ALL);
        for (int i = 0; i < times; i++) {
            whole[i] = fit(joint, ALL).seconds() * 1e6;
            FitResult few = fit(joint, FEW);
            FitResult many = fit(joint, MANY);
            step[i] = (many.seconds() - few.seconds()) * 1e6 / Math.max(1, many.steps() - few.steps());
        }
        Arrays.sort(whole);
        Arrays.sort(step);
        to.put("a full-rank fit, " + what, whole[times / 2]);
        to.put("a step of a full-rank fit, " + what, step[times / 2]);
    }

    /** The median of so many fits with their defaults, after one that is not timed. */
    private double whole(LogJoint joint, int times) {
        fit(joint, ALL);
        return IntStream.range(0, times)
                .mapToDouble(i -> fit(joint, ALL).seconds() * 1e6)
                .sorted()
                .skip(times / 2)
                .findFirst()
                .orElseThrow();
    }

    private FitResult fit(LogJoint joint, int steps) {
        return Sgvi.builder()
                .family(Family.fullRank())
                .seed(1)
                .maxSteps(steps)
                .build()
                .fit(device, joint);
    }

    private LogJoint logistic(int rows, int columns) {
        SplittableRandom random = new SplittableRandom(3);
        double[] x = random.doubles((long) rows * columns, -1.5, 1.5).toArray();
        double[] y = random.ints(rows, 0, 2).asDoubleStream().toArray();
        List<String> names = IntStream.range(0, columns).mapToObj(i -> "x" + i).toList();
        return new BayesianLogisticRegression(device, new RegressionData(names, x, y), NormalPrior.STANDARD).logJoint();
    }

    private LogJoint gaussian() {
        double[] sd = new double[DIMENSIONS];
        Arrays.setAll(sd, i -> 0.5 + i / 10.0);
        return GaussianTarget.diagonal(device, new double[DIMENSIONS], sd);
    }
}

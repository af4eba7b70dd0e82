package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.ScoreOps.Baseline;
import io.github.elbo4j.distribution.HalfNormal;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.DataLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.Regressions;
import io.github.elbo4j.model.RowsLogJoint;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GarbageTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long PATIENCE = 20_000_000_000L;

    /**
     * On the scalar device, since the vectors of the other are objects until they are compiled. Two powers in Adam's step
     * are the JDK's {@code StrictMath}, which makes six little arrays, 192 bytes, unless the compiler sees through it. Any array over
     * the draws is 384 bytes or more.
     */
    @Test
    void aStepMakesNoGarbage() {
        Device device = TestDevices.scalar();
        for (Family kind : Family.values()) {
            for (Gradient gradient : List.of(Gradient.REPARAM, Gradient.PATH, Gradient.SCORE)) {
                for (int batch : new int[] {60, 20}) {
                    long limit = 200;
                    String what = kind + " " + gradient + ", " + batch + " rows";
                    assertThat(bytesPerStep(device, kind, gradient, batch, limit))
                            .as(what)
                            .isLessThan(limit);
                }
            }
        }
    }

    /** Of an expression: a plate over groups, and rows that gather from it, all of them or 20 at a step. */
    @Test
    void aStepOfAModelMakesNoGarbage() {
        Device device = TestDevices.scalar();
        Model model = Model.define(m -> {
            Table table = m.rows(Table.empty()
                    .with(
                            "x",
                            IntStream.range(0, 60)
                                    .mapToDouble(n -> n * 7 % 11 / 5.0 - 1)
                                    .toArray())
                    .with(
                            "y",
                            IntStream.range(0, 60)
                                    .mapToDouble(n -> n * 5 % 13 / 6.0 - 1)
                                    .toArray())
                    .with(
                            "group",
                            IntStream.range(0, 60).mapToDouble(n -> n * n % 5).toArray()));
            Expr level = m.parameter(
                    "level",
                    Normal.of(0, m.parameter("between", HalfNormal.of(1))).nonCentered(),
                    table.levels("group"));
            Expr mean = level.at(table.index("group"))
                    .plus(m.parameter("slope", Normal.of(0, 1)).times(table.column("x")));
            m.observe(table.column("y"), Normal.of(mean, m.parameter("noise", HalfNormal.of(2))));
        });
        for (int batch : new int[] {60, 20}) {
            assertThat(bytesPerStep(model.logJoint(device), Family.fullRank(), Gradient.REPARAM, batch, 200))
                    .as(batch + " rows")
                    .isLessThan(200);
        }
    }

    private static long bytesPerStep(Device device, Family kind, Gradient gradient, int batch, long limit) {
        DataLogJoint regression =
                new BayesianLogisticRegression(device, Regressions.logistic(1, 60, 3), NormalPrior.STANDARD).logJoint();
        return bytesPerStep(regression, kind, gradient, batch, limit);
    }

    /** The least over rounds of 200 steps; the first ones are interpreted. Ends when it is below the limit. */
    private static long bytesPerStep(RowsLogJoint data, Family kind, Gradient gradient, int batch, long limit) {
        Device device = data.device();
        int dimensions = data.dimensions();
        SgviSettings settings = new SgviSettings();
        settings.gradient = gradient;
        settings.baseline = Baseline.CONTROL_VARIATE;
        try (RowsLogJoint whole = data;
                Whitening whitening = new Whitening(device, new double[dimensions]);
                LogJoint rows = whole.minibatches(batch, new Key(2));
                LogJoint joint = whitening.wrap(rows);
                VariationalFamily q = kind.create(device, 1, dimensions);
                VariationalFamily average = kind.create(device, 1, dimensions);
                GradientAscent ascent =
                        new GradientAscent(settings, device, joint, q, average, whitening, new Key(1))) {
            long least = Long.MAX_VALUE;
            for (long begun = System.nanoTime(); least >= limit && System.nanoTime() - begun < PATIENCE; ) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                ascent.restartAverage(0);
                for (int t = 0; t < 200; t++) {
                    ascent.step(t);
                }
                least = Math.min(least, (THREADS.getCurrentThreadAllocatedBytes() - before) / 200);
            }
            return least;
        }
    }
}

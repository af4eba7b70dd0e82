package io.github.elbo4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.Expectation;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.Model;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

class SparkExpectationTest extends LocalSpark {
    private static final Gaussian POSTERIOR = new Gaussian(new double[] {1, -1}, new double[][] {{1, 0.5}, {0.5, 2}});

    private static Expectation values() {
        Model model = Model.define(m -> {
            var a = m.parameter("a", Normal.of(0, 1));
            var b = m.parameter("b", Normal.of(0, 1));
            m.report("product", a.times(b));
            m.report("growth", a.exp());
        });
        return Expectation.of(model.value("product"), model.value("growth"));
    }

    @Test
    void anyNumberOfTasksGivesTheBitsOfOneMachine() {
        long draws = 10 * (1 << 16) + 77;
        List<Estimate> want;
        try (Device device = Devices.open("scalar", 1)) {
            want = values().under(device, POSTERIOR, new Key(4), draws);
        }
        // E[ab] = cov + E[a]·E[b] = −0.5, E[exp a] = e^1.5: five standard errors, a false alarm in a million.
        assertThat(Math.abs(want.get(0).value() + 0.5))
                .isLessThan(5 * want.get(0).standardError());
        assertThat(Math.abs(want.get(1).value() - Math.exp(1.5)))
                .isLessThan(5 * want.get(1).standardError());
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        for (int tasks : new int[] {1, 2, 7, 1000}) {
            assertThat(SparkExpectation.of(SparkExpectationTest::values)
                            .under(context, POSTERIOR, new Key(4), draws, tasks))
                    .as("%d tasks", tasks)
                    .isEqualTo(want);
        }
        assertThatThrownBy(() -> SparkExpectation.of(SparkExpectationTest::values)
                        .under(context, POSTERIOR, new Key(4), draws, 0))
                .hasMessage("tasks is 0, but must be 1 or more");
    }
}

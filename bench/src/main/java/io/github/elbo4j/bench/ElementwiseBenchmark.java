package io.github.elbo4j.bench;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.distribution.Bernoulli;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.RegressionData;
import org.openjdk.jmh.annotations.Benchmark;

/** The logistic regression of {@link LikelihoodBenchmark}, written as a {@link Model}: the same data, the same check. */
public class ElementwiseBenchmark extends LikelihoodBenchmark {
    @Override
    LogJoint joint(Device on, DrawBlock shape) {
        RegressionData data = data(shape);
        return Model.define(m -> {
                    Table table = m.rows(table(data));
                    Expr beta = m.parameter("beta", Normal.of(0, 1), shape.dimensions());
                    Expr x = table.columns(data.columns().toArray(String[]::new));
                    m.observe(table.column("y"), Bernoulli.ofLogit(x.matmul(beta)));
                })
                .logJoint(on);
    }

    private static Table table(RegressionData data) {
        Table table = Table.empty().with("y", data.y());
        int columns = data.columns().size();
        for (int k = 0; k < columns; k++) {
            double[] column = new double[data.rows()];
            for (int n = 0; n < column.length; n++) {
                column[n] = data.x()[n * columns + k];
            }
            table = table.with(data.columns().get(k), column);
        }
        return table;
    }

    @Benchmark
    @Override
    public Buffer step() {
        return super.step();
    }
}

package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.LogisticWork;
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
public class ElementwiseBenchmark extends ExecutionBenchmark {
    public ElementwiseBenchmark() {
        super(new Written());
    }

    @Benchmark
    @Override
    public Object step() {
        return super.step();
    }

    private static final class Written extends LogisticWork {
        @Override
        protected LogJoint joint(Device on, DrawBlock shape) {
            RegressionData data = data(shape);
            return Model.define(m -> {
                        Table table = m.rows(Table.empty().with("y", data.y()));
                        Expr beta = m.parameter("beta", Normal.of(0, 1), shape.dimensions());
                        Expr x = table.matrix("x", shape.dimensions(), data.x());
                        m.observe(table.column("y"), Bernoulli.ofLogit(x.matmul(beta)));
                    })
                    .logJoint(on);
        }
    }
}

package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.distribution.Bernoulli;
import io.github.elbo4j.distribution.HalfCauchy;
import io.github.elbo4j.distribution.HalfNormal;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.model.Model;
import java.io.IOException;
import java.util.SplittableRandom;

/** The models of {@link Gradients}, whose data the peer reads from files. */
record GradientModels(PeerFolder folder) {
    private static final int GROUPS = 85;

    Model schools() throws IOException {
        double[] y = {28, 8, -3, 7, -1, 1, 18, 12};
        double[] sigma = {15, 10, 16, 11, 9, 11, 10, 18};
        folder.write("schools.y", y);
        folder.write("schools.sigma", sigma);
        return Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(0, 5));
            Expr tau = m.parameter("tau", HalfCauchy.of(5));
            Expr theta = m.parameter("theta", Normal.of(mu, tau).nonCentered(), 8);
            m.observe(y, Normal.of(theta, Expr.data("sigma", sigma)));
        });
    }

    /** The sizes of Gelman and Hill's test scores of children: 434 of them, by two properties of their mothers. */
    Model kids() throws IOException {
        int rows = 434;
        SplittableRandom random = new SplittableRandom(2);
        double[] school = new double[rows];
        double[] iq = new double[rows];
        double[] y = new double[rows];
        for (int n = 0; n < rows; n++) {
            school[n] = random.nextInt(2);
            iq[n] = random.nextDouble(-2, 2);
            y[n] = random.nextDouble(-2, 2);
        }
        folder.write("kids.school", school);
        folder.write("kids.iq", iq);
        folder.write("kids.y", y);
        return Model.define(m -> {
            Table table =
                    m.rows(Table.empty().with("school", school).with("iq", iq).with("y", y));
            Expr level = m.parameter("level", Normal.of(0, 10));
            Expr ofSchool = m.parameter("school", Normal.of(0, 10));
            Expr ofIq = m.parameter("iq", Normal.of(0, 10));
            Expr eta = level.plus(ofSchool.times(table.column("school"))).plus(ofIq.times(table.column("iq")));
            m.observe(table.column("y"), Normal.of(eta, m.parameter("noise", HalfCauchy.of(2.5))));
        });
    }

    /** The sizes of Gelman and Hill's radon data: 919 houses in 85 counties. */
    Model groups() throws IOException {
        int rows = 919;
        SplittableRandom random = new SplittableRandom(1);
        double[] floor = new double[rows];
        double[] y = new double[rows];
        double[] group = new double[rows];
        int[] indexes = new int[rows];
        for (int n = 0; n < rows; n++) {
            floor[n] = random.nextInt(2);
            y[n] = 2 * random.nextDouble();
            indexes[n] = n < GROUPS ? n : random.nextInt(GROUPS);
            group[n] = indexes[n];
        }
        folder.write("groups.floor", floor);
        folder.write("groups.y", y);
        folder.write("groups.group", indexes);
        return Model.define(m -> {
            Table table = m.rows(Table.empty().with("floor", floor).with("y", y).with("group", group));
            Expr level = m.parameter("level", Normal.of(0, 10));
            Expr between = m.parameter("between", HalfNormal.of(1));
            Expr alpha = m.parameter("alpha", Normal.of(level, between), table.levels("group"));
            Expr slope = m.parameter("slope", Normal.of(0, 10));
            Expr eta = alpha.at(table.index("group")).plus(slope.times(table.column("floor")));
            m.observe(table.column("y"), Normal.of(eta, m.parameter("noise", HalfCauchy.of(5))));
        });
    }

    Model logistic() throws IOException {
        int rows = 10_000;
        int columns = 64;
        float[] x = Work.uniform((long) rows * columns, -0.5, 0.5, 2);
        float[] y = Work.uniform(rows, 0, 1, 3);
        double[] classes = new double[rows];
        for (int n = 0; n < rows; n++) {
            y[n] = Math.round(y[n]);
            classes[n] = y[n];
        }
        folder.write("logistic.x", x);
        folder.write("logistic.y", y);
        double[] predictors = PeerFolder.wide(x);
        return Model.define(m -> {
            Table table = m.rows(Table.empty().with("y", classes));
            Expr beta = m.parameter("beta", Normal.of(0, 1), columns);
            Expr eta = table.matrix("x", columns, predictors).matmul(beta);
            m.observe(table.column("y"), Bernoulli.ofLogit(eta));
        });
    }
}

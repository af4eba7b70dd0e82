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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/** The models of {@link Gradients}, whose data the peer reads from files. */
record GradientModels(Path folder) {
    private static final int GROUPS = 85;

    Model schools() throws IOException {
        double[] y = {28, 8, -3, 7, -1, 1, 18, 12};
        double[] sigma = {15, 10, 16, 11, 9, 11, 10, 18};
        write("schools.y.f32", floats(y));
        write("schools.sigma.f32", floats(sigma));
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
        write("kids.school.f32", floats(school));
        write("kids.iq.f32", floats(iq));
        write("kids.y.f32", floats(y));
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
        ByteBuffer indexes = ByteBuffer.allocate(4 * rows).order(ByteOrder.LITTLE_ENDIAN);
        for (int n = 0; n < rows; n++) {
            floor[n] = random.nextInt(2);
            y[n] = 2 * random.nextDouble();
            int own = n < GROUPS ? n : random.nextInt(GROUPS);
            group[n] = own;
            indexes.putInt(own);
        }
        write("groups.floor.f32", floats(floor));
        write("groups.y.f32", floats(y));
        Files.write(folder.resolve("groups.group.i32"), indexes.array());
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
        write("logistic.x.f32", x);
        write("logistic.y.f32", y);
        double[] predictors = new double[x.length];
        Arrays.setAll(predictors, i -> x[i]);
        return Model.define(m -> {
            Table table = m.rows(Table.empty().with("y", classes));
            Expr beta = m.parameter("beta", Normal.of(0, 1), columns);
            Expr eta = table.matrix("x", columns, predictors).matmul(beta);
            m.observe(table.column("y"), Bernoulli.ofLogit(eta));
        });
    }

    // ---- files ----

    private static float[] floats(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }

    void write(String name, float[] values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        Files.write(folder.resolve(name), bytes.array());
    }
}

package io.github.elbo4j.cli.model;

import io.github.elbo4j.cli.data.Beside;
import io.github.elbo4j.distribution.Distribution;
import io.github.elbo4j.distribution.HalfNormal;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Levels;
import io.github.elbo4j.expr.Plate;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.ModelBuilder;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A regression as a model: {@code y_n ~ likelihood(x_n·beta + offset_n + u_g(n))}, which counts weight_n times, with the priors
 * {@code beta_j ~ N(m_j, s_j²)}, {@code u_g ~ N(0, tau²)}, {@code tau ~ half-normal}. Of several classes each has its own beta, u
 * and tau.
 */
final class RegressionModel {
    private final FitModel kind;
    private final Problem problem;
    private final Beside beside;

    RegressionModel(FitModel kind, Problem problem) {
        this.kind = kind;
        this.problem = problem;
        this.beside = problem.input().beside();
    }

    Model define() {
        return Model.define(m -> {
            RegressionData data = problem.data();
            String name = problem.input().target();
            Table rows = m.rows(Table.empty().with(name, data.y()));
            Expr x = rows.matrix("predictors", data.columns().size(), data.x());
            List<Expr> predictors = new ArrayList<>();
            List<String> classes = kind.classes(problem);
            for (int c = 0; c < classes.size(); c++) {
                predictors.add(predictor(m, rows, x, classes.get(c), c));
            }
            Expr all = predictors.get(0);
            if (predictors.size() > 1) {
                int n = rows.rows();
                all = Expr.concatenate(
                        1, predictors.stream().map(each -> each.reshape(n, 1)).toArray(Expr[]::new));
            }
            Distribution target = kind.likelihood(m, problem, all);
            if (beside.weights() != null) {
                target = target.weighted(
                        rows.data(beside.weights().column(), beside.weights().values()));
            }
            m.observe(name, rows.column(name), target);
        });
    }

    private Expr predictor(ModelBuilder m, Table rows, Expr x, String label, int which) {
        List<NormalPrior> priors = problem.coefficientPriors();
        String[] names = problem.data().columns().stream()
                .map(column -> of(column, label))
                .toArray(String[]::new);
        Expr beta = m.parameter(
                of("coefficients", label),
                Normal.of(
                        Expr.data(
                                "prior mean",
                                priors.stream().mapToDouble(NormalPrior::mean).toArray()),
                        Expr.data(
                                "prior sd",
                                priors.stream().mapToDouble(NormalPrior::sd).toArray())),
                Plate.named(names));
        Expr predictor = x.matmul(beta);
        double @Nullable [] offset = problem.offset();
        if (offset != null) {
            predictor = predictor.plus(rows.data("offset", offset));
        }
        Beside.Group group = beside.group();
        if (group != null) {
            Expr tau = m.parameter(
                    of(spread(group), label), HalfNormal.of(problem.priors().groupSd()));
            Expr u = m.parameter(
                    of(group.column(), label),
                    Normal.of(Expr.of(0), tau).partlyCentered(Expr.data("centering", problem.centering(which))),
                    new Plate(group.column(), group.levels()));
            Levels levels =
                    new Levels(group.column(), group.of(), group.levels().size(), true);
            predictor = predictor.plus(u.at(levels));
        }
        return predictor;
    }

    /** The coordinates of the linear predictors, in order. */
    List<String> coordinates() {
        List<String> names = new ArrayList<>();
        for (String label : kind.classes(problem)) {
            problem.data().columns().forEach(column -> names.add(of(column, label)));
            Beside.Group group = beside.group();
            if (group != null) {
                names.add("log " + of(spread(group), label));
                group.levels()
                        .forEach(level -> names.add("standardized " + of(group.column(), label) + "[" + level + "]"));
            }
        }
        return names;
    }

    private static String spread(Beside.Group group) {
        return "sd of " + group.column();
    }

    private static String of(String name, String label) {
        return label.isEmpty() ? name : name + " (" + label + ")";
    }
}

package io.github.elbo4j.spark;

import io.github.elbo4j.family.Gaussian;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF3;
import org.jspecify.annotations.Nullable;

/** The function of Spark SQL that predicts a row by the fit of its group. */
final class PredictRow implements UDF3<Row, scala.collection.Seq<Double>, String, Row> {
    private static final long serialVersionUID = 1;
    /** Fits whose draws are kept, as rows of several groups come in turns: 2,000 draws each. */
    private static final int KEPT = 64;

    private final String regression;
    private final int classes;
    private final boolean intercept;
    private final long seed;
    private final boolean fails;
    private final String groupColumns;
    private transient @Nullable Map<Integer, RowPredictor> kept;

    /** @param fails whether a row that cannot be predicted is an error; else it is null */
    PredictRow(String regression, int classes, boolean intercept, long seed, boolean fails, String groupColumns) {
        this.regression = regression;
        this.classes = classes;
        this.intercept = intercept;
        this.seed = seed;
        this.fails = fails;
        this.groupColumns = groupColumns;
    }

    @Override
    public @Nullable Row call(@Nullable Row fit, scala.collection.Seq<@Nullable Double> features, String group) {
        if (fit == null) {
            return invalid(group, "is not among those that were fitted");
        }
        if (fit.isNullAt(fit.fieldIndex("mean"))) {
            return invalid(group, "has no fit (" + fit.<String>getAs("reason") + ")");
        }
        double[] x = new double[features.length()];
        for (int j = 0; j < x.length; j++) {
            Double value = features.apply(j);
            if (value == null || !Double.isFinite(value)) {
                return invalid(group, "has a row without a number in a feature column");
            }
            x[j] = value;
        }
        RowPredictor.Predicted predicted = predictor(fit).of(x);
        Object[] values = predicted.probabilities().length == 0
                ? new Object[] {predicted.value(), predicted.sd(), predicted.lower(), predicted.upper()}
                : new Object[] {
                    predicted.value(),
                    Vectors.dense(predicted.probabilities()),
                    predicted.sd(),
                    predicted.lower(),
                    predicted.upper()
                };
        return RowFactory.create(values);
    }

    private @Nullable Row invalid(String group, String what) {
        if (fails) {
            throw new IllegalArgumentException("the group " + groupColumns + " = " + group + " " + what
                    + ", so nothing is predicted for it. Leave such rows out, or setHandleInvalid(\"keep\") for predictions that are null,"
                    + " or \"skip\" for none");
        }
        return null;
    }

    private synchronized RowPredictor predictor(Row fit) {
        Map<Integer, RowPredictor> all = kept;
        if (all == null) {
            all = new LinkedHashMap<>(KEPT, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, RowPredictor> eldest) {
                    return size() > KEPT;
                }
            };
            kept = all;
        }
        return all.computeIfAbsent(fit.<Integer>getAs("problem"), problem -> {
            List<Double> mean = fit.getList(fit.fieldIndex("mean"));
            List<Double> covariance = fit.getList(fit.fieldIndex("covariance"));
            int d = mean.size();
            double[] at = new double[d];
            double[][] matrix = new double[d][d];
            for (int i = 0; i < d; i++) {
                at[i] = mean.get(i);
                for (int j = 0; j < d; j++) {
                    matrix[i][j] = covariance.get(i * d + j);
                }
            }
            return new RowPredictor(regression, classes, intercept, new Gaussian(at, matrix), seed);
        });
    }
}

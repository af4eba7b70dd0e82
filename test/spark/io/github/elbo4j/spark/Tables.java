package io.github.elbo4j.spark;

import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.report.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Data of regressions, on the driver and as tables of Spark. */
final class Tables {
    static final String TARGET = "y";

    private Tables() {}

    /** Normal columns; y is 1 with probability sigmoid(x·beta), or x·beta and noise. */
    static RegressionData data(long seed, int rows, int columns, boolean binary) {
        Random random = new Random(seed);
        List<String> names = new ArrayList<>();
        double[] beta = new double[columns];
        for (int j = 0; j < columns; j++) {
            names.add("x" + j);
            beta[j] = random.nextGaussian() / Math.sqrt(columns);
        }
        double[] x = new double[rows * columns];
        double[] y = new double[rows];
        for (int n = 0; n < rows; n++) {
            double eta = 0;
            for (int j = 0; j < columns; j++) {
                x[n * columns + j] = (1 + j % 3) * random.nextGaussian();
                eta += x[n * columns + j] * beta[j];
            }
            y[n] = binary
                    ? (random.nextDouble() * (1 + Math.exp(-eta)) < 1 ? 1 : 0)
                    : eta + 0.7 * random.nextGaussian();
        }
        return new RegressionData(names, x, y);
    }

    static Dataset<Row> table(SparkSession spark, RegressionData data) {
        int columns = data.columns().size();
        StructType schema = new StructType().add(TARGET, DataTypes.DoubleType);
        for (String column : data.columns()) {
            schema = schema.add(column, DataTypes.DoubleType);
        }
        List<Row> rows = new ArrayList<>();
        for (int n = 0; n < data.rows(); n++) {
            Object[] row = new Object[columns + 1];
            row[0] = data.y()[n];
            for (int j = 0; j < columns; j++) {
                row[j + 1] = data.x()[n * columns + j];
            }
            rows.add(RowFactory.create(row));
        }
        return spark.createDataFrame(rows, schema);
    }

    /** As a line of fit.json, but for what a clock says. */
    static String json(FitResult fit) {
        return Report.of(fit).line().replaceAll("\"(seconds|drawsPerSecond)\":[^,}]*", "\"$1\":0");
    }
}

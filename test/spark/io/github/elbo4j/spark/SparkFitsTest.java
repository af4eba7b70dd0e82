package io.github.elbo4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Prediction;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.DataLogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Standardization;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fits of groups, in one virtual machine with two tasks at a time. */
class SparkFitsTest extends LocalSpark {
    private static final StructType SCHEMA = new StructType()
            .add("clinic", DataTypes.StringType)
            .add("year", DataTypes.IntegerType)
            .add("a", DataTypes.DoubleType)
            .add("b", DataTypes.DoubleType)
            .add("y", DataTypes.DoubleType);

    /** Rows of the groups (x, 9), (x, 10) and (y, 9), … in turns; y is 0 or 1, a class of three, or a quantity. */
    private static List<Row> rows(String regression, int count, long seed) {
        Random random = new Random(seed);
        List<Row> rows = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            int group = random.nextInt(6);
            double a = 3 + 2 * random.nextGaussian();
            double b = random.nextGaussian();
            double eta = 0.5 * (a - 3) + (group % 2 == 0 ? 1 : -1) * b;
            double y = switch (regression) {
                case "logistic" -> random.nextDouble() * (1 + Math.exp(-eta)) < 1 ? 1 : 0;
                case "linear" -> 10 + eta + 0.5 * random.nextGaussian();
                default -> eta + random.nextGaussian() < -0.7 ? 0 : eta < 0.7 ? 1 : 2;
            };
            rows.add(RowFactory.create(List.of("x", "y", "z").get(group / 2), 9 + group % 2, a, b, y));
        }
        return rows;
    }

    private static SparkFits fits(String regression) {
        return new SparkFits()
                .setRegression(regression)
                .setGroupCols("clinic", "year")
                .setFeatureCols("a", "b")
                .setLabelCol("y")
                .setSeed(7);
    }

    private static Dataset<Row> table(List<Row> rows) {
        return spark.createDataFrame(rows, SCHEMA);
    }

    private static double[] numbers(Row row, String column) {
        return row.<Double>getList(row.fieldIndex(column)).stream()
                .mapToDouble(value -> value)
                .toArray();
    }

    /** The reference takes the library's own way, group by group. */
    @Test
    void eachFitIsTheOneOfItsRowsAloneWhateverThePartitions() {
        List<Row> rows = rows("logistic", 600, 1);
        List<FitResult> alone = new ArrayList<>();
        for (String clinic : List.of("x", "y", "z")) {
            for (int year : new int[] {9, 10}) {
                List<Row> of = rows.stream()
                        .filter(row -> row.getString(0).equals(clinic) && row.getInt(1) == year)
                        .toList();
                RegressionData data = new RegressionData(
                                List.of("a", "b"),
                                of.stream()
                                        .flatMapToDouble(row ->
                                                java.util.stream.DoubleStream.of(row.getDouble(2), row.getDouble(3)))
                                        .toArray(),
                                of.stream().mapToDouble(row -> row.getDouble(4)).toArray())
                        .withIntercept();
                Standardization scale = Standardization.ofColumns(data);
                try (Device device = Devices.open("scalar", 1);
                        DataLogJoint joint = new DataLogJoint(
                                new BayesianLogisticRegression(device, scale.data(), new NormalPrior(0, 2.5)))) {
                    alone.add(Sgvi.builder()
                            .seed(7)
                            .problem(alone.size())
                            .build()
                            .fit(device, joint)
                            .toOriginal(scale));
                }
            }
        }
        for (int partitions : new int[] {1, 7, 64}) {
            List<Row> fits = fits("logistic")
                    .setPartitions(partitions)
                    .fit(table(rows))
                    .fits()
                    .collectAsList();
            assertThat(fits).hasSize(6);
            for (int g = 0; g < 6; g++) {
                Row fit = fits.get(g);
                FitResult want = alone.get(g);
                assertThat(fit.<Integer>getAs("problem")).isEqualTo(g);
                assertThat(fit.<String>getAs("clinic"))
                        .isEqualTo(List.of("x", "y", "z").get(g / 2));
                assertThat(fit.<Integer>getAs("year")).isEqualTo(9 + g % 2);
                assertThat(fit.<String>getAs("verdict"))
                        .isEqualTo(want.verdict().words());
                assertThat(fit.<Double>getAs("elbo")).isEqualTo(want.elbo().value());
                assertThat(fit.<Double>getAs("kHat")).isEqualTo(want.kHat());
                assertThat(fit.<String>getList(fit.fieldIndex("parameters"))).containsExactly("intercept", "a", "b");
                assertThat(numbers(fit, "mean")).isEqualTo(want.gaussian().mean());
                assertThat(numbers(fit, "sd"))
                        .isEqualTo(IntStream.range(0, 3)
                                .mapToDouble(want.gaussian()::standardDeviation)
                                .toArray());
            }
        }
    }

    /** Quadrature of what draws estimate: five standard errors of 2,000 draws, a false alarm in a million each. */
    @Test
    void predictionsAreThoseOfThePosterior() {
        List<Row> logistic = rows("logistic", 600, 2);
        SparkFitsModel binary = fits("logistic").setMethod("laplace").fit(table(logistic));
        Row fit = binary.fits().collectAsList().get(0);
        double[] mean = numbers(fit, "mean");
        double[] covariance = numbers(fit, "covariance");
        double[] x = {1, 4.5, -0.3};
        double centre = 0;
        double variance = 0;
        for (int i = 0; i < 3; i++) {
            centre += mean[i] * x[i];
            for (int j = 0; j < 3; j++) {
                variance += x[i] * covariance[3 * i + j] * x[j];
            }
        }
        double probability = 0;
        double square = 0;
        for (double t = -8; t <= 8; t += 1.0 / 64) {
            double weight = Math.exp(-t * t / 2) / Math.sqrt(2 * Math.PI) / 64;
            double p = 1 / (1 + Math.exp(-centre - t * Math.sqrt(variance)));
            probability += weight * p;
            square += weight * p * p;
        }
        double sd = Math.sqrt(square - probability * probability);
        List<Row> one = List.of(RowFactory.create("x", 9, 4.5, -0.3, 0.0));
        Row row = binary.transform(table(one)).collectAsList().get(0);
        double[] both = row.<Vector>getAs("probability").toArray();
        assertThat(both[0] + both[1]).isEqualTo(1, within(1e-12));
        assertThat(both[1]).isEqualTo(probability, within(5 * sd / Math.sqrt(Prediction.DRAWS)));
        assertThat(row.<Double>getAs("prediction")).isEqualTo(probability > 0.5 ? 1 : 0);
        // The standard error of an sd of near-normal draws is sd/√(2S).
        assertThat(row.<Double>getAs("predictionSd")).isEqualTo(sd, within(5 * sd / Math.sqrt(2 * Prediction.DRAWS)));

        Row linear = fits("linear")
                .setMethod("laplace")
                .fit(table(rows("linear", 600, 3)))
                .transform(table(one))
                .collectAsList()
                .get(0);
        // The truth, 10 + 0.5·1.5 − 0.3 with noise 0.5, as 100 rows tell it.
        assertThat(linear.<Double>getAs("prediction")).isEqualTo(10.45, within(5 * 0.5 / Math.sqrt(50)));
        double noise = linear.<Double>getAs("predictionSd");
        assertThat(noise).isBetween(0.4, 0.65);
        // Of a normal, 1.645 sds on either side; the error of such a quantile is 2.1·sd/√S.
        assertThat(linear.<Double>getAs("predictionUpper") - linear.<Double>getAs("prediction"))
                .isEqualTo(1.645 * noise, within(6 * 2.1 * noise / Math.sqrt(Prediction.DRAWS)));
        assertThat(linear.schema().fieldNames()).doesNotContain("probability");
    }

    @Test
    void aModelThatWasSavedPredictsTheSameBits(@TempDir Path folder) throws Exception {
        List<Row> rows = rows("categorical", 900, 4);
        Dataset<Row> table = table(rows);
        SparkFits estimator = fits("categorical").setMethod("fixed");
        estimator.write().save(folder.resolve("estimator").toString());
        SparkFits read = SparkFits.load(folder.resolve("estimator").toString());
        SparkFitsModel model = read.fit(table);
        assertThat(model.fits()
                        .collectAsList()
                        .get(0)
                        .<String>getList(model.fits().schema().fieldIndex("parameters")))
                .startsWith("intercept (0)", "a (0)", "b (0)", "intercept (1)")
                .hasSize(9);
        Dataset<Row> few = table.limit(40);
        List<Row> want = model.transform(few).collectAsList();
        model.write().save(folder.resolve("model").toString());
        SparkFitsModel again = SparkFitsModel.load(folder.resolve("model").toString());
        assertThat(again.fits().collectAsList()).isEqualTo(model.fits().collectAsList());
        assertThat(again.transform(few.repartition(7)).collectAsList()).containsExactlyInAnyOrderElementsOf(want);
        // Most rows are of a class that their score tells.
        assertThat(want.stream()
                        .filter(row -> row.<Double>getAs("prediction").equals(row.<Double>getAs("y")))
                        .count())
                .isGreaterThan(20);

        Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {read});
        PipelineModel staged = pipeline.fit(table);
        staged.write().save(folder.resolve("pipeline").toString());
        assertThat(PipelineModel.load(folder.resolve("pipeline").toString())
                        .transform(few)
                        .collectAsList())
                .containsExactlyInAnyOrderElementsOf(want);
    }

    @Test
    void whatCannotBePredictedIsAnErrorOrNullOrLeftOut() {
        List<Row> rows = new ArrayList<>(rows("logistic", 300, 5));
        rows.add(RowFactory.create("flat", 9, 1.0, 2.0, 0.0));
        rows.add(RowFactory.create("flat", 9, 1.0, 3.0, 1.0));
        rows.add(RowFactory.create("gap", 9, null, 3.0, 1.0));
        SparkFitsModel model = fits("logistic").setMethod("laplace").fit(table(rows));
        List<Row> fits = model.fits().collectAsList();
        assertThat(fits).hasSize(8);
        assertThat(fits.get(0).<String>getAs("verdict")).isEqualTo("no fit");
        assertThat(fits.get(0).<String>getAs("reason")).contains("column a is constant (1.0 in all 2 rows)");
        assertThat(fits.get(0).isNullAt(fits.get(0).fieldIndex("mean"))).isTrue();
        assertThat(fits.get(1).<String>getAs("reason")).contains("x is NaN in row 0, column a");
        assertThat(fits.get(2).<String>getAs("verdict")).isNotEqualTo("no fit");
        Dataset<Row> news = table(List.of(
                RowFactory.create("x", 9, 1.0, 2.0, 0.0),
                RowFactory.create("x", 11, 1.0, 2.0, 0.0),
                RowFactory.create("flat", 9, 1.0, 2.0, 0.0),
                RowFactory.create("x", 9, null, 2.0, 0.0)));
        assertThatThrownBy(() -> model.transform(news.filter("year = 11")).collectAsList())
                .hasStackTraceContaining("the group clinic, year = x, 11 is not among those that were fitted");
        assertThatThrownBy(() -> model.transform(news.filter("clinic = 'flat'")).collectAsList())
                .hasStackTraceContaining("the group clinic, year = flat, 9 has no fit (column a is constant");
        assertThatThrownBy(() -> model.transform(news.filter("a is null")).collectAsList())
                .hasStackTraceContaining("has a row without a number in a feature column");
        List<Row> kept = model.setHandleInvalid("keep")
                .transform(news)
                .orderBy("clinic", "year", "a")
                .collectAsList();
        assertThat(kept).hasSize(4);
        assertThat(kept.stream().filter(row -> row.isNullAt(5)).count()).isEqualTo(3);
        assertThat(model.setHandleInvalid("skip").transform(news).collectAsList())
                .hasSize(1);
    }

    @Test
    void mistakesAreTold() {
        Dataset<Row> table = table(rows("logistic", 20, 6));
        assertThatThrownBy(() -> fits("logistic").setGroupCols("clinik").fit(table))
                .hasMessage("the table has no column clinik, but clinic, year, a, b, y");
        assertThatThrownBy(() ->
                        new SparkFits().setFeatureCols("a").setLabelCol("y").fit(table))
                .hasMessage("groupCols is empty, but must name one column or more");
        assertThatThrownBy(() -> fits("logistic").setFeatureCols("a", "a").fit(table))
                .hasMessage("featureCols names a column twice");
        assertThatThrownBy(() -> fits("probit"))
                .hasMessage("regression is probit, but must be one of logistic, linear, categorical");
        assertThatThrownBy(() -> fits("linear").setMethod("mixture"))
                .hasMessage("method is mixture, but must be one of sgvi, fixed, laplace, batch-and-match");
        assertThatThrownBy(() -> fits("logistic").setPartitions(-1))
                .hasMessage("partitions is -1, but must be 0 or more");
        assertThatThrownBy(() -> fits("logistic").fit(table.limit(0))).hasMessageContaining("the table has no rows");
        assertThatThrownBy(() -> fits("logistic")
                        .fit(table.withColumn("year", functions.lit(null).cast("int"))))
                .hasMessageContaining("a row has no value in the group column year: leave such rows out");
        assertThatThrownBy(() -> fits("logistic").setGroupCols("mean").fit(table.withColumnRenamed("year", "mean")))
                .hasMessageContaining("the group column mean has the name of a column of the fits: rename it");
        assertThatThrownBy(() -> fits("logistic").fit(table.withColumn("prediction", functions.lit(1))))
                .hasMessageContaining("the table has a column prediction already");
    }
}

package io.github.elbo4j.spark;

import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.NormalPrior;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * A Bayesian regression for each group of rows, as an estimator of Spark ML: the groups are spread over the executors, and each of these fits
 * many at a time. A group's fit has the bits of {@code elbo4j fit --by} and of a fit of its rows alone with its number, whatever the
 * partitions are: groups are numbered in the order of their values, and rows keep the order of the table.
 *
 * <pre>{@code
 * SparkFits fits = new SparkFits().setRegression("logistic").setGroupCols("clinic").setFeatureCols("glu", "bmi").setLabelCol("type");
 * SparkFitsModel model = fits.fit(table);
 * model.fits().show();                    // a row a group: parameters, mean, sd, verdict
 * model.transform(others).show();         // a prediction a row
 * model.write().save("fits");             // SparkFitsModel.load("fits") predicts the same bits
 * }</pre>
 *
 * <p>A group that cannot be fitted, such as one in which a column is constant, has no fit and a reason for that; it fails no other.
 */
public final class SparkFits extends Estimator<SparkFitsModel> implements DefaultParamsWritable {
    private static final long serialVersionUID = 1;

    private final String uid;
    private final StringArrayParam groupCols;
    private final StringArrayParam featureCols;
    private final Param<String> labelCol;
    private final Param<String> regression;
    private final StringArrayParam classes;
    private final BooleanParam intercept;
    private final BooleanParam standardize;
    private final DoubleParam priorMean;
    private final DoubleParam priorSd;
    private final Param<String> method;
    private final LongParam seed;
    private final IntParam partitions;
    private DeviceChoice devices = DeviceChoice.assigned();

    /** With the defaults of {@code elbo4j fit}, by {@link Sgvi}. */
    public SparkFits() {
        this(Identifiable.randomUID("elbo4j-fits"));
    }

    /** @param uid the name of the stage */
    public SparkFits(String uid) {
        this.uid = uid;
        groupCols = new StringArrayParam(this, "groupCols", "rows with the same values in these columns are a group");
        featureCols = new StringArrayParam(this, "featureCols", "columns of numbers that predict");
        labelCol = new Param<>(this, "labelCol", "column of the target: 0 or 1, the number of a class, or a quantity");
        regression = new Param<>(this, "regression", "logistic, linear or categorical");
        classes = new StringArrayParam(
                this, "classes", "names of the classes of a categorical regression; default: the numbers from 0");
        intercept = new BooleanParam(this, "intercept", "whether there is an intercept");
        standardize = new BooleanParam(
                this, "standardize", "whether each group's columns, and a quantity, are fitted at mean 0 and sd 1");
        priorMean = new DoubleParam(this, "priorMean", "prior mean of each coefficient, on the scale that is fitted");
        priorSd = new DoubleParam(this, "priorSd", "prior sd of each coefficient, on the scale that is fitted");
        method = new Param<>(this, "method", String.join(", ", Regression.GAUSSIANS));
        seed = new LongParam(this, "seed", "all randomness follows from it");
        partitions =
                new IntParam(this, "partitions", "tasks; 0 as many as Spark has by default; no result depends on it");
        setDefault(labelCol, "label");
        setDefault(regression, Regression.LOGISTIC);
        setDefault(classes, new String[0]);
        setDefault(intercept, true);
        setDefault(standardize, true);
        setDefault(priorMean, 0.0);
        setDefault(priorSd, 2.5);
        setDefault(method, Sgvi.NAME);
        setDefault(seed, 0L);
        setDefault(partitions, 0);
    }

    @Override
    public String uid() {
        return uid;
    }

    public StringArrayParam groupCols() {
        return groupCols;
    }

    public StringArrayParam featureCols() {
        return featureCols;
    }

    public Param<String> labelCol() {
        return labelCol;
    }

    public Param<String> regression() {
        return regression;
    }

    public StringArrayParam classes() {
        return classes;
    }

    public BooleanParam intercept() {
        return intercept;
    }

    public BooleanParam standardize() {
        return standardize;
    }

    public DoubleParam priorMean() {
        return priorMean;
    }

    public DoubleParam priorSd() {
        return priorSd;
    }

    public Param<String> method() {
        return method;
    }

    public LongParam seed() {
        return seed;
    }

    public IntParam partitions() {
        return partitions;
    }

    /** Rows with the same values in these columns are a group. */
    public SparkFits setGroupCols(String... names) {
        set(groupCols, names);
        return this;
    }

    /** Columns of numbers that predict, in the order of the coefficients. */
    public SparkFits setFeatureCols(String... names) {
        set(featureCols, names);
        return this;
    }

    /** The column of the target; {@code label}. */
    public SparkFits setLabelCol(String name) {
        set(labelCol, name);
        return this;
    }

    /** {@code logistic} (target 0 or 1), {@code linear} or {@code categorical} (target the number of a class, from 0). */
    public SparkFits setRegression(String name) {
        Regression.oneOf("regression", name, Regression.NAMES);
        set(regression, name);
        return this;
    }

    /** The names of the classes; without them as many as the largest target of all groups says. */
    public SparkFits setClasses(String... names) {
        set(classes, names);
        return this;
    }

    /** Whether there is an intercept; true. */
    public SparkFits setIntercept(boolean value) {
        set("intercept", value);
        return this;
    }

    /** Whether each group's columns, and a target that is a quantity, are fitted at mean 0 and sd 1; true. Results are on the table's scale. */
    public SparkFits setStandardize(boolean value) {
        set("standardize", value);
        return this;
    }

    /** The prior of each coefficient, on the scale that is fitted; N(0, 2.5²). */
    public SparkFits setPrior(NormalPrior value) {
        set("priorMean", value.mean());
        set("priorSd", value.sd());
        return this;
    }

    /** {@code sgvi}, {@code fixed}, {@code laplace} or {@code batch-and-match}, with its defaults; sgvi. */
    public SparkFits setMethod(String name) {
        Regression.oneOf("method", name, Regression.GAUSSIANS);
        set(method, name);
        return this;
    }

    /** All randomness follows from it; 0. */
    public SparkFits setSeed(long value) {
        set("seed", value);
        return this;
    }

    /** How many tasks fit; 0, the default, takes as many as Spark has by default. No result depends on it. */
    public SparkFits setPartitions(int value) {
        if (value < 0) {
            throw new IllegalArgumentException("partitions is " + value + ", but must be 0 or more");
        }
        set("partitions", value);
        return this;
    }

    /** What tasks compute on; {@link DeviceChoice#assigned}. It is not saved with the estimator. */
    public SparkFits devices(DeviceChoice value) {
        devices = Objects.requireNonNull(value, "devices is null");
        return this;
    }

    /**
     * Fits all groups, in one job.
     *
     * @throws IllegalArgumentException if a column is missing or no number, a row is in no group, or there are no rows
     */
    @Override
    public SparkFitsModel fit(Dataset<?> dataset) {
        Dataset<Row> table = dataset.toDF();
        transformSchema(table.schema());
        GroupTable groups = groups(table);
        List<String> names = classNames(groups);
        Broadcast<List<GroupTable.Key>> keys = context(table).broadcast(groups.keys());
        JavaRDD<Row> rows = outcomes(table, groups, names)
                .map(outcome -> row(keys.value().get(outcome.group()), outcome))
                .persist(StorageLevel.MEMORY_AND_DISK());
        Jobs.described(context(table), "elbo4j: " + groups.keys().size() + " fits, one a group", rows::count);
        Dataset<Row> fits = table.sparkSession()
                .createDataFrame(rows, SparkFitsModel.schema(table.schema(), List.of($(groupCols))));
        SparkFitsModel model = copyValues(new SparkFitsModel(uid, fits), new ParamMap());
        model.set(model.classes(), names.toArray(String[]::new));
        return model.setParent(this);
    }

    private GroupTable groups(Dataset<Row> table) {
        return Jobs.described(
                context(table),
                "elbo4j: the groups of " + String.join(", ", $(groupCols)),
                () -> new GroupTable(table, List.of($(groupCols)), $(labelCol)));
    }

    private List<String> classNames(GroupTable groups) {
        if (!$(regression).equals(Regression.CATEGORICAL)) {
            return List.of();
        }
        if ($(classes).length > 0) {
            return List.of($(classes));
        }
        double largest = groups.largest();
        if (!(largest >= 1 && largest < 1000)) {
            throw new IllegalArgumentException("the largest target in " + $(labelCol) + " is " + largest
                    + ", but a categorical regression takes the numbers of classes, from 0 to 999 at most");
        }
        return IntStream.rangeClosed(0, (int) largest)
                .mapToObj(Integer::toString)
                .toList();
    }

    private JavaRDD<GroupOutcome> outcomes(Dataset<Row> table, GroupTable groups, List<String> names) {
        Regression settings = new Regression(
                $(regression),
                (Boolean) $(intercept),
                (Boolean) $(standardize),
                new NormalPrior((Double) $(priorMean), (Double) $(priorSd)));
        List<String> features = List.of($(featureCols));
        GroupFitter<double[]> fitter =
                new GroupFitter<>(new NumberGroups(settings, features, names, $(method), (Long) $(seed)), devices);
        int asked = (Integer) $(partitions);
        int tasks = asked > 0 ? asked : context(table).defaultParallelism();
        return groups.rows(features, tasks).mapPartitions(fitter, true);
    }

    private static JavaSparkContext context(Dataset<Row> table) {
        return JavaSparkContext.fromSparkContext(table.sparkSession().sparkContext());
    }

    private static Row row(GroupTable.Key key, GroupOutcome outcome) {
        List<Object> values = new ArrayList<>(key.values());
        values.addAll(Arrays.asList(outcome.group(), (long) outcome.rows()));
        FitResult fit = outcome.fit();
        if (fit == null) {
            values.addAll(Arrays.asList(SparkFitsModel.NO_FIT, outcome.reason(), null, null, null, null, null, null));
        } else {
            double[] sd = IntStream.range(0, fit.gaussian().dimensions())
                    .mapToDouble(fit.gaussian()::standardDeviation)
                    .toArray();
            double[] covariance = Arrays.stream(fit.gaussian().covariance())
                    .flatMapToDouble(Arrays::stream)
                    .toArray();
            values.addAll(Arrays.asList(
                    fit.verdict().words(),
                    outcome.reason(),
                    fit.parameterNames().toArray(String[]::new),
                    fit.gaussian().mean(),
                    sd,
                    covariance,
                    fit.elbo().value(),
                    fit.kHat()));
        }
        return RowFactory.create(values.toArray());
    }

    @Override
    public StructType transformSchema(StructType schema) {
        Regression.oneOf("regression", $(regression), Regression.NAMES);
        Regression.oneOf("method", $(method), Regression.GAUSSIANS);
        SparkFitsModel.check(this, groupCols, schema);
        SparkFitsModel.check(this, featureCols, schema);
        SparkFitsModel.mustHave(schema, $(labelCol));
        SparkFitsModel.schema(schema, List.of($(groupCols)));
        return copyValues(new SparkFitsModel(uid, null), new ParamMap()).transformSchema(schema);
    }

    @Override
    public SparkFits copy(ParamMap extra) {
        return copyValues(new SparkFits(uid), extra).devices(devices);
    }

    /** Reads what {@link #write} wrote. */
    public static MLReader<SparkFits> read() {
        return new DefaultParamsReader<>();
    }

    /** Reads what {@link #save} wrote. */
    public static SparkFits load(String path) {
        return read().load(path);
    }
}

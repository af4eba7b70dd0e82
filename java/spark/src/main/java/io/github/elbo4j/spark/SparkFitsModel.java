package io.github.elbo4j.spark;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * The fits of {@link SparkFits}, one a group, and their predictions. {@link #transform} adds to each row what its group's fit predicts of it:
 *
 * <ul>
 *   <li>{@code prediction}: the expected target of a linear regression, noise included in what follows; else the number of the most probable class;
 *   <li>{@code probability}: of the classes, a vector; not of a linear regression;
 *   <li>{@code predictionSd}, {@code predictionLower}, {@code predictionUpper}: sd, 5 % and 95 % quantile of the target of a linear
 *       regression; else those of the probability of the predicted class under the posterior.
 * </ul>
 *
 * <p>All are over 2,000 draws of the posterior that are a function of the seed, so a prediction is the same bits whatever rows are beside it, and
 * after saving and loading.
 *
 * <p>What becomes of a row whose group the fits do not know, whose group has no fit, or in which a feature is missing, {@link
 * #setHandleInvalid} says.
 */
public final class SparkFitsModel extends Model<SparkFitsModel> implements MLWritable {
    private static final long serialVersionUID = 1;

    /** The verdict of a group that could not be fitted. */
    static final String NO_FIT = "no fit";

    private static final String FIT = "elbo4j fit";
    private static final String PREDICTED = "elbo4j predicted";
    private static final List<String> INVALID = List.of("error", "keep", "skip");
    /** Behind the group's own columns. */
    private static final List<StructField> FIELDS = List.of(
            DataTypes.createStructField("problem", DataTypes.IntegerType, false),
            DataTypes.createStructField("rows", DataTypes.LongType, false),
            DataTypes.createStructField("verdict", DataTypes.StringType, false),
            DataTypes.createStructField("reason", DataTypes.StringType, false),
            DataTypes.createStructField("parameters", DataTypes.createArrayType(DataTypes.StringType, false), true),
            DataTypes.createStructField("mean", DataTypes.createArrayType(DataTypes.DoubleType, false), true),
            DataTypes.createStructField("sd", DataTypes.createArrayType(DataTypes.DoubleType, false), true),
            DataTypes.createStructField("covariance", DataTypes.createArrayType(DataTypes.DoubleType, false), true),
            DataTypes.createStructField("elbo", DataTypes.DoubleType, true),
            DataTypes.createStructField("kHat", DataTypes.DoubleType, true));

    private final String uid;
    private final transient @Nullable Dataset<Row> fits;
    private final StringArrayParam groupCols;
    private final StringArrayParam featureCols;
    private final Param<String> regression;
    private final StringArrayParam classes;
    private final BooleanParam intercept;
    private final LongParam seed;
    private final Param<String> predictionCol;
    private final Param<String> probabilityCol;
    private final Param<String> handleInvalid;

    /** @param fits null of a model that only tells what columns it adds */
    SparkFitsModel(String uid, @Nullable Dataset<Row> fits) {
        this.uid = uid;
        this.fits = fits;
        groupCols = new StringArrayParam(this, "groupCols", "rows with the same values in these columns are a group");
        featureCols = new StringArrayParam(this, "featureCols", "columns of numbers that predict");
        regression = new Param<>(this, "regression", "logistic, linear or categorical");
        classes = new StringArrayParam(this, "classes", "names of the classes of a categorical regression");
        intercept = new BooleanParam(this, "intercept", "whether there is an intercept");
        seed = new LongParam(this, "seed", "the draws of predictions follow from it");
        predictionCol =
                new Param<>(this, "predictionCol", "column for predictions; those of Sd, Lower and Upper follow");
        probabilityCol = new Param<>(this, "probabilityCol", "column for the probabilities of classes");
        handleInvalid = new Param<>(this, "handleInvalid", "rows that no fit predicts: " + String.join(", ", INVALID));
        setDefault(predictionCol, "prediction");
        setDefault(probabilityCol, "probability");
        setDefault(handleInvalid, INVALID.get(0));
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

    public Param<String> regression() {
        return regression;
    }

    public StringArrayParam classes() {
        return classes;
    }

    public BooleanParam intercept() {
        return intercept;
    }

    public LongParam seed() {
        return seed;
    }

    public Param<String> predictionCol() {
        return predictionCol;
    }

    public Param<String> probabilityCol() {
        return probabilityCol;
    }

    public Param<String> handleInvalid() {
        return handleInvalid;
    }

    /** The column for predictions; {@code prediction}. */
    public SparkFitsModel setPredictionCol(String name) {
        set(predictionCol, name);
        return this;
    }

    /** The column for the probabilities of classes; {@code probability}. */
    public SparkFitsModel setProbabilityCol(String name) {
        set(probabilityCol, name);
        return this;
    }

    /**
     * What becomes of rows that no fit predicts: {@code error}, the default, fails the job that comes upon one, {@code keep} leaves the
     * predictions null, {@code skip} leaves the row out.
     */
    public SparkFitsModel setHandleInvalid(String value) {
        Regression.oneOf("handleInvalid", value, INVALID);
        set(handleInvalid, value);
        return this;
    }

    /**
     * A row a group in the order of the groups: their values; {@code problem} (the number of its draws), {@code rows}, {@code verdict} (good,
     * usable, do not trust, or no fit) and {@code reason}; {@code parameters}, {@code mean}, {@code sd}, {@code covariance} (row by row),
     * {@code elbo} and {@code kHat}, null where there is no fit.
     */
    public Dataset<Row> fits() {
        if (fits == null) {
            throw new IllegalStateException("the model has no fits");
        }
        return fits;
    }

    static StructType schema(StructType table, List<String> groups) {
        StructType schema = new StructType();
        for (String group : groups) {
            if (FIELDS.stream().anyMatch(field -> field.name().equals(group))) {
                throw new IllegalArgumentException("the group column " + group
                        + " has the name of a column of the fits: rename it (table.withColumnRenamed)");
            }
            schema = schema.add(group, table.apply(group).dataType(), false);
        }
        for (StructField field : FIELDS) {
            schema = schema.add(field);
        }
        return schema;
    }

    static void check(Params of, StringArrayParam columns, StructType schema) {
        if (!of.isDefined(columns) || of.$(columns).length == 0) {
            throw new IllegalArgumentException(columns.name() + " is empty, but must name one column or more");
        }
        for (String name : of.$(columns)) {
            mustHave(schema, name);
        }
        if (new HashSet<>(List.of(of.$(columns))).size() < of.$(columns).length) {
            throw new IllegalArgumentException(columns.name() + " names a column twice");
        }
    }

    static void mustHave(StructType schema, String name) {
        if (!List.of(schema.fieldNames()).contains(name)) {
            throw new IllegalArgumentException(
                    "the table has no column " + name + ", but " + String.join(", ", schema.fieldNames()));
        }
    }

    @Override
    public StructType transformSchema(StructType schema) {
        check(this, groupCols, schema);
        check(this, featureCols, schema);
        StructType with = schema;
        for (StructField field : predicted().fields()) {
            if (List.of(schema.fieldNames()).contains(field.name())) {
                throw new IllegalArgumentException("the table has a column " + field.name()
                        + " already: name another one by setPredictionCol or setProbabilityCol");
            }
            with = with.add(field);
        }
        return with;
    }

    private StructType predicted() {
        String prediction = $(predictionCol);
        StructType fields = new StructType().add(prediction, DataTypes.DoubleType);
        if (!$(regression).equals(Regression.LINEAR)) {
            fields = fields.add($(probabilityCol), SQLDataTypes.VectorType());
        }
        for (String more : List.of("Sd", "Lower", "Upper")) {
            fields = fields.add(prediction + more, DataTypes.DoubleType);
        }
        return fields;
    }

    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        Dataset<Row> table = dataset.toDF();
        transformSchema(table.schema());
        StructType added = predicted();
        List<Column> keys = new ArrayList<>();
        Dataset<Row> of = fits().select(functions.struct(functions.col("*")).as(FIT));
        Column same = functions.lit(true);
        List<Column> features = new ArrayList<>();
        for (String group : $(groupCols)) {
            keys.add(GroupTable.column(group).cast("string"));
            same = same.and(GroupTable.column(group)
                    .equalTo(functions.col("`" + FIT + "`.`" + group.replace("`", "``") + "`")));
        }
        for (String feature : $(featureCols)) {
            features.add(GroupTable.number(feature));
        }
        PredictRow predict = new PredictRow(
                $(regression),
                $(classes).length,
                (Boolean) $(intercept),
                (Long) $(seed),
                $(handleInvalid).equals("error"),
                String.join(", ", $(groupCols)));
        Dataset<Row> predictions = table.join(of, same, "left_outer")
                .withColumn(
                        PREDICTED,
                        functions
                                .udf(predict, added)
                                .apply(
                                        functions.col("`" + FIT + "`"),
                                        functions.array(features.toArray(Column[]::new)),
                                        functions.concat_ws(", ", keys.toArray(Column[]::new))));
        if ($(handleInvalid).equals("skip")) {
            predictions =
                    predictions.filter(functions.col("`" + PREDICTED + "`").isNotNull());
        }
        for (StructField field : added.fields()) {
            predictions = predictions.withColumn(
                    field.name(),
                    functions.col("`" + PREDICTED + "`.`" + field.name().replace("`", "``") + "`"));
        }
        return predictions.drop(FIT, PREDICTED);
    }

    @Override
    public SparkFitsModel copy(ParamMap extra) {
        return copyValues(new SparkFitsModel(uid, fits), extra).setParent(parent());
    }

    @Override
    public MLWriter write() {
        return new Writer(this);
    }

    private static final class Writer extends MLWriter {
        private final SparkFitsModel model;

        Writer(SparkFitsModel model) {
            this.model = model;
        }

        @Override
        public void saveImpl(String path) {
            DefaultParamsWriter.saveMetadata(model, path, sparkSession());
            model.fits().write().parquet(path + "/fits");
        }
    }

    /** Reads what {@link #write} wrote. */
    public static MLReader<SparkFitsModel> read() {
        return new Reader();
    }

    private static final class Reader extends MLReader<SparkFitsModel> {
        @Override
        public SparkFitsModel load(String path) {
            DefaultParamsReader.Metadata metadata =
                    DefaultParamsReader.loadMetadata(path, sparkSession(), SparkFitsModel.class.getName());
            Dataset<Row> fits = sparkSession().read().parquet(path + "/fits").orderBy("problem");
            SparkFitsModel model = new SparkFitsModel(metadata.uid(), fits);
            metadata.getAndSetParams(model, metadata.getAndSetParams$default$2());
            return model;
        }
    }

    /** Reads what {@link #save} wrote. */
    public static SparkFitsModel load(String path) {
        return read().load(path);
    }
}

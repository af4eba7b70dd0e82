package io.github.elbo4j.cli.model;

import io.github.elbo4j.cli.data.Beside;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Standardization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A regression as it is fitted, and the way back from there to the scale of the data. */
public final class Problem {
    private final FitModel model;
    private final RegressionInput input; // without x
    private final double[] sds; // of the predictors
    private final boolean intercept;
    private final CoefficientPriors priors;
    private final RegressionData data;
    private final @Nullable Standardization scale;
    private final double centre; // taken out of the linear predictor
    private final double weight; // of all rows
    private final double[][] centering; // [classes][groups]; none without groups
    private final Standardization.@Nullable Affine affine;
    private final List<String> parameters;
    private @Nullable Model made;

    /**
     * A problem.
     *
     * @param intercept whether there is one
     */
    public Problem(
            FitModel model, RegressionInput input, boolean intercept, boolean standardize, CoefficientPriors priors) {
        this(model, input, intercept, standardize, priors, null);
    }

    /**
     * Rows to predict, as they are.
     *
     * @param centering of the fit's groups, [classes][groups]
     */
    public static Problem ofNewRows(
            FitModel model, RegressionInput input, boolean intercept, CoefficientPriors priors, double[][] centering) {
        return new Problem(model, input, intercept, false, priors, centering);
    }

    /** @param given centering; null to choose it by the data */
    private Problem(
            FitModel model,
            RegressionInput input,
            boolean intercept,
            boolean standardize,
            CoefficientPriors priors,
            double @Nullable [][] given) {
        this.model = model;
        this.input = input.withoutX();
        this.sds = IntStream.range(0, input.predictors().size())
                .parallel()
                .mapToDouble(input::sd)
                .toArray();
        this.intercept = intercept;
        this.priors = priors;
        RegressionData original = original(input.toData(intercept));
        this.scale = standardize ? scale(original) : null;
        this.data = scale == null ? original : scale.data();
        this.centre = standardize && intercept ? model.centre(input) : 0;
        Beside.PerRow weights = input.beside().weights();
        this.weight =
                weights == null ? input.rows() : Arrays.stream(weights.values()).sum();
        this.centering = given == null ? checked() : given;
        this.affine = makeAffine();
        List<String> names = new ArrayList<>(new RegressionModel(model, this).coordinates());
        model.ownParameters(this).forEach(own -> names.add(own.coordinate()));
        this.parameters = List.copyOf(names);
        refuseTwins();
    }

    /** The centering that suits the data, which the model does not refuse. */
    private double[][] checked() {
        model.check(this);
        double[][] chosen = new double
                [input.beside().group() == null ? 0 : model.classes(this).size()][];
        Arrays.setAll(
                chosen,
                c -> GroupCentering.of(
                        model.information(this, c), input.beside().weights(), group()));
        return chosen;
    }

    private Standardization scale(RegressionData original) {
        try {
            return Standardization.inPlace(original, model.standardizesTarget());
        } catch (IllegalArgumentException e) {
            // A column so nearly constant that only rounding tells its values apart.
            throw new InputException(input.file() + ": " + e.getMessage(), e);
        }
    }

    /** The data as they were read, a target of quantities without its offset: {@code N(y | o + m, s) = N(y − o | m, s)}. */
    private RegressionData original(RegressionData read) {
        Beside.PerRow offset = input.beside().offset();
        if (offset == null || !model.standardizesTarget()) {
            return read;
        }
        double[] y = read.y().clone();
        for (int row = 0; row < y.length; row++) {
            y[row] -= offset.values()[row];
        }
        return new RegressionData(read.columns(), read.x(), y);
    }

    private void refuseTwins() {
        Set<String> seen = new HashSet<>();
        for (String name : parameters) {
            if (!seen.add(name)) {
                throw new InputException(
                        input.file() + ": two parameters would be named \"" + name + "\". Rename a column in the file");
            }
        }
    }

    /** What was read, but for the numbers of the predictors. */
    public RegressionInput input() {
        return input;
    }

    /** The data as they are fitted. */
    RegressionData data() {
        return data;
    }

    /** Null if the data are fitted as they are. */
    @Nullable
    Standardization scale() {
        return scale;
    }

    /** What the target was divided by. */
    double targetSd() {
        return scale == null ? 1 : scale.targetSd();
    }

    boolean hasIntercept() {
        return intercept;
    }

    public CoefficientPriors priors() {
        return priors;
    }

    /** Whether the rows have neither offset, weights nor groups. */
    boolean isPlain() {
        return input.beside().equals(Beside.NONE);
    }

    /** Whether the rows have neither weights nor groups, and no offset but one that is taken from a target of quantities. */
    boolean isPlain(boolean offsetToo) {
        Beside beside = input.beside();
        return beside.weights() == null
                && beside.group() == null
                && (beside.offset() == null || (offsetToo && model.standardizesTarget()));
    }

    /** What is added to the linear predictor of each row as it is fitted; null if nothing. */
    double @Nullable [] offset() {
        Beside.PerRow given = model.standardizesTarget() ? null : input.beside().offset();
        if (given == null && centre == 0) {
            return null;
        }
        double[] offset = new double[input.rows()];
        for (int row = 0; row < offset.length; row++) {
            double own = given == null ? 0 : given.values()[row];
            offset[row] = centre + (given != null && model.offsetIsExposure() ? StrictMath.log(own) : own);
        }
        return offset;
    }

    /** The groups; there must be some. */
    Beside.Group group() {
        return Objects.requireNonNull(input.beside().group(), "no groups");
    }

    /** How far the coordinates of a class's groups are centred, [groups]. */
    double[] centering(int which) {
        return centering[which].clone();
    }

    /** {@link #centering(int)} of all classes. */
    public List<List<Double>> centering() {
        return Arrays.stream(centering)
                .map(each -> Arrays.stream(each).boxed().toList())
                .toList();
    }

    /** The regression as a model of the fitted data. */
    public Model model() {
        if (made == null) {
            made = new RegressionModel(model, this).define();
        }
        return made;
    }

    /** The priors of a coefficient of each column. */
    List<NormalPrior> coefficientPriors() {
        List<NormalPrior> all =
                new ArrayList<>(Collections.nCopies(data.columns().size(), priors.coefficient()));
        if (intercept) {
            all.set(0, priors.intercept());
        }
        return all;
    }

    /** The names of the parameters. */
    public List<String> parameters() {
        return parameters;
    }

    /** An ELBO of the fitted data, as one of the data in the file. */
    public double elbo(double fitted) {
        return model.standardizesTarget() && scale != null ? fitted - weight * StrictMath.log(targetSd()) : fitted;
    }

    /** What is to be added to log p of a row of the fitted data, for that of the data in the file. */
    public double unitOfRow(int row) {
        if (!model.standardizesTarget() || scale == null) {
            return 0;
        }
        Beside.PerRow weights = input.beside().weights();
        return -(weights == null ? 1 : weights.values()[row]) * StrictMath.log(targetSd());
    }

    /** A draw of the target as it is fitted, as one of the data in the file. */
    public double observed(int row, double fitted) {
        double moved = scale == null ? fitted : scale.targetToOriginal(fitted);
        Beside.PerRow offset = input.beside().offset();
        return offset != null && model.standardizesTarget() ? moved + offset.values()[row] : moved;
    }

    /** A draw of the coordinates of {@link #model}, as one of those of the data in the file. */
    public double[] toOriginal(double[] fitted) {
        return affine == null ? fitted : mapped(affine, fitted);
    }

    private static double[] mapped(Standardization.Affine by, double[] from) {
        int k = by.shift().length;
        double[] z = new double[from.length];
        for (int i = 0; i < z.length; i++) {
            z[i] = by.shift()[i % k] + by.scale()[i % k] * from[i];
            z[i - i % k] += i % k == 0 ? 0 : by.weights()[i % k] * from[i];
        }
        return z;
    }

    /** From the coordinates of {@link #model} back to those of the data in the file; null if they are the same. */
    Standardization.@Nullable Affine affine() {
        return affine;
    }

    private Standardization.@Nullable Affine makeAffine() {
        if (scale == null && centre == 0) {
            return null;
        }
        int coefficients = data.columns().size();
        Beside.Group group = input.beside().group();
        int groups = group == null ? 0 : 1 + group.levels().size();
        List<FitModel.OwnParameter> own = model.ownParameters(this); // there are none of several classes
        int k = coefficients + groups + own.size();
        double[] ones = new double[coefficients];
        Arrays.fill(ones, 1);
        Standardization.Affine of = scale == null
                ? new Standardization.Affine(new double[coefficients], ones, new double[coefficients])
                : scale.toOriginal(coefficients);
        double[] shift = Arrays.copyOf(of.shift(), k);
        double[] unit = Arrays.copyOf(of.scale(), k);
        double[] weights = Arrays.copyOf(of.weights(), k);
        Arrays.fill(unit, coefficients, k, 1);
        shift[0] += centre;
        double logUnit = StrictMath.log(targetSd());
        if (group != null) {
            shift[coefficients] = logUnit;
            // Of a target with a unit: a partly centred coordinate has that unit to the power of its centering.
            for (int g = 0; g < groups - 1; g++) {
                unit[coefficients + 1 + g] = StrictMath.exp(centering[0][g] * logUnit);
            }
        }
        for (int i = 0; i < own.size(); i++) {
            shift[coefficients + groups + i] = own.get(i).logInTargetUnits() ? logUnit : 0;
        }
        return new Standardization.Affine(shift, unit, weights);
    }

    /** A fit of the fitted data, as one of the data in the file. */
    public FitResult toOriginal(FitResult fitted) {
        Standardization.Affine back = model.back(this);
        return back == null ? fitted : fitted.mapped(back, this::elbo);
    }

    /** The posterior of a fit of the data in the file, as one of the fitted data. */
    public FitResult toFitted(FitResult original) {
        Standardization.Affine back = model.back(this);
        if (back == null) {
            return original;
        }
        return original.mapped(inverse(back), elbo -> elbo);
    }

    private static Standardization.Affine inverse(Standardization.Affine back) {
        int k = back.shift().length;
        double[] shift = new double[k];
        double[] scale = new double[k];
        double[] weights = new double[k];
        for (int i = 0; i < k; i++) {
            scale[i] = 1 / back.scale()[i];
            shift[i] = -back.shift()[i] * scale[i];
            // What the intercept takes up is of coefficients, which are not shifted themselves.
            weights[i] = -back.weights()[i] * scale[i] * scale[0];
        }
        return new Standardization.Affine(shift, scale, weights);
    }

    /** A posterior of the data in the file, as one of the coordinates of {@link #model}. */
    public Posterior toModel(Posterior original) {
        return affine == null ? original : original.affine(inverse(affine));
    }

    /** A draw of the data in the file, as one of the coordinates of {@link #model}. */
    public double[] toModel(double[] original) {
        return affine == null ? original : mapped(inverse(affine), original);
    }

    /** {@code log |∂y/∂z|} of the map from the coordinates of {@link #model} to those of the data in the file. */
    public double logScale() {
        double sum = 0;
        for (int i = 0; affine != null && i < parameters.size(); i++) {
            sum += StrictMath.log(affine.scale()[i % affine.scale().length]);
        }
        return sum;
    }

    /** The standard deviation of the column that each coefficient multiplies, by the coefficient's name. */
    public Map<String, Double> units() {
        Map<String, Double> units = new LinkedHashMap<>();
        int first = intercept ? 1 : 0;
        int classes = model.classes(this).size();
        int block = (parameters.size() - model.ownParameters(this).size()) / classes;
        for (int c = 0; c < classes; c++) {
            for (int j = first; j < data.columns().size(); j++) {
                units.put(parameters.get(c * block + j), sds[j - first]);
            }
        }
        return units;
    }
}

package io.github.elbo4j.report;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.Quantities;
import io.github.elbo4j.report.files.WholeFile;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.NumberOutput;

/**
 * Draws of a fit as CmdStan writes those of its variational inference, in Stan's CSV format, which ArviZ and R's package posterior
 * read: comments, a head, then the mean, then a line a draw.
 *
 * <p>The first columns are {@code lp__}, which is 0 as CmdStan has it, {@code log_p__}, the log-joint at the draw, and {@code log_g__},
 * log q there, both as densities of the coordinates that are fitted: their difference is the log importance ratio, and its mean the
 * ELBO. Elements are {@code theta.1}, {@code theta.2}, those of matrices {@code L.2.1} with the first index changing fastest. What
 * is neither letter, digit nor underscore in a name becomes an underscore; comments say what a column was called.
 */
public final class StanCsv {
    private static final String NOT_IN_NAMES = "[^A-Za-z0-9_]";

    private final FitResult fit;
    private final double[][] draws; // [S][D] of the coordinates
    private final List<String> columns;
    private final List<String> names; // what the columns are called elsewhere
    private final double[] mean; // of the columns, at the mean of the coordinates
    private final double[][] values; // [S][columns]
    private final double @Nullable [] logJoint;

    private StanCsv(
            FitResult fit,
            double[][] draws,
            List<String> columns,
            List<String> names,
            double[] mean,
            double[][] values,
            double @Nullable [] logJoint) {
        this.fit = fit;
        this.draws = draws;
        this.columns = columns;
        this.names = names;
        this.mean = mean;
        this.values = values;
        this.logJoint = logJoint;
    }

    /**
     * Draws of the parameters of a fit: {@code fit.posterior().draws(key, draws)}.
     *
     * @param draws S, 1 or more
     * @throws IllegalStateException if the posterior cannot be drawn from
     */
    public static StanCsv of(FitResult fit, Key key, int draws) {
        Posterior posterior = fit.posterior();
        double[][] z = draws(posterior, key, draws);
        List<String> names = posterior.names();
        return new StanCsv(fit, z, columns(names), names, posterior.mean(), z, null);
    }

    /**
     * The same draws, as the parameters and reports of the model on the user's scale.
     *
     * @param model that was fitted
     */
    public static StanCsv of(FitResult fit, Model model, Key key, int draws) {
        if (fit.posterior().dimensions() != model.dimensions()) {
            throw new IllegalArgumentException("the posterior has "
                    + fit.posterior().dimensions() + " coordinates, but the model has " + model.dimensions());
        }
        double[][] z = draws(fit.posterior(), key, draws);
        List<String> columns = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<int[]> orders = new ArrayList<>();
        List<String> stems = distinct(model.names());
        for (int i = 0; i < stems.size(); i++) {
            int[] extents = model.value(model.names().get(i)).extents();
            List<String> elements = model.elementNames(model.names().get(i));
            int[] order = firstIndexFastest(extents);
            orders.add(order);
            for (int element : order) {
                columns.add(stems.get(i) + indexes(extents, element));
                names.add(elements.get(element));
            }
        }
        double[][] values = Arrays.stream(z)
                .parallel()
                .map(draw -> values(model, orders, draw))
                .toArray(double[][]::new);
        double[] mean = values(model, orders, fit.posterior().mean());
        return new StanCsv(fit, z, columns, names, mean, values, null);
    }

    /**
     * The same draws, as other quantities of the coordinates.
     *
     * @param quantities with elements as {@code theta[1]} and {@code L[2,1]}, in the order in which Stan has them
     */
    public static StanCsv of(FitResult fit, Quantities quantities, Key key, int draws) {
        double[][] z = draws(fit.posterior(), key, draws);
        double[][] values = Arrays.stream(z).map(quantities.values()).toArray(double[][]::new);
        List<String> columns = quantities.names().stream()
                .map(name -> name.replace('[', '.').replace(',', '.').replace("]", ""))
                .toList();
        double[] mean = quantities.values().apply(fit.posterior().mean());
        return new StanCsv(fit, z, columns, quantities.names(), mean, values, null);
    }

    /**
     * With {@code log_p__}; without it that column is nan.
     *
     * @param values log p(x, z) at each of {@link #draws}, as a density of these coordinates
     */
    public StanCsv logJoint(double... values) {
        if (values.length != draws.length) {
            throw new IllegalArgumentException(
                    "there are " + values.length + " values of the log-joint for " + draws.length + " draws");
        }
        return new StanCsv(fit, draws, columns, names, mean, this.values, values.clone());
    }

    /** The draws of the fit's coordinates, [S][D], a copy. */
    public double[][] draws() {
        return Arrays.stream(draws).map(double[]::clone).toArray(double[][]::new);
    }

    /** What the columns of values are called, without the three before them. */
    public List<String> columns() {
        return List.copyOf(columns);
    }

    private static double[][] draws(Posterior posterior, Key key, int draws) {
        if (draws < 1) {
            throw new IllegalArgumentException("draws is " + draws + ", but must be 1 or more");
        }
        return posterior.draws(key, draws);
    }

    private static double[] values(Model model, List<int[]> orders, double[] z) {
        List<double[]> all = new ArrayList<>();
        for (int i = 0; i < orders.size(); i++) {
            Expr value = model.value(model.names().get(i));
            double[] elements = value.value(z);
            all.add(Arrays.stream(orders.get(i)).mapToDouble(e -> elements[e]).toArray());
        }
        return all.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    /** Row-major numbers of the elements, the first index changing fastest. */
    private static int[] firstIndexFastest(int[] extents) {
        int size = Arrays.stream(extents).reduce(1, Math::multiplyExact);
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int rest = i;
            int element = 0;
            int stride = size;
            for (int extent : extents) {
                stride /= extent;
                element += rest % extent * stride;
                rest /= extent;
            }
            order[i] = element;
        }
        return order;
    }

    /** {@code .2.1} of a row-major number. */
    private static String indexes(int[] extents, int element) {
        StringBuilder text = new StringBuilder();
        int rest = element;
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            text.insert(0, "." + (rest % extents[axis] + 1));
            rest /= extents[axis];
        }
        return text.toString();
    }

    /** Elements {@code u[a]}, {@code u[b]} are u.1, u.2. */
    private static List<String> columns(List<String> names) {
        Map<String, Integer> counts = new HashMap<>();
        List<String> stems =
                names.stream().map(name -> name.replaceFirst("\\[.*\\]$", "")).toList();
        List<String> whole = distinct(stems.stream().distinct().toList());
        List<String> known = stems.stream().distinct().toList();
        return IntStream.range(0, names.size())
                .mapToObj(i -> {
                    String stem = whole.get(known.indexOf(stems.get(i)));
                    boolean isElement = !stems.get(i).equals(names.get(i));
                    return isElement ? stem + "." + counts.merge(stem, 1, Integer::sum) : stem;
                })
                .toList();
    }

    /** Names of letters, digits and underscores; where two are alike, the later ones get a number. */
    private static List<String> distinct(List<String> names) {
        Set<String> taken = new HashSet<>();
        List<String> made = new ArrayList<>();
        for (String name : names) {
            String plain = name.replaceAll(NOT_IN_NAMES, "_").replaceFirst("_*$", "");
            String stem = plain.isEmpty() || Character.isDigit(plain.charAt(0)) ? "x" + plain : plain;
            String free = stem;
            for (int i = 2; !taken.add(free); i++) {
                free = stem + "_" + i;
            }
            made.add(free);
        }
        return made;
    }

    /** Writes the file; it is there whole or not at all. Returns where it is. */
    public Path write(Path file) throws IOException {
        StringBuilder text = new StringBuilder();
        head(text);
        text.append("lp__,log_p__,log_g__,").append(String.join(",", columns)).append('\n');
        line(text, Double.NaN, fit.posterior().logDensity(fit.posterior().mean()), mean);
        for (int s = 0; s < draws.length; s++) {
            double logP = logJoint == null ? Double.NaN : logJoint[s];
            line(text, logP, fit.posterior().logDensity(draws[s]), values[s]);
        }
        Path whole = file.toAbsolutePath();
        WholeFile.folder(Objects.requireNonNull(whole.getParent()));
        return WholeFile.write(whole, text.toString());
    }

    /** As CmdStan calls the covariance that there is, whatever it was found by. */
    private String algorithm() {
        boolean independent = fit.posterior() instanceof GaussianPosterior normal
                && normal.gaussian().isIndependent();
        String family = fit.family().replace("-", "");
        return family.equals("meanfield") && !independent ? "fullrank" : family;
    }

    private void head(StringBuilder text) {
        text.append("# method = variational\n#   variational\n#     algorithm = ")
                .append(algorithm())
                .append("\n#     output_samples = ")
                .append(draws.length)
                .append("\n#   random\n#     seed = ")
                .append(fit.seed())
                .append("\n# made_by = elbo4j\n# elbo4j_method = ")
                .append(fit.method())
                .append("\n# verdict = ")
                .append(fit.verdict().words().replace(' ', '_'))
                .append('\n');
        // As CmdStan has it, the first line is the mean and no draw. ArviZ, which reads files of samplers, then takes
        // it for warm-up.
        text.append("# The first line of numbers is the mean, not a draw:\n# save_warmup = 1\n# num_warmup = 1\n");
        for (int i = 0; i < columns.size(); i++) {
            if (!columns.get(i).equals(names.get(i))) {
                text.append("# column ")
                        .append(columns.get(i))
                        .append(" is ")
                        .append(Words.plain(names.get(i)).replace('=', ':'))
                        .append('\n');
            }
        }
    }

    private static void line(StringBuilder text, double logP, double logQ, double[] values) {
        text.append('0');
        number(text, logP);
        number(text, logQ);
        for (double value : values) {
            number(text, value);
        }
        text.append('\n');
    }

    private static void number(StringBuilder text, double value) {
        text.append(',');
        if (Double.isFinite(value)) {
            text.append(NumberOutput.toString(value, true)); // the same bytes on every Java
        } else {
            text.append(Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf");
        }
    }
}

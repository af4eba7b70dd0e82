package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.NumberedRows;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.deep.Autoencoder;
import io.github.elbo4j.deep.Decoder;
import io.github.elbo4j.deep.RowEvidence;
import io.github.elbo4j.deep.TrainedAutoencoder;
import io.github.elbo4j.deep.Training;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.report.DataSource.Scale;
import io.github.elbo4j.report.SavedFit;
import io.github.elbo4j.report.words.Words;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** An autoencoder that was written before. */
public final class AutoencoderPredictor implements RowPredictor {
    /** Latent dimensions that a terminal has room for. */
    private static final int SHOWN = 4;

    private final SavedFit fit;
    private final TrainedAutoencoder networks;
    private final Device device;
    private final int draws;
    private final Key key;

    /** @param draws of z for each row */
    public AutoencoderPredictor(SavedFit fit, Device device, int draws) {
        this.fit = fit;
        this.networks = Objects.requireNonNull(fit.autoencoder());
        this.device = device;
        this.draws = draws;
        // As the fit judged rows that were held out: of these it says the same, bit for bit.
        this.key = new Training().seed(fit.fit().seed()).heldOutKey();
    }

    @Override
    public String model() {
        return "an autoencoder of " + Words.count(networks.model().latent(), "latent dimension");
    }

    @Override
    public List<String> columns() {
        return Objects.requireNonNull(fit.data()).predictors();
    }

    @Override
    public List<String> heads() {
        return heads(networks.model());
    }

    /** Means, then sds. */
    public static List<String> heads(Autoencoder model) {
        List<String> heads = new ArrayList<>();
        for (String name : List.of("z", "sd")) {
            for (int i = 1; i <= model.latent(); i++) {
                heads.add(name + i);
            }
        }
        return heads;
    }

    /** Those of row n. */
    public static List<Double> code(TrainedAutoencoder.Codes codes, int n) {
        List<Double> code = new ArrayList<>();
        Arrays.stream(codes.mean()[n]).forEach(code::add);
        Arrays.stream(codes.sd()[n]).forEach(code::add);
        return code;
    }

    @Override
    public int shown() {
        return Math.min(SHOWN, networks.model().latent());
    }

    @Override
    public int draws() {
        return draws;
    }

    @Override
    public int block() {
        return TrainedAutoencoder.BLOCK;
    }

    @Override
    public List<Row> predict(NumberedRows rows, int first, int count) {
        double[][] x = fitted(rows, first, count);
        TrainedAutoencoder.Codes codes = networks.encode(device, x);
        RowEvidence evidence = networks.evidence(device, x, first, key, draws);
        List<Row> all = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            all.add(new Row(
                    rows.numberInFile(first + n),
                    code(codes, n),
                    evidence.elbo()[n],
                    evidence.elboError()[n],
                    evidence.logEvidence()[n],
                    evidence.standardError()[n],
                    evidence.kHat()[n],
                    evidence.isReliable(n)));
        }
        return all;
    }

    /** E(x | z) at the means of q(z | x), as rows of the file are. */
    public double[][] reconstruct(NumberedRows rows, int first, int count) {
        double[][] x = networks.reconstruct(device, fitted(rows, first, count));
        Map<String, Scale> scales = Objects.requireNonNull(fit.data()).scales();
        for (double[] row : x) {
            for (int i = 0; i < row.length && !scales.isEmpty(); i++) {
                row[i] = Objects.requireNonNull(scales.get(columns().get(i))).original(row[i]);
            }
        }
        return x;
    }

    /** As the fit had its own. */
    private double[][] fitted(NumberedRows rows, int first, int count) {
        int width = columns().size();
        double[] values = new double[Math.multiplyExact(count, width)];
        rows.read(first, count, values);
        Map<String, Scale> scales = Objects.requireNonNull(fit.data()).scales();
        double[][] x = new double[count][width];
        for (int i = 0; i < width; i++) {
            String column = columns().get(i);
            Scale scale = scales.isEmpty() ? new Scale(0, 1) : Objects.requireNonNull(scales.get(column));
            for (int n = 0; n < count; n++) {
                double value = values[n * width + i];
                x[n][i] = scale.fitted(value);
                boolean isPixel = x[n][i] >= 0 && x[n][i] <= 1;
                if (networks.model().decoder() == Decoder.BERNOULLI && !isPixel) {
                    throw new InputException(rows.source().file() + ", row " + rows.numberInFile(first + n)
                            + ", column " + Text.quote(column) + " is " + value
                            + ", but the fit is of values from 0 to " + scale.sd());
                }
            }
        }
        return x;
    }
}

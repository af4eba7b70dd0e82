package io.github.elbo4j.report;

import io.github.elbo4j.deep.Autoencoder;
import io.github.elbo4j.deep.Decoder;
import io.github.elbo4j.deep.TrainedAutoencoder;
import io.github.elbo4j.factors.BinaryFactors;
import io.github.elbo4j.factors.FactorModel;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.network.Activation;
import io.github.elbo4j.report.words.Words;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Makes a fit of what {@link AutoencoderReport} or {@link FactorReport} wrote. */
final class NetworksJsonReader {
    private final JsonTree file;
    private final FitJsonReader fit;

    NetworksJsonReader(JsonTree file, FitJsonReader fit) {
        this.file = file;
        this.fit = fit;
    }

    SavedFit saved() throws FitFileException {
        if (!file.has(FitJson.NETWORKS)) {
            throw file.wrong("an older version of elbo4j wrote it, which left the weights of the networks out");
        }
        DataSource data = DataSourceJson.read(file.get("data"));
        try {
            return file.get("model").string().equals(NetworksJson.VAE) ? autoencoder(data) : factors(data);
        } catch (ArithmeticException e) {
            throw file.wrong("its networks have more weights than 2^31 - 1");
        }
    }

    private SavedFit autoencoder(DataSource data) throws FitFileException {
        JsonTree of = file.get("autoencoder");
        int width = of.get("width").count();
        columns(of.get("width"), width, data.predictors());
        Autoencoder model;
        try {
            model = new Autoencoder(
                    of.get("latent").count(),
                    Arrays.stream(of.get("hidden").counts()).boxed().toList(),
                    of.get("activation").oneOf(FitJsonReader.names(Activation.values(), a -> Words.name(a, '-'))),
                    of.get("decoder").oneOf(FitJsonReader.names(Decoder.values(), d -> Words.name(d, '-'))),
                    of.get("priorComponents").count(),
                    of.get("importance").count());
        } catch (IllegalArgumentException e) {
            throw of.wrong(String.valueOf(e.getMessage()));
        }
        if (!data.scales().isEmpty()) {
            for (String column : data.predictors()) {
                file.get("data").get("scales").get(column);
            }
        }
        draws("draws", 32);
        TrainedAutoencoder networks =
                new TrainedAutoencoder(model, width, NetworksJson.arrays(file, model.extents(width)));
        List<TracePoint> trace = new ArrayList<>();
        for (JsonTree look : file.get("trace").items()) {
            trace.add(new TracePoint(look.get("step").count(), look.numberOrNone("heldOut"), 0));
        }
        return SavedFit.of(fit.result(networks.parameters(), trace), image(width), data, networks);
    }

    /** The size of the images that rows are; nothing where they are none. */
    private Map<String, Object> image(int width) throws FitFileException {
        if (!file.has("image")) {
            return Map.of();
        }
        JsonTree image = file.get("image");
        int across = image.get("width").count();
        int down = image.get("height").count();
        if ((long) across * down != width) {
            throw image.wrong("it is " + across + " × " + down + ", but rows have " + width + " elements");
        }
        return Map.of(SavedFit.IMAGE_WIDTH, (long) across, SavedFit.IMAGE_HEIGHT, (long) down);
    }

    private static void columns(JsonTree field, int count, List<String> columns) throws FitFileException {
        if (count < 1 || count != columns.size()) {
            throw field.wrong("it is " + count + ", but data.predictors are " + columns.size());
        }
    }

    /** By which the fit estimated evidence, as new rows will be. */
    private void draws(String name, int least) throws FitFileException {
        JsonTree draws = file.get("settings").get(name);
        if (draws.count() < least) {
            throw draws.wrong("it is " + draws.count() + ", but must be " + least + " or more");
        }
    }

    private SavedFit factors(DataSource data) throws FitFileException {
        FactorModel model =
                file.get("method").oneOf(FitJsonReader.names(FactorModel.values(), m -> Words.name(m, '-')));
        int count = file.get("factors").count();
        int hidden = file.get("settings").get("hidden").count();
        if (count < 1 || data.predictors().isEmpty()) {
            throw file.get("factors")
                    .wrong("it is " + count + ", and data.predictors are "
                            + data.predictors().size() + ", but there must be 1 or more of both");
        }
        draws("judgingDraws", 2);
        float[] weights = NetworksJson.arrays(
                file, BinaryFactors.extents(count, data.predictors().size(), hidden));
        BinaryFactors factors = BinaryFactors.of(model, data.predictors(), count, hidden, weights);
        List<TracePoint> trace = new ArrayList<>();
        for (JsonTree point : file.get("trace").items()) {
            trace.add(new TracePoint(
                    point.get("step").count(), point.numberOrNone("objective"), point.numberOrNone("standardError")));
        }
        return SavedFit.of(fit.result(factors.parameters(), trace), options(), data, factors);
    }

    /** The threshold above which a value was taken for 1; nothing where values are 0 and 1. */
    private Map<String, Object> options() throws FitFileException {
        return file.has(SavedFit.THRESHOLD)
                ? Map.of(SavedFit.THRESHOLD, file.get(SavedFit.THRESHOLD).number())
                : Map.of();
    }
}

package io.github.elbo4j.report;

import io.github.elbo4j.deep.TrainedAutoencoder;
import io.github.elbo4j.factors.BinaryFactors;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.mixture.MixtureDensity;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code fit.json} holds.
 *
 * @param model the model's name; empty if none was given
 * @param arguments what {@code elbo4j fit} was asked for, by which it can be made again; empty where that is not known
 * @param options what was used, of the model and of the method
 * @param data what the model was fitted to; null if that was not given
 * @param quantities what the model gives on its user's scale; empty where that is what was fitted
 * @param prior the same before the data; empty if no draws were taken from the prior
 * @param density of a mixture, what it predicts of a row: itself as EM estimates it, or the mean over its posterior; null of
 *     other models. Of several numbers of components the best was written, with the seconds of all
 * @param autoencoder the networks of a {@code vae}; null of other models
 * @param factors those of {@code factors}, with their encoder; null of other models
 */
public record SavedFit(
        FitResult fit,
        String model,
        List<String> arguments,
        Map<String, Object> options,
        @Nullable DataSource data,
        List<Marginal> quantities,
        List<Marginal> prior,
        @Nullable MixtureDensity density,
        @Nullable TrainedAutoencoder autoencoder,
        @Nullable BinaryFactors factors) {
    /** Among the options of an autoencoder of images: their width in pixels. */
    public static final String IMAGE_WIDTH = "imageWidth";
    /** And their height. */
    public static final String IMAGE_HEIGHT = "imageHeight";
    /** Among the options of factors: the number above which a value was taken for 1; missing where values are 0 and 1. */
    public static final String THRESHOLD = "threshold";

    public SavedFit {
        arguments = List.copyOf(arguments);
        options = Map.copyOf(options);
        quantities = List.copyOf(quantities);
        prior = List.copyOf(prior);
    }

    /** Of a model of parameters. */
    SavedFit(
            FitResult fit,
            String model,
            List<String> arguments,
            Map<String, Object> options,
            @Nullable DataSource data,
            List<Marginal> quantities,
            List<Marginal> prior) {
        this(fit, model, arguments, options, data, quantities, prior, null, null, null);
    }

    /** Of a mixture. */
    static SavedFit of(FitResult fit, @Nullable DataSource data, MixtureDensity density) {
        return new SavedFit(fit, "mixture", List.of(), Map.of(), data, List.of(), List.of(), density, null, null);
    }

    /** Of an autoencoder. */
    static SavedFit of(FitResult fit, Map<String, Object> options, DataSource data, TrainedAutoencoder networks) {
        return new SavedFit(
                fit, NetworksJson.VAE, List.of(), options, data, List.of(), List.of(), null, networks, null);
    }

    /** Of binary factors. */
    static SavedFit of(FitResult fit, Map<String, Object> options, DataSource data, BinaryFactors factors) {
        return new SavedFit(
                fit, NetworksJson.FACTORS, List.of(), options, data, List.of(), List.of(), null, null, factors);
    }
}

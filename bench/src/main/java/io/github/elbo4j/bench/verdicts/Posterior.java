package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.bench.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * A posterior whose answer is known.
 *
 * @param reference what long runs of HMC found, by the parameter's name
 */
record Posterior(String name, Target target, Map<String, Reference> reference) {
    private static final String SUFFIX = ".reference.json";

    /** The mean and the standard deviation of a parameter. */
    record Reference(double mean, double sd) {}

    /**
     * All of a folder, sorted by name: {@code NAME.reference.json} names its model and the file of its data.
     *
     * @param models makes a model with its data, by the model's name
     */
    static List<Posterior> of(Path folder, BiFunction<String, Data, Target> models) {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the folder " + folder, e);
        }
        return files.stream().map(file -> read(folder, file, models)).toList();
    }

    private static Posterior read(Path folder, Path file, BiFunction<String, Data, Target> models) {
        try {
            Map<String, Object> json = Json.read(file);
            Path dataFile = folder.resolve(text(json, "data"));
            if (!Files.exists(dataFile)) {
                throw new IllegalArgumentException("the data, " + dataFile + ", are not there");
            }
            Target target = models.apply(text(json, "model"), new Data(Json.read(dataFile)));
            Map<String, Reference> reference = new LinkedHashMap<>();
            Json.map(json.get("parameters")).forEach((parameter, value) -> {
                Data numbers = new Data(Json.map(value));
                reference.put(parameter, new Reference(numbers.number("mean"), numbers.number("sd")));
            });
            List<String> missing = new ArrayList<>(reference.keySet());
            missing.removeAll(target.parameters());
            if (!missing.isEmpty() || reference.isEmpty()) {
                throw new IllegalArgumentException("the model has the parameters " + target.parameters()
                        + ", but the reference " + reference.keySet());
            }
            String name = file.getFileName().toString();
            return new Posterior(name.substring(0, name.length() - SUFFIX.length()), target, reference);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    private static String text(Map<String, Object> json, String name) {
        if (json.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("there is no text '" + name + "'");
    }
}

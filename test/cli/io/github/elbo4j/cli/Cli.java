package io.github.elbo4j.cli;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.model.FitModel;
import io.github.elbo4j.cli.model.Models;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Runs the command line in this process. */
public final class Cli {
    private Cli() {}

    public record Outcome(int exit, String out, String err) {
        /** The error stream with its lines put together again. */
        public String words() {
            return err.replaceAll("\\s+", " ");
        }
    }

    public static Outcome run(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            words[i] = args[i].toString();
        }
        int exit = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
        return new Outcome(exit, out.toString(), err.toString());
    }

    /** Whether the device opens here. */
    public static boolean opens(String device) {
        return Devices.list().stream().anyMatch(d -> d.name().equals(device) && d.opens());
    }

    /** One of the models that {@code fit} knows. */
    public static FitModel model(String name) {
        return Models.TABLE.stream()
                .map(Supplier::get)
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The names of the fields of the outermost object of a JSON text, in order. */
    public static List<String> fields(String json) {
        List<String> fields = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
            int depth = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (token == JsonToken.PROPERTY_NAME && depth == 1) {
                    fields.add(parser.currentName());
                }
            }
        }
        return fields;
    }

    /** One of the data sets that ship with elbo4j. */
    public static Path data(String name) {
        return Path.of(System.getProperty("elbo4j.root"), "test", "data", name);
    }

    public static Path file(Path folder, String name, String content) {
        try {
            return Files.write(folder.resolve(name), content.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

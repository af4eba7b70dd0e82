package io.github.elbo4j.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultPrettyPrinter;

/** Files of results: where, when, with what; then the figures. */
final class Json {
    /** What stands after the head. */
    interface Body {
        void write(JsonGenerator json);
    }

    private Json() {}

    /** Writes {@code {"what", "date", "quick", "machine", …body}}. */
    static void write(Path file, String what, boolean quick, Machine machine, Body body) {
        ObjectWriteContext pretty = new ObjectWriteContext.Base() {
            @Override
            public PrettyPrinter getPrettyPrinter() {
                return new DefaultPrettyPrinter();
            }

            @Override
            public boolean hasPrettyPrinter() {
                return true;
            }
        };
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try (var writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
                    JsonGenerator json = JsonFactory.builder()
                            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                            .build()
                            .createGenerator(pretty, writer)) {
                json.writeStartObject();
                json.writeStringProperty("what", what);
                json.writeStringProperty(
                        "date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
                json.writeBooleanProperty("quick", quick);
                json.writeObjectPropertyStart("machine");
                json.writeStringProperty("cpu", machine.cpu());
                json.writeNumberProperty("cores", machine.cores());
                json.writeStringProperty("system", machine.system());
                json.writeStringProperty("jdk", machine.jdk());
                json.writeNumberProperty("vectorBits", machine.vectorBits());
                json.writeEndObject();
                body.write(json);
                json.writeEndObject();
                json.flush();
                writer.newLine();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}

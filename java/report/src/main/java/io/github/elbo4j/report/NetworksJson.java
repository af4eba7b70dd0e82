package io.github.elbo4j.report;

import io.github.elbo4j.infer.FitResult;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/**
 * Trained networks as JSON, there and back. They stand in {@code fit.json} itself, array by array, each with its name, its shape and its
 * elements row-major as little-endian float32 in base64: so they have their exact bits in 5.4 characters a weight, and a file holds
 * a fit whole or not at all.
 */
final class NetworksJson {
    /** The models that have networks. */
    static final String VAE = "vae";

    static final String FACTORS = "factors";

    private NetworksJson() {}

    /** Whether a file is of a model with networks; one of parameters may have any name. */
    static boolean isModel(JsonTree file) throws FitFileException {
        return !file.has(FitJson.PARAMETERS)
                && List.of(VAE, FACTORS).contains(file.get("model").text());
    }

    /** What is needed to go on with a fit, behind what is to be read. */
    static void write(JsonGenerator json, FitResult fit, DataSource data) {
        json.writeNumberProperty("format", FitJson.FORMAT);
        json.writeStringProperty("family", fit.family());
        FitJsonWriter.estimate(json, "elbo", fit.elbo());
        FitJsonWriter.estimate(json, "logEvidence", fit.logEvidence());
        Json.number(json, "kHat", fit.kHat());
        Json.number(json, "efficiency", fit.assessment().efficiency());
        Json.fields(json, "settings", fit.settings());
        FitJsonWriter.writeRun(json, fit);
        DataSourceJson.write(json, data);
    }

    /**
     * The arrays.
     *
     * @param extents of each by name
     * @param weights all elements row-major, array after array
     */
    static void arrays(JsonGenerator json, Map<String, int[]> extents, float[] weights) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, weights.length))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(weights);
        json.writeArrayPropertyStart(FitJson.NETWORKS);
        extents.forEach((name, shape) -> {
            byte[] own = new byte[Float.BYTES * size(shape)];
            bytes.get(own);
            json.writeStartObject();
            json.writeStringProperty("name", name);
            json.writeArrayPropertyStart("shape");
            for (int extent : shape) {
                json.writeNumber(extent);
            }
            json.writeEndArray();
            json.writeStringProperty("float32", Base64.getEncoder().encodeToString(own));
            json.writeEndObject();
        });
        json.writeEndArray();
    }

    /**
     * The elements of the arrays.
     *
     * @param extents that they must have
     */
    static float[] arrays(JsonTree file, Map<String, int[]> extents) throws FitFileException {
        List<JsonTree> items = file.get(FitJson.NETWORKS).items();
        if (items.size() != extents.size()) {
            throw file.get(FitJson.NETWORKS)
                    .wrong("it has " + items.size() + " arrays, but the model has " + extents.size() + ": "
                            + String.join(", ", extents.keySet()));
        }
        float[] all =
                new float[extents.values().stream().mapToInt(NetworksJson::size).reduce(0, Math::addExact)];
        int at = 0;
        int next = 0;
        for (Map.Entry<String, int[]> each : extents.entrySet()) {
            at = array(items.get(next++), each.getKey(), each.getValue(), all, at);
        }
        return all;
    }

    private static int array(JsonTree item, String wanted, int[] shape, float[] into, int from)
            throws FitFileException {
        JsonTree name = item.get("name");
        if (!name.string().equals(wanted)) {
            throw name.wrong("it is \"" + name.string() + "\", but must be \"" + wanted + "\"");
        }
        if (!Arrays.equals(item.get("shape").counts(), shape)) {
            throw item.get("shape")
                    .wrong("it is " + Arrays.toString(item.get("shape").counts()) + ", but " + wanted
                            + " of this model must have " + Arrays.toString(shape));
        }
        JsonTree text = item.get("float32");
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text.string());
        } catch (IllegalArgumentException e) {
            throw text.wrong("it is no base64: " + e.getMessage());
        }
        if (bytes.length != (long) Float.BYTES * size(shape)) {
            throw text.wrong("it holds " + bytes.length + " bytes, but " + size(shape) + " numbers of float32 have "
                    + (long) Float.BYTES * size(shape));
        }
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(into, from, size(shape));
        for (int i = 0; i < size(shape); i++) {
            if (!Float.isFinite(into[from + i])) {
                throw text.wrong("number " + (i + 1) + " is " + into[from + i] + ", but must be finite");
            }
        }
        return from + size(shape);
    }

    private static int size(int[] shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }
}

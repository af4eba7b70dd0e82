package io.github.elbo4j.report;

import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** {@code fit.json}, which {@link Report#write} writes. */
public final class FitJson {
    /** What a file says of how it is written; another number is another version's. */
    static final int FORMAT = 1;

    static final String GRADIENT = "gradient";
    /** What is shown; where that is not what was fitted, {@link #COORDINATES} are. The covariance is of what was fitted. */
    static final String PARAMETERS = "parameters";

    static final String COVARIANCE = "covariance";
    static final String ACCOUNTS = "accounts";
    /** Behind the name of a number, its Monte Carlo error. */
    static final String ERROR = "Error";

    /** Of the chains of an account, for each number. */
    static final String R_HAT = "rHat";

    static final String BULK_ESS = "bulkEss";
    static final String TAIL_ESS = "tailEss";

    static final String COORDINATES = "coordinates";
    /** The components of a mixture, in the place of parameters. */
    static final String MIXTURE = "mixture";
    /** The arrays of trained networks, in the place of parameters. */
    static final String NETWORKS = "networks";
    /** False of a number that has one sign by nature; left out of others. */
    static final String EITHER_SIGN = "eitherSign";
    /** Kinds of posteriors that can be read back. */
    static final String GAUSSIAN = "gaussian";

    static final String INDEPENDENT = "independent normals";
    /** What {@code elbo4j fit} was asked for. */
    static final String ARGUMENTS = "arguments";
    /** Hashes of the states on the way. */
    static final String TRAIL = "trail";

    static final String TRAIL_VERSION = "trailVersion";
    /** Of the tournament that a fit won. */
    static final String ENTRANTS = "entrants";
    /** Of a regression in closed form: what its means and covariance do not tell. */
    static final String REGRESSION = "regression";

    /** A mixture of Gaussians over the parameters: its weights, means and covariances. */
    static final String NORMAL_MIXTURE = "normalMixture";

    private FitJson() {}

    /** Why a fit is not simply good. */
    static void concerns(JsonGenerator json, List<Concern> concerns) {
        json.writeArrayPropertyStart("concerns");
        for (Concern concern : concerns) {
            json.writeStartObject();
            json.writeStringProperty("kind", Words.name(concern.kind(), ' '));
            json.writeStringProperty("verdict", concern.verdict().words());
            if (concern.parameter() != null) {
                json.writeStringProperty("parameter", concern.parameter());
            }
            json.writeStringProperty("words", concern.words());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** The first fields of a file that is no fit: its format, the model, and what data it is of. */
    static void begin(JsonGenerator json, String model, @Nullable DataSource data) {
        json.writeNumberProperty("format", FORMAT);
        json.writeStringProperty("model", model);
        if (data != null) {
            json.writeStringProperty("data", data.file());
            json.writeStringProperty("sha256", data.sha256());
            json.writeNumberProperty("rows", data.rows());
        }
    }

    /** What the quantile at a probability is called: {@code q05}. */
    static String quantile(double probability) {
        long percent = Math.round(100 * probability);
        return (percent < 10 ? "q0" : "q") + percent;
    }

    /**
     * The fit that a file holds, equal to the one that was written.
     *
     * @throws FitFileException if the file is no {@code fit.json} of this version, is damaged, or leaves the covariance out; it
     *     says in which field
     */
    public static FitResult read(Path file) throws IOException {
        return open(file).fit();
    }

    /** The same, and what the file says of model and data. */
    public static SavedFit open(Path file) throws IOException {
        return new FitJsonReader(JsonTree.read(file)).saved();
    }

    /** The name of an arithmetic that is not the ordinary one. */
    static Optional<String> special(Arithmetic arithmetic) {
        return arithmetic == Arithmetic.EXACT ? Optional.empty() : Optional.of(Words.name(arithmetic, '-'));
    }

    /** The name of a source of normals that is not the ordinary one. */
    static Optional<String> special(Rng rng) {
        return rng == Rng.PHILOX ? Optional.empty() : Optional.of(Words.name(rng, '-'));
    }
}

package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.Digest;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.model.StanScale;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.StanModel;
import io.github.elbo4j.report.ModelDescription;
import io.github.elbo4j.report.Report;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A Stan program with its data. */
final class StanSubject implements Subject {
    /** As {@code fit.json} calls such models. */
    static final String KIND = "stan";
    /** Among its options: the name of the data, and what their bytes are. */
    static final String DATA = "data";

    static final String DATA_DIGEST = "dataSha256";

    private final StanModel program;
    private final StanScale scale;
    private final String heading;
    private final Map<String, Object> used = new LinkedHashMap<>();

    StanSubject(StanOptions options, StanModel program, StanScale scale) {
        this.program = program;
        this.scale = scale;
        Path data = options.data;
        this.heading = "Stan model " + program.name() + (data == null ? "" : " of " + data.getFileName());
        used.put(Saved.PROGRAM, program.name());
        used.put("library", String.valueOf(options.library.getFileName()));
        if (data != null) {
            used.put(DATA, String.valueOf(data.getFileName()));
            used.put(DATA_DIGEST, Digest.sha256(data));
        }
    }

    @Override
    public List<String> parameters() {
        return scale.names();
    }

    /** Its draws are evaluated on the host, so a GPU would only wait for them. */
    @Override
    public int rows() {
        return 0;
    }

    @Override
    public LogJoint joint(Device device) {
        HostLogJoint joint = program.logJoint();
        return HostLogJoint.ofBlock(scale.names(), joint::evaluate).with(joint.quantities());
    }

    @Override
    public @Nullable Model model() {
        return null;
    }

    @Override
    public void checkBatch(int batch) {
        throw new InputException("--batch needs rows, but a Stan program has its data by itself");
    }

    @Override
    public FitResult saved(Saved saved) {
        return saved.ofProgram(KIND, program.name(), scale.names());
    }

    @Override
    public Report report(FitResult fitted) {
        return Report.of(fitted).model(new ModelDescription(KIND, heading, "", scale.note(), scale.logarithms(), used));
    }

    @Override
    public List<Marginal> prior(int draws, long seed) {
        throw new InputException("--prior-predictive needs priors, but a Stan program has them by itself");
    }

    @Override
    public String afterwards(FitResult fitted) {
        String rejection = program.rejection();
        return fitted.verdict() == Verdict.GOOD || rejection == null
                ? ""
                : "Stan refused some draws, which count as impossible; of the latest it said: " + rejection;
    }

    @Override
    public void close() {
        program.close();
    }
}

package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.Digest;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.model.StanScale;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.model.StanModel;
import io.github.elbo4j.report.StanCsv;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A fit of a Stan program that was written before, with its library and the very data that it is of. */
public final class StanFit implements AutoCloseable {
    private final FitResult fit;
    private final StanModel program;

    private StanFit(FitResult fit, StanModel program) {
        this.fit = fit;
        this.program = program;
    }

    /** Whether a fit is of a Stan program. */
    public static boolean is(Saved saved) {
        return saved.fit().model().equals(StanSubject.KIND);
    }

    /** The program that was fitted. */
    public static StanFit of(Saved saved, Path library, @Nullable Path data) {
        if (!is(saved)) {
            throw saved.refusal("is of the model " + saved.fit().model() + ", which needs no --stan");
        }
        Object name = saved.fit().options().get(StanSubject.DATA);
        if (name != null && data == null) {
            throw saved.refusal("is of a Stan program with the data in " + name + ": name them with --data");
        }
        Object digest = saved.fit().options().get(StanSubject.DATA_DIGEST);
        if (data != null && !Objects.equals(digest, Digest.sha256(data))) {
            throw new InputException(
                    "--data: " + data.getFileName() + " is not the file that the fit in " + saved.file() + " is of"
                            + (name == null ? ", which has no data" : ": its content differs from that of " + name));
        }
        StanModel program = StanOptions.open(library, data, saved.fit().fit().seed());
        try {
            FitResult fit = saved.ofProgram(
                    StanSubject.KIND, program.name(), StanScale.of(program).names());
            return new StanFit(fit, program);
        } catch (RuntimeException e) {
            program.close();
            throw e;
        }
    }

    /** Draws of it as the program's own parameters, with log p of each. */
    public StanCsv draws(Key key, int draws) {
        StanCsv csv = StanCsv.of(fit, program.logJoint().quantities(), key, draws);
        double[] flat =
                Arrays.stream(csv.draws()).flatMapToDouble(Arrays::stream).toArray();
        double[] values = new double[draws];
        program.logJoint().evaluate(draws, flat, values, null);
        return csv.logJoint(values);
    }

    @Override
    public void close() {
        program.close();
    }
}

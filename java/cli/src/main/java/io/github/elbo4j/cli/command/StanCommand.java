package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.Digest;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.model.StanScale;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.StanModel;
import io.github.elbo4j.report.ModelDescription;
import io.github.elbo4j.report.Report;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code elbo4j fit --stan}: a model that BridgeStan has compiled. */
@Command(
        name = "--stan",
        description = {
            "A Stan model that BridgeStan 2.0 or later has compiled to a shared library, and its data in JSON; needs"
                    + " JDK 22 or later.",
            "What is fitted are Stan's unconstrained parameters: a positive one is shown by its logarithm."
        },
        footer = "elbo4j fit --stan schools_model.so --data schools.json",
        sortOptions = false)
final class StanCommand implements Callable<Integer> {
    /** As {@code fit.json} calls such models. */
    private static final String MODEL = "stan";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(
            paramLabel = "LIBRARY",
            description = "What BridgeStan has made of the program, such as schools_model.so.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path library;

    @Option(
            names = "--data",
            paramLabel = "FILE.json",
            description = "The data, in JSON as CmdStan takes it. Without it, the program gets none.")
    private @Nullable Path data;

    @Mixin
    private final MethodOptions options = new MethodOptions();

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        options.validate(command);
        options.needLearningRate(command, "a Stan model");
        try (StanModel model = open()) {
            StanScale scale = StanScale.of(model);
            FitResult first = options.continued == null
                    ? null
                    : Continued.read(options.continued, MODEL, model.name(), scale.names());
            String name = MethodOptions.stem(data == null ? library : data);
            return new Fitting(command, options).run(new Program(model, scale, first), name);
        }
    }

    private StanModel open() {
        try {
            return StanModel.open(library, data, (int) options.seed);
        } catch (UnsupportedOperationException e) {
            throw new InputException("--stan: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new InputException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The program with its data. */
    private final class Program implements Fitting.Subject {
        private final StanModel model;
        private final StanScale scale;
        private final @Nullable FitResult first;
        private final Map<String, Object> used = new LinkedHashMap<>();

        Program(StanModel model, StanScale scale, @Nullable FitResult first) {
            this.model = model;
            this.scale = scale;
            this.first = first;
            used.put(Continued.PROGRAM, model.name());
            used.put("library", String.valueOf(library.getFileName()));
            if (data != null) {
                used.put("data", String.valueOf(data.getFileName()));
                used.put("dataSha256", Digest.sha256(data));
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
            return HostLogJoint.ofBlock(scale.names(), model.logJoint()::evaluate);
        }

        @Override
        public @Nullable FitResult first() {
            return first;
        }

        @Override
        public Report report(FitResult fitted) {
            String heading = "Stan model " + model.name() + (data == null ? "" : " of " + data.getFileName());
            return Report.of(fitted)
                    .model(new ModelDescription(MODEL, heading, "", scale.note(), scale.logarithms(), used));
        }

        @Override
        public String afterwards(FitResult fitted) {
            String rejection = model.rejection();
            return fitted.verdict() == Verdict.GOOD || rejection == null
                    ? ""
                    : "Stan refused some draws, which count as impossible; of the latest it said: " + rejection;
        }
    }
}

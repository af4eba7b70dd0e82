package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.Digest;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.ModelTable;
import io.github.elbo4j.cli.model.JavaModel;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.Grouping;
import io.github.elbo4j.report.ModelDescription;
import io.github.elbo4j.report.Report;
import io.github.elbo4j.report.words.Words;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** A model of a Java file with its table. */
final class JavaSubject implements Subject {
    /** What {@code fit.json} calls such models. */
    static final String KIND = "java";

    private final CommandLine command;
    private final Path path;
    private final JavaModel source;
    private final Model model;
    private final @Nullable ModelTable table;

    JavaSubject(CommandLine command, Path path, JavaModel source, Model model, @Nullable ModelTable table) {
        this.command = command;
        this.path = path;
        this.source = source;
        this.model = model;
        this.table = table;
    }

    @Override
    public List<String> parameters() {
        return model.coordinateNames();
    }

    @Override
    public int rows() {
        return model.rows();
    }

    @Override
    public LogJoint joint(Device device) {
        try {
            return model.logJoint(device);
        } catch (IllegalArgumentException e) {
            throw source.refusal(e);
        }
    }

    @Override
    public Model model() {
        return model;
    }

    @Override
    public void checkBatch(int batch) {
        if (model.rows() == 0) {
            throw new InputException("--batch needs rows, but the model in " + source.file()
                    + " has not taken those of its table; let it begin with data = m.rows(data)");
        }
        if (batch > model.rows()) {
            throw new ParameterException(
                    command, "--batch is " + batch + ", but the model has only " + Words.count(model.rows(), "row"));
        }
    }

    @Override
    public FitResult saved(Saved saved) {
        return saved.ofProgram(KIND, source.name(), model.coordinateNames());
    }

    @Override
    public Report report(FitResult fitted) {
        Map<String, Object> used = new LinkedHashMap<>();
        used.put(Saved.PROGRAM, source.name());
        used.put("source", source.file());
        used.put("sourceSha256", Digest.sha256(path));
        Report report =
                Report.of(fitted).model(new ModelDescription(KIND, "Model " + source.name(), "", "", Map.of(), used));
        if (table == null) {
            return report;
        }
        return report.about(new DataSource(
                table.file(),
                table.sha256(),
                table.rows(),
                "",
                List.of(),
                table.droppedRows(),
                List.of(),
                table.notes(),
                Map.of(),
                groupings(table.table())));
    }

    private static List<Grouping> groupings(Table table) {
        return table.levelsInUse().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(each -> new Grouping(each.getKey(), each.getValue().elements(), List.of()))
                .toList();
    }

    @Override
    public Report quantities(Report report) {
        return Quantities.shown(model, report);
    }

    @Override
    public List<Marginal> prior(int draws, long seed) {
        return PriorMarginals.of(model, draws, seed, z -> z, (row, y) -> y);
    }
}

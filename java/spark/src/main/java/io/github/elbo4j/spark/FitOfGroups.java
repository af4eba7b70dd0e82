package io.github.elbo4j.spark;

import io.github.elbo4j.cli.command.Exit;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.report.GroupFit;
import io.github.elbo4j.report.ModelDescription;
import io.github.elbo4j.report.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** A fit for each group of rows, written as {@code fits.jsonl} and {@code report.html}. */
final class FitOfGroups {
    private final FitTask task;

    FitOfGroups(FitTask task) {
        this.task = task;
    }

    /**
     * Fits and writes what is not written yet.
     *
     * @return the exit code
     */
    int run(JavaSparkContext context) throws IOException {
        InputTable input = task.input();
        String name = task.regression().name();
        Path out = task.origin().out();
        String column = String.valueOf(input.source().by());
        GroupTable groups = Jobs.described(context, "elbo4j: the groups of " + column, () -> CellGroups.table(input));
        int count = groups.keys().size();
        CellGroups model = new CellGroups(
                task.regression(), input.source(), input.names(), input.firstLine(), task.method(), task.seed());
        Broadcast<List<String>> names =
                context.broadcast(groups.keys().stream().map(CellGroups::label).toList());
        JavaRDD<String> lines = groups.cells(input.names(), GroupWaves.partitions(count, task.tasks()))
                .mapPartitions(new GroupFitter<>(model, DeviceChoice.assigned()), true)
                .map(outcome -> line(names.value().get(outcome.group()), name, outcome));
        GroupWaves waves = new GroupWaves(lines, count, out);
        int there = waves.run(context, task.tasks(), known(groups));
        GroupsReport report = new GroupsReport(GroupsReport.MOST).read(out.resolve("fits.jsonl"));
        Path page = report.write(
                out,
                "Model " + name + ", a fit for each " + column + " of "
                        + input.source().name(),
                task.origin().command(),
                "executors of Spark; results do not depend on them");
        waves.finished();
        names.destroy();
        task.said()
                .println(report.verdicts().inWords() + (there > 0 ? "; fitted before: " + there : "") + "; written: "
                        + out.resolve("fits.jsonl") + ", " + page);
        return report.verdicts().worst() != Verdict.DO_NOT_TRUST
                ? Exit.GOOD
                : report.verdicts().isBroken() ? Exit.BROKEN : Exit.BAD_FIT;
    }

    /** What tells these fits from others. */
    private String known(GroupTable groups) {
        InputTable input = task.input();
        return String.join(
                "\n",
                task.regression().toString(),
                input.source().toString(),
                input.names().toString(),
                input.digest().sha256(),
                task.method(),
                "seed " + task.seed(),
                groups.counted());
    }

    private static String line(String group, String model, GroupOutcome outcome) {
        FitResult fit = outcome.fit();
        return fit == null
                ? GroupFit.failed(group, outcome.group(), outcome.rows(), outcome.reason(), outcome.broken())
                        .line()
                : GroupFit.of(
                                group,
                                outcome.group(),
                                outcome.rows(),
                                Report.of(fit).model(ModelDescription.of(model)))
                        .line();
    }
}

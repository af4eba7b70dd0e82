package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.subject.Groups;
import io.github.elbo4j.cli.subject.ModelOptions;
import io.github.elbo4j.cli.subject.Subject;
import io.github.elbo4j.cli.view.GroupsView;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.Attempt;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.ManyFits;
import io.github.elbo4j.report.GroupFit;
import io.github.elbo4j.report.GroupVerdicts;
import io.github.elbo4j.report.GroupsPage;
import io.github.elbo4j.report.Report;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** {@code elbo4j fit MODEL --by COLUMN}: a fit for each group of rows, many at a time, each the one of its rows alone. */
final class GroupFits {
    private final CommandLine command;
    private final MethodOptions options;
    private final Console console;
    private final Groups groups;
    private final int batch;
    private final List<GroupFit> done = new ArrayList<>();
    private final GroupVerdicts verdicts = new GroupVerdicts();

    GroupFits(CommandLine command, MethodOptions options, Groups groups, int batch) {
        this.command = command;
        this.options = options;
        this.console = new Console(command, options.run.isSilent());
        this.groups = groups;
        this.batch = batch;
    }

    /**
     * Fits, writes and prints.
     *
     * @return the exit code
     */
    int run(ModelOptions model) {
        Devices.Request request = options.run.request(command).withThreads(1);
        String device;
        boolean onGpu;
        try (Device first = ComputeOptions.choose(request).device()) {
            device = first.description();
            onGpu = first.name().startsWith("cuda");
        }
        int workers = onGpu ? 1 : options.run.threads == null ? Devices.defaultThreads() : options.run.threads;
        if (onGpu) {
            console.note("on a GPU the groups are fitted one after the other; small ones are faster with --device cpu");
        }
        Path folder = options.run.folder("fit-" + model.stem());
        Path lines = folder.resolve("fits.jsonl");
        AtomicReferenceArray<@Nullable Report> reports =
                new AtomicReferenceArray<>(groups.names().size());
        try (GroupsView view = new GroupsView(
                        console.err(), options.run.isSilent(), groups.names().size());
                Interruption interruption = new Interruption(view::say)) {
            try (Writer writer = Files.newBufferedWriter(lines, StandardCharsets.UTF_8)) {
                new ManyFits(() -> ComputeOptions.choose(request).device(), workers)
                        .cancelled(interruption)
                        .observer(attempt -> write(writer, view, attempt, reports.getAndSet(attempt.problem(), null)))
                        .fit(groups.names().size(), (on, group) -> {
                            Report report = fit(on, group, interruption);
                            reports.set(group, report);
                            return report.fit();
                        });
            } catch (UncheckedIOException e) {
                throw OutputFolder.unwritable(folder, Objects.requireNonNull(e.getCause()));
            } catch (IOException e) {
                throw OutputFolder.unwritable(folder, e);
            }
            interruption.fitEnded();
            view.end();
            List<Path> written = Ending.written(
                    console,
                    () -> List.of(
                            lines,
                            page().write(folder, console.commandLine(), device + "; results do not depend on it")));
            if (options.run.json) {
                done.forEach(each -> console.out().print(each.line()));
            } else {
                GroupsView.print(console.out(), done, heading(), written);
            }
            console.out().flush();
            return exit(written, interruption);
        }
    }

    private Report fit(Device device, int group, Interruption interruption) {
        Fitting.Task task = new Fitting.Task("", batch, null, group);
        try (Subject subject = groups.open(group)) {
            String method = options.ofGroup(command, subject);
            FitMethods.check(method, subject);
            if (batch > 0) {
                subject.checkBatch(batch);
            }
            FitResult fitted =
                    new FitMethods(command, options, task, interruption, progress -> {}).fit(method, device, subject);
            Report report = subject.report(fitted).covariance(options.covariance);
            try {
                return subject.quantities(device, report);
            } catch (IllegalStateException e) { // a covariance that is not positive definite
                return report;
            }
        }
    }

    private void write(Writer writer, GroupsView view, Attempt attempt, @Nullable Report report) {
        int group = attempt.problem();
        String name = groups.names().get(group);
        RuntimeException failure = attempt.failure();
        GroupFit fit = report != null || failure == null
                ? GroupFit.of(name, group, groups.rows(group), Objects.requireNonNull(report))
                : GroupFit.failed(
                        name, group, groups.rows(group), GroupFailure.words(failure), GroupFailure.isBroken(failure));
        done.add(fit);
        verdicts.add(fit);
        view.done(done.size());
        try {
            writer.write(fit.line());
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String heading() {
        return "Model " + command.getCommandName() + ", a fit for each " + groups.column() + " of " + groups.file();
    }

    private GroupsPage page() {
        return new GroupsPage(done, verdicts, heading(), Words.count(done.size(), "group") + ", each fitted alone");
    }

    private int exit(List<Path> written, Interruption interruption) {
        int code = Ending.exit(written, interruption, verdicts.worst());
        return code == Exit.BAD_FIT && verdicts.isBroken() ? Exit.BROKEN : code;
    }
}

package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.subject.Saved;
import io.github.elbo4j.cli.subject.Subject;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.cli.view.VerificationView;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.Trail;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code elbo4j verify}. */
@Command(
        name = "verify",
        description = {
            "Makes a fit again, on any device, and says whether its bits are those of the fit: the states of its steps, of which"
                    + " fit.json has a hash every 100 steps, and every number of the result.",
            "With --steps, the states of these steps alone. Steps are taken from the first on, since each depends on all before it."
                    + " A fit that was interrupted is compared as far as it went; a fit in fast arithmetic or with cuRAND's draws"
                    + " on devices of its kind only."
        },
        footer = {"elbo4j verify elbo4j-fit-air --data test/data/air.csv", "elbo4j verify elbo4j-fit-air --steps 0-100"
        },
        exitCodeList = {
            "0:all bits agree",
            "1:they do not; the first step or number that differs is named",
            "2:" + Exit.BAD_INPUT_MEANS,
            "3:" + Exit.BROKEN_MEANS
        },
        sortOptions = false)
public final class VerifyCommand implements Callable<Integer> {
    private static final Pattern STEPS = Pattern.compile("(\\d{1,9})-(\\d{1,9})");

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FIT", description = "The folder that a fit was written to, or its fit.json.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path fit;

    @Option(
            names = "--steps",
            paramLabel = "A-B",
            description = "Compare the states of the steps from A to B only, such as 1000-2000.")
    private @Nullable String steps;

    @Option(
            names = "--data",
            paramLabel = "FILE.csv",
            description =
                    "The very data that was fitted. Default: the file of that name here, or beside the folder of the fit.")
    private @Nullable Path data;

    @Option(
            names = "--model",
            paramLabel = "Model.java",
            description = "Of a fit of a model of your own, or of a Stan model: its file.")
    private @Nullable Path model;

    @Option(names = "--continue", paramLabel = "FIT", description = "Of a fit that went on from another one: that one.")
    private @Nullable Path continued;

    @Mixin
    private final ComputeOptions run = new ComputeOptions();

    @Option(names = "--json", description = "Print one line of JSON and nothing else.")
    private boolean json;

    @Option(names = "--quiet", description = "No progress and no notes: the result only.")
    private boolean quiet;

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        Console console = new Console(command, quiet || json);
        run.validate(command);
        int[] asked = steps == null ? null : range(command, steps);
        Saved saved = Saved.open("FIT", fit);
        FitResult fitted = saved.fit().fit();
        Replay replay = new Replay(saved, fit, data, model, continued);
        sameKind(fitted);
        boolean isCutShort = fitted.status() == Status.INTERRUPTED || fitted.status() == Status.FAILED;
        try {
            VerificationView view =
                    asked != null || isCutShort ? states(replay, stretch(saved, asked)) : replay.all(command, words());
            console.result(json, view::line, out -> view.print(out, Terminal.width()));
            return view.agrees() ? Exit.GOOD : Exit.BAD_FIT;
        } catch (Replay.Ended e) {
            if (e.exit == Exit.BROKEN) {
                console.err().println("elbo4j: the fit could not be made again");
            }
            return e.exit;
        }
    }

    private static int[] range(CommandLine command, String steps) {
        Matcher matcher = STEPS.matcher(steps);
        int[] range = matcher.matches()
                ? new int[] {Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))}
                : new int[] {1, 0};
        if (range[0] > range[1]) {
            throw new ParameterException(
                    command,
                    "--steps is " + Text.quote(steps) + ", but must be two numbers of steps, the lesser first, such as"
                            + " 1000-2000");
        }
        return range;
    }

    /** What devices share no bits of is verified on the kind that made it. */
    private void sameKind(FitResult fitted) {
        boolean isOfAll = fitted.arithmetic() == Arithmetic.EXACT && fitted.rng() == Rng.PHILOX;
        if (!isOfAll && !run.device.startsWith("cuda") && !run.device.equals("auto")) {
            throw new InputException("--device is " + run.device + ", but the fit is "
                    + (fitted.arithmetic() == Arithmetic.EXACT ? "of cuRAND's draws" : "in fast arithmetic")
                    + ", whose bits only a device of its own kind has: name cuda, on a GPU of the same model");
        }
    }

    private static Trail stretch(Saved saved, int @Nullable [] asked) {
        Trail trail = saved.fit().fit().trail();
        if (trail.isEmpty()) {
            throw new InputException(saved.file() + " has no trail of states: "
                    + (saved.fit().fit().status() == Status.CONVERGED
                            ? "the method " + saved.fit().fit().method()
                                    + " keeps none; without --steps, its result is compared"
                            : "the fit ended before its first step"));
        }
        if (trail.version() != Trail.VERSION) {
            throw new InputException(saved.file() + " has a trail of version " + trail.version()
                    + ", but this elbo4j takes steps whose trail is of version " + Trail.VERSION);
        }
        Trail stretch = asked == null ? trail : trail.between(asked[0], asked[1]);
        if (asked != null && stretch.isEmpty()) {
            List<Trail.State> states = trail.states();
            throw new InputException(
                    "--steps: there is no state from step " + asked[0] + " to " + asked[1] + "; the trail in "
                            + saved.file() + " has " + states.size() + ", from step 0 to "
                            + states.get(states.size() - 1).step() + ", about every " + Trail.EVERY + " steps");
        }
        return stretch;
    }

    private VerificationView states(Replay replay, Trail stretch) {
        VerificationView[] view = new VerificationView[1];
        replay.run(spec.commandLine(), words(), (command, method, subject, task) -> {
            view[0] = retrace(command, method, subject, task, replay, stretch);
            return Exit.GOOD;
        });
        return view[0];
    }

    private VerificationView retrace(
            CommandLine command,
            MethodOptions method,
            Subject subject,
            Fitting.Task task,
            Replay replay,
            Trail stretch) {
        Devices.Choice choice = Fitting.choose(command, method, subject, task);
        try (Device device = choice.device();
                Interruption interruption = new Interruption(command.getErr()::println)) {
            Trail found = new FitMethods(command, method, task, interruption, progress -> {})
                    .retrace(device, subject, replay.saved().fit().fit(), stretch);
            if (interruption.exitCode() != 0) {
                throw new Replay.Ended(interruption.exitCode());
            }
            return new VerificationView(replay.saved().fit().fit(), device.name(), stretch, found, null);
        } catch (CancellationException e) {
            throw new Replay.Ended(130);
        }
    }

    /** Behind those of the fit. */
    private List<String> words() {
        List<String> words = new ArrayList<>(List.of("--device", run.device));
        if (run.threads != null) {
            words.addAll(List.of("--threads", String.valueOf(run.threads)));
        }
        if (quiet || json) {
            words.add("--quiet");
        }
        return words;
    }
}

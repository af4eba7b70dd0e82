package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.Digest;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.subject.Saved;
import io.github.elbo4j.cli.view.ResultDifference;
import io.github.elbo4j.cli.view.VerificationView;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.FitJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * The command line that makes a saved fit again: what its file says that it was asked for, with the files that this was of, which
 * must be the same to the byte.
 *
 * @param fit its folder or file
 * @param data null if it is to be found by its name
 * @param model the file of a model that is not a ready one; null if none was given
 * @param continued the fit that it went on from; null if none was given
 */
record Replay(
        Saved saved,
        Path fit,
        @Nullable Path data,
        @Nullable Path model,
        @Nullable Path continued) {
    private static final String JAVA = "java"; // as fit.json calls such models
    private static final String STAN = "stan";

    Replay {
        if (saved.fit().arguments().isEmpty()) {
            throw refusal(
                    saved,
                    "does not say what elbo4j fit was asked for: a program wrote it, an older elbo4j, or it is of"
                            + " mixture, vae or factors, which are not verified");
        }
    }

    /** Makes the fit again, and nothing is printed but progress and notes. */
    VerificationView all(CommandLine command, List<String> more) {
        Path folder = temporary();
        try {
            List<String> words = new ArrayList<>(more);
            words.addAll(List.of("--out", folder.toString()));
            int exit = run(command, words, null);
            if (exit != Exit.GOOD && exit != Exit.BAD_FIT) {
                throw new Ended(exit);
            }
            String method = saved.fit().fit().method();
            Path beside = folder.resolve("fit-" + method + ".json"); // of --compare
            Path made = Files.exists(beside) ? beside : folder.resolve("fit.json");
            FitResult again = FitJson.open(made).fit();
            return new VerificationView(
                    saved.fit().fit(),
                    again.device(),
                    saved.fit().fit().trail(),
                    again.trail(),
                    ResultDifference.of(Files.readString(file()), Files.readString(made)));
        } catch (IOException e) {
            throw new InputException("cannot read a fit.json: " + CsvTable.reason(e), e);
        } finally {
            delete(folder);
        }
    }

    private Path file() {
        return Files.isDirectory(fit) ? fit.resolve("fit.json") : fit;
    }

    /** That a fit was made again but did not come to its end. */
    static final class Ended extends RuntimeException {
        private static final long serialVersionUID = 1;

        final int exit;

        Ended(int exit) {
            super("the fit ended with exit code " + exit);
            this.exit = exit;
        }
    }

    /**
     * Runs {@code fit} with the words of the file.
     *
     * @param more words behind them
     * @param work what is done in the place of a fit; null to fit
     * @return the exit code
     */
    int run(CommandLine command, List<String> more, FitAction.@Nullable Work work) {
        List<String> words = new ArrayList<>(List.of("fit"));
        words.addAll(words());
        words.addAll(more);
        CommandLine fits = new CommandLine(new FitCommand());
        ModelCommands.of(fits, words, () -> new FitAction(work)).addTo(fits);
        CommandLine root = new CommandLine(CommandSpec.create().name("elbo4j"))
                .addSubcommand("fit", fits)
                .setOut(new PrintWriter(Writer.nullWriter()))
                .setErr(command.getErr())
                .setExpandAtFiles(false);
        ParseResult parsed = root.parseArgs(words.toArray(String[]::new));
        while (parsed.hasSubcommand()) {
            parsed = parsed.subcommand();
        }
        try {
            return (Integer) ((Callable<?>) parsed.commandSpec().userObject()).call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("a model's command throws none", e);
        }
    }

    /** Those of the file, with the files in the place of their names. */
    private List<String> words() {
        List<String> words = new ArrayList<>(saved.fit().arguments());
        replace(words, "--data", this::checkedData);
        replace(words, "--continue", name -> {
            if (continued == null) {
                throw refusal(saved, "went on from another fit: name that with --continue");
            }
            return continued;
        });
        refuseUnused(words, "--data", data);
        refuseUnused(words, "--continue", continued);
        String kind = saved.fit().model();
        if (kind.equals(JAVA) || kind.equals(STAN)) {
            String name = String.valueOf(saved.fit().options().get(kind.equals(JAVA) ? "source" : "library"));
            words.set(kind.equals(JAVA) ? 0 : words.indexOf(name), program(name).toString());
        } else if (model != null) {
            throw refusal(saved, "is of the model " + kind + ", which needs no --model");
        }
        return words;
    }

    private static void replace(List<String> words, String option, Function<String, Path> file) {
        int at = words.indexOf(option);
        if (at >= 0) {
            words.set(at + 1, file.apply(words.get(at + 1)).toString());
        }
    }

    private void refuseUnused(List<String> words, String option, @Nullable Path given) {
        if (given != null && !words.contains(option)) {
            throw refusal(saved, "is of a fit that had no " + option);
        }
    }

    private Path checkedData(String name) {
        Path file = data == null ? FitFolder.data(fit, name) : data;
        DataSource source = saved.fit().data();
        String told = source == null ? option("dataSha256") : source.sha256();
        if (!Digest.sha256(file).equals(told)) {
            throw new InputException("--data: " + file.getFileName() + " is not the file that the fit in "
                    + saved.file() + " is of: its content differs from that of " + name + ". Name the data of the fit");
        }
        return file;
    }

    private Path program(String name) {
        if (model == null || !String.valueOf(model.getFileName()).equals(name)) {
            throw refusal(saved, "is of the model in " + name + ": name that file with --model");
        }
        String told = option("sourceSha256");
        if (!told.isEmpty() && !Digest.sha256(model).equals(told)) {
            throw new InputException("--model: " + name + " has changed since the fit in " + saved.file()
                    + " was made: its content differs. Name the file as it was");
        }
        return model;
    }

    /** Of the model; empty if there is none. */
    private String option(String name) {
        Map<String, Object> options = saved.fit().options();
        return options.containsKey(name) ? String.valueOf(options.get(name)) : "";
    }

    private static InputException refusal(Saved saved, String why) {
        return new InputException(saved.file() + " " + why);
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("elbo4j-verify");
        } catch (IOException e) {
            throw new InputException("cannot make a folder for the fit that is made again: " + CsvTable.reason(e), e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
        }
    }
}

package io.github.elbo4j.cli;

import io.github.elbo4j.Devices;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs the command line in this process. */
final class Cli {
    private Cli() {}

    record Outcome(int exit, String out, String err) {
        /** The error stream with its lines put together again. */
        String words() {
            return err.replaceAll("\\s+", " ");
        }
    }

    static Outcome run(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            words[i] = args[i].toString();
        }
        int exit = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
        return new Outcome(exit, out.toString(), err.toString());
    }

    /** Whether the device opens here. */
    static boolean opens(String device) {
        return Devices.list().stream().anyMatch(d -> d.name().equals(device) && d.opens());
    }

    /** One of the data sets that ship with elbo4j. */
    static Path data(String name) {
        return Path.of(System.getProperty("elbo4j.root"), "test", "data", name);
    }

    static Path file(Path folder, String name, String content) {
        try {
            return Files.write(folder.resolve(name), content.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

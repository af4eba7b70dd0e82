package io.github.elbo4j.bench.verdicts;

import picocli.CommandLine;

/** {@code bench/models}: {@link Main} with the models of {@link WrittenModels}. */
final class ModelFits {
    private ModelFits() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main("models", ModelTarget::of))
                .setCommandName("bench/models")
                .execute(args));
    }
}

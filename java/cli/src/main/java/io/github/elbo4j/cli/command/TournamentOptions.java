package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.subject.Subject;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.Tournament;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A competition of fits on the command line. */
final class TournamentOptions {
    private static final List<String> ITS_OWN = List.of("--optimizer", "--learning-rate", "--continue");

    @Option(
            names = "--tournament",
            description =
                    "Fits by sgvi compete with common random numbers: the families mean-field, low-rank (from 25 parameters) and"
                            + " full-rank (up to 200), or the one of --family, from two starts, at the learning rates 0.1, 0.025, 0.00625 and 0.0015625"
                            + " where steps are needed. The highest ELBO by paired differences wins; within their error, the simpler family.")
    boolean tournament;

    void validate(CommandLine command) {
        for (String option : ITS_OWN) {
            if (tournament && MethodOptions.isGiven(command, option)) {
                throw new ParameterException(
                        command,
                        option + " is for a single fit, but --tournament has fits with "
                                + (option.equals("--continue") ? "starts" : "rates") + " of their own");
            }
        }
    }

    /** @param q of the family option */
    Tournament of(Sgvi.Builder settings, CommandLine command, FamilyOptions q, Subject subject) {
        Tournament all = new Tournament(settings);
        boolean isOpen = q.family == null && !subject.prefersMeanField();
        return isOpen ? all : all.families(q.chosen(command, subject));
    }
}

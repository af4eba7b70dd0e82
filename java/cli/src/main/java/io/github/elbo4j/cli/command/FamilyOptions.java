package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.subject.Subject;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.infer.FixedDraws;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The family of q on the command line. */
final class FamilyOptions {
    /** From here on a full covariance takes long, and is more than most data determine. */
    private static final int LARGEST_FULL_RANK = 200;

    private static final int RANK = 5;

    @Option(
            names = "--family",
            paramLabel = "NAME",
            description =
                    "full-rank: a Gaussian with any covariance. mean-field: independent normals, for many parameters."
                            + " low-rank: a few common factors and independent noise, between the two. Default: full-rank"
                            + " up to " + LARGEST_FULL_RANK + " parameters, then mean-field.")
    @Nullable
    String family;

    @Option(names = "--rank", paramLabel = "R", description = "Factors of the low-rank family. Default: " + RANK + ".")
    @Nullable
    Integer rank;

    Family chosen(CommandLine command, Subject subject) {
        return chosen(
                command,
                subject.prefersMeanField()
                        ? Integer.MAX_VALUE
                        : subject.parameters().size());
    }

    Family chosen(CommandLine command, int parameters) {
        if (family == null) {
            checkRank(command, false);
            return parameters <= LARGEST_FULL_RANK ? Family.fullRank() : Family.meanField();
        }
        Map<String, Family> choices = new LinkedHashMap<>();
        Family.values().forEach(each -> choices.put(each.label(), each));
        Family lowRank = lowRank(command);
        choices.put(lowRank.label(), lowRank);
        Family chosen = OptionChecks.oneOf(command, "--family", family, choices);
        checkRank(command, chosen.equals(lowRank));
        return chosen;
    }

    /** Refuses what {@code --method fixed} does not fit; it fits independent normals unless another family is asked for. */
    void checkFixed(CommandLine command) {
        if (!Family.values().contains(chosen(command, Integer.MAX_VALUE))) {
            throw new ParameterException(
                    command,
                    "--method " + FixedDraws.NAME
                            + " fits independent normals and takes correlations from the curvature, or Gaussians of any"
                            + " covariance, so its --family is mean-field or full-rank, but it is " + family);
        }
    }

    private void checkRank(CommandLine command, boolean isLowRank) {
        if (rank != null && !isLowRank) {
            throw new ParameterException(command, "--rank is for --family low-rank");
        }
    }

    private Family lowRank(CommandLine command) {
        try {
            return Family.lowRank(rank == null ? RANK : rank);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, "--" + e.getMessage(), e);
        }
    }
}

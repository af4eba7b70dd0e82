package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.subject.Subject;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.infer.BatchAndMatch;
import io.github.elbo4j.infer.FixedDraws;
import io.github.elbo4j.infer.VariationalMixture;
import io.github.elbo4j.network.LocalReparameterization;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** The method where none was named, and which options are of which. */
final class UsualMethod {
    /** From here on covariances of several components take long. */
    static final int LARGEST_MIXTURE = 64;
    /** Up to so many parameters each group of rows is fitted by fixed draws. */
    static final int LARGEST_GROUP = 16;
    /** Rows times parameters, beyond which an evaluation takes long. */
    private static final long MOST_NUMBERS = 1L << 20;

    /** Those of an optimizer's steps. */
    static final List<String> OF_STEPS = List.of("--optimizer", "--learning-rate", "--steps", "--batch");

    /** Options of sgvi. */
    static final List<String> OF_SGVI = List.of(
            "--family",
            "--rank",
            "--gradient",
            "--baseline",
            "--draws",
            "--points",
            "--steps",
            "--tolerance",
            "--evaluation-draws",
            "--optimizer",
            "--learning-rate",
            "--batch",
            "--continue",
            "--problem",
            "--tournament");

    /** Those that other methods have too. */
    private static final Map<String, List<String>> SHARED = Map.of(
            LocalReparameterization.NAME,
            List.of("--draws", "--learning-rate", "--steps", "--batch"),
            FixedDraws.NAME,
            List.of("--draws", "--family", "--problem"),
            BatchAndMatch.NAME,
            List.of("--draws"));

    /** Those that leave a group of rows to fixed draws. */
    private static final List<String> OF_GROUPS = List.of("--family", "--problem");

    private UsualMethod() {}

    /** A mixture of what is small, unless options are of another one; of a group of rows, fixed draws. */
    static String of(CommandLine command, FamilyOptions q, Subject subject) {
        if (subject.prefersMeanField()) {
            return MethodOptions.SGVI;
        }
        List<String> given = OF_SGVI.stream()
                .filter(option -> MethodOptions.isGiven(command, option))
                .toList();
        if (shared(List.of(FixedDraws.NAME)).containsAll(given)
                && q.chosen(command, subject).equals(Family.meanField())) {
            return FixedDraws.NAME;
        }
        int parameters = subject.parameters().size();
        if (isOfGroup(command)) {
            boolean isPlain = OF_GROUPS.containsAll(given);
            return isPlain && fitsGroup(command, q, parameters) ? FixedDraws.NAME : MethodOptions.SGVI;
        }
        boolean isSmall = parameters <= LARGEST_MIXTURE && (long) parameters * subject.rows() <= MOST_NUMBERS;
        return given.isEmpty() && isSmall ? VariationalMixture.NAME : MethodOptions.SGVI;
    }

    /** Of a group of rows of few parameters fixed draws fit a full-rank Gaussian, where none was asked for. */
    static Family ofFixedDraws(CommandLine command, FamilyOptions q, int parameters) {
        boolean isGroup = isOfGroup(command) && fitsGroup(command, q, parameters);
        return q.chosen(command, isGroup ? parameters : Integer.MAX_VALUE);
    }

    /** Whether one group of rows among others is fitted. */
    private static boolean isOfGroup(CommandLine command) {
        return MethodOptions.isGiven(command, "--by") || MethodOptions.isGiven(command, "--problem");
    }

    private static boolean fitsGroup(CommandLine command, FamilyOptions q, int parameters) {
        return parameters <= LARGEST_GROUP && q.chosen(command, parameters).equals(Family.fullRank());
    }

    /** Options of sgvi that one of these methods has too. */
    static List<String> shared(List<String> methods) {
        return methods.stream()
                .flatMap(method -> SHARED.getOrDefault(method, List.of()).stream())
                .toList();
    }
}

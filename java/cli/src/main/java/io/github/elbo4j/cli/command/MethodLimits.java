package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.infer.BatchAndMatch;
import io.github.elbo4j.infer.FixedDraws;
import io.github.elbo4j.infer.ModeSearch;
import java.util.Set;

/** For how many parameters a method is, whatever its options. */
public final class MethodLimits {
    private static final Set<String> OF_A_HESSIAN = Set.of("laplace", "map", "mle");

    private MethodLimits() {}

    /**
     * Refuses a method for a model of too many.
     *
     * @throws InputException in words for the user
     */
    public static void check(String method, int parameters) {
        if (method.equals(BatchAndMatch.NAME)) {
            atMost(method, BatchAndMatch.MOST_DIMENSIONS, "its updates take the cube of their number", parameters);
        } else if (OF_A_HESSIAN.contains(method)) {
            atMost(method, ModeSearch.MOST_DIMENSIONS, "it keeps the Hessian of all of them", parameters);
        }
    }

    private static void atMost(String method, int most, String reason, int parameters) {
        if (parameters > most) {
            throw new InputException("--method " + method + " is for up to " + most + " parameters, since " + reason
                    + ", but the model has " + parameters + "; take --method " + FixedDraws.NAME + " or "
                    + MethodOptions.SGVI);
        }
    }
}

package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.infer.BatchAndMatch;
import io.github.elbo4j.infer.FixedDraws;

/** For how many parameters a method is. */
public final class MethodLimits {
    private MethodLimits() {}

    /**
     * Refuses a method for a model of too many.
     *
     * @throws InputException in words for the user
     */
    public static void check(String method, int parameters) {
        if (method.equals(BatchAndMatch.NAME) && parameters > BatchAndMatch.MOST_DIMENSIONS) {
            throw new InputException("--method " + BatchAndMatch.NAME + " is for up to " + BatchAndMatch.MOST_DIMENSIONS
                    + " parameters, since its updates take the cube of their number, but the model has " + parameters
                    + "; take --method " + FixedDraws.NAME + " or " + MethodOptions.SGVI);
        }
    }
}

package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.device.DeviceException;
import java.util.concurrent.CancellationException;

/** Why a group of rows has no fit. */
public final class GroupFailure {
    private GroupFailure() {}

    /** In words for the user. */
    public static String words(RuntimeException failure) {
        String message = failure.getMessage();
        return isOfItsRows(failure) || failure instanceof DeviceException
                ? String.valueOf(message)
                : failure.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    }

    /** Whether something broke: neither are its rows the reason, nor has someone ended the run. */
    public static boolean isBroken(RuntimeException failure) {
        return !isOfItsRows(failure);
    }

    private static boolean isOfItsRows(RuntimeException failure) {
        return failure instanceof InputException || failure instanceof CancellationException;
    }
}

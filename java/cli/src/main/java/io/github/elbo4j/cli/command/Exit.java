package io.github.elbo4j.cli.command;

/** Exit codes, and what they mean in help texts. */
public final class Exit {
    public static final String BAD_FIT_MEANS =
            "the verdict is not to trust the fit: it did not converge, or is wrong (results are written all the same)";
    public static final String BAD_INPUT_MEANS = "the command line or the data need a correction";
    public static final String BROKEN_MEANS = "something broke: a device, the disk, the output, or elbo4j itself";
    public static final String SIGNALLED_MEANS =
            "ended by a lost terminal, Ctrl-C or kill; a fit has written what it had by then";

    public static final int GOOD = 0;
    public static final int BAD_FIT = 1;
    public static final int BAD_INPUT = 2;
    public static final int BROKEN = 3;
    /** As of a program that SIGPIPE ends: the reader of the output has closed it. */
    public static final int NO_READER = 141;
    /** Instead of 1, which is also that of a Java that did not start; the launcher makes a 1 of it. */
    public static final int LAUNCHED_BAD_FIT = 100;

    private Exit() {}
}

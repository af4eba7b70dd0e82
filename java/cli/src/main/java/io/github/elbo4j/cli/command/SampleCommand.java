package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.NormalOps;
import java.io.PrintWriter;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.core.io.NumberOutput;

/** {@code elbo4j sample}: the library's random numbers, for scripts. */
@Command(
        name = "sample",
        description = "Prints standard normals, one a line: those at the addresses d = 0 … n−1 (s = b = step = 0).",
        footer = "elbo4j sample --n 1000 --seed 1",
        exitCodeList = {
            "0:all were printed",
            "2:" + Exit.BAD_INPUT_MEANS,
            "3:" + Exit.BROKEN_MEANS,
            "129, 130, 143:ended by a lost terminal, Ctrl-C or kill"
        },
        sortOptions = false)
public final class SampleCommand implements Callable<Integer> {
    private static final HexFormat HEX = HexFormat.of();

    /** Numbers computed at a time; no number depends on it. */
    private static final int BLOCK = 1 << 16;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--n", required = true, paramLabel = "N", description = "How many.")
    private int n;

    @Option(
            names = "--seed",
            required = true,
            paramLabel = "S",
            converter = Seed.class,
            description = "The seed: 64 bits, from -2^63 to 2^64 - 1.")
    private long seed;

    @Option(names = "--words", description = "Raw words of Philox4x32-10 instead, each as eight hexadecimal digits.")
    private boolean words;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "As for fit; the numbers are the same. Default: auto.")
    private String device = "auto";

    @Override
    public Integer call() {
        if (n < 1) {
            throw new ParameterException(spec.commandLine(), "--n is " + n + ", but must be 1 or more");
        }
        PrintWriter out = spec.commandLine().getOut();
        DeviceOptions.deviceExists(spec.commandLine(), device);
        try (Device opened = DeviceOptions.choose(Devices.Request.of(device)).device()) {
            for (int first = 0; first < n && !out.checkError(); ) { // a closed pipe ends it
                int count = Math.min(BLOCK, n - first);
                out.print(lines(opened, first, count));
                first += count;
            }
        }
        return Exit.GOOD;
    }

    private String lines(Device opened, int first, int count) {
        Key key = new Key(seed);
        DrawBlock shape = DrawBlock.of(1, 1, count).at(0, 0, first);
        StringBuilder text = new StringBuilder(count * 13);
        try (Buffer buffer = opened.allocate(words ? ElementType.INT32 : ElementType.FLOAT32, count)) {
            if (words) {
                opened.run(new NormalOps.Words(key, Index.of(0), shape, buffer));
                for (int word : buffer.toInts()) {
                    text.append(HEX.toHexDigits(word)).append('\n');
                }
            } else {
                opened.run(new NormalOps.Normal(key, Index.of(0), shape, buffer));
                for (float epsilon : buffer.toFloats()) {
                    // Float.toString gave other digits before JDK 19.
                    text.append(NumberOutput.toString(epsilon, true)).append('\n');
                }
            }
        }
        return text.toString();
    }
}

package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Rng;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Those of commands that draw on the device, besides: what it computes with. */
final class RunOptions extends DeviceOptions {
    @Option(
            names = "--arithmetic",
            paramLabel = "NAME",
            description =
                    "exact: the same bits on every device. fast: cuda only; hardware functions and cuBLAS, near the exact"
                            + " results. Default: exact.")
    String arithmetic = "exact";

    @Option(
            names = "--rng",
            paramLabel = "NAME",
            description =
                    "philox: the same draws on every device. curand (its Philox) or curand-xorwow: cuda only, their own"
                            + " draws. Default: philox.")
    String rng = "philox";

    @Override
    void validate(CommandLine command) {
        super.validate(command);
        arithmetic(command);
        rng(command);
    }

    Arithmetic arithmetic(CommandLine command) {
        return OptionChecks.oneOf(command, "--arithmetic", arithmetic, OptionChecks.names(Arithmetic.values()));
    }

    Rng rng(CommandLine command) {
        return OptionChecks.oneOf(command, "--rng", rng, OptionChecks.names(Rng.values()));
    }

    @Override
    Devices.Request request(CommandLine command) {
        return super.request(command).withArithmetic(arithmetic(command)).withRng(rng(command));
    }
}

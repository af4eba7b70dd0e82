package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.device.AbsentDeviceException;
import io.github.elbo4j.device.DeviceException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Where a command computes. */
class ComputeOptions {
    @Option(
            names = "--device",
            paramLabel = "NAME",
            description =
                    "auto, cpu, cuda (cuda:1 is the second GPU), simd or scalar; results do not depend on it. auto takes cuda"
                            + " if there is one and a step is large; for short fits it and cpu take scalar, whose code is"
                            + " compiled sooner. Default: auto.")
    String device = "auto";

    @Option(names = "--threads", paramLabel = "N", description = "Threads of a CPU device. Default: one a processor.")
    @Nullable
    Integer threads;

    void validate(CommandLine command) {
        OptionChecks.atLeastOne(command, "--threads", threads);
        deviceExists(command, device);
    }

    static void deviceExists(CommandLine command, String device) {
        Map<String, String> devices = new LinkedHashMap<>();
        List.of("auto", "cpu", "cuda", "simd", "scalar").forEach(name -> devices.put(name, name));
        if (device.matches("cuda:\\d{1,3}")) {
            return;
        }
        OptionChecks.oneOf(command, "--device", device, devices);
    }

    /**
     * Opens the device; the caller closes it.
     *
     * @param stepSize numbers that a step makes, by which {@code auto} chooses
     */
    Devices.Choice open(CommandLine command, long stepSize) {
        return choose(request(command).withStepSize(stepSize));
    }

    /** What is asked of the device. */
    Devices.Request request(CommandLine command) {
        return Devices.Request.of(device).withThreads(threads == null ? Devices.defaultThreads() : threads);
    }

    /** Opens a device. That there is none is an error of the command line (exit code 2); that it is broken is not. */
    static Devices.Choice choose(Devices.Request request) {
        try {
            return Devices.choose(request);
        } catch (AbsentDeviceException | IllegalArgumentException e) {
            throw new InputException(e.getMessage() + ". What there is: elbo4j devices", e);
        } catch (DeviceException e) {
            throw new DeviceException(e.getMessage() + ". What there is: elbo4j devices", e);
        }
    }
}

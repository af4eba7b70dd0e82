package io.github.elbo4j;

import io.github.elbo4j.device.Device;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The devices that tests run on: every one that opens here. One that does not is printed with its reason, and makes the
 * tests fail if the system property {@code elbo4j.require} (names, comma separated) asks for it.
 *
 * <p>The devices are opened once, shared by all tests of a run and never closed.
 */
public final class TestDevices {
    private static final List<Device> OPEN = new ArrayList<>();
    private static final List<String> MISSING = new ArrayList<>();

    static {
        List<String> required =
                Arrays.asList(System.getProperty("elbo4j.require", "").split("\\s*,\\s*"));
        // The second run of the build leaves the vector module and the emulated device out on purpose.
        boolean withoutVectors = "false".equals(System.getProperty("elbo4j.expect.vector"));
        for (Devices.Status status : Devices.list()) {
            if (status.opens()) {
                OPEN.add(Devices.open(status.name()));
                continue;
            }
            System.out.println("device " + status.name() + " not run: " + status.words());
            if (required.contains(status.name())
                    && !(withoutVectors && !status.name().equals("scalar"))) {
                MISSING.add(status.name() + ": " + status.words());
            }
        }
    }

    private TestDevices() {}

    /** Every device that opens. */
    public static List<Device> all() {
        if (!MISSING.isEmpty()) {
            throw new AssertionError("required, but not there: " + MISSING);
        }
        return OPEN;
    }

    /** The device whose results are the definition. */
    public static Device scalar() {
        return all().stream().filter(d -> d.name().equals("scalar")).findFirst().orElseThrow();
    }
}

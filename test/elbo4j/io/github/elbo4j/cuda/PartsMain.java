package io.github.elbo4j.cuda;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.DeviceException;

/** What {@link MissingPartsTest} runs in a virtual machine of its own; it lives on the class path, elbo4j perhaps not. */
final class PartsMain {
    private PartsMain() {}

    public static void main(String[] arguments) {
        System.out.println("module: " + Devices.class.getModule().getName());
        System.out.println("cuda: " + Devices.list().get(0).words());
        for (String name : new String[] {"auto", "cuda"}) {
            try (var device = Devices.open(name)) {
                System.out.println(name + " is " + device.name());
            } catch (DeviceException e) {
                System.out.println(name + " throws " + e.getClass().getSimpleName() + ": " + e.getMessage());
            }
        }
        for (String note : CudaDevice.notes()) {
            System.out.println("note: " + note);
        }
    }
}

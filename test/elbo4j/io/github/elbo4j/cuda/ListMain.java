package io.github.elbo4j.cuda;

import io.github.elbo4j.Devices;

/** What {@link NativesTest} runs in a virtual machine of its own: prints what opens of CUDA, and what is missing. */
final class ListMain {
    private ListMain() {}

    public static void main(String[] arguments) {
        Devices.Status cuda = Devices.list().get(0);
        System.out.println((cuda.opens() ? "opens: " : "not: ") + cuda.words());
        cuda.notes().forEach(note -> System.out.println("note: " + note));
        try (var auto = Devices.open("auto")) {
            System.out.println("auto: " + auto.name());
        } catch (RuntimeException e) {
            System.out.println("auto throws: " + e.getMessage());
        }
    }
}

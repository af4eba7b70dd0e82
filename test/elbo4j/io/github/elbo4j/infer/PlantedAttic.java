package io.github.elbo4j.infer;

/** The upper end of the call that PlantedCellar makes. */
public final class PlantedAttic {
    private PlantedAttic() {}

    public static double height() {
        return 3;
    }
}

package io.github.elbo4j.device;

import io.github.elbo4j.infer.PlantedAttic;

/** Breaks the rules of the house on purpose, so that RoomsTest can see them fail. */
public final class PlantedCellar {
    private PlantedCellar() {}

    public static double callsUpward() {
        return Math.exp(PlantedAttic.height());
    }
}

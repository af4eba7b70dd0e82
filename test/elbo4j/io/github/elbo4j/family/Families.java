package io.github.elbo4j.family;

import io.github.elbo4j.device.Device;

/** Every family, for tests of what all of them promise. */
public enum Families {
    MEAN_FIELD,
    FULL_RANK,
    /** Of two factors. */
    LOW_RANK;

    public VariationalFamily create(Device device, int problems, int dimensions) {
        return switch (this) {
            case MEAN_FIELD -> new MeanFieldGaussian(device, problems, dimensions);
            case FULL_RANK -> new FullRankGaussian(device, problems, dimensions);
            case LOW_RANK -> new LowRankGaussian(device, problems, dimensions, 2);
        };
    }
}

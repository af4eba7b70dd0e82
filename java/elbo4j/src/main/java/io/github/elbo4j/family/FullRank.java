package io.github.elbo4j.family;

import io.github.elbo4j.device.Device;
import java.io.Serializable;

/** {@link Family#fullRank}. */
record FullRank() implements Family, Serializable {
    static final Family ONLY = new FullRank();

    @Override
    public String label() {
        return "full-rank";
    }

    @Override
    public VariationalFamily create(Device device, int problems, int dimensions) {
        return new FullRankGaussian(device, problems, dimensions);
    }

    @Override
    public String toString() {
        return label();
    }
}

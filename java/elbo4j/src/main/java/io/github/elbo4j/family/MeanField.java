package io.github.elbo4j.family;

import io.github.elbo4j.device.Device;
import java.io.Serializable;

/** {@link Family#meanField}. */
record MeanField() implements Family, Serializable {
    static final Family ONLY = new MeanField();

    @Override
    public String label() {
        return "mean-field";
    }

    @Override
    public VariationalFamily create(Device device, int problems, int dimensions) {
        return new MeanFieldGaussian(device, problems, dimensions);
    }

    @Override
    public String toString() {
        return label();
    }
}

package io.github.elbo4j.family;

import io.github.elbo4j.device.Device;

/** {@link Family#MEAN_FIELD}. */
record MeanField() implements Family {
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

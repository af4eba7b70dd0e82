package io.github.elbo4j.family;

import io.github.elbo4j.device.Device;

/** The families by name. */
public enum FamilyKind {
    /** Independent normals: {@link MeanFieldGaussian}. */
    MEAN_FIELD("mean-field"),
    /** A Gaussian with any covariance: {@link FullRankGaussian}. */
    FULL_RANK("full-rank");

    private final String label;

    FamilyKind(String label) {
        this.label = label;
    }

    /** The name as a command line and a report write it. */
    public String label() {
        return label;
    }

    /** A new member of the family: standard normals. The caller closes it. */
    public VariationalFamily create(Device device, int problems, int dimensions) {
        return switch (this) {
            case MEAN_FIELD -> new MeanFieldGaussian(device, problems, dimensions);
            case FULL_RANK -> new FullRankGaussian(device, problems, dimensions);
        };
    }
}

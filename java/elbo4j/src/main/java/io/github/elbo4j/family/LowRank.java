package io.github.elbo4j.family;

import io.github.elbo4j.device.Device;
import java.io.Serializable;
import java.util.Map;

/** {@link Family#lowRank}. */
record LowRank(int rank) implements Family, Serializable {
    static final String LABEL = "low-rank";

    LowRank {
        FamilyChecks.rank(rank);
    }

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("rank", rank);
    }

    @Override
    public VariationalFamily create(Device device, int problems, int dimensions) {
        return new LowRankGaussian(device, problems, dimensions, rank);
    }

    @Override
    public String toString() {
        return LABEL + " of rank " + rank;
    }
}

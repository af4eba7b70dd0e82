package io.github.elbo4j.family;

import io.github.elbo4j.device.Device;
import java.util.List;
import java.util.Map;

/**
 * A family of variational distributions as a fit is asked for it, before it has a device and dimensions. Two families are
 * the same if they are equal.
 *
 * <p>Any implementation can be fitted: {@link #create} makes a {@link VariationalFamily}, and a method needs no more.
 */
public interface Family {
    /** Independent normals: {@link MeanFieldGaussian}. */
    static Family meanField() {
        return MeanField.ONLY;
    }

    /** A Gaussian with any covariance: {@link FullRankGaussian}. */
    static Family fullRank() {
        return FullRank.ONLY;
    }

    /**
     * A Gaussian whose coordinates share a few factors: {@link LowRankGaussian}.
     *
     * @param rank the number of factors, 1 to {@value io.github.elbo4j.device.LowRankOps#MOST_RANK}
     */
    static Family lowRank(int rank) {
        return new LowRank(rank);
    }

    /** The families that have no settings of their own. */
    static List<Family> values() {
        return List.of(meanField(), fullRank());
    }

    /** The name as a command line and a report write it. */
    String label();

    /** What was chosen within the family, by name, such as a rank; nothing. A report tells it. */
    default Map<String, Object> settings() {
        return Map.of();
    }

    /** A new member of the family for each problem: standard normals, as independent as it has them. The caller closes it. */
    VariationalFamily create(Device device, int problems, int dimensions);
}

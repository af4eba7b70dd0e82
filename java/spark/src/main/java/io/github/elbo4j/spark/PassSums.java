package io.github.elbo4j.spark;

import io.github.elbo4j.device.SumTree;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What a pass has of some panels.
 *
 * @param sums for each chunk of draws, of vectors [draws]
 * @param slopes the same of vectors [draws][D]; empty if they are not wanted
 */
record PassSums(List<SumTree> sums, List<SumTree> slopes) implements Serializable {
    static PassSums empty(Pass pass) {
        List<SumTree> sums = new ArrayList<>();
        List<SumTree> slopes = new ArrayList<>();
        for (int chunk = 0; chunk < pass.chunks(); chunk++) {
            sums.add(SumTree.ofRows());
            if (pass.gradient()) {
                slopes.add(SumTree.ofProducts());
            }
        }
        return new PassSums(sums, slopes);
    }

    PassSums merge(PassSums other) {
        for (int chunk = 0; chunk < sums.size(); chunk++) {
            sums.get(chunk).merge(other.sums.get(chunk));
        }
        for (int chunk = 0; chunk < slopes.size(); chunk++) {
            slopes.get(chunk).merge(other.slopes.get(chunk));
        }
        return this;
    }

    /** Of all panels. */
    PassTotals totals(Pass pass, long panels) {
        double[] values = new double[pass.draws()];
        float[] gradient = new float[pass.gradient() ? pass.z().length : 0];
        for (int chunk = 0; chunk < pass.chunks(); chunk++) {
            double[] total = sums.get(chunk).total(panels);
            System.arraycopy(total, 0, values, chunk * Pass.CHUNK, total.length);
            if (pass.gradient()) {
                double[] slope = slopes.get(chunk).total(panels);
                int at = chunk * Pass.CHUNK * pass.dimensions();
                for (int i = 0; i < slope.length; i++) {
                    gradient[at + i] = (float) slope[i];
                }
            }
        }
        return new PassTotals(values, gradient);
    }
}

package io.github.elbo4j.spark;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.model.RegressionData;
import java.util.List;

/**
 * Groups of rows of numbers.
 *
 * @param columns of the rows, whose last number is the target
 * @param classes their names; of a categorical regression alone
 */
record NumberGroups(Regression regression, List<String> columns, List<String> classes, String method, long seed)
        implements GroupModel<double[]> {
    @Override
    public int width() {
        return columns.size() + 1;
    }

    @Override
    public GroupOutcome failed(Rows<double[]> group, RuntimeException failure) {
        boolean broken = !(failure instanceof IllegalArgumentException);
        return new GroupOutcome(group.group(), group.rows().size(), null, String.valueOf(failure.getMessage()), broken);
    }

    @Override
    public FitResult fit(Device device, Rows<double[]> group) {
        return regression.fit(device, data(group.rows()), classes, Regression.method(method, seed, group.group()));
    }

    private RegressionData data(List<double[]> of) {
        int width = columns.size();
        double[] x = new double[of.size() * width];
        double[] y = new double[of.size()];
        for (int n = 0; n < y.length; n++) {
            System.arraycopy(of.get(n), 0, x, n * width, width);
            y[n] = of.get(n)[width];
        }
        return new RegressionData(columns, x, y);
    }
}

package io.github.elbo4j.mixture;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.MixtureOps;
import io.github.elbo4j.device.MixtureOps.Shape;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Resources;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The E step of several runs at once: what the rows say of each run's components. No number depends on which runs stand together. */
final class Batch implements AutoCloseable {
    private static final int LANES = MixtureOps.LANES;
    private static final double HALF_LOG_2PI = 0.5 * StrictMath.log(2 * Math.PI);

    private final Waves waves;
    private final Covariances covariances;
    private final int runs;
    private final int components;
    private final int dims;
    private final Resources resources;
    private final Buffer means;
    private final Buffer factors;
    private final Buffer offsets;
    private final Buffer densitySums;
    private final Buffer statisticSums;
    private final List<Program> programs = new ArrayList<>();
    private double[] densities = new double[0]; // [R][2]
    private double[] statistics = new double[0]; // [R·K][width]
    private double[][] reference = new double[0][];

    Batch(Waves waves, Covariances covariances, int runs, int components) {
        this.waves = waves;
        this.covariances = covariances;
        this.runs = runs;
        this.components = components;
        this.dims = waves.data().dimensions();
        resources = new Resources(waves.device());
        Shape shape = shape(0);
        int all = shape.allComponents();
        means = resources.allocate(2L * all * dims);
        factors = resources.allocate((long) all * shape.factor());
        offsets = resources.allocate(ElementType.FLOAT64, all);
        densitySums = resources.allocate(ElementType.FLOAT64, 2L * LANES * runs);
        statisticSums = resources.allocate(ElementType.FLOAT64, (long) LANES * all * shape.width());
        for (int i = 0; i < waves.count(); i++) {
            boolean more = !waves.begins(i);
            Operation e = responsibilities(i, more);
            Operation m = new MixtureOps.MixtureStatistics(
                    shape(i), waves.place(i), means, waves.responsibilities(), more, statisticSums);
            Program program = waves.device().bind(List.of(e, m));
            resources.add(program::close);
            programs.add(program);
        }
    }

    private Shape shape(int wave) {
        return new Shape(waves.rows(wave), dims, runs, components, covariances == Covariances.FULL);
    }

    private Operation responsibilities(int wave, boolean more) {
        return new MixtureOps.MixtureResponsibilities(
                shape(wave), waves.place(wave), means, factors, offsets, more, waves.responsibilities(), densitySums);
    }

    /** Takes the components of each run through all rows. */
    void run(List<Components> of) {
        upload(of);
        double[][] densityLanes = new double[LANES][];
        double[][] statisticLanes = new double[LANES][];
        int group = 0;
        for (int i = 0; i < waves.count(); i++) {
            waves.ready(i);
            programs.get(i).run();
            if (waves.ends(i)) {
                add(densityLanes, group, folded(densitySums));
                add(statisticLanes, group, folded(statisticSums));
                group++;
            }
        }
        densities = fold(densityLanes);
        statistics = fold(statisticLanes);
    }

    /** What {@code take} makes of the responsibilities of one run alone, [K][rows], some rows after the other. */
    void responsibilities(Components of, Taker take) {
        upload(List.of(of));
        for (int i = 0; i < waves.count(); i++) {
            waves.ready(i);
            waves.device().run(responsibilities(i, false));
            int rows = waves.rows(i);
            float[] r = new float[Math.multiplyExact(components, Math.min(rows, MixtureData.BLOCK))];
            for (int o = 0; o < rows; o += MixtureData.BLOCK) {
                int n = Math.min(MixtureData.BLOCK, rows - o);
                for (int k = 0; k < components; k++) {
                    waves.responsibilities().read((long) k * rows + o, r, k * n, n);
                }
                take.rows(waves.first(i) + o, n, r);
            }
        }
    }

    /** Takes the responsibilities of neighbouring rows. */
    interface Taker {
        void rows(long first, int rows, float[] responsibilities);
    }

    /** Σ_n log p(x_n) of a run. */
    double logDensity(int run) {
        return densities[2 * run] - waves.data().rows() * dims * HALF_LOG_2PI;
    }

    /** −Σ_n log max_k r_nk of a run. */
    double doubt(int run) {
        return densities[2 * run + 1];
    }

    Statistics statistics(int run) {
        Statistics own = new Statistics(covariances, components, dims);
        int width = shape(0).width();
        for (int k = 0; k < components; k++) {
            int c = run * components + k;
            own.count[k] = statistics[c * width];
            own.reference[k] = reference[c];
            System.arraycopy(statistics, c * width + 1, own.first[k], 0, dims);
            System.arraycopy(statistics, c * width + 1 + dims, own.second[k], 0, own.second[k].length);
        }
        return own;
    }

    private void upload(List<Components> of) {
        Shape shape = shape(0);
        float[] mean = new float[2 * shape.allComponents() * dims];
        float[] factor = new float[shape.allComponents() * shape.factor()];
        reference = new double[shape.allComponents()][dims];
        for (int run = 0; run < runs; run++) {
            Components own = of.get(run);
            offsets.write((long) run * components, own.offset(), 0, components);
            for (int k = 0; k < components; k++) {
                int c = run * components + k;
                for (int i = 0; i < dims; i++) {
                    double value = own.mean()[k][i];
                    float high = (float) value;
                    float low = (float) (value - high);
                    mean[2 * c * dims + i] = high;
                    mean[(2 * c + 1) * dims + i] = low;
                    reference[c][i] = (double) high + low;
                }
                System.arraycopy(own.factor()[k], 0, factor, c * shape.factor(), shape.factor());
            }
        }
        means.write(0, mean, 0, mean.length);
        factors.write(0, factor, 0, factor.length);
    }

    // ---- the levels above the lanes of tiles, as Operation has them ----

    private static double[] folded(Buffer sums) {
        double[] all = sums.toDoubles();
        int columns = all.length / LANES;
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int i = 0; i < half * columns; i++) {
                all[i] += all[half * columns + i];
            }
        }
        return Arrays.copyOf(all, columns);
    }

    private static void add(double[][] lanes, int group, double[] values) {
        int lane = group % LANES;
        if (lanes[lane] == null) {
            lanes[lane] = values;
        } else {
            for (int i = 0; i < values.length; i++) {
                lanes[lane][i] += values[i];
            }
        }
    }

    private static double[] fold(double[][] lanes) {
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int l = 0; l < half; l++) {
                if (lanes[l + half] != null) {
                    for (int i = 0; i < lanes[l].length; i++) {
                        lanes[l][i] += lanes[l + half][i];
                    }
                }
            }
        }
        return lanes[0];
    }

    @Override
    public void close() {
        resources.close();
    }
}

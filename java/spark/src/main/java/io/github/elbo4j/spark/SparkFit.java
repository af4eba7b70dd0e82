package io.github.elbo4j.spark;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Method;
import io.github.elbo4j.model.DataLogJoint;
import io.github.elbo4j.model.LogJoint;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A fit of one model whose rows are spread over the executors of a cluster. The method runs on the driver; where it asks for log p and its
 * gradient at some draws, executors sum over their rows on their devices, and the driver adds up their sums in the one order of all sums. So
 * the result has the bits of a fit on one machine, whatever the partitions, the executors and their devices, and whichever of them
 * is lost on the way.
 *
 * <pre>{@code
 * try (Device device = Devices.open("cpu");
 *         SparkRows rows = SparkRows.of(table, List.of("intercept", "glu", "bmi"), "type", 64)) {
 *     RowModel model = (on, some) -> new BayesianLogisticRegression(on, some, new NormalPrior(0, 2.5));
 *     FitResult fit = SparkFit.of(rows, model).fit(device, new FixedDraws());
 * }
 * }</pre>
 *
 * <p>A pass over the rows is a job of Spark, so a method of tens of passes suits it, such as {@link io.github.elbo4j.infer.FixedDraws};
 * {@link io.github.elbo4j.infer.Sgvi}, of thousands of steps, gives its own bits here too, but takes a job for each step.
 */
public final class SparkFit {
    private final SparkRows rows;
    private final RowModel model;
    private final DeviceChoice devices;
    private final @Nullable Path journal;

    private SparkFit(SparkRows rows, RowModel model, DeviceChoice devices, @Nullable Path journal) {
        this.rows = rows;
        this.model = model;
        this.devices = devices;
        this.journal = journal;
    }

    /** With {@link DeviceChoice#assigned} and without a journal. */
    public static SparkFit of(SparkRows rows, RowModel model) {
        return new SparkFit(
                Objects.requireNonNull(rows, "rows is null"),
                Objects.requireNonNull(model, "model is null"),
                DeviceChoice.assigned(),
                null);
    }

    /** What executors compute on. */
    public SparkFit devices(DeviceChoice value) {
        return new SparkFit(rows, model, Objects.requireNonNull(value, "devices is null"), journal);
    }

    /**
     * Writes what each pass gave to a file of the driver's. If the driver fails, the same fit with the same file goes on behind the passes
     * that the file has, to the same bits. Some {@code S·(8 + 8·D)} bytes a pass of S draws of D dimensions.
     */
    public SparkFit journal(Path value) {
        return new SparkFit(rows, model, devices, Objects.requireNonNull(value, "journal is null"));
    }

    /**
     * Fits.
     *
     * @param device the driver's, on which the method and the prior are computed
     * @throws io.github.elbo4j.device.DeviceException if Spark gives up before the method's first step; later, the result says so
     * @throws IllegalArgumentException if there are more than 2³¹ − 1 rows, or the journal is of another fit
     */
    public FitResult fit(Device device, Method<? super LogJoint> method) {
        return fit(device, method, replayed -> {});
    }

    /** @param replayed told how many passes were taken from the journal */
    FitResult fit(Device device, Method<? super LogJoint> method, IntConsumer replayed) {
        if (rows.rows() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("there are " + rows.rows() + " rows, but at most " + Integer.MAX_VALUE
                    + ": methods number rows by int");
        }
        try (Passes passes = new Passes(rows, model, devices);
                PassJournal written = journal == null ? null : new PassJournal(journal, passes::make)) {
            ClusterModel cluster = new ClusterModel(
                    device, rows, model, written == null ? passes::make : written::make, rows.roundingLoss());
            try (DataLogJoint joint = new DataLogJoint(cluster)) {
                return method.fit(device, joint);
            } finally {
                replayed.accept(written == null ? 0 : written.replayed());
            }
        }
    }
}

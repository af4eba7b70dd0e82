package io.github.elbo4j.spark;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.Expectation;
import io.github.elbo4j.estimate.ExpectationPart;
import io.github.elbo4j.family.Gaussian;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Expectations by Monte Carlo from more draws than one machine wants to make: each task makes some of them, by their addresses, on its
 * device. The estimates are the bits of {@link Expectation#under(Device, Gaussian, Key, long)}, whatever the tasks.
 *
 * <pre>{@code
 * List<Estimate> risk = SparkExpectation.of(() -> Expectation.of(model().value("loss")))
 *         .under(context, fit.gaussian(), new Key(1), 1_000_000_000_000L, 4096);
 * }</pre>
 */
public final class SparkExpectation {
    private final Values values;
    private final DeviceChoice devices;

    /** What is expected, made anew on each executor, since expressions are not sent. */
    @FunctionalInterface
    public interface Values extends Serializable {
        /** The same at each call. */
        Expectation get();
    }

    private SparkExpectation(Values values, DeviceChoice devices) {
        this.values = values;
        this.devices = devices;
    }

    /** With {@link DeviceChoice#assigned}. */
    public static SparkExpectation of(Values values) {
        return new SparkExpectation(Objects.requireNonNull(values, "values is null"), DeviceChoice.assigned());
    }

    /** What executors compute on. */
    public SparkExpectation devices(DeviceChoice value) {
        return new SparkExpectation(values, Objects.requireNonNull(value, "devices is null"));
    }

    /**
     * Under a posterior of z, as a fit finds it.
     *
     * @param draws 2 or more
     * @param tasks how many make them, at most; no result depends on it
     * @return one for each element
     */
    public List<Estimate> under(JavaSparkContext context, Gaussian posterior, Key key, long draws, int tasks) {
        if (tasks < 1) {
            throw new IllegalArgumentException("tasks is " + tasks + ", but must be 1 or more");
        }
        double[] centre;
        try (Device device = Devices.open("cpu", 1)) {
            centre = values.get().centre(device, posterior, key, draws);
        }
        long waves = (draws + ExpectationPart.DRAWS - 1) / ExpectationPart.DRAWS;
        int parts = (int) Math.min(tasks, waves);
        List<Integer> numbers = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            numbers.add(part);
        }
        Values of = values;
        DeviceChoice choice = devices;
        return Jobs.described(
                context,
                "elbo4j expectation: " + draws + " draws",
                () -> context
                        .parallelize(numbers, parts)
                        .map(part -> {
                            long first = waves * part / parts * ExpectationPart.DRAWS;
                            long end = Math.min(draws, waves * (part + 1) / parts * ExpectationPart.DRAWS);
                            try (Device device = Devices.open(choice.name(TaskContext.get()), 1)) {
                                return of.get().part(device, posterior, key, centre, first, end);
                            }
                        })
                        .collect()
                        .stream()
                        .reduce(ExpectationPart::merge)
                        .orElseThrow()
                        .estimates());
    }
}

package io.github.elbo4j.bench;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.device.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One work on one device: opens it, prepares the inputs and checks the result of one execution, so that a wrong fast
 * path cannot be reported. Each execution is timed by itself, as the peers time theirs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 2,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 6, time = 1) // C2 takes some seconds on all the loops of a step
@Measurement(iterations = 6, time = 1)
public abstract class WorkBenchmark {
    static final Key KEY = new Key(20_261_121);

    /** Where it runs: {@link #request}. */
    @Param({"scalar", "simd"})
    public String device = "simd";

    /** 0: all processors. */
    @Param("0")
    public int threads;

    /** How much there is to do: {@link Work.Size}. */
    @Param("normal")
    public String size = "normal";

    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private @Nullable Device opened;

    /** One execution of the work, with a result that says that all of it was done. */
    public abstract Object step();

    /** Allocates and fills the memory of the work. */
    abstract void prepare(Device on);

    /** Executes the work and compares the result with a simple expectation. */
    abstract void check();

    @Setup(Level.Trial)
    public final void open() {
        opened = Devices.choose(request(device, threads)).device();
        prepare(opened);
        check();
    }

    /**
     * A device with its options: {@code cuda+fast}, {@code cuda+curand}.
     *
     * @param threads 0: all processors
     */
    static Devices.Request request(String device, int threads) {
        String[] parts = device.split("\\+", -1);
        Devices.Request request =
                Devices.Request.of(parts[0]).withThreads(threads == 0 ? Devices.defaultThreads() : threads);
        for (int i = 1; i < parts.length; i++) {
            request = switch (parts[i]) {
                case "fast" -> request.withArithmetic(Arithmetic.FAST);
                case "curand" -> request.withRng(Rng.CURAND);
                case "curand-xorwow" -> request.withRng(Rng.CURAND_XORWOW);
                default ->
                    throw new IllegalArgumentException("a device has no option '" + parts[i]
                            + "'; choose fast, curand or curand-xorwow, as in cuda+fast");
            };
        }
        return request;
    }

    final Shape shape(Work work) {
        return work.shape(Work.Size.of(size));
    }

    @TearDown(Level.Trial)
    public final void close() throws Exception {
        while (!owned.isEmpty()) {
            owned.pop().close();
        }
        if (opened != null) {
            opened.close();
        }
    }

    /** Closed at the end, the last first. */
    final <T extends AutoCloseable> T own(T resource) {
        owned.push(resource);
        return resource;
    }

    /** Waits for the device; a result on a GPU is only then there. */
    final Buffer done(Buffer result) {
        Objects.requireNonNull(opened).synchronize();
        return result;
    }
}

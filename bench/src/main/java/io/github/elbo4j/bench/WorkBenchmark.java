package io.github.elbo4j.bench;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Rng;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
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
        value = WorkBenchmark.FORKS,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = WorkBenchmark.SECONDS, time = 1) // C2 takes some seconds on all the loops of a step
@Measurement(iterations = WorkBenchmark.SECONDS, time = 1)
public abstract class WorkBenchmark {
    static final int FORKS = 2;
    static final int SECONDS = 6;
    static final Key KEY = new Key(20_261_121);

    private static final String LAUNCHES = "launches";

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
    private boolean launches;

    /** One execution of the work, with a result that says that all of it was done. */
    public abstract Object step();

    /** Allocates and fills the memory of the work. */
    abstract void prepare(Device on);

    /** Executes the work and compares the result with a simple expectation. */
    abstract void check();

    @Setup(Level.Trial)
    public final void open() {
        opened = Devices.choose(request(device, threads)).device();
        launches = options(device).contains(LAUNCHES);
        prepare(opened);
        check();
    }

    /**
     * A device with its options: {@code cuda+fast}, {@code cuda+curand}; {@code cuda+launches} has its kernels launched one by one.
     *
     * @param threads 0: all processors
     */
    static Devices.Request request(String device, int threads) {
        Devices.Request request = Devices.Request.of(device.split("\\+", 2)[0])
                .withThreads(threads == 0 ? Devices.defaultThreads() : threads);
        for (String option : options(device)) {
            request = switch (option) {
                case "fast" -> request.withArithmetic(Arithmetic.FAST);
                case "curand" -> request.withRng(Rng.CURAND);
                case "curand-xorwow" -> request.withRng(Rng.CURAND_XORWOW);
                case LAUNCHES -> request;
                default ->
                    throw new IllegalArgumentException("a device has no option '" + option
                            + "'; choose fast, curand, curand-xorwow or launches, as in cuda+fast");
            };
        }
        return request;
    }

    private static List<String> options(String device) {
        List<String> parts = List.of(device.split("\\+", -1));
        return parts.subList(1, parts.size());
    }

    final DrawBlock shape(Work work) {
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

    /** Whether a step's operations are to run one by one, to compare with a program. */
    final boolean oneByOne() {
        return launches;
    }

    /** Waits for the device; a result on a GPU is only then there. */
    final Buffer done(Buffer result) {
        Objects.requireNonNull(opened).synchronize();
        return result;
    }
}

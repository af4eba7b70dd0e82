package io.github.elbo4j.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.Devices;
import io.github.elbo4j.House;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.OpCase;
import io.github.elbo4j.OpCases;
import io.github.elbo4j.TestDevices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Results are the same bits on every device, with any number of threads. */
class BitsTest {
    /** Sizes around lanes, warps, tiles and runs, in each coordinate; the others odd. */
    private static final List<DrawBlock> SHAPES = List.of(
            DrawBlock.of(0, 3, 5),
            DrawBlock.of(3, 0, 5),
            DrawBlock.of(3, 5, 0),
            DrawBlock.of(1, 1, 1),
            DrawBlock.of(3, 5, 31),
            DrawBlock.of(5, 3, 32),
            DrawBlock.of(3, 7, 33),
            DrawBlock.of(1, 2, 257),
            DrawBlock.of(31, 33, 3),
            DrawBlock.of(3, 257, 5).at(5, 64, 6),
            DrawBlock.of(1, 4099, 3).at(0, 128, 0),
            DrawBlock.of(259, 1, 4), // many short rows: one or two registers each, and other lengths
            DrawBlock.of(131, 1, 8),
            DrawBlock.of(70, 1, 16),
            DrawBlock.of(37, 1, 32),
            DrawBlock.of(150, 1, 7),
            DrawBlock.of(7, 2, 61), // around the longest rows that a GPU reads four elements at a time
            DrawBlock.of(5, 3, 64),
            DrawBlock.of(3, 2, 65),
            DrawBlock.of(2, 83, 21).at(0, 64, 4), // draws whose normals stand beside each other
            DrawBlock.of(1, 40, 32),
            DrawBlock.of(2, 67, 130), // more than one run, and tile of coordinates
            DrawBlock.of(33, 65, 1).at(1, 0, 3));

    private static final List<DrawBlock> LONG_ROWS =
            List.of(DrawBlock.of(3, 1, 1023), DrawBlock.of(1, 3, 4099).at(2, 0, 7), DrawBlock.of(3, 65, 1025));

    private static final List<Device> OTHER_THREADS = new ArrayList<>();

    @BeforeAll
    static void openDevicesOfOtherThreads() {
        for (Device device : TestDevices.all()) {
            if (device.name().equals("cuda")) {
                continue; // a GPU has its own threads
            }
            for (int threads : new int[] {1, 2, 7}) {
                OTHER_THREADS.add(Devices.open(device.name(), threads));
            }
        }
    }

    @AfterAll
    static void closeThem() {
        OTHER_THREADS.forEach(Device::close);
    }

    static List<OpCase> cases() {
        return OpCases.ALL;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyDeviceGivesTheBitsOfScalar(OpCase operation) {
        List<Device> others = new ArrayList<>(TestDevices.all());
        others.remove(TestDevices.scalar());
        assertSameBits(operation, shapes(operation), others);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void resultsDoNotDependOnTheThreads(OpCase operation) {
        assertSameBits(operation, threaded(operation), OTHER_THREADS);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyOutputIsWritten(OpCase operation) {
        for (Device device : TestDevices.all()) {
            try (Arena arena = new Arena(device)) {
                Operation made = operation.on(arena, DrawBlock.of(3, 65, 33));
                device.run(made);
                for (Signature.Argument argument : made.signature().arguments()) {
                    if (argument.access() != Signature.Access.READS) {
                        String what = operation + ", " + argument.name() + " on " + device;
                        assertWritten(what, argument);
                    }
                }
            }
        }
    }

    /** All of what is written; of what is updated, which may be a record or a few runs among others, some of it. */
    private static void assertWritten(String what, Signature.Argument argument) {
        double[] values = switch (argument.buffer().type()) {
            case FLOAT32 -> Numbers.doubles(argument.buffer().toFloats());
            case FLOAT64 -> argument.buffer().toDoubles();
            case INT32 ->
                Arrays.stream(argument.buffer().toInts()).asDoubleStream().toArray();
        };
        double poison = argument.type() == ElementType.INT32 ? (int) Arena.POISON : Arena.POISON;
        LongStream places = argument.view() == null ? LongStream.range(0, argument.length()) : places(argument.view());
        LongPredicate written = i -> values[(int) i] != poison;
        assertThat(argument.access() == Signature.Access.WRITES ? places.allMatch(written) : places.anyMatch(written))
                .as(what)
                .isTrue();
    }

    private static LongStream places(Matrices view) {
        Matrix first = view.first();
        long each = (long) first.rows() * first.columns();
        return LongStream.range(0, each * view.count())
                .map(at -> first.offset()
                        + at / each * view.stride()
                        + at % each / first.columns() * first.rowStride()
                        + at % each % first.columns() * first.columnStride());
    }

    @Test
    void everyOperationHasACase() {
        Set<Class<?>> cases = new HashSet<>();
        try (Arena arena = new Arena(TestDevices.scalar())) {
            OpCases.ALL.forEach(operation ->
                    cases.add(operation.on(arena, DrawBlock.of(3, 5, 2)).getClass()));
        }
        assertThat(cases).containsExactlyInAnyOrderElementsOf(House.operations());
    }

    private static Stream<DrawBlock> shapes(OpCase operation) {
        return Stream.concat(SHAPES.stream(), operation.square() ? Stream.empty() : LONG_ROWS.stream())
                .filter(shape -> shape.draws() >= operation.fewestDraws());
    }

    /** Work enough for a launch to be shared out. */
    private static Stream<DrawBlock> threaded(OpCase operation) {
        return operation.square()
                ? Stream.of(DrawBlock.of(3, 70, 33).at(1, 64, 2), DrawBlock.of(1, 2, 257))
                : Stream.of(DrawBlock.of(3, 4099, 3), DrawBlock.of(3, 65, 1025).at(1, 64, 2));
    }

    private static void assertSameBits(OpCase operation, Stream<DrawBlock> shapes, List<Device> devices) {
        if (devices.isEmpty()) {
            return;
        }
        shapes.forEach(shape -> {
            List<long[]> want = operation.bits(TestDevices.scalar(), shape);
            for (Device device : devices) {
                List<long[]> got = operation.bits(device, shape);
                for (int i = 0; i < want.size(); i++) {
                    int differs = Arrays.mismatch(got.get(i), want.get(i));
                    if (differs >= 0) {
                        throw new AssertionError(operation + " of " + shape + " on " + device + ": element " + differs
                                + " of output " + i + " is " + Long.toHexString(got.get(i)[differs]) + ", but must be "
                                + Long.toHexString(want.get(i)[differs]));
                    }
                }
            }
        });
    }
}

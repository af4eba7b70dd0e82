package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.ScanOps.Segments;
import io.github.elbo4j.expr.Levels;
import io.github.elbo4j.expr.RowBatch;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** So many rows of a model's table one after the other, from a first one on that may be moved between runs of a program. */
final class ConsecutiveRows implements RowBatch, AutoCloseable {
    private final Resources own;
    private final int count;
    private final Buffer index; // [count]
    private final int[] numbers;
    private final Map<Levels, Held> levels = new HashMap<>();

    private record Held(int[] of, Buffer levels, Segments segments, Buffer order, Buffer offsets) {}

    ConsecutiveRows(Device device, int count) {
        this.own = new Resources(device);
        this.count = count;
        this.index = own.allocate(ElementType.INT32, count);
        this.numbers = new int[count];
        moveTo(0);
    }

    /** Makes row {@code first} the first one. */
    void moveTo(int first) {
        Arrays.setAll(numbers, i -> first + i);
        index.write(0, numbers, 0, count);
        levels.values().forEach(this::write);
    }

    private void write(Held held) {
        int first = numbers[0];
        held.levels().write(0, held.of(), first, count);
        held.segments().regroup(held.of(), first);
        held.segments().write(held.order(), 0, held.offsets(), 0);
    }

    private Held held(Levels of) {
        return levels.computeIfAbsent(of, all -> {
            Held made = new Held(
                    all.of(),
                    own.allocate(ElementType.INT32, count),
                    Segments.of(new int[count], all.count()),
                    own.allocate(ElementType.INT32, count),
                    own.allocate(ElementType.INT32, all.count() + 1L));
            write(made);
            return made;
        });
    }

    @Override
    public Buffer index() {
        return index;
    }

    @Override
    public Index first() {
        return Index.of(0);
    }

    @Override
    public Index step() {
        return Index.of(0);
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public Indexed levels(Levels of) {
        return new Indexed(held(of).levels(), Index.of(0));
    }

    @Override
    public Grouped grouped(Levels of) {
        Held held = held(of);
        return new Grouped(held.order(), Index.of(0), held.offsets(), Index.of(0));
    }

    @Override
    public void close() {
        own.close();
    }
}

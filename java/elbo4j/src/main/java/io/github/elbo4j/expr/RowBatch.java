package io.github.elbo4j.expr;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Index;

/** Rows of a model's table that a step chooses, a minibatch, and its number. */
public interface RowBatch {
    /** INT32, the rows' numbers. */
    Buffer index();

    /** Where the step's rows begin in it. */
    Index first();

    /** The number of the step. */
    Index step();

    /** How many there are. */
    int count();

    /** The levels of the step's rows, one after the other. */
    Indexed levels(Levels levels);

    /** The step's rows, numbered from 0 within it, grouped by their level. */
    Grouped grouped(Levels levels);

    /** INT32 elements from {@code first} on. */
    record Indexed(Buffer index, Index first) {}

    /** What {@link io.github.elbo4j.device.ScanOps.SegmentSum} takes. */
    record Grouped(Buffer order, Index firstOrder, Buffer offsets, Index firstOffset) {}
}

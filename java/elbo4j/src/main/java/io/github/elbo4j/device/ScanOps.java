package io.github.elbo4j.device;

import io.github.elbo4j.device.Signature.Access;
import java.util.Arrays;

/**
 * Sums by an index, of all draws beside each other: {@code [extents…][S]}, or S = 1 for what does not vary with the draw.
 * Kernel family {@code scan}; the order of sums is that of {@link Operation}, "by an index".
 */
public interface ScanOps {
    /**
     * {@code y[j,s] = Σ x[n,s]} over the rows n of segment j, the adjoint of {@link MathOps.GatherRows}: in each tile of 1024
     * rows in their order, float32; the tiles' sums in float64, over the tile's number; the end rounded to float32. A segment
     * without rows has +0.
     *
     * <p>The rows of segment j are {@code order[o + p]} for {@code offsets[f + j] <= p < offsets[f + j + 1]}, in increasing
     * order, where o and f are {@code firstOrder} and {@code firstOffset}: {@link Segments} makes both. Several minibatches
     * stand one after the other, and the indexes say which one is taken.
     *
     * @param rows of x
     * @param order INT32, each in [0, rows)
     * @param offsets INT32, each in [0, rows], none less than the one before
     * @param x [rows][draws]
     * @param y [segments][draws], written; not x
     */
    record SegmentSum(
            int rows,
            int segments,
            int draws,
            Buffer order,
            Index firstOrder,
            Buffer offsets,
            Index firstOffset,
            Buffer x,
            Buffer y)
            implements Operation {
        public SegmentSum {
            ArgumentChecks.present("firstOrder", firstOrder).notNegative("firstOrder");
            ArgumentChecks.present("firstOffset", firstOffset).notNegative("firstOffset");
            ArgumentChecks.notNegative("rows", rows);
            ArgumentChecks.notNegative("segments", segments);
            if (x == y && x != null) {
                throw new IllegalArgumentException("y is x; rows are read when other segments have been written");
            }
        }

        @Override
        public Signature signature() {
            return Signature.of("segmentSum")
                    .index("firstOrder", firstOrder)
                    .index("firstOffset", firstOffset)
                    .add("order", ElementType.INT32, order, end(firstOrder, rows, "firstOrder"), Access.READS)
                    .add(
                            "offsets",
                            ElementType.INT32,
                            offsets,
                            end(firstOffset, segments + 1L, "firstOffset"),
                            Access.READS)
                    .reads("x", x, ArgumentChecks.product(rows, "rows", draws, "draws"))
                    .writes("y", y, ArgumentChecks.product(segments, "segments", draws, "draws"));
        }

        private static long end(Index first, long length, String name) {
            return ArgumentChecks.sum(first.isFixed() ? first.base() : 0, length, name);
        }
    }

    /**
     * {@code y[o,i,s] = Σ x[o,i',s]} over i' ≤ i, or over i' ≥ i if {@code reverse}: rows are counted from the first, or from
     * the last backward. With c the sum, in float32 from +0, of the rows of i's own tile of 1024 up to i, and b the sum of
     * the tiles before it, in float64 over the tile's number, y = c in the first tile and b + c, rounded to float32, in the
     * others.
     *
     * @param x [outer][inner][draws]
     * @param y [outer][inner][draws], written; may be x
     */
    record CumulativeSum(int outer, int inner, int draws, boolean reverse, Buffer x, Buffer y) implements Operation {
        @Override
        public Signature signature() {
            long rows = ArgumentChecks.product(outer, "outer", inner, "inner");
            ArgumentChecks.notNegative("draws", draws);
            long elements = ArgumentChecks.times("draws", rows, draws);
            return Signature.of("cumulativeSum").reads("x", x, elements).writes("y", y, elements);
        }
    }

    /** The rows of an index, grouped by segment: what {@link SegmentSum} takes. */
    final class Segments {
        private final int[] order;
        private final int[] offsets;

        private Segments(int[] order, int[] offsets) {
            this.order = order;
            this.offsets = offsets;
        }

        /**
         * The rows n with {@code index[n] = j}, for every segment j.
         *
         * @throws IllegalArgumentException if an element of the index is no segment
         */
        public static Segments of(int[] index, int segments) {
            ArgumentChecks.present("index", index);
            ArgumentChecks.notNegative("segments", segments);
            Segments made = new Segments(new int[index.length], new int[Math.addExact(segments, 1)]);
            made.regroup(index, 0);
            return made;
        }

        /**
         * Groups the rows of another index in the place of the present ones, without allocating: row n is {@code index[from + n]}.
         *
         * @throws IllegalArgumentException if an element of the index is no segment; the groups are then undefined
         */
        public void regroup(int[] index, int from) {
            int segments = offsets.length - 1;
            Arrays.fill(offsets, 0);
            for (int n = from; n < from + order.length; n++) {
                if (index[n] < 0 || index[n] >= segments) {
                    throw new IllegalArgumentException(
                            "index[" + n + "] is " + index[n] + ", but must be in [0, " + segments + ")");
                }
                offsets[index[n] + 1]++;
            }
            for (int j = 0; j < segments; j++) {
                offsets[j + 1] += offsets[j];
            }
            // offsets[j] runs from the beginning of segment j to its end, which is the beginning of segment j + 1.
            for (int n = 0; n < order.length; n++) {
                order[offsets[index[from + n]]++] = n;
            }
            System.arraycopy(offsets, 0, offsets, 1, segments);
            offsets[0] = 0;
        }

        /** Writes the groups to device memory, {@code order} from element {@code atOrder} on, {@code offsets} likewise. */
        public void write(Buffer toOrder, long atOrder, Buffer toOffsets, long atOffset) {
            toOrder.write(atOrder, order, 0, order.length);
            toOffsets.write(atOffset, offsets, 0, offsets.length);
        }

        /** [rows]: the rows' numbers, those of segment 0 first, increasing within each. */
        public int[] order() {
            return order.clone();
        }

        /** [segments + 1]: where each segment begins in the order, and its end. */
        public int[] offsets() {
            return offsets.clone();
        }
    }
}

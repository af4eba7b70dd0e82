package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.ScanOps.Segments;
import io.github.elbo4j.expr.Levels;
import io.github.elbo4j.expr.RowBatch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RowsLogJoint} on n of its N rows at each step. Step t uses the places t·n … t·n+n−1 of the permutations 0,
 * 1, 2, … of all rows, one after the other; so the rows of a step are a function of the step.
 */
final class MinibatchLogJoint implements LogJoint {
    private final RowsLogJoint joint;
    private final int size;
    private final int observations;
    private final Resources own;
    private final Buffer words; // [N]
    private final Buffer index; // [N + n]: permutation e, then the first n of permutation e + 1
    private final Buffer
            place; // [3]: where the rows of the next step begin in index, its number in the epoch, and its number
    private final Buffer each; // [3]: n, 1 and 1
    private final Buffer permuted; // [1], the number of the permutation whose words are made
    private final Program makeWords;
    private final int[] number = new int[3];
    private int[] current;
    private int[] next;
    private final List<LevelsOfBatches> levelsOfBatches = new ArrayList<>();
    private final RowBatch batch = new Batch();
    private long epoch = -2; // of current; none yet
    private int expected = -1; // the step whose rows come after those of the latest
    private boolean counts; // whether programs move on to the next rows by themselves

    MinibatchLogJoint(RowsLogJoint joint, int size, Key key) {
        this.joint = joint;
        this.size = size;
        this.observations = joint.observations();
        Device device = joint.device();
        own = new Resources(device);
        words = own.allocate(ElementType.INT32, observations);
        index = own.allocate(ElementType.INT32, (long) observations + size);
        place = own.allocate(ElementType.INT32, 3);
        each = own.allocate(ElementType.INT32, 3);
        each.write(0, new int[] {size, 1, 1}, 0, 3);
        permuted = own.allocate(ElementType.INT32, 1);
        DrawBlock all = DrawBlock.of(1, 1, observations);
        try {
            makeWords = device.bind(List.of(new NormalOps.Words(key, Index.counted(permuted, 0), all, words)));
        } catch (RuntimeException e) {
            own.close();
            throw e;
        }
        current = new int[observations];
        next = new int[observations];
        atStep(0);
    }

    @Override
    public int dimensions() {
        return joint.dimensions();
    }

    @Override
    public List<String> parameterNames() {
        return joint.parameterNames();
    }

    @Override
    public void atStep(int step) {
        long at = (long) step * size;
        long wanted = at / observations;
        if (wanted != epoch) {
            if (wanted == epoch + 1) {
                int[] swap = current;
                current = next;
                next = swap;
            } else {
                permute(wanted, current);
            }
            permute(wanted + 1, next);
            index.write(0, current, 0, observations);
            index.write(observations, next, 0, size);
            for (int i = 0; i < levelsOfBatches.size(); i++) { // an iterator would be garbage at each epoch
                levelsOfBatches.get(i).write(wanted);
            }
        }
        if (wanted != epoch || step != expected || !counts) {
            number[0] = (int) (at % observations);
            number[1] = number[0] / size;
            number[2] = step;
            place.write(0, number, 0, 3);
        }
        epoch = wanted;
        expected = step + 1;
    }

    @Override
    public void recordEndOfStep(Recorder to) {
        counts = true;
        to.run(new MathOps.Advance(3, each, place));
    }

    @Override
    public int stepsPerEpoch() {
        return (int) (((long) observations + size - 1) / size);
    }

    @Override
    public void record(Recorder to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        joint.record(to, new Rows(index, Index.counted(place, 0), size, batch), shape, z, logP, gradient);
    }

    @Override
    public void close() {
        makeWords.close();
        own.close();
    }

    /**
     * Fisher and Yates's shuffle with the words at step = epoch. A word w gives {@code ⌊w·i / 2^32⌋}, whose
     * probabilities differ by less than 2^-32.
     */
    private void permute(long whichEpoch, int[] permutation) {
        number[0] = (int) whichEpoch;
        permuted.write(0, number, 0, 1);
        makeWords.run();
        words.read(0, permutation, 0, observations);
        // In one array: the permutation of 0 … i−1 overwrites the words that have been used.
        for (int i = 0; i < observations; i++) {
            int j = (int) (((permutation[i] & 0xffffffffL) * (i + 1)) >>> 32);
            permutation[i] = permutation[j];
            permutation[j] = i;
        }
    }

    /** The first place of an epoch at which a step's rows begin. */
    private int firstPlace(long whichEpoch) {
        long before = whichEpoch * observations % size;
        return before == 0 ? 0 : (int) (size - before);
    }

    /** What expressions need of the rows. */
    private final class Batch implements RowBatch {
        @Override
        public Buffer index() {
            return index;
        }

        @Override
        public Index first() {
            return Index.counted(place, 0);
        }

        @Override
        public Index step() {
            return Index.counted(place, 2);
        }

        @Override
        public int count() {
            return size;
        }

        @Override
        public Indexed levels(Levels levels) {
            return new Indexed(ofBatches(levels).levels, first());
        }

        @Override
        public Grouped grouped(Levels levels) {
            LevelsOfBatches of = ofBatches(levels);
            Index step = Index.counted(place, 1);
            return new Grouped(of.order, step.by(size), of.offsets, step.by(levels.count() + 1L));
        }

        private LevelsOfBatches ofBatches(Levels levels) {
            for (LevelsOfBatches known : levelsOfBatches) {
                if (known.of.equals(levels)) {
                    return known;
                }
            }
            LevelsOfBatches made = new LevelsOfBatches(levels);
            made.write(epoch);
            levelsOfBatches.add(made);
            return made;
        }
    }

    /** The levels of an epoch's rows, and the rows of each of its steps grouped by them. */
    private final class LevelsOfBatches {
        private final Levels of;
        private final int[] level; // of each row of the data
        private final int[] levelsOnHost;
        private final Segments segments; // of one step
        private final Buffer levels; // [N + n], as index
        private final Buffer order; // [steps][n]
        private final Buffer offsets; // [steps][levels + 1]

        LevelsOfBatches(Levels of) {
            this.of = of;
            level = of.of();
            levelsOnHost = new int[observations + size];
            segments = Segments.of(new int[size], of.count());
            int steps = stepsPerEpoch();
            levels = own.allocate(ElementType.INT32, levelsOnHost.length);
            order = own.allocate(ElementType.INT32, Math.multiplyExact((long) steps, size));
            offsets = own.allocate(ElementType.INT32, Math.multiplyExact((long) steps, of.count() + 1));
        }

        void write(long whichEpoch) {
            for (int i = 0; i < levelsOnHost.length; i++) {
                levelsOnHost[i] = level[i < observations ? current[i] : next[i - observations]];
            }
            levels.write(0, levelsOnHost, 0, levelsOnHost.length);
            long step = 0;
            for (int from = firstPlace(whichEpoch); from < observations; from += size, step++) {
                segments.regroup(levelsOnHost, from);
                segments.write(order, step * size, offsets, step * (of.count() + 1));
            }
        }
    }
}

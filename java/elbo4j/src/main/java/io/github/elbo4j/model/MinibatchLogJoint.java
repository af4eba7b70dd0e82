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
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link DataLogJoint} on n of its N rows at each step. Step t uses the places t·n … t·n+n−1 of the permutations 0,
 * 1, 2, … of all rows, one after the other; so the rows of a step are a function of the step.
 */
final class MinibatchLogJoint implements LogJoint {
    private final DataLogJoint joint;
    private final int size;
    private final int observations;
    private final Resources own;
    private final Buffer words; // [N]
    private final Buffer index; // [N + n]: permutation e, then the first n of permutation e + 1
    private final Buffer first; // [1], where the rows of the next step begin in index
    private final Buffer each; // [1], n
    private final Buffer permuted; // [1], the number of the permutation whose words are made
    private final Program makeWords;
    private final int[] number = new int[1];
    private int[] current;
    private int[] next;
    private long epoch = -2; // of current; none yet
    private int expected = -1; // the step whose rows come after those of the latest
    private boolean counts; // whether programs move on to the next rows by themselves

    MinibatchLogJoint(DataLogJoint joint, int size, Key key) {
        this.joint = joint;
        this.size = size;
        this.observations = joint.model().observations();
        Device device = joint.model().device();
        own = new Resources(device);
        words = own.allocate(ElementType.INT32, observations);
        index = own.allocate(ElementType.INT32, (long) observations + size);
        first = own.allocate(ElementType.INT32, 1);
        each = own.allocate(ElementType.INT32, 1);
        each.write(0, new int[] {size}, 0, 1);
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
        long place = (long) step * size;
        long wanted = place / observations;
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
        }
        if (wanted != epoch || step != expected || !counts) {
            number[0] = (int) (place % observations);
            first.write(0, number, 0, 1);
        }
        epoch = wanted;
        expected = step + 1;
    }

    @Override
    public void recordEndOfStep(Recorder to) {
        counts = true;
        to.run(new MathOps.Advance(1, each, first));
    }

    @Override
    public int stepsPerEpoch() {
        return (int) (((long) observations + size - 1) / size);
    }

    @Override
    public void record(Recorder to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        joint.record(to, new Rows(index, Index.counted(first, 0), size), shape, z, logP, gradient);
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
}

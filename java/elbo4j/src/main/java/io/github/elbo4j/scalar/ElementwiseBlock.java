package io.github.elbo4j.scalar;

import io.github.elbo4j.device.ElementwiseOps.Stage;
import java.util.Arrays;

/** What a worker has at hand: rows × draws elements of a stage, at most {@link #SIZE}, and where each value's are. */
final class ElementwiseBlock {
    /** Elements of a block: its values stay in the first cache, and calls cost little beside them. */
    static final int SIZE = 1024;
    /** A stage's values, and what the compiler adds: at most one for two instructions. */
    static final int VALUES =
            Stage.MOST_INPUTS + Stage.MOST_CONSTANTS + Stage.MOST_INSTRUCTIONS + Stage.MOST_INSTRUCTIONS / 2;
    /** Data of an array begin 16 bytes in, so registers from this float on are lines of the cache. */
    private static final int FIRST = 12;

    private static final float[] NOTHING = new float[0];

    /** The coordinates of the first row. */
    int i0;

    int i1;
    int i2;
    /** Its number. */
    long row;

    int rows;
    int draw;
    int draws;

    /** Where the elements of each value are, rows × draws from {@code offsets[value]} on. */
    final float[][] arrays = new float[VALUES][];

    final int[] offsets = new int[VALUES];
    float[] registers = new float[0];
    /** Of every reduction, [32][draws] each. */
    float[] lanes = new float[0];

    private int registerSize;

    /** Room for {@code count} registers of {@code size} elements. */
    void registers(int count, int size) {
        registerSize = (size + 15) / 16 * 16;
        int length = FIRST + count * registerSize;
        if (registers.length < length) {
            registers = new float[length];
        }
    }

    void lanes(int length) {
        if (lanes.length < length) {
            lanes = new float[length];
        }
    }

    /** Keeps no buffer alive that is among so many values. */
    void forget(int values) {
        Arrays.fill(arrays, 0, values, NOTHING);
    }

    /** The value is in its register. */
    void home(int value, int register) {
        arrays[value] = registers;
        offsets[value] = FIRST + register * registerSize;
    }
}

package io.github.elbo4j.scalar;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The 32-bit words that functions of one float or one word are tested on: a sample of some four million, or all of them
 * with {@code -Delbo4j.exhaustive=true}.
 */
public final class Words {
    public static final boolean ALL = Boolean.getBoolean("elbo4j.exhaustive");

    /** Words a block: a multiple of every vector length. */
    public static final int BLOCK = 1 << 16;

    /** Odd, so that every low bit pattern occurs in the sample. */
    private static final int STRIDE = 1021;

    private static final int NEIGHBOURS = 1024;

    private Words() {}

    /** Blocks in parallel: the sample over the whole circle of words, then the neighbourhood of each edge. */
    public static Stream<int[]> around(int... edges) {
        int stride = ALL ? 1 : STRIDE;
        int blocks = (int) ((1L << 32) / stride / BLOCK) + (ALL ? 0 : 1);
        Stream<int[]> sample = IntStream.range(0, blocks).mapToObj(block -> block(block * BLOCK * stride, stride));
        Stream<int[]> near = Arrays.stream(edges).mapToObj(edge -> block(edge - NEIGHBOURS / 2, 1, NEIGHBOURS));
        return Stream.concat(sample, near).parallel();
    }

    private static int[] block(int first, int stride) {
        return block(first, stride, BLOCK);
    }

    private static int[] block(int first, int stride, int length) {
        int[] words = new int[length];
        for (int i = 0; i < length; i++) {
            words[i] = first + i * stride;
        }
        return words;
    }

    /** {@link #around} the places where the arithmetic of {@link DetMath} changes: for words that are floats. */
    public static Stream<int[]> floats() {
        float[] positive = {
            0f,
            Float.MIN_NORMAL,
            0x1p-128f, // its reciprocal overflows
            5.42101e-20f, // its trigamma overflows
            0x1p-25f,
            1f / 3f, // log1p takes its exponent
            0.5f,
            2f / 3f,
            0.875f, // erf's polynomials meet
            1f, // with 2 a zero of logGamma
            4f / 3f,
            1.4616321f, // the zero of digamma
            1.5f,
            2f,
            3f, // the gamma functions' polynomials meet their series
            3.9f, // erf turns 1
            14.17f, // the log of the normal CDF turns 0
            14.37f, // the inverse Mills ratio turns 0
            17.33f, // expm1 turns -1
            87.33655f, // e^-x turns subnormal
            88.72284f, // e^x overflows
            103.97208f, // e^-x turns 0
            8192f, // the normal tail ends
            0x1p22f,
            0x1p23f,
            0x1p24f, // from here on every float is an even integer
            2.6087e19f, // -x²/2 overflows
            4.085003e36f, // logGamma overflows
            0x1p126f, // its reciprocal turns subnormal
            Float.POSITIVE_INFINITY // with the largest floats on one side, NaN on the other
        };
        IntStream up = IntStream.range(0, positive.length).map(i -> Float.floatToRawIntBits(positive[i]));
        IntStream down = IntStream.range(0, positive.length).map(i -> Float.floatToRawIntBits(-positive[i]));
        return around(IntStream.concat(up, down).toArray());
    }

    /** {@link #around} the ends and the middle of the radius words, where their radius is near 0 or largest. */
    public static Stream<int[]> radii() {
        return around(0, -1, Integer.MAX_VALUE, 1 << 30, 3 << 30, 1 << 24, -1 << 24);
    }
}

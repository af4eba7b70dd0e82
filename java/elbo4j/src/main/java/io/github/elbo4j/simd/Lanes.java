package io.github.elbo4j.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector shape of this machine, chosen once: constants, so that the compiler can replace every operation by an
 * instruction.
 */
final class Lanes {
    private Lanes() {}

    /**
     * Floats; as wide as the processor has registers or as {@code -XX:MaxVectorSize} allows, up to the half of a tile's 32
     * lanes that the loops are written for.
     */
    public static final VectorSpecies<Float> F =
            FloatVector.SPECIES_PREFERRED.length() <= 16 ? FloatVector.SPECIES_PREFERRED : FloatVector.SPECIES_512;

    /** Ints of the same shape. */
    public static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());

    /** Longs of the same shape. */
    public static final VectorSpecies<Long> L = VectorSpecies.of(long.class, F.vectorShape());

    /** Doubles of the same shape. */
    public static final VectorSpecies<Double> D = VectorSpecies.of(double.class, F.vectorShape());

    /** Lanes of a float or int vector: a power of two. */
    public static final int COUNT = F.length();
}

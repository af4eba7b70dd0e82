package io.github.elbo4j.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector shape of this machine, chosen once: constants, so that the compiler sees through every operation. */
public final class Lanes {
    private Lanes() {}

    /** Floats; as wide as the processor has registers, or as {@code -XX:MaxVectorSize} allows. */
    public static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

    /** Ints of the same shape. */
    public static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;

    /** Lanes of a float or int vector: a power of two. */
    public static final int COUNT = F.length();
}

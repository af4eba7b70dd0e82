package io.github.elbo4j.device;

/**
 * One operation of a device, as a value: a record of its buffers and numbers, with its formula and shapes in the
 * record's Javadoc. Its constructor checks all that is no buffer; {@link Device#bind} checks the rest from the
 * signature and makes it ready to run again and again.
 */
public interface Operation {
    /**
     * The buffers that it takes, by name.
     *
     * @throws IllegalArgumentException if one is missing, or lengths are beyond any memory
     */
    Signature signature();
}

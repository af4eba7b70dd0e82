package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.model.LogJoint;
import org.jspecify.annotations.Nullable;

/** The coordinates in which a fit takes its steps, chosen anew after every block so that one rate suits every parameter. */
interface Coordinates extends AutoCloseable {
    /** A joint of z as a joint of these coordinates; the caller closes what is returned unless it is the joint itself. */
    LogJoint wrap(LogJoint joint);

    /** Whether parameters here are those in z, so that only the units of steps differ. */
    default boolean areOriginal() {
        return true;
    }

    /** The place here of a place in z, [D]. */
    default double[] of(double[] z) {
        return z;
    }

    /** The parameters, in z, of the q that has these parameters here. */
    float[] toOriginal(float[] parameters);

    /**
     * Moves the coordinates to a q.
     *
     * @param parameters of q in z
     * @return its parameters here
     */
    float[] moveTo(float[] parameters);

    /** The unit of each parameter's steps, [P]; null if all are 1. */
    default @Nullable Buffer scale() {
        return null;
    }

    /** Adds what they are; nothing where they never move. */
    default void hash(StateHash to) {}

    @Override
    void close();

    /** z itself: for optimizers whose rates the user chooses. */
    Coordinates PLAIN = new Coordinates() {
        @Override
        public LogJoint wrap(LogJoint joint) {
            return joint;
        }

        @Override
        public float[] toOriginal(float[] parameters) {
            return parameters;
        }

        @Override
        public float[] moveTo(float[] parameters) {
            return parameters;
        }

        @Override
        public void close() {}
    };
}

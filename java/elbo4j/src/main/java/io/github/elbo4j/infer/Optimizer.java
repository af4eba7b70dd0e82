package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Runner;
import io.github.elbo4j.device.Scalar;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a gradient becomes a step, such as {@link RobbinsMonro} or {@link Adam}. */
public interface Optimizer {
    /** The method and its numbers, as a report writes it. */
    String describe();

    /**
     * Whether one rate suits parameters of any scale once the fit steps in coordinates of its own, and is lowered from
     * phase to phase; false where the user chooses the rates.
     */
    boolean adapts();

    /**
     * Allocates the state of one fit.
     *
     * @param own allocates the memory; its owner closes it
     * @param parameters P
     */
    Rule open(Resources own, int parameters);

    /** The steps of one fit. What changes from step to step is a row of scalars, which the host computes ahead. */
    interface Rule {
        /** How many scalars a step takes. */
        int scalars();

        /**
         * Computes the scalars of a step.
         *
         * @param step from 0
         * @param since the steps since moments began anew, this one among them; from 1
         * @param phase how often the ELBO had stopped rising
         * @param row written
         */
        void scalars(int step, int since, int phase, double[] row);

        /**
         * Records a step up the gradient.
         *
         * @param gradient [P]
         * @param scale null for ones, or the unit of each parameter, [P]
         * @param parameter [P], updated
         * @param scalars as many as {@link #scalars()}
         */
        void record(Runner to, Buffer gradient, @Nullable Buffer scale, Buffer parameter, List<Scalar> scalars);

        /** The state that it keeps from earlier gradients, each [P]; it begins with zeros. */
        List<Buffer> moments();
    }
}

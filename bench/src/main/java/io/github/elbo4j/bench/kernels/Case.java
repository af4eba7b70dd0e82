package io.github.elbo4j.bench.kernels;

import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.Signature;
import java.util.List;

/**
 * An operation that is timed, at a size that fills a GPU and at a tiny one.
 *
 * @param name of the operation and its shape
 * @param kernels that it launches: the first has its time
 * @param setup makes it
 */
record Case(String name, List<String> kernels, Setup setup) {
    /** Makes the operation with buffers of its own. */
    @FunctionalInterface
    interface Setup {
        Work of(Inputs in, boolean tiny);
    }

    /**
     * What is to be done.
     *
     * @param elements how many the operation works on: of what the larger of its arguments holds, or outputs of a product
     * @param flops additions, multiplications and divisions that the formula needs; an fma is two, a function of exp's kind none
     * @param bytes each argument read once and written once, as far as the operation does either
     */
    record Work(Operation operation, String shape, double elements, double flops, double bytes) {
        /** With the bytes of the operation's signature. */
        Work(Operation operation, String shape, double elements, double flops) {
            this(operation, shape, elements, flops, bytes(operation));
        }

        private static double bytes(Operation operation) {
            double bytes = 0;
            for (Signature.Argument argument : operation.signature().arguments()) {
                double each = (double) argument.type().bytes() * argument.length();
                bytes += argument.access() == Signature.Access.UPDATES ? 2 * each : each;
            }
            return bytes;
        }
    }

    Case(String name, String kernel, Setup setup) {
        this(name, List.of(kernel.split(" ")), setup);
    }
}

package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Operation;

/** A launch of one operation, which holds its parameters, as a CUDA kernel takes them as a struct. */
abstract class OperationKernel<O extends Operation> extends HostKernel {
    final O op;

    OperationKernel(O op, int items, long cost) {
        super(items, cost);
        this.op = op;
    }
}

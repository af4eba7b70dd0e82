package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.infer.Method;
import io.github.elbo4j.model.LogJoint;
import java.util.function.LongFunction;

/**
 * A way to fit.
 *
 * @param label as tables name it
 * @param method by the seed
 */
record Way(String label, LongFunction<Method<LogJoint>> method) {}

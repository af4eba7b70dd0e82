package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.bench.verdicts.Tape.Variable;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Quantities;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A posterior to fit: a log-joint over coordinates that may be any real numbers, and what is reported of them. */
interface Target {
    /** What the D coordinates are called; {@code log sigma} for the logarithm of a positive parameter. */
    List<String> coordinates();

    /** log p of the data and the parameters, and the logarithm of the Jacobian determinant from coordinates to parameters. */
    Variable logDensity(Tape tape, Variable[] z);

    /** What the reference calls the parameters. */
    List<String> parameters();

    /**
     * The parameters at a point.
     *
     * @param z [D]
     * @param parameters written, in the order of {@link #parameters}
     */
    void parametersAt(double[] z, double[] parameters);

    /** log p and its gradient. */
    default HostLogJoint.DrawFunction function() {
        Tape tape = new Tape();
        Variable[] variables = new Variable[coordinates().size()];
        return (z, gradient) -> {
            tape.clear();
            for (int d = 0; d < variables.length; d++) {
                variables[d] = tape.variable(z[d]);
            }
            Variable logP = logDensity(tape, variables);
            tape.differentiate(logP);
            for (int d = 0; d < variables.length; d++) {
                gradient[d] = variables[d].derivative();
            }
            return logP.value();
        };
    }

    /**
     * What is fitted, to be closed; each fit gets one of its own.
     *
     * @param evaluations counts them
     */
    default LogJoint toLogJoint(Device device, LongAdder evaluations) {
        HostLogJoint.DrawFunction function = function();
        List<String> coordinates = coordinates();
        List<String> parameters = parameters();
        Set<Integer> hidden = IntStream.range(0, coordinates.size())
                .filter(d -> !parameters.contains(coordinates.get(d)))
                .boxed()
                .collect(Collectors.toSet());
        return HostLogJoint.ofDraw(coordinates, (z, gradient) -> {
                    evaluations.increment();
                    return function.evaluate(z, gradient);
                })
                .with(new Quantities(
                        parameters,
                        z -> {
                            double[] values = new double[parameters.size()];
                            parametersAt(z, values);
                            return values;
                        },
                        hidden));
    }
}

package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.bench.verdicts.Tape.Variable;

/** Logarithms of densities with all their constants. Names of arguments are the usual ones: location, then scale. */
final class Densities {
    static final double HALF_LOG_2PI = StrictMath.log(2 * Math.PI) / 2;
    private static final double LOG_2 = StrictMath.log(2);

    private Densities() {}

    /** A density of one number. */
    @FunctionalInterface
    interface Prior {
        /** No prior: an improper constant, the density 1. */
        Prior FLAT = x -> x.tape().variable(0);

        Variable logDensity(Variable x);

        static Prior normal(double sd) {
            return x -> Densities.normal(x, sd);
        }

        /** On x > 0. */
        static Prior halfNormal(double sd) {
            return x -> Densities.normal(x, sd).plus(LOG_2);
        }

        /** On x > 0. */
        static Prior halfCauchy(double scale) {
            return x -> x.times(1 / scale).square().log1p().times(-1).plus(StrictMath.log(2 / (Math.PI * scale)));
        }

        /** Student t with three degrees of freedom. */
        static Prior studentT3(double location, double scale) {
            // Γ(2)/(Γ(3/2)·√(3π)·scale) = 2/(π·√3·scale)
            return x -> x.plus(-location)
                    .times(1 / scale)
                    .square()
                    .times(1 / 3.0)
                    .log1p()
                    .times(-2)
                    .plus(StrictMath.log(2 / (Math.PI * Math.sqrt(3) * scale)));
        }

        /** On x > 0. */
        static Prior halfStudentT3(double scale) {
            Prior whole = studentT3(0, scale);
            return x -> whole.logDensity(x).plus(LOG_2);
        }
    }

    /** N(x | 0, sd). */
    static Variable normal(Variable x, double sd) {
        double z = x.value() / sd;
        return x.tape()
                .node(-z * z / 2 - StrictMath.log(sd) - HALF_LOG_2PI, new Variable[] {x}, new double[] {-z / sd});
    }

    /** N(y | mean, sd) of a datum y. */
    static Variable normal(double y, Variable mean, double sd) {
        double z = (y - mean.value()) / sd;
        return mean.tape()
                .node(-z * z / 2 - StrictMath.log(sd) - HALF_LOG_2PI, new Variable[] {mean}, new double[] {z / sd});
    }

    /** N(x | mean, exp(logSd)). */
    static Variable normal(Variable x, Variable mean, Variable logSd) {
        double inverse = StrictMath.exp(-logSd.value());
        double z = (x.value() - mean.value()) * inverse;
        return x.tape().node(-z * z / 2 - logSd.value() - HALF_LOG_2PI, new Variable[] {x, mean, logSd}, new double[] {
            -z * inverse, z * inverse, z * z - 1
        });
    }
}

package io.github.elbo4j.scalar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;

/** How far a function of float32 is from one of float64, over {@link Words#floats}. */
final class Accuracy {
    private Accuracy() {}

    interface FloatFunction {
        float apply(float x);
    }

    /** The error that was documented is not passed, and nearly reached: a bound far from what happens says too little. */
    static void assertDocumented(String name, FloatFunction f, DoubleUnaryOperator truth, double bound) {
        Worst worst = Words.floats()
                .map(words -> {
                    Worst here = Worst.NONE;
                    for (int word : words) {
                        float x = Float.intBitsToFloat(word);
                        here = here.or(ulps(f.apply(x), truth.applyAsDouble(x)), word);
                    }
                    return here;
                })
                .reduce(Worst.NONE, Worst::or);

        float x = Float.intBitsToFloat(worst.word);
        report("%s %.4f ulp at %a".formatted(name, worst.error, x));
        assertThat(worst.error)
                .as("error in ulp of %s at %s: %s", name, Float.toHexString(x), f.apply(x))
                .isBetween(bound * (Words.ALL ? 0.97 : 0.5), bound);
    }

    /** The numbers that go into the Javadoc. */
    static void report(String line) {
        if (Words.ALL) {
            System.out.println(line);
        }
    }

    record Worst(double error, int word) {
        static final Worst NONE = new Worst(-1, 0);

        Worst or(double error, int word) {
            return error > this.error ? new Worst(error, word) : this;
        }

        Worst or(Worst other) {
            return or(other.error, other.word);
        }
    }

    /** |got - want| in ulp of the float32 nearest to want; infinite where one is NaN, infinite or a zero of a sign alone. */
    static double ulps(float got, double want) {
        float nearest = (float) want;
        if (Double.isNaN(want) || Float.isInfinite(nearest) || want == 0) {
            return Float.compare(got, nearest) == 0 ? 0 : Double.POSITIVE_INFINITY;
        }
        double error = Math.abs(got - want) / Math.ulp(nearest);
        return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
    }
}

package io.github.elbo4j.cli.subject;

import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.PriorPredictive;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Draws from the priors, summed up. */
public final class PriorMarginals {
    /** A value of what is observed, on the scale of the data. */
    public interface Observed {
        double of(int element, double fitted);
    }

    /** The end of the name of what is observed. */
    static final String OBSERVED = " (observed)";

    private PriorMarginals() {}

    public static void validate(CommandLine command, @Nullable Integer draws) {
        if (draws != null && draws < 2) {
            throw new ParameterException(command, "--prior-predictive is " + draws + ", but must be 2 or more");
        }
    }

    /**
     * Element by element of parameters and reports; all elements of what is observed together.
     *
     * @param coordinates from those that are fitted to those of the data
     */
    public static List<Marginal> of(
            Model model, int draws, long seed, UnaryOperator<double[]> coordinates, Observed observed) {
        PriorPredictive prior = model.priorPredictive(seed, draws);
        double[][] z = Stream.of(prior.coordinates()).map(coordinates).toArray(double[][]::new);
        List<Marginal> marginals = new ArrayList<>();
        for (String name : model.names()) {
            Expr value = model.value(name);
            double[][] values = Stream.of(z).map(value::value).toArray(double[][]::new);
            List<String> elements = model.elementNames(name);
            for (int i = 0; i < elements.size(); i++) {
                int element = i;
                marginals.add(Marginal.ofDraws(
                        elements.get(i),
                        Stream.of(values).mapToDouble(draw -> draw[element]).toArray()));
            }
        }
        prior.observed()
                .forEach((name, values) -> marginals.add(Marginal.ofDraws(
                        name + OBSERVED,
                        Stream.of(values)
                                .flatMapToDouble(draw ->
                                        IntStream.range(0, draw.length).mapToDouble(i -> observed.of(i, draw[i])))
                                .toArray())));
        return marginals;
    }
}

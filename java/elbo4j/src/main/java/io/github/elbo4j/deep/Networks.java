package io.github.elbo4j.deep;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.network.Perceptron;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The networks of an {@link Autoencoder} as expressions of their weights. N rows, k draws of z for each, L latent and P observed
 * elements; z is [N][k][L].
 */
final class Networks {
    private static final double HALF_LOG_TWO_PI = 0.5 * StrictMath.log(2 * Math.PI);

    private final Autoencoder of;
    private final int width;
    private final UnaryOperator<Expr> encoder;
    private final UnaryOperator<Expr> decoder;
    private final @Nullable Expr priorMeans; // [C][L], or null for the standard normal
    private final @Nullable Expr priorLogSds; // [C][L]
    private final @Nullable Expr priorLogits; // [C]

    /** q(z | x) = N(mean, exp(2·logSd)), [N][L] each. */
    record Encoding(Expr mean, Expr logSd) {}

    /** @param values makes the weights, by name */
    Networks(Autoencoder of, int width, Perceptron.Values values) {
        this.of = of;
        this.width = width;
        encoder = perceptron(of, width, true).of((name, extents) -> values.make("encoder " + name, extents));
        decoder = perceptron(of, width, false).of((name, extents) -> values.make("decoder " + name, extents));
        int components = of.priorComponents();
        int latent = of.latent();
        priorMeans = components == 1 ? null : values.make("prior means", components, latent);
        priorLogSds = components == 1 ? null : values.make("prior log sds", components, latent);
        priorLogits = components == 1 ? null : values.make("prior logits", components);
    }

    private static Perceptron perceptron(Autoencoder of, int width, boolean encodes) {
        List<Integer> hidden = new ArrayList<>(of.hidden());
        if (!encodes) {
            Collections.reverse(hidden);
        }
        return encodes
                ? new Perceptron(width, hidden, 2 * of.latent(), of.activation())
                : new Perceptron(of.latent(), hidden, of.decoder().outputs() * width, of.activation());
    }

    /** Where weights begin, by name: those of the networks as {@link Perceptron#start} has it; the prior's components around 0. */
    static Map<String, double[]> start(Autoencoder of, int width, Key key) {
        Map<String, double[]> start = new LinkedHashMap<>();
        perceptron(of, width, true)
                .start(key.fork("encoder"))
                .forEach((name, values) -> start.put("encoder " + name, values));
        perceptron(of, width, false)
                .start(key.fork("decoder"))
                .forEach((name, values) -> start.put("decoder " + name, values));
        int components = of.priorComponents();
        if (components > 1) {
            double[] means = new double[components * of.latent()];
            SplittableRandom random = new SplittableRandom(key.fork("prior").seed());
            for (int i = 0; i < means.length; i++) {
                means[i] = 2 * random.nextDouble() - 1;
            }
            start.put("prior means", means);
            start.put("prior log sds", new double[means.length]);
            start.put("prior logits", new double[components]);
        }
        return start;
    }

    /** Of x [N][P]. */
    Encoding encode(Expr x) {
        Expr outputs = encoder.apply(x);
        int latent = of.latent();
        return new Encoding(outputs.slice(1, 0, latent), outputs.slice(1, latent, 2 * latent));
    }

    /** The outputs f(z) of the decoder. */
    Expr decode(Expr z) {
        return decoder.apply(z);
    }

    /** E(x | z), by element. */
    Expr mean(Expr z) {
        return of.decoder().mean(decode(z), width);
    }

    /** z = mean + exp(logSd)·epsilon. */
    static Expr draw(Encoding q, Expr epsilon) {
        return byDraw(q.mean()).plus(byDraw(q.logSd()).exp().times(epsilon));
    }

    /** [N][L] as [N][1][L]. */
    static Expr byDraw(Expr x) {
        int[] extents = x.extents();
        return x.reshape(extents[0], 1, extents[1]);
    }

    /** log p(x_i | z) by element of x [N][P]: [N][k][P]. */
    Expr logLikelihoods(Expr x, Expr z) {
        return of.decoder().logDensity(byDraw(x), decode(z), width);
    }

    /** log p(z), [N][k]. */
    Expr logPrior(Expr z) {
        if (priorMeans == null || priorLogSds == null || priorLogits == null) {
            return z.square().times(-0.5).minus(HALF_LOG_TWO_PI).sum(2);
        }
        int[] extents = z.extents();
        Expr logProbabilities = priorLogits.minus(priorLogits.logSumExp(0));
        Expr[] each = new Expr[of.priorComponents()];
        for (int c = 0; c < each.length; c++) {
            Expr logSd = priorLogSds.get(c);
            Expr standardized = z.minus(priorMeans.get(c)).times(logSd.negated().exp());
            each[c] = standardized
                    .square()
                    .times(-0.5)
                    .minus(logSd)
                    .minus(HALF_LOG_TWO_PI)
                    .sum(2)
                    .plus(logProbabilities.get(c))
                    .reshape(extents[0], extents[1], 1);
        }
        return Expr.concatenate(2, each).logSumExp(2);
    }

    /** log q(z | x), [N][k]. */
    static Expr logQ(Encoding q, Expr z) {
        Expr logSd = byDraw(q.logSd());
        Expr standardized = z.minus(byDraw(q.mean())).times(logSd.negated().exp());
        return standardized
                .square()
                .times(-0.5)
                .minus(logSd)
                .minus(HALF_LOG_TWO_PI)
                .sum(2);
    }

    /** log w = log p(x | z) + log p(z) − log q(z | x) at z = {@link #draw}, [N][k]; log q by the normals themselves. */
    Expr logWeights(Expr x, Encoding q, Expr epsilon) {
        Expr z = draw(q, epsilon);
        Expr logQ = epsilon.square()
                .times(-0.5)
                .minus(byDraw(q.logSd()))
                .minus(HALF_LOG_TWO_PI)
                .sum(2);
        return logLikelihoods(x, z).sum(2).plus(logPrior(z)).minus(logQ);
    }

    /** KL(q(z | x) ‖ p(z)) in closed form by element, [N][L]: ½(mean² + sd² − 1) − logSd, for a prior that is standard normal. */
    static Expr divergence(Encoding q) {
        return q.mean()
                .square()
                .plus(q.logSd().times(2).exp())
                .minus(1)
                .times(0.5)
                .minus(q.logSd());
    }

    /**
     * What training raises, a value for each row [N]; see {@link Autoencoder}.
     *
     * @param epsilon [N][k][L]
     */
    Expr objective(Expr x, Expr epsilon) {
        Encoding q = encode(x);
        if (of.importance() > 1) {
            return importanceWeighted(x, q, epsilon);
        }
        if (of.priorComponents() > 1) {
            return logWeights(x, q, epsilon).mean(1);
        }
        Expr expected = logLikelihoods(x, draw(q, epsilon)).sum(2).mean(1);
        return expected.minus(divergence(q).sum(1));
    }

    /**
     * log(1/k·Σ_i w_i) with the doubly reparameterized gradient: the decoder and the prior have {@code Σ_i v_i·∇log w_i}, v the normalized
     * weights, and the encoder {@code Σ_i v_i²·∂log w_i/∂z_i·∇z_i}, in which the derivative of log q with respect to its own
     * parameters, whose noise does not fade as k grows, has been reparameterized as well (Tucker, Lawson, Gu and Maddison 2019).
     */
    private Expr importanceWeighted(Expr x, Encoding q, Expr epsilon) {
        Expr logWeights = logWeights(x, q, epsilon);
        int[] extents = logWeights.extents();
        Expr total = logWeights.logSumExp(1);
        Expr bound = total.minus(StrictMath.log(of.importance()));
        Expr normalized = logWeights.minus(total.reshape(extents[0], 1)).exp().detached();
        Expr z = draw(q, epsilon);
        Expr weighted = z.derivedAs(z.times(normalized.reshape(extents[0], extents[1], 1)));
        Encoding fixed = new Encoding(q.mean().detached(), q.logSd().detached());
        Expr path = logLikelihoods(x, weighted).sum(2).plus(logPrior(weighted)).minus(logQ(fixed, weighted));
        return bound.derivedAs(normalized.times(path).sum(1));
    }
}

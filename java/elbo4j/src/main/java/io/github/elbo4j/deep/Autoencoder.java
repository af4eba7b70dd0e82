package io.github.elbo4j.deep;

import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.network.Activation;
import io.github.elbo4j.network.Perceptron;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A variational autoencoder (Kingma and Welling 2014; Rezende, Mohamed and Wierstra 2014): a row x of P elements has latent variables z
 * of L dimensions,
 *
 * <pre>{@code
 * z ~ p(z) = N(0, I), or a mixture of normals that is learned
 * x ~ p(x | z), by a network of z: the decoder
 * q(z | x) = N(mean(x), diag(sd(x)²)), by a network of x: the encoder
 * }</pre>
 *
 * <p>Training raises Σ_n of the evidence lower bound of each row in the weights of all networks at once,
 *
 * <pre>{@code
 * ELBO(x) = E_q[log p(x | z)] − KL(q(z | x) ‖ p(z)) = log p(x) − KL(q(z | x) ‖ p(z | x))
 * }</pre>
 *
 * with draws z = mean + sd·epsilon and the KL in closed form where the prior is N(0, I). Raising it in the encoder's weights is the E
 * half of expectation-maximization, which brings q nearer to the posterior; in the decoder's and the prior's it is the M half, which
 * raises E_q[log p(x, z)]. With k &gt; 1 draws it is the importance-weighted bound instead (Burda, Grosse and Salakhutdinov 2016),
 * {@code E log(1/k·Σ_i p(x, z_i)/q(z_i | x))}, nearer to log p(x), with the doubly reparameterized gradient.
 *
 * @param latent L
 * @param hidden the widths of the encoder's hidden layers; the decoder has them in the opposite order
 * @param activation of the hidden layers
 * @param decoder the distribution of x given z
 * @param priorComponents 1 for N(0, I); or so many normals, learned
 * @param importance k
 */
public record Autoencoder(
        int latent, List<Integer> hidden, Activation activation, Decoder decoder, int priorComponents, int importance) {
    /** Components or draws beyond which a value would not be one of three axes' elements any more in reasonable memory. */
    private static final int MOST = 4096;

    public Autoencoder {
        hidden = List.copyOf(hidden);
        Objects.requireNonNull(activation, "activation is null");
        Objects.requireNonNull(decoder, "decoder is null");
        inRange("latent", latent);
        inRange("priorComponents", priorComponents);
        inRange("importance", importance);
        for (int width : hidden) {
            if (width < 1) {
                throw new IllegalArgumentException(
                        "the hidden layers have the widths " + hidden + ", but each must be at least 1");
            }
        }
    }

    /** With one hidden layer of 128 units, relu, pixels as Bernoulli, the prior N(0, I) and k = 1. */
    public static Autoencoder of(int latent) {
        return new Autoencoder(latent, List.of(128), Activation.RELU, Decoder.BERNOULLI, 1, 1);
    }

    /** With these hidden layers of the encoder; none for networks that are linear. */
    public Autoencoder hidden(List<Integer> widths) {
        return new Autoencoder(latent, widths, activation, decoder, priorComponents, importance);
    }

    /** With this activation. */
    public Autoencoder activation(Activation value) {
        return new Autoencoder(latent, hidden, value, decoder, priorComponents, importance);
    }

    /** With this distribution of x given z. */
    public Autoencoder decoder(Decoder value) {
        return new Autoencoder(latent, hidden, activation, value, priorComponents, importance);
    }

    /** With a prior of so many components. */
    public Autoencoder priorComponents(int value) {
        return new Autoencoder(latent, hidden, activation, decoder, value, importance);
    }

    /** With so many draws in the bound. */
    public Autoencoder importance(int value) {
        return new Autoencoder(latent, hidden, activation, decoder, priorComponents, value);
    }

    private static void inRange(String name, int value) {
        if (value < 1 || value > MOST) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be from 1 to " + MOST);
        }
    }

    /**
     * The extents of the weights of its networks by name, in their order.
     *
     * @param width P, the elements of a row
     * @throws ArithmeticException if there are more than 2^31 − 1 of them
     */
    public Map<String, int[]> extents(int width) {
        if (width < 1) {
            throw new IllegalArgumentException("width is " + width + ", but must be 1 or more");
        }
        Map<String, int[]> all = new LinkedHashMap<>();
        Parameters parameters = new Parameters();
        Perceptron.Values values = (name, extents) -> {
            all.put(name, extents.clone());
            return parameters.add(name, extents);
        };
        new Networks(this, width, values);
        return all;
    }

    /**
     * Refuses rows that it cannot be fitted to.
     *
     * @throws IllegalArgumentException if there are none, they are not equally long, or an element is not finite or, for {@link
     *     Decoder#BERNOULLI}, not from 0 to 1; the message names row and column, counted from 1
     */
    void check(double[][] rows) {
        if (rows.length == 0 || rows[0].length == 0) {
            throw new IllegalArgumentException("there are no rows, or they have no elements");
        }
        for (int n = 0; n < rows.length; n++) {
            if (rows[n].length != rows[0].length) {
                throw new IllegalArgumentException(
                        "row " + (n + 1) + " has " + rows[n].length + " elements, but row 1 has " + rows[0].length);
            }
            for (int i = 0; i < rows[n].length; i++) {
                double value = rows[n][i];
                if (!Double.isFinite((float) value)) {
                    throw new IllegalArgumentException("element " + (i + 1) + " of row " + (n + 1) + " is " + value
                            + ", but must be finite (in float32)");
                }
                if (decoder == Decoder.BERNOULLI && !(value >= 0 && value <= 1)) {
                    throw new IllegalArgumentException("element " + (i + 1) + " of row " + (n + 1) + " is " + value
                            + ", but must be from 0 to 1 for a decoder of Bernoulli; divide by the largest value, or take a"
                            + " decoder of normals");
                }
            }
        }
    }
}

package io.github.elbo4j.family;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Runner;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A family of distributions q over B problems of D dimensions, each problem with P unconstrained real parameters. The
 * parameters of all problems are one buffer, so an optimizer is the same for every family.
 *
 * <p>Sums over draws go to run sums, {@code [B][runs][P]} FLOAT64, which {@link
 * io.github.elbo4j.device.ElboOps.MeanOverDraws} turns into a gradient {@code [B][P]}. Draws may be cut into chunks
 * whose first draw is a multiple of 64.
 */
public interface VariationalFamily extends AutoCloseable {
    /** As {@link Family#label}. */
    String name();

    Device device();

    /** B. */
    int problems();

    /** The number of its first problem, from which the others are counted: the address b of its draws. 0 at first. */
    default int firstProblem() {
        return 0;
    }

    /**
     * Numbers its problems from another one on, so that a problem has the same draws in a batch and alone.
     *
     * @param first 0 or more; the last number is 2^31 − 2 at most
     * @throws IllegalArgumentException if the family does not know other numbers than those from 0 on
     */
    default void numberFrom(int first) {
        if (first != 0) {
            throw new IllegalArgumentException("the first problem's number is " + first + ", but "
                    + getClass().getSimpleName() + " numbers its problems from 0 on");
        }
    }

    /** A block of draws of all its problems, at their addresses. */
    default DrawBlock block(int draws, int firstDraw) {
        return new DrawBlock(problems(), draws, dimensions(), firstProblem(), firstDraw, 0);
    }

    /** D. */
    int dimensions();

    /** P, the parameters of one problem. */
    int parameters();

    /**
     * Parameter p of a problem in words, such as {@code the log standard deviation of slope}.
     *
     * @param names the names of the D coordinates
     */
    String describe(int p, List<String> names);

    /** The parameters, [B][P]. After a write to it, {@link #update} must be called before q is used again. */
    Buffer parameterBuffer();

    /** Records or runs the operations that make q use the present content of {@link #parameterBuffer}. */
    void update(Runner to);

    /** Makes q use the present content of {@link #parameterBuffer}. */
    default void update() {
        update(device());
    }

    /**
     * Draws from q: see {@link Operation} on addresses.
     *
     * @param z [B][S][D], written
     */
    void sample(Runner to, Key key, Index step, DrawBlock shape, Buffer z);

    /** Draws from q, at once. */
    default void sample(Key key, int step, DrawBlock shape, Buffer z) {
        sample(device(), key, Index.of(step), shape, z);
    }

    /**
     * {@code logQ[b,s] = log q_b(z[b,s,:])}.
     *
     * @param logQ [B][S] FLOAT64, written
     */
    void logDensity(Runner to, DrawBlock shape, Buffer z, Buffer logQ);

    /** {@link #logDensity(Runner, DrawBlock, Buffer, Buffer)}, at once. */
    default void logDensity(DrawBlock shape, Buffer z, Buffer logQ) {
        logDensity(device(), shape, z, logQ);
    }

    /**
     * The log-density at the draws of {@link #sample} with this key, step and shape; where epsilon gives a more
     * accurate result than z, epsilon is made again from its address.
     *
     * @param z the draws, [B][S][D]
     * @param logQ [B][S] FLOAT64, written
     */
    void logDensityAtDraw(Recorder to, Key key, Index step, DrawBlock shape, Buffer z, Buffer logQ);

    /**
     * {@code entropy[slot·B + b] = −E_q[log q]}, in closed form.
     *
     * @param entropy at least [slot+1][B] FLOAT64, record {@code slot} written
     */
    void entropy(Runner to, Buffer entropy, long slot);

    /**
     * Adds the gradient of the entropy with respect to the parameters.
     *
     * @param gradient [B][P], added to
     */
    void addEntropyGradient(Runner to, Buffer gradient);

    /**
     * Run sums of the reparameterization gradient of {@code E_q[log p]}, or with {@code path} of the ELBO without the
     * score term (Roeder, Wu and Duvenaud 2017).
     *
     * @param gradient {@code ∇z log p}, [B][S][D], at the draws of {@link #sample} with this key, step and shape
     * @param runs [B][runs][P] FLOAT64, the shape's runs written
     */
    void reparam(Recorder to, Key key, Index step, DrawBlock shape, boolean path, Buffer gradient, Buffer runs);

    /**
     * Run sums of {@code w · ∇log q} at the draws of {@link #sample} with this key, step and shape.
     *
     * @param weights w, [B][S]
     * @param sums null, or the means [B][2·P'] that {@link #scoreSquares} leads to: the optimal control variate of each
     *     coordinate is then taken from the weights
     * @param draws all draws S that {@code sums} are means of
     * @param runs [B][runs][P] FLOAT64, the shape's runs written
     */
    void score(
            Recorder to,
            Key key,
            Index step,
            DrawBlock shape,
            Buffer weights,
            @Nullable Buffer sums,
            int draws,
            Buffer runs);

    /**
     * The draws of a step and all that is computed of them for a diagonal Gaussian target, in one pass: the bits of {@link
     * #sample}, of the target's log-density and its gradient, of {@link #logDensityAtDraw} and of {@link #reparam}.
     */
    interface GaussianPass {
        /**
         * Draws, and what is computed of them.
         *
         * @param logP [B][S] FLOAT64, written
         * @param logQ [B][S] FLOAT64, written
         * @param runs null, or [B][runs][P] FLOAT64, the shape's runs written
         */
        void record(
                Runner to,
                Key key,
                Index step,
                DrawBlock shape,
                boolean path,
                Buffer logP,
                Buffer logQ,
                @Nullable Buffer runs);
    }

    /**
     * The pass for a target N(targetMu, diag exp(2·targetOmega)), the same for every problem; null if this family has none.
     *
     * @param targetMu [D]
     * @param targetOmega [D]
     */
    default @Nullable GaussianPass gaussianPass(Buffer targetMu, Buffer targetOmega) {
        return null;
    }

    /** The width of the records of {@link #scoreSquares}. */
    int squares();

    /**
     * Run sums of {@code w·h²} and {@code h²}, h the score, from which the optimal control variate follows.
     *
     * @param runs [B][runs][{@link #squares}] FLOAT64, the shape's runs written
     */
    void scoreSquares(Recorder to, Key key, Index step, DrawBlock shape, Buffer weights, Buffer runs);

    /**
     * The parameters [P] of the member with this mean and these standard deviations and, as far as the family has them, these
     * correlations, computed on the host.
     *
     * @param mean [D]
     * @param sd [D]
     * @param factor [D][D], the Cholesky factor of the covariance that has these standard deviations; null if the coordinates
     *     are independent
     */
    float[] parametersOf(double[] mean, double[] sd, double @Nullable [][] factor);

    /**
     * The parameters [P] of the member that is this distribution, where the family can tell them from how it is held; null where
     * it cannot, and {@link #parametersOf(double[], double[], double[][])} is to do.
     */
    default float @Nullable [] parametersOf(Gaussian member) {
        return null;
    }

    /**
     * What a step of each parameter is measured in, [P], so that one learning rate suits a q of any scale; ones where a
     * family says nothing.
     *
     * @param values the parameters of q, [P]
     */
    default float[] units(float[] values) {
        float[] units = new float[values.length];
        Arrays.fill(units, 1f);
        return units;
    }

    /**
     * Sets the parameters of one problem to normals with these means and standard deviations, which are as independent as the
     * family has them.
     */
    default void set(int problem, double[] mean, double[] standardDeviation) {
        FamilyChecks.problem(problem, problems());
        FamilyChecks.vector("mean", mean, dimensions(), false);
        FamilyChecks.vector("standardDeviation", standardDeviation, dimensions(), true);
        float[] values = parametersOf(mean, standardDeviation, null);
        parameterBuffer().write((long) problem * values.length, values, 0, values.length);
        update();
    }

    /**
     * The mean and covariance that the parameters of one problem stand for, computed on the host in float64.
     *
     * @param values [P]
     */
    Gaussian toGaussian(float[] values);

    /** The mean and covariance of q for one problem. */
    default Gaussian toGaussian(int problem) {
        FamilyChecks.problem(problem, problems());
        float[] values = new float[parameters()];
        parameterBuffer().read((long) problem * values.length, values, 0, values.length);
        return toGaussian(values);
    }

    @Override
    void close();
}

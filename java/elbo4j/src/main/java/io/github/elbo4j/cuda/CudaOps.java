package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Ops;
import io.github.elbo4j.device.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The operations on a GPU: each goes to the launcher of its kernel family, one at a time. Arguments have been checked.
 * The monitor of this object guards all that the device does.
 */
final class CudaOps implements Ops {
    private final Cuda cuda;
    private final NormalCuda normal;
    private final MathCuda math;
    private final MeanFieldCuda meanField;
    private final FullRankCuda fullRank;
    private final KlCuda kl;
    private final ElboCuda elbo;
    private final ScoreCuda score;
    private final ReparamCuda reparam;
    private final FullRankGradientCuda fullRankGradient;
    private final LikelihoodCuda likelihood;
    private final GemmCuda gemm;
    private final OptimizerCuda optimizer;
    private final FusedCuda fused;

    CudaOps(Cuda cuda) {
        this.cuda = cuda;
        normal = new NormalCuda(cuda);
        math = new MathCuda(cuda);
        meanField = new MeanFieldCuda(cuda);
        gemm = new GemmCuda(cuda);
        fullRank = new FullRankCuda(cuda, normal, gemm);
        kl = new KlCuda(cuda, gemm);
        elbo = new ElboCuda(cuda);
        score = new ScoreCuda(cuda);
        reparam = new ReparamCuda(cuda);
        fullRankGradient = new FullRankGradientCuda(cuda);
        likelihood = new LikelihoodCuda(cuda);
        optimizer = new OptimizerCuda(cuda, math);
        fused = new FusedCuda(cuda);
    }

    @Override
    public synchronized void words(Key key, int step, Shape shape, Buffer words) {
        normal().words(key, step, shape, words);
    }

    @Override
    public synchronized void uniform(Key key, int step, Shape shape, Buffer u) {
        normal().uniform(key, step, shape, u);
    }

    @Override
    public synchronized void normal(Key key, int step, Shape shape, Buffer epsilon) {
        normal().normal(key, step, shape, epsilon);
    }

    @Override
    public synchronized void map(Function f, long n, Buffer x, Buffer y) {
        math().map(f, n, x, y);
    }

    @Override
    public synchronized void fill(long n, double value, Buffer x) {
        math().fill(n, value, x);
    }

    @Override
    public synchronized void axpy(long n, float a, Buffer x, Buffer y) {
        math().axpy(n, a, x, y);
    }

    @Override
    public synchronized void scale(double a, Matrix x, boolean accumulate, Matrix y) {
        math().scale(a, x, accumulate, y);
    }

    @Override
    public synchronized void multiply(long n, Buffer x, Buffer y, Buffer z) {
        math().multiply(n, x, y, z);
    }

    @Override
    public synchronized void average(long n, float weight, Buffer x, Buffer y) {
        math().average(n, weight, x, y);
    }

    @Override
    public synchronized void sumRows(int rows, int columns, Buffer x, Buffer sum) {
        math().sumRows(rows, columns, x, sum);
    }

    @Override
    public synchronized void gatherRows(int rows, int columns, Buffer index, long first, Buffer source, Buffer target) {
        math().gatherRows(rows, columns, index, first, source, target);
    }

    @Override
    public synchronized void firstNonFinite(long n, Buffer x, Buffer found) {
        math().firstNonFinite(n, x, found);
    }

    @Override
    public synchronized void sample(Key key, int step, Shape shape, Buffer mu, Buffer omega, Buffer z) {
        meanField().sample(key, step, shape, mu, omega, z);
    }

    @Override
    public synchronized void logDensity(Shape shape, Buffer mu, Buffer omega, Buffer z, Buffer logQ) {
        meanField().density(shape, With.Z, mu, omega, z, logQ, null);
    }

    @Override
    public synchronized void logDensityGradient(
            Shape shape, With with, Buffer mu, Buffer omega, Buffer z, Buffer gradient) {
        meanField().density(shape, with, mu, omega, z, null, gradient);
    }

    @Override
    public synchronized void logDensityAndGradient(
            Shape shape, Buffer mu, Buffer omega, Buffer z, Buffer logQ, Buffer gradient) {
        meanField().density(shape, With.Z, mu, omega, z, logQ, gradient);
    }

    @Override
    public synchronized void entropy(int problems, int dimensions, Buffer omega, Buffer entropy, long slot) {
        meanField().entropy(problems, dimensions, omega, entropy, slot);
    }

    @Override
    public synchronized void fullRankSample(Key key, int step, Shape shape, Buffer mu, Buffer factor, Buffer z) {
        fullRank().sample(key, step, shape, mu, factor, z);
    }

    @Override
    public synchronized void fullRankLogDensity(Shape shape, Buffer mu, Buffer factor, Buffer z, Buffer logQ) {
        fullRank().logDensity(shape, mu, factor, z, logQ);
    }

    @Override
    public synchronized void fullRankLogDensityGradient(
            Shape shape, Buffer mu, Buffer factor, Buffer z, Buffer gradient) {
        fullRank().gradient(shape, mu, factor, z, gradient);
    }

    @Override
    public synchronized void fullRankScore(Key key, int step, Shape shape, Buffer factor, Buffer score) {
        fullRank().score(key, step, shape, factor, score);
    }

    @Override
    public synchronized void fullRankEntropy(int problems, int dimensions, Buffer factor, Buffer entropy, long slot) {
        fullRank().entropy(problems, dimensions, factor, entropy, slot);
    }

    @Override
    public synchronized void klToStandard(int problems, int dimensions, Buffer mu, Buffer omega, Buffer kl) {
        kl().toStandard(problems, dimensions, mu, omega, kl);
    }

    @Override
    public synchronized void klToStandardGradient(
            int problems, int dimensions, Buffer mu, Buffer omega, Buffer gradMu, Buffer gradOmega) {
        kl().toStandardGradient(problems, dimensions, mu, omega, gradMu, gradOmega);
    }

    @Override
    public synchronized void klDiagonal(
            int problems, int dimensions, Buffer muQ, Buffer omegaQ, Buffer muP, Buffer omegaP, Buffer kl) {
        kl().diagonal(problems, dimensions, muQ, omegaQ, muP, omegaP, kl);
    }

    @Override
    public synchronized void klDiagonalGradient(
            int problems,
            int dimensions,
            Buffer muQ,
            Buffer omegaQ,
            Buffer muP,
            Buffer omegaP,
            Buffer gradMu,
            Buffer gradOmega) {
        kl().diagonalGradient(problems, dimensions, muQ, omegaQ, muP, omegaP, gradMu, gradOmega);
    }

    @Override
    public synchronized void klFull(
            int problems, int dimensions, Buffer muQ, Buffer factorQ, Buffer muP, Buffer factorP, Buffer kl) {
        kl().full(problems, dimensions, muQ, factorQ, muP, factorP, kl, null, null);
    }

    @Override
    public synchronized void klFullGradient(
            int problems,
            int dimensions,
            Buffer muQ,
            Buffer factorQ,
            Buffer muP,
            Buffer factorP,
            Buffer gradMu,
            Buffer gradFactor) {
        kl().full(problems, dimensions, muQ, factorQ, muP, factorP, null, gradMu, gradFactor);
    }

    @Override
    public synchronized void klMonteCarlo(int problems, int draws, Buffer logQ, Buffer logP, Buffer kl) {
        elbo().moments(problems, draws, logQ, logP, kl, 0);
    }

    @Override
    public synchronized void moments(
            int problems, int draws, Buffer logP, @Nullable Buffer logQ, Buffer moments, long slot) {
        elbo().moments(problems, draws, logP, logQ, moments, slot);
    }

    @Override
    public synchronized void renyi(
            int problems, int draws, float alpha, Buffer logP, @Nullable Buffer logQ, Buffer bound) {
        elbo().renyi(problems, draws, alpha, logP, logQ, bound);
    }

    @Override
    public synchronized void meanOverDraws(
            int problems, int draws, int width, float constant, Buffer runSums, Buffer mean) {
        elbo().meanOverDraws(problems, draws, width, constant, runSums, mean);
    }

    @Override
    public synchronized void scoreWeights(
            int problems,
            int draws,
            Baseline baseline,
            Buffer logP,
            Buffer logQ,
            @Nullable Buffer running,
            double rate,
            Buffer weights) {
        score().weights(problems, draws, baseline, logP, logQ, running, rate, weights);
    }

    @Override
    public synchronized void meanFieldScore(
            Key key,
            int step,
            Shape shape,
            Buffer omega,
            Buffer weights,
            @Nullable Buffer sums,
            int draws,
            Buffer runs) {
        score().meanField(key, step, shape, omega, weights, sums, draws, runs);
    }

    @Override
    public synchronized void meanFieldScoreSquares(Key key, int step, Shape shape, Buffer weights, Buffer runs) {
        score().meanFieldSquares(key, step, shape, weights, runs);
    }

    @Override
    public synchronized void fullRankScoreGradient(
            Key key,
            int step,
            Shape shape,
            Buffer factor,
            Buffer score,
            Buffer weights,
            @Nullable Buffer sums,
            int draws,
            Buffer runs) {
        fullRankGradient().score(key, step, shape, factor, score, weights, sums, draws, runs);
    }

    @Override
    public synchronized void fullRankScoreSquares(
            Key key, int step, Shape shape, Buffer factor, Buffer score, Buffer weights, Buffer runs) {
        fullRankGradient().squares(key, step, shape, factor, score, weights, runs);
    }

    @Override
    public synchronized void meanFieldReparam(
            Key key, int step, Shape shape, boolean path, Buffer omega, Buffer gradient, Buffer runs) {
        reparam().meanField(key, step, shape, path, omega, gradient, runs);
    }

    @Override
    public synchronized void fullRankReparam(
            Key key, int step, Shape shape, Buffer factor, Buffer gradient, @Nullable Buffer score, Buffer runs) {
        fullRankGradient().reparam(key, step, shape, factor, gradient, score, runs);
    }

    @Override
    public synchronized void bernoulliLogit(
            int rows, int observations, Buffer y, float scale, Buffer eta, Buffer logP) {
        likelihood().bernoulliLogit(rows, observations, y, scale, eta, logP);
    }

    @Override
    public synchronized void categoricalLogit(
            int rows, int classes, int observations, Buffer y, float scale, Buffer eta, Buffer logP) {
        likelihood().categorical(rows, classes, observations, y, scale, eta, logP);
    }

    @Override
    public synchronized void mixture(int rows, int components, int observations, float scale, Buffer eta, Buffer logP) {
        likelihood().categorical(rows, components, observations, null, scale, eta, logP);
    }

    @Override
    public synchronized void gaussian(
            int rows,
            int observations,
            Buffer y,
            float scale,
            Matrix logNoise,
            Buffer eta,
            Buffer logP,
            @Nullable Matrix gradLogNoise) {
        likelihood().gaussian(rows, observations, y, scale, logNoise, eta, logP, gradLogNoise);
    }

    @Override
    public synchronized void gemm(Matrix a, Matrix b, boolean accumulate, Matrix c) {
        cuda.begin();
        Cublas cublas = cuda.cublas();
        if (cublas == null || !cublas.gemm(a, b, accumulate, c)) {
            gemm.gemm(a, b, accumulate, c);
        }
    }

    @Override
    public synchronized void triangularMultiply(Matrix l, boolean upper, Matrix b) {
        triangular(l, upper, false, b);
    }

    @Override
    public synchronized void triangularSolve(Matrix l, boolean upper, Matrix b) {
        triangular(l, upper, true, b);
    }

    private void triangular(Matrix l, boolean upper, boolean solve, Matrix b) {
        cuda.begin();
        Cublas cublas = cuda.cublas();
        if (cublas == null || !cublas.triangular(l, upper, solve, b)) {
            gemm.triangular(l, upper, solve, b);
        }
    }

    @Override
    public synchronized void sgd(long n, float rate, Buffer gradient, Buffer parameter) {
        optimizer().sgd(n, rate, gradient, parameter);
    }

    @Override
    public synchronized void adam(
            long n,
            int t,
            float rate,
            float beta1,
            float beta2,
            float guard,
            Buffer gradient,
            @Nullable Buffer scale,
            Buffer m,
            Buffer v,
            Buffer parameter) {
        optimizer().adam(n, t, rate, beta1, beta2, guard, gradient, scale, m, v, parameter);
    }

    @Override
    public synchronized void gaussianElbo(
            Key key,
            int step,
            Shape shape,
            boolean path,
            Buffer mu,
            Buffer omega,
            boolean shared,
            Buffer targetMu,
            Buffer targetOmega,
            Buffer logP,
            Buffer logQ,
            @Nullable Buffer runs) {
        fused().elbo(key, step, shape, path, mu, omega, shared, targetMu, targetOmega, logP, logQ, runs);
    }

    @Override
    public synchronized void gaussianAdam(
            Key key,
            int step,
            int steps,
            Shape shape,
            boolean path,
            boolean shared,
            Buffer targetMu,
            Buffer targetOmega,
            int t,
            float rate,
            float beta1,
            float beta2,
            float guard,
            Buffer m,
            Buffer v,
            Buffer parameter,
            @Nullable Buffer moments,
            long slot) {
        fused().adam(
                        key,
                        step,
                        steps,
                        shape,
                        path,
                        shared,
                        targetMu,
                        targetOmega,
                        t,
                        rate,
                        beta1,
                        beta2,
                        guard,
                        m,
                        v,
                        parameter,
                        moments,
                        slot);
    }

    private NormalCuda normal() {
        cuda.begin();
        return normal;
    }

    private MathCuda math() {
        cuda.begin();
        return math;
    }

    private MeanFieldCuda meanField() {
        cuda.begin();
        return meanField;
    }

    private FullRankCuda fullRank() {
        cuda.begin();
        return fullRank;
    }

    private KlCuda kl() {
        cuda.begin();
        return kl;
    }

    private ElboCuda elbo() {
        cuda.begin();
        return elbo;
    }

    private ScoreCuda score() {
        cuda.begin();
        return score;
    }

    private ReparamCuda reparam() {
        cuda.begin();
        return reparam;
    }

    private FullRankGradientCuda fullRankGradient() {
        cuda.begin();
        return fullRankGradient;
    }

    private LikelihoodCuda likelihood() {
        cuda.begin();
        return likelihood;
    }

    private OptimizerCuda optimizer() {
        cuda.begin();
        return optimizer;
    }

    private FusedCuda fused() {
        cuda.begin();
        return fused;
    }
}

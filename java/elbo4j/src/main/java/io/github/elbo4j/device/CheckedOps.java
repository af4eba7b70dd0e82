package io.github.elbo4j.device;

import org.jspecify.annotations.Nullable;

/**
 * The door of a device: checks the arguments of every operation once and passes them on. Kernels and twins carry no
 * checks. A message names the argument, what it was and what it must be.
 */
public final class CheckedOps extends Arguments implements Ops {
    private final Ops ops;

    /**
     * @param device whose buffers are accepted
     * @param ops what does the work
     */
    public CheckedOps(Device device, Ops ops) {
        super(device);
        this.ops = ops;
    }

    @Override
    public void words(Key key, int step, Shape shape, Buffer words) {
        address(key, shape);
        ints("words", words, shape.elements());
        ops.words(key, step, shape, words);
    }

    @Override
    public void uniform(Key key, int step, Shape shape, Buffer u) {
        address(key, shape);
        floats("u", u, shape.elements());
        ops.uniform(key, step, shape, u);
    }

    @Override
    public void normal(Key key, int step, Shape shape, Buffer epsilon) {
        address(key, shape);
        floats("epsilon", epsilon, shape.elements());
        ops.normal(key, step, shape, epsilon);
    }

    @Override
    public void map(Function f, long n, Buffer x, Buffer y) {
        present("f", f);
        notNegative("n", n);
        floats("x", x, n);
        floats("y", y, n);
        ops.map(f, n, x, y);
    }

    @Override
    public void fill(long n, double value, Buffer x) {
        notNegative("n", n);
        if (present("x", x).type() == ElementType.FLOAT64) {
            doubles("x", x, n);
        } else {
            floats("x", x, n);
        }
        ops.fill(n, value, x);
    }

    @Override
    public void axpy(long n, float a, Buffer x, Buffer y) {
        notNegative("n", n);
        notNaN("a", a);
        floats("x", x, n);
        floats("y", y, n);
        ops.axpy(n, a, x, y);
    }

    @Override
    public void scale(double a, Matrix x, boolean accumulate, Matrix y) {
        if (Double.isNaN(a)) {
            throw new IllegalArgumentException("a is NaN");
        }
        doubles("x", x);
        doubles("y", y);
        if (x.rows() != y.rows() || x.columns() != y.columns()) {
            throw new IllegalArgumentException("x is " + extents(x) + ", but must be " + extents(y) + " as y is");
        }
        written("y", y);
        apart("x", x, y);
        ops.scale(a, x, accumulate, y);
    }

    @Override
    public void multiply(long n, Buffer x, Buffer y, Buffer z) {
        notNegative("n", n);
        floats("x", x, n);
        floats("y", y, n);
        floats("z", z, n);
        ops.multiply(n, x, y, z);
    }

    @Override
    public void average(long n, float weight, Buffer x, Buffer y) {
        notNegative("n", n);
        notNaN("weight", weight);
        floats("x", x, n);
        floats("y", y, n);
        ops.average(n, weight, x, y);
    }

    @Override
    public void sumRows(int rows, int columns, Buffer x, Buffer sum) {
        floats("x", x, product(rows, "rows", columns, "columns"));
        doubles("sum", sum, rows);
        ops.sumRows(rows, columns, x, sum);
    }

    @Override
    public void gatherRows(int rows, int columns, Buffer index, long first, Buffer source, Buffer target) {
        notNegative("first", first);
        long elements = product(rows, "rows", columns, "columns");
        ints("index", index, sum(first, rows, "first"));
        floats("source", source, 0);
        floats("target", target, elements);
        ops.gatherRows(rows, columns, index, first, source, target);
    }

    @Override
    public void firstNonFinite(long n, Buffer x, Buffer found) {
        notNegative("n", n);
        atMost("n", n, Integer.MAX_VALUE); // the index is an int
        floats("x", x, n);
        ints("found", found, 1);
        ops.firstNonFinite(n, x, found);
    }

    @Override
    public void sample(Key key, int step, Shape shape, Buffer mu, Buffer omega, Buffer z) {
        address(key, shape);
        parameters(shape, mu, omega);
        floats("z", z, shape.elements());
        ops.sample(key, step, shape, mu, omega, z);
    }

    @Override
    public void logDensity(Shape shape, Buffer mu, Buffer omega, Buffer z, Buffer logQ) {
        present("shape", shape);
        parameters(shape, mu, omega);
        floats("z", z, shape.elements());
        doubles("logQ", logQ, shape.rows());
        ops.logDensity(shape, mu, omega, z, logQ);
    }

    @Override
    public void logDensityGradient(Shape shape, With with, Buffer mu, Buffer omega, Buffer z, Buffer gradient) {
        present("shape", shape);
        present("with", with);
        parameters(shape, mu, omega);
        floats("z", z, shape.elements());
        floats("gradient", gradient, shape.elements());
        ops.logDensityGradient(shape, with, mu, omega, z, gradient);
    }

    @Override
    public void logDensityAndGradient(Shape shape, Buffer mu, Buffer omega, Buffer z, Buffer logQ, Buffer gradient) {
        present("shape", shape);
        parameters(shape, mu, omega);
        floats("z", z, shape.elements());
        doubles("logQ", logQ, shape.rows());
        floats("gradient", gradient, shape.elements());
        ops.logDensityAndGradient(shape, mu, omega, z, logQ, gradient);
    }

    @Override
    public void entropy(int problems, int dimensions, Buffer omega, Buffer entropy, long slot) {
        floats("omega", omega, product(problems, "problems", dimensions, "dimensions"));
        doubles("entropy", entropy, records(slot, problems, 1));
        ops.entropy(problems, dimensions, omega, entropy, slot);
    }

    @Override
    public void fullRankSample(Key key, int step, Shape shape, Buffer mu, Buffer factor, Buffer z) {
        address(key, shape);
        floats("mu", mu, shape.parameters());
        factor("factor", factor, shape.problems(), shape.dimensions());
        floats("z", z, shape.elements());
        ops.fullRankSample(key, step, shape, mu, factor, z);
    }

    @Override
    public void fullRankLogDensity(Shape shape, Buffer mu, Buffer factor, Buffer z, Buffer logQ) {
        present("shape", shape);
        floats("mu", mu, shape.parameters());
        factor("factor", factor, shape.problems(), shape.dimensions());
        floats("z", z, shape.elements());
        doubles("logQ", logQ, shape.rows());
        ops.fullRankLogDensity(shape, mu, factor, z, logQ);
    }

    @Override
    public void fullRankLogDensityGradient(Shape shape, Buffer mu, Buffer factor, Buffer z, Buffer gradient) {
        present("shape", shape);
        floats("mu", mu, shape.parameters());
        factor("factor", factor, shape.problems(), shape.dimensions());
        floats("z", z, shape.elements());
        floats("gradient", gradient, shape.elements());
        ops.fullRankLogDensityGradient(shape, mu, factor, z, gradient);
    }

    @Override
    public void fullRankScore(Key key, int step, Shape shape, Buffer factor, Buffer score) {
        address(key, shape);
        factor("factor", factor, shape.problems(), shape.dimensions());
        floats("score", score, shape.elements());
        ops.fullRankScore(key, step, shape, factor, score);
    }

    @Override
    public void fullRankEntropy(int problems, int dimensions, Buffer factor, Buffer entropy, long slot) {
        factor("factor", factor, problems, dimensions);
        doubles("entropy", entropy, records(slot, problems, 1));
        ops.fullRankEntropy(problems, dimensions, factor, entropy, slot);
    }

    @Override
    public void klToStandard(int problems, int dimensions, Buffer mu, Buffer omega, Buffer kl) {
        pair(product(problems, "problems", dimensions, "dimensions"), "mu", mu, "omega", omega);
        doubles("kl", kl, problems);
        ops.klToStandard(problems, dimensions, mu, omega, kl);
    }

    @Override
    public void klToStandardGradient(
            int problems, int dimensions, Buffer mu, Buffer omega, Buffer gradMu, Buffer gradOmega) {
        long n = product(problems, "problems", dimensions, "dimensions");
        pair(n, "mu", mu, "omega", omega);
        pair(n, "gradMu", gradMu, "gradOmega", gradOmega);
        ops.klToStandardGradient(problems, dimensions, mu, omega, gradMu, gradOmega);
    }

    @Override
    public void klDiagonal(
            int problems, int dimensions, Buffer muQ, Buffer omegaQ, Buffer muP, Buffer omegaP, Buffer kl) {
        long n = product(problems, "problems", dimensions, "dimensions");
        pair(n, "muQ", muQ, "omegaQ", omegaQ);
        pair(n, "muP", muP, "omegaP", omegaP);
        doubles("kl", kl, problems);
        ops.klDiagonal(problems, dimensions, muQ, omegaQ, muP, omegaP, kl);
    }

    @Override
    public void klDiagonalGradient(
            int problems,
            int dimensions,
            Buffer muQ,
            Buffer omegaQ,
            Buffer muP,
            Buffer omegaP,
            Buffer gradMu,
            Buffer gradOmega) {
        long n = product(problems, "problems", dimensions, "dimensions");
        pair(n, "muQ", muQ, "omegaQ", omegaQ);
        pair(n, "muP", muP, "omegaP", omegaP);
        pair(n, "gradMu", gradMu, "gradOmega", gradOmega);
        ops.klDiagonalGradient(problems, dimensions, muQ, omegaQ, muP, omegaP, gradMu, gradOmega);
    }

    @Override
    public void klFull(
            int problems, int dimensions, Buffer muQ, Buffer factorQ, Buffer muP, Buffer factorP, Buffer kl) {
        full(problems, dimensions, muQ, factorQ, muP, factorP);
        doubles("kl", kl, problems);
        ops.klFull(problems, dimensions, muQ, factorQ, muP, factorP, kl);
    }

    @Override
    public void klFullGradient(
            int problems,
            int dimensions,
            Buffer muQ,
            Buffer factorQ,
            Buffer muP,
            Buffer factorP,
            Buffer gradMu,
            Buffer gradFactor) {
        full(problems, dimensions, muQ, factorQ, muP, factorP);
        floats("gradMu", gradMu, product(problems, "problems", dimensions, "dimensions"));
        factor("gradFactor", gradFactor, problems, dimensions);
        ops.klFullGradient(problems, dimensions, muQ, factorQ, muP, factorP, gradMu, gradFactor);
    }

    @Override
    public void klMonteCarlo(int problems, int draws, Buffer logQ, Buffer logP, Buffer kl) {
        draws(problems, draws, logP, present("logQ", logQ));
        doubles("kl", kl, 3L * problems);
        ops.klMonteCarlo(problems, draws, logQ, logP, kl);
    }

    @Override
    public void moments(int problems, int draws, Buffer logP, @Nullable Buffer logQ, Buffer moments, long slot) {
        draws(problems, draws, logP, logQ);
        doubles("moments", moments, records(slot, problems, 3));
        ops.moments(problems, draws, logP, logQ, moments, slot);
    }

    @Override
    public void renyi(int problems, int draws, float alpha, Buffer logP, @Nullable Buffer logQ, Buffer bound) {
        if (!Float.isFinite(alpha) || alpha == 1f) {
            throw new IllegalArgumentException(
                    "alpha is " + alpha + ", but must be finite and not 1; 1 is the ELBO: use moments");
        }
        draws(problems, draws, logP, logQ);
        doubles("bound", bound, 2L * problems);
        ops.renyi(problems, draws, alpha, logP, logQ, bound);
    }

    @Override
    public void meanOverDraws(int problems, int draws, int width, float constant, Buffer runSums, Buffer mean) {
        positive("draws", draws);
        notNaN("constant", constant);
        long elements = product(problems, "problems", width, "width");
        runs("runSums", runSums, 0, draws, elements);
        floats("mean", mean, elements);
        ops.meanOverDraws(problems, draws, width, constant, runSums, mean);
    }

    @Override
    public void scoreWeights(
            int problems,
            int draws,
            Baseline baseline,
            Buffer logP,
            Buffer logQ,
            @Nullable Buffer running,
            double rate,
            Buffer weights) {
        present("baseline", baseline);
        draws(problems, draws, logP, present("logQ", logQ));
        if (draws < 2 && (baseline == Baseline.LEAVE_ONE_OUT || baseline == Baseline.CONTROL_VARIATE)) {
            throw new IllegalArgumentException("draws is " + draws + ", but the baseline " + baseline
                    + " needs 2 or more: it is estimated from the other draws");
        }
        if (baseline == Baseline.RUNNING_MEAN) {
            if (!(rate > 0 && rate <= 1)) {
                throw new IllegalArgumentException("rate is " + rate + ", but must be in (0, 1]");
            }
            if (running == null) {
                throw new IllegalArgumentException(
                        "running is missing, but the baseline RUNNING_MEAN keeps its state there");
            }
            doubles("running", running, problems);
        }
        floats("weights", weights, product(problems, "problems", draws, "draws"));
        ops.scoreWeights(problems, draws, baseline, logP, logQ, running, rate, weights);
    }

    @Override
    public void meanFieldScore(
            Key key,
            int step,
            Shape shape,
            Buffer omega,
            Buffer weights,
            @Nullable Buffer sums,
            int draws,
            Buffer runs) {
        address(key, shape);
        floats("omega", omega, shape.parameters());
        floats("weights", weights, shape.rows());
        if (sums != null) {
            positive("draws", draws);
            floats("sums", sums, 4 * shape.parameters());
        }
        runs(runs, shape, 2L * shape.dimensions());
        ops.meanFieldScore(key, step, shape, omega, weights, sums, draws, runs);
    }

    @Override
    public void meanFieldScoreSquares(Key key, int step, Shape shape, Buffer weights, Buffer runs) {
        address(key, shape);
        floats("weights", weights, shape.rows());
        runs(runs, shape, 4L * shape.dimensions());
        ops.meanFieldScoreSquares(key, step, shape, weights, runs);
    }

    @Override
    public void fullRankScoreGradient(
            Key key,
            int step,
            Shape shape,
            Buffer factor,
            Buffer score,
            Buffer weights,
            @Nullable Buffer sums,
            int draws,
            Buffer runs) {
        address(key, shape);
        factor("factor", factor, shape.problems(), shape.dimensions());
        floats("score", score, shape.elements());
        floats("weights", weights, shape.rows());
        if (sums != null) {
            positive("draws", draws);
            floats("sums", sums, 2L * shape.problems() * gradientWidth(shape));
        }
        runs(runs, shape, gradientWidth(shape));
        ops.fullRankScoreGradient(key, step, shape, factor, score, weights, sums, draws, runs);
    }

    @Override
    public void fullRankScoreSquares(
            Key key, int step, Shape shape, Buffer factor, Buffer score, Buffer weights, Buffer runs) {
        address(key, shape);
        factor("factor", factor, shape.problems(), shape.dimensions());
        floats("score", score, shape.elements());
        floats("weights", weights, shape.rows());
        runs(runs, shape, 2 * gradientWidth(shape));
        ops.fullRankScoreSquares(key, step, shape, factor, score, weights, runs);
    }

    @Override
    public void meanFieldReparam(
            Key key, int step, Shape shape, boolean path, Buffer omega, Buffer gradient, Buffer runs) {
        address(key, shape);
        floats("omega", omega, shape.parameters());
        floats("gradient", gradient, shape.elements());
        runs(runs, shape, 2L * shape.dimensions());
        ops.meanFieldReparam(key, step, shape, path, omega, gradient, runs);
    }

    @Override
    public void fullRankReparam(
            Key key, int step, Shape shape, Buffer factor, Buffer gradient, @Nullable Buffer score, Buffer runs) {
        address(key, shape);
        factor("factor", factor, shape.problems(), shape.dimensions());
        floats("gradient", gradient, shape.elements());
        if (score != null) {
            floats("score", score, shape.elements());
        }
        runs(runs, shape, gradientWidth(shape));
        ops.fullRankReparam(key, step, shape, factor, gradient, score, runs);
    }

    @Override
    public void bernoulliLogit(int rows, int observations, Buffer y, float scale, Buffer eta, Buffer logP) {
        observations(rows, observations, y, scale, eta, logP);
        ops.bernoulliLogit(rows, observations, y, scale, eta, logP);
    }

    @Override
    public void categoricalLogit(
            int rows, int classes, int observations, Buffer y, float scale, Buffer eta, Buffer logP) {
        predictors(rows, "classes", classes, observations, scale, eta, logP);
        floats("y", y, observations);
        ops.categoricalLogit(rows, classes, observations, y, scale, eta, logP);
    }

    @Override
    public void mixture(int rows, int components, int observations, float scale, Buffer eta, Buffer logP) {
        predictors(rows, "components", components, observations, scale, eta, logP);
        ops.mixture(rows, components, observations, scale, eta, logP);
    }

    @Override
    public void gaussian(
            int rows,
            int observations,
            Buffer y,
            float scale,
            Matrix logNoise,
            Buffer eta,
            Buffer logP,
            @Nullable Matrix gradLogNoise) {
        observations(rows, observations, y, scale, eta, logP);
        column("logNoise", logNoise, rows);
        if (gradLogNoise != null) {
            column("gradLogNoise", gradLogNoise, rows);
            written("gradLogNoise", gradLogNoise);
        }
        ops.gaussian(rows, observations, y, scale, logNoise, eta, logP, gradLogNoise);
    }

    @Override
    public void gemm(Matrix a, Matrix b, boolean accumulate, Matrix c) {
        matrix("a", a);
        matrix("b", b);
        matrix("c", c);
        if (a.columns() != b.rows() || c.rows() != a.rows() || c.columns() != b.columns()) {
            throw new IllegalArgumentException(
                    "c is " + extents(c) + ", but a · b is " + extents(a) + " times " + extents(b));
        }
        written("c", c);
        apart("a", a, c);
        apart("b", b, c);
        ops.gemm(a, b, accumulate, c);
    }

    @Override
    public void triangularMultiply(Matrix l, boolean upper, Matrix b) {
        triangle(l, b);
        ops.triangularMultiply(l, upper, b);
    }

    @Override
    public void triangularSolve(Matrix l, boolean upper, Matrix b) {
        triangle(l, b);
        ops.triangularSolve(l, upper, b);
    }

    @Override
    public void sgd(long n, float rate, Buffer gradient, Buffer parameter) {
        notNegative("n", n);
        notNaN("rate", rate);
        floats("gradient", gradient, n);
        floats("parameter", parameter, n);
        ops.sgd(n, rate, gradient, parameter);
    }

    @Override
    public void adam(
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
        notNegative("n", n);
        adam(t, rate, beta1, beta2, guard);
        floats("gradient", gradient, n);
        if (scale != null) {
            floats("scale", scale, n);
        }
        floats("m", m, n);
        floats("v", v, n);
        floats("parameter", parameter, n);
        ops.adam(n, t, rate, beta1, beta2, guard, gradient, scale, m, v, parameter);
    }

    @Override
    public void gaussianElbo(
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
        address(key, shape);
        parameters(shape, mu, omega);
        target(shape, shared, targetMu, targetOmega);
        doubles("logP", logP, shape.rows());
        doubles("logQ", logQ, shape.rows());
        if (runs != null) {
            runs(runs, shape, 2L * shape.dimensions());
        }
        ops.gaussianElbo(key, step, shape, path, mu, omega, shared, targetMu, targetOmega, logP, logQ, runs);
    }

    @Override
    public void gaussianAdam(
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
        address(key, shape);
        positive("steps", steps);
        atMost("steps", steps, FusedOps.MAX_STEPS);
        positive("the draws of shape", shape.draws());
        atMost("the draws of shape", shape.draws(), FusedOps.MAX_DRAWS);
        atMost("the dimensions of shape", shape.dimensions(), FusedOps.MAX_DIMENSIONS);
        target(shape, shared, targetMu, targetOmega);
        adam(t, rate, beta1, beta2, guard);
        atMost("the last step's t", (long) t + steps - 1, Integer.MAX_VALUE);
        floats("m", m, 2 * shape.parameters());
        floats("v", v, 2 * shape.parameters());
        floats("parameter", parameter, 2 * shape.parameters());
        notNegative("slot", slot);
        if (moments != null) {
            long last = sum(slot, steps - 1L, "slot");
            doubles("moments", moments, records(last, shape.problems(), 3));
        }
        ops.gaussianAdam(
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
}

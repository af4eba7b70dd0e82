package io.github.elbo4j.device;

import org.jspecify.annotations.Nullable;

/**
 * The door of a device: checks the arguments of every operation once and passes them on. Kernels and twins carry no
 * checks. A message names the argument, what it was and what it must be.
 */
public final class CheckedOps implements Ops {
    private final Device device;
    private final Ops ops;

    /**
     * @param device whose buffers are accepted
     * @param ops what does the work
     */
    public CheckedOps(Device device, Ops ops) {
        this.device = device;
        this.ops = ops;
    }

    @Override
    public void words(Key key, int step, Shape shape, Buffer words) {
        ints("words", words, shape.elements());
        ops.words(key, step, shape, words);
    }

    @Override
    public void uniform(Key key, int step, Shape shape, Buffer u) {
        floats("u", u, shape.elements());
        ops.uniform(key, step, shape, u);
    }

    @Override
    public void normal(Key key, int step, Shape shape, Buffer epsilon) {
        floats("epsilon", epsilon, shape.elements());
        ops.normal(key, step, shape, epsilon);
    }

    @Override
    public void map(Function f, long n, Buffer x, Buffer y) {
        floats("x", x, n);
        floats("y", y, n);
        ops.map(f, n, x, y);
    }

    @Override
    public void fill(long n, float value, Buffer x) {
        floats("x", x, n);
        ops.fill(n, value, x);
    }

    @Override
    public void axpy(long n, float a, Buffer x, Buffer y) {
        notNaN("a", a);
        floats("x", x, n);
        floats("y", y, n);
        ops.axpy(n, a, x, y);
    }

    @Override
    public void multiply(long n, Buffer x, Buffer y, Buffer z) {
        floats("x", x, n);
        floats("y", y, n);
        floats("z", z, n);
        ops.multiply(n, x, y, z);
    }

    @Override
    public void average(long n, float weight, Buffer x, Buffer y) {
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
        ints("index", index, first + rows);
        floats("source", source, 0);
        floats("target", target, product(rows, "rows", columns, "columns"));
        ops.gatherRows(rows, columns, index, first, source, target);
    }

    @Override
    public void firstNonFinite(long n, Buffer x, Buffer found) {
        floats("x", x, n);
        ints("found", found, 1);
        ops.firstNonFinite(n, x, found);
    }

    @Override
    public void sample(Key key, int step, Shape shape, Buffer mu, Buffer omega, Buffer z) {
        parameters(shape, mu, omega);
        floats("z", z, shape.elements());
        ops.sample(key, step, shape, mu, omega, z);
    }

    @Override
    public void logDensity(Shape shape, Buffer mu, Buffer omega, Buffer z, Buffer logQ) {
        parameters(shape, mu, omega);
        floats("z", z, shape.elements());
        floats("logQ", logQ, shape.rows());
        ops.logDensity(shape, mu, omega, z, logQ);
    }

    @Override
    public void logDensityGradient(Shape shape, With with, Buffer mu, Buffer omega, Buffer z, Buffer gradient) {
        parameters(shape, mu, omega);
        floats("z", z, shape.elements());
        floats("gradient", gradient, shape.elements());
        ops.logDensityGradient(shape, with, mu, omega, z, gradient);
    }

    @Override
    public void logDensityAndGradient(Shape shape, Buffer mu, Buffer omega, Buffer z, Buffer logQ, Buffer gradient) {
        parameters(shape, mu, omega);
        floats("z", z, shape.elements());
        floats("logQ", logQ, shape.rows());
        floats("gradient", gradient, shape.elements());
        ops.logDensityAndGradient(shape, mu, omega, z, logQ, gradient);
    }

    @Override
    public void entropy(int problems, int dimensions, Buffer omega, Buffer entropy, long slot) {
        floats("omega", omega, product(problems, "problems", dimensions, "dimensions"));
        doubles("entropy", entropy, records(slot, problems));
        ops.entropy(problems, dimensions, omega, entropy, slot);
    }

    @Override
    public void fullRankSample(Key key, int step, Shape shape, Buffer mu, Buffer factor, Buffer z) {
        floats("mu", mu, shape.parameters());
        factor("factor", factor, shape.problems(), shape.dimensions());
        floats("z", z, shape.elements());
        ops.fullRankSample(key, step, shape, mu, factor, z);
    }

    @Override
    public void fullRankLogDensity(Shape shape, Buffer mu, Buffer factor, Buffer z, Buffer logQ) {
        floats("mu", mu, shape.parameters());
        factor("factor", factor, shape.problems(), shape.dimensions());
        floats("z", z, shape.elements());
        floats("logQ", logQ, shape.rows());
        ops.fullRankLogDensity(shape, mu, factor, z, logQ);
    }

    @Override
    public void fullRankLogDensityGradient(Shape shape, Buffer mu, Buffer factor, Buffer z, Buffer gradient) {
        floats("mu", mu, shape.parameters());
        factor("factor", factor, shape.problems(), shape.dimensions());
        floats("z", z, shape.elements());
        floats("gradient", gradient, shape.elements());
        ops.fullRankLogDensityGradient(shape, mu, factor, z, gradient);
    }

    @Override
    public void fullRankScore(Key key, int step, Shape shape, Buffer factor, Buffer score) {
        factor("factor", factor, shape.problems(), shape.dimensions());
        floats("score", score, shape.elements());
        ops.fullRankScore(key, step, shape, factor, score);
    }

    @Override
    public void fullRankEntropy(int problems, int dimensions, Buffer factor, Buffer entropy, long slot) {
        factor("factor", factor, problems, dimensions);
        doubles("entropy", entropy, records(slot, problems));
        ops.fullRankEntropy(problems, dimensions, factor, entropy, slot);
    }

    @Override
    public void klToStandard(int problems, int dimensions, Buffer mu, Buffer omega, Buffer kl) {
        parameters(Shape.of(problems, 1, dimensions), mu, omega);
        doubles("kl", kl, problems);
        ops.klToStandard(problems, dimensions, mu, omega, kl);
    }

    @Override
    public void klToStandardGradient(
            int problems, int dimensions, Buffer mu, Buffer omega, Buffer gradMu, Buffer gradOmega) {
        parameters(Shape.of(problems, 1, dimensions), mu, omega);
        parameters(Shape.of(problems, 1, dimensions), "gradMu", gradMu, "gradOmega", gradOmega);
        ops.klToStandardGradient(problems, dimensions, mu, omega, gradMu, gradOmega);
    }

    @Override
    public void klDiagonal(
            int problems, int dimensions, Buffer muQ, Buffer omegaQ, Buffer muP, Buffer omegaP, Buffer kl) {
        Shape shape = Shape.of(problems, 1, dimensions);
        parameters(shape, "muQ", muQ, "omegaQ", omegaQ);
        parameters(shape, "muP", muP, "omegaP", omegaP);
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
        Shape shape = Shape.of(problems, 1, dimensions);
        parameters(shape, "muQ", muQ, "omegaQ", omegaQ);
        parameters(shape, "muP", muP, "omegaP", omegaP);
        parameters(shape, "gradMu", gradMu, "gradOmega", gradOmega);
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
        draws(problems, draws, logP, logQ);
        doubles("kl", kl, 3L * problems);
        ops.klMonteCarlo(problems, draws, logQ, logP, kl);
    }

    @Override
    public void moments(int problems, int draws, Buffer logP, @Nullable Buffer logQ, Buffer moments, long slot) {
        draws(problems, draws, logP, logQ);
        doubles("moments", moments, 3 * records(slot, problems));
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
        runs("runSums", runSums, Shape.of(problems, draws, 0), width);
        floats("mean", mean, product(problems, "problems", width, "width"));
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
        draws(problems, draws, logP, logQ);
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
        floats("omega", omega, shape.parameters());
        floats("weights", weights, shape.rows());
        if (sums != null) {
            positive("draws", draws);
            floats("sums", sums, 4 * shape.parameters());
        }
        runs("runs", runs, shape, 2L * shape.dimensions());
        ops.meanFieldScore(key, step, shape, omega, weights, sums, draws, runs);
    }

    @Override
    public void meanFieldScoreSquares(Key key, int step, Shape shape, Buffer weights, Buffer runs) {
        floats("weights", weights, shape.rows());
        runs("runs", runs, shape, 4L * shape.dimensions());
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
        factor("factor", factor, shape.problems(), shape.dimensions());
        floats("score", score, shape.elements());
        floats("weights", weights, shape.rows());
        if (sums != null) {
            positive("draws", draws);
            floats("sums", sums, 2L * shape.problems() * gradientWidth(shape));
        }
        runs("runs", runs, shape, gradientWidth(shape));
        ops.fullRankScoreGradient(key, step, shape, factor, score, weights, sums, draws, runs);
    }

    @Override
    public void fullRankScoreSquares(
            Key key, int step, Shape shape, Buffer factor, Buffer score, Buffer weights, Buffer runs) {
        factor("factor", factor, shape.problems(), shape.dimensions());
        floats("score", score, shape.elements());
        floats("weights", weights, shape.rows());
        runs("runs", runs, shape, 2 * gradientWidth(shape));
        ops.fullRankScoreSquares(key, step, shape, factor, score, weights, runs);
    }

    @Override
    public void meanFieldReparam(
            Key key, int step, Shape shape, boolean path, Buffer omega, Buffer gradient, Buffer runs) {
        floats("omega", omega, shape.parameters());
        floats("gradient", gradient, shape.elements());
        runs("runs", runs, shape, 2L * shape.dimensions());
        ops.meanFieldReparam(key, step, shape, path, omega, gradient, runs);
    }

    @Override
    public void fullRankReparam(
            Key key, int step, Shape shape, Buffer factor, Buffer gradient, @Nullable Buffer score, Buffer runs) {
        factor("factor", factor, shape.problems(), shape.dimensions());
        floats("gradient", gradient, shape.elements());
        if (score != null) {
            floats("score", score, shape.elements());
        }
        runs("runs", runs, shape, gradientWidth(shape));
        ops.fullRankReparam(key, step, shape, factor, gradient, score, runs);
    }

    @Override
    public void bernoulliLogit(int rows, int observations, Buffer y, float scale, Buffer eta, Buffer logP) {
        observations(rows, observations, y, scale, eta, logP);
        ops.bernoulliLogit(rows, observations, y, scale, eta, logP);
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
            Buffer m,
            Buffer v,
            Buffer parameter) {
        positive("t", t);
        notNaN("rate", rate);
        fraction("beta1", beta1);
        fraction("beta2", beta2);
        if (!(guard > 0)) {
            throw new IllegalArgumentException("guard is " + guard + ", but must be positive");
        }
        floats("gradient", gradient, n);
        floats("m", m, n);
        floats("v", v, n);
        floats("parameter", parameter, n);
        ops.adam(n, t, rate, beta1, beta2, guard, gradient, m, v, parameter);
    }

    // ---- checks ----

    private void buffer(String name, Buffer buffer, ElementType type, long length) {
        if (buffer.device() != device) {
            throw new IllegalArgumentException(name + " is a " + buffer + ", but must belong to this " + device.name()
                    + " device (" + device.description() + ")");
        }
        if (buffer.isClosed()) {
            throw new IllegalStateException(name + " is a " + buffer);
        }
        if (buffer.type() != type) {
            throw new IllegalArgumentException(name + " holds " + buffer.type() + ", but must hold " + type);
        }
        notNegative(name + "'s length", length);
        if (buffer.length() < length) {
            throw new IllegalArgumentException(
                    name + " has " + buffer.length() + " elements, but must have " + length + " or more");
        }
    }

    private void floats(String name, Buffer buffer, long length) {
        buffer(name, buffer, ElementType.FLOAT32, length);
    }

    private void doubles(String name, Buffer buffer, long length) {
        buffer(name, buffer, ElementType.FLOAT64, length);
    }

    private void ints(String name, Buffer buffer, long length) {
        buffer(name, buffer, ElementType.INT32, length);
    }

    private void parameters(Shape shape, Buffer mu, Buffer omega) {
        parameters(shape, "mu", mu, "omega", omega);
    }

    private void parameters(Shape shape, String nameMu, Buffer mu, String nameOmega, Buffer omega) {
        floats(nameMu, mu, shape.parameters());
        floats(nameOmega, omega, shape.parameters());
    }

    private void factor(String name, Buffer factor, int problems, int dimensions) {
        floats(name, factor, product(problems, "problems", dimensions, "dimensions") * dimensions);
    }

    private void full(int problems, int dimensions, Buffer muQ, Buffer factorQ, Buffer muP, Buffer factorP) {
        parameters(Shape.of(problems, 1, dimensions), "muQ", muQ, "muP", muP);
        factor("factorQ", factorQ, problems, dimensions);
        factor("factorP", factorP, problems, dimensions);
    }

    private void draws(int problems, int draws, Buffer logP, @Nullable Buffer logQ) {
        positive("draws", draws);
        long rows = product(problems, "problems", draws, "draws");
        floats("logP", logP, rows);
        if (logQ != null) {
            floats("logQ", logQ, rows);
        }
    }

    private void runs(String name, Buffer runs, Shape shape, long width) {
        if (shape.firstDraw() % ElboOps.RUN != 0) {
            throw new IllegalArgumentException("firstDraw is " + shape.firstDraw() + ", but must be a multiple of "
                    + ElboOps.RUN + ", where a run begins");
        }
        long count = shape.firstDraw() / ElboOps.RUN + (long) ElboOps.runs(shape.draws());
        long perRun = shape.problems() * width;
        doubles(name, runs, count * perRun);
        if (perRun > 0 && runs.length() % perRun != 0) {
            throw new IllegalArgumentException(name + " has " + runs.length()
                    + " elements, but must have a multiple of " + perRun + ": [B][runs][" + width + "]");
        }
    }

    private static long gradientWidth(Shape shape) {
        return shape.dimensions() + (long) shape.dimensions() * shape.dimensions();
    }

    private void observations(int rows, int observations, Buffer y, float scale, Buffer eta, Buffer logP) {
        if (!(scale > 0) || Float.isInfinite(scale)) {
            throw new IllegalArgumentException("scale is " + scale + ", but must be positive and finite");
        }
        notNegative("observations", observations);
        floats("y", y, observations);
        floats("eta", eta, product(rows, "rows", observations, "observations"));
        floats("logP", logP, rows);
    }

    private void matrix(String name, Matrix matrix) {
        floats(name + "'s buffer", matrix.buffer(), matrix.end());
    }

    private void column(String name, Matrix matrix, int rows) {
        matrix(name, matrix);
        if (matrix.rows() != rows || matrix.columns() != 1) {
            throw new IllegalArgumentException(name + " is " + extents(matrix) + ", but must be " + rows + " x 1");
        }
    }

    private void triangle(Matrix l, Matrix b) {
        matrix("l", l);
        matrix("b", b);
        if (l.rows() != l.columns() || l.rows() != b.rows()) {
            throw new IllegalArgumentException(
                    "l is " + extents(l) + ", but must be square with the rows of b, which is " + extents(b));
        }
        apart("l", l, b);
    }

    private static void apart(String name, Matrix read, Matrix written) {
        if (read.buffer() == written.buffer() && read.offset() < written.end() && written.offset() < read.end()) {
            throw new IllegalArgumentException(
                    name + " shares elements with the matrix that is written; they must not overlap");
        }
    }

    private static String extents(Matrix matrix) {
        return matrix.rows() + " x " + matrix.columns();
    }

    private static long records(long slot, int problems) {
        notNegative("slot", slot);
        notNegative("problems", problems);
        return Math.multiplyExact(Math.addExact(slot, 1), (long) problems);
    }

    private static long product(int a, String nameA, int b, String nameB) {
        notNegative(nameA, a);
        notNegative(nameB, b);
        return (long) a * b;
    }

    private static void notNegative(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be 0 or more");
        }
    }

    private static void positive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be 1 or more");
        }
    }

    private static void notNaN(String name, float value) {
        if (Float.isNaN(value)) {
            throw new IllegalArgumentException(name + " is NaN");
        }
    }

    private static void fraction(String name, float value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be in [0, 1)");
        }
    }
}

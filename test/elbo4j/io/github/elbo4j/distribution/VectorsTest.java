package io.github.elbo4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Gradients;
import io.github.elbo4j.expr.Parameters;
import org.apache.commons.numbers.gamma.LogGamma;
import org.junit.jupiter.api.Test;

/** Distributions of vectors and matrices: values, mass, gradients. */
class VectorsTest {
    /** Of a logistic map of the real line, at equal steps: where, how far from 1, and the weight. */
    private static double[][] unit(double reach, double step) {
        int half = (int) Math.rint(reach / step);
        double[][] points = new double[2 * half + 1][];
        for (int i = 0; i < points.length; i++) {
            double t = (i - half) * step;
            double s = 1 / (1 + Math.exp(-t));
            double rest = 1 / (1 + Math.exp(t));
            points[i] = new double[] {s, rest, step * s * rest};
        }
        return points;
    }

    @Test
    void dirichletIsItsClosedFormAndHasMassOne() {
        Dirichlet dirichlet = Dirichlet.of(1.5, 2, 3.2);
        double[][] x = {{0.2, 0.5, 0.3}, {0.01, 0.01, 0.98}};
        double[] got = dirichlet.logDensity(Expr.data("x", x)).value();
        for (int i = 0; i < 2; i++) {
            double want = 0.5 * Math.log(x[i][0])
                    + Math.log(x[i][1])
                    + 2.2 * Math.log(x[i][2])
                    + LogGamma.value(6.7)
                    - LogGamma.value(1.5)
                    - LogGamma.value(2)
                    - LogGamma.value(3.2);
            assertThat(got[i]).isCloseTo(want, within(1e-12));
        }

        double[][] unit = unit(20, 0.2); // exp(−1.5·20) is left out; exp(−2π·π/0.2) is the rule's error
        double[][] points = new double[unit.length * unit.length][];
        double[] dx = new double[points.length];
        for (int i = 0; i < points.length; i++) {
            double[] a = unit[i / unit.length];
            double[] b = unit[i % unit.length];
            points[i] = new double[] {a[0], a[1] * b[0], a[1] * b[1]};
            dx[i] = a[2] * a[1] * b[2];
        }
        assertThat(mass(dirichlet, Expr.data("x", points), dx)).isCloseTo(1, within(1e-9));
    }

    private static double mass(Distribution distribution, Expr x, double[] dx, double... z) {
        double[] logDensity = distribution.logDensity(x).value(z);
        assertThat(logDensity).hasSameSizeAs(dx);
        double mass = 0;
        for (int i = 0; i < dx.length; i++) {
            mass += Math.exp(logDensity[i]) * dx[i];
        }
        return mass;
    }

    /** With a factor of numbers, which is inverted, and one of parameters, which is solved. */
    @Test
    void multivariateNormalIsItsClosedFormAndHasMassOne() {
        double[][] l = {{0.8, 9, 9}, {-0.5, 1.2, 9}, {0.3, 0.4, 0.6}}; // 9 is not read
        double[] mu = {1, -2, 0.5};
        double[] x = {0.3, -1, 2};
        double e0 = -0.7 / 0.8;
        double e1 = (1 + 0.5 * e0) / 1.2;
        double e2 = (1.5 - 0.3 * e0 - 0.4 * e1) / 0.6;
        double want = -0.5 * (e0 * e0 + e1 * e1 + e2 * e2) - Math.log(0.8 * 1.2 * 0.6) - 1.5 * Math.log(2 * Math.PI);

        Parameters parameters = new Parameters();
        Expr varying = parameters.add("L", 3, 3);
        double[] z = {0.8, 9, 9, -0.5, 1.2, 9, 0.3, 0.4, 0.6};
        for (Expr factor : new Expr[] {Expr.data("L", l), varying}) {
            MultivariateNormal normal = MultivariateNormal.ofCholesky(Expr.data("mu", mu), factor);
            assertThat(normal.logDensity(Expr.data("x", x)).value(z)[0]).isCloseTo(want, within(1e-13));
            assertThat(normal.logDensity(Expr.data("x", new double[][] {x, x})).value(z))
                    .containsExactly(new double[] {want, want}, within(1e-13));
        }

        MultivariateNormal two = MultivariateNormal.ofCholesky(Expr.data("mu", 1, -2), Expr.data("L", new double[][] {
            {0.8, 0}, {-0.5, 1.2}
        }));
        int side = 121;
        double[][] points = new double[side * side][];
        double[] dx = new double[points.length];
        for (int i = 0; i < points.length; i++) {
            points[i] = new double[] {1 + 0.15 * (i / side - 60), -2 + 0.2 * (i % side - 60)};
            dx[i] = 0.15 * 0.2;
        }
        assertThat(mass(two, Expr.data("x", points), dx)).isCloseTo(1, within(1e-12));
    }

    /** The value in rows 2 and 3, and the mass over the partial correlations of three variables. */
    @Test
    void lkjHasMassOne() {
        for (double eta : new double[] {0.8, 1, 2.5}) {
            double[][] tanh = new double[201][];
            for (int i = 0; i < tanh.length; i++) {
                double t = 0.25 * (i - 100);
                double sech = 1 / Math.cosh(t);
                tanh[i] = new double[] {Math.tanh(t), sech, 0.25 * sech * sech};
            }
            double mass = 0;
            // K = 2: the density of one correlation.
            double[] two = new double[tanh.length * 4];
            for (int i = 0; i < tanh.length; i++) {
                two[4 * i] = 1;
                two[4 * i + 2] = tanh[i][0];
                two[4 * i + 3] = tanh[i][1];
            }
            double[] logDensity = LkjCholesky.of(2, eta)
                    .logDensity(Expr.data("L", two).reshape(tanh.length, 2, 2))
                    .value();
            for (int i = 0; i < tanh.length; i++) {
                mass += Math.exp(logDensity[i]) * tanh[i][2];
            }
            assertThat(mass).isCloseTo(1, within(1e-9));
        }
        assertThat(massOfThree(1.3)).isCloseTo(1, within(1e-9));
    }

    private static double massOfThree(double eta) {
        int side = 53;
        double step = 0.32; // reach 8.3: exp(−2·1.3·8.3) is 4e-10; and exp(−π²/0.32) is 4e-14
        double[] l = new double[side * side * side * 9];
        double[] dx = new double[side * side * side];
        for (int i = 0; i < dx.length; i++) {
            double[] t = {
                step * (i / side / side - side / 2), step * (i / side % side - side / 2), step * (i % side - side / 2)
            };
            double[] c = {1 / Math.cosh(t[0]), 1 / Math.cosh(t[1]), 1 / Math.cosh(t[2])};
            double[] own = {1, 0, 0, Math.tanh(t[0]), c[0], 0, Math.tanh(t[1]), Math.tanh(t[2]) * c[1], c[1] * c[2]};
            System.arraycopy(own, 0, l, 9 * i, 9);
            // dL[2][1] = c1·d tanh
            dx[i] = step * step * step * c[0] * c[0] * c[1] * c[1] * c[2] * c[2] * c[1];
        }
        return mass(LkjCholesky.of(3, eta), Expr.data("L", l).reshape(dx.length, 3, 3), dx);
    }

    /** By Stan's formula, at K = 3, eta = 2: Σ (K − k + 2·eta − 2)·log L[k][k], which is det R to eta − 1, and a constant. */
    @Test
    void lkjIsAPowerOfTheDeterminant() {
        double[][] a = {{1, 0, 0}, {0.6, 0.8, 0}, {0, 0.6, 0.8}};
        double[][] b = {{1, 0, 0}, {0.8, 0.6, 0}, {0.36, 0.48, 0.8}};
        LkjCholesky lkj = LkjCholesky.of(3, 2);

        double difference = lkj.logDensity(Expr.data("L", a)).value()[0]
                - lkj.logDensity(Expr.data("L", b)).value()[0];

        // |R|^(eta − 1) · |dR/dL|, and |dR/dL| is L[2][2] in row 3
        assertThat(difference).isCloseTo(3 * Math.log(0.8 / 0.6), within(1e-13));
    }

    @Test
    void anOrderedVectorCountsEveryOrder() {
        Distribution ordered = Normal.of(0, 1).ordered();
        double[] x = {-0.3, 0.4, 2};
        double want = Math.log(6) - 0.5 * (0.09 + 0.16 + 4) - 1.5 * Math.log(2 * Math.PI);
        assertThat(ordered.logDensity(Expr.data("x", x)).value()[0]).isCloseTo(want, within(1e-13));
    }

    @Test
    void gradientsArePassedThroughMapsAndJacobians() {
        Parameters parameters = new Parameters();
        Expr alpha = parameters.add("alpha", 3).exp();
        Expr eta = parameters.add("eta").exp();
        Latent simplex = Dirichlet.of(alpha).latent(parameters, "pi", 2);
        Latent factor = LkjCholesky.of(3, eta).latent(parameters, "L");
        Expr scaled = Expr.data("sd", 0.5, 1, 2).reshape(3, 1).times(factor.value());
        Latent vector = MultivariateNormal.ofCholesky(Expr.of(0.4), scaled).latent(parameters, "x", 2);
        Latent free = MultivariateNormal.ofCholesky(Expr.of(0.4), scaled)
                .nonCentered()
                .latent(parameters, "e", 2);
        Latent ordered = Normal.of(0.3, eta).ordered().latent(parameters, "cut", 3);
        Latent positive = Exponential.of(eta).ordered().latent(parameters, "gap", 2, 3);
        Expr all = simplex.logDensity()
                .sum()
                .plus(factor.logDensity())
                .plus(vector.logDensity().sum())
                .plus(free.logDensity().sum())
                .plus(free.value().times(vector.value()).sum().times(0.1))
                .plus(ordered.logDensity())
                .plus(ordered.value().square().sum().times(-0.2))
                .plus(positive.logDensity().sum());
        double[] z = new double[parameters.dimensions()];
        for (int d = 0; d < z.length; d++) {
            z[d] = Math.sin(1 + 2.3 * d) * 0.8;
        }

        double[] got = Gradients.of(all, parameters, z);
        double[] want = Gradients.byDifferences(all, z);
        for (int d = 0; d < z.length; d++) {
            assertThat(got[d]).as("coordinate %s", d).isCloseTo(want[d], within(1e-8 * (1 + Math.abs(want[d]))));
        }
    }

    /** Two bivariate normals. */
    @Test
    void aMixtureMayBeOfVectors() {
        Expr one = Expr.data("L", new double[][] {{1, 0}, {0, 1}});
        Mixture mixture = Mixture.of(
                new double[] {0.25, 0.75},
                MultivariateNormal.ofCholesky(Expr.data("a", 0, 0), one),
                MultivariateNormal.ofCholesky(Expr.data("b", 1, 2), one));
        double want = Math.log((0.25 * Math.exp(-0.5 * 0.25) + 0.75 * Math.exp(-0.5 * (0.25 + 4))) / (2 * Math.PI));

        assertThat(mixture.logDensity(Expr.data("x", new double[][] {{0.5, 0}})).value()[0])
                .isCloseTo(want, within(1e-13));
        assertThat(mixture.extents()).containsExactly(2);
        assertThat(mixture.centre(new int[] {2})).containsExactly(0.75, 1.5);
    }
}

package io.github.elbo4j.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.Order;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SumTreeTest {
    /** Numbers of very different sizes, so that adding them in any other order rounds otherwise. */
    private static double[] numbers(int n) {
        Random random = new Random(n);
        return random.doubles(n, -1, 1)
                .map(x -> x * Math.pow(10, random.nextInt(12)))
                .toArray();
    }

    /** The parts in random order, in trees of a few parts, which are merged in random order. */
    private static SumTree anyhow(SumTree empty, double[] parts, long seed) {
        Random random = new Random(seed);
        List<Integer> order = IntStream.range(0, parts.length).boxed().collect(Collectors.toList());
        Collections.shuffle(order, random);
        SumTree all = empty;
        for (int from = 0; from < parts.length; ) {
            int to = Math.min(parts.length, from + 1 + random.nextInt(40));
            SumTree some = seed % 2 == 0 ? SumTree.ofRows() : SumTree.ofProducts();
            order.subList(from, to).forEach(p -> some.add(p, new double[] {parts[p], -parts[p]}));
            all = random.nextBoolean() ? all.merge(some) : some.merge(all);
            from = to;
        }
        return all;
    }

    /** {@link Order} describes the order of rows. */
    @Test
    void sumsOfRowsAreInTheOrderOfRows() {
        for (int parts : new int[] {1, 2, 31, 1023, 1024, 1025, 2048, 2500}) {
            double[] x = numbers(parts);
            double want = Order.ofSums(x);
            assertThat(anyhow(SumTree.ofRows(), x, 2 * parts).total(parts)).containsExactly(want, -want);
        }
    }

    @EveryDevice
    void tilesMakeTheSumOfTheWholeRow(Device device) {
        int n = 1030 * 1024 + 77;
        float[] x = Numbers.normals(4, n, 0.3, 100);
        SumTree tree = SumTree.ofRows();
        try (Resources own = new Resources(device)) {
            Buffer sum = own.allocate(ElementType.FLOAT64, 1);
            for (int part = 1030; part >= 0; part--) {
                float[] tile = Arrays.copyOfRange(x, part * 1024, Math.min(n, (part + 1) * 1024));
                try (Buffer of = device.copyOf(tile)) {
                    device.run(new MathOps.SumRows(1, tile.length, of, sum));
                }
                tree.add(part, sum.toDoubles());
            }
            device.run(new MathOps.SumRows(1, n, own.copyOf(x), sum));
            assertThat(tree.total(1031)).containsExactly(sum.toDoubles());
        }
    }

    /** Of a matrix product over all rows. */
    @EveryDevice
    void panelsMakeTheProductOverAllRows(Device device) {
        for (int parts : new int[] {1, 2, 3, 6, 7, 13}) {
            int n = parts * 1024 - 300;
            float[] a = Numbers.normals(1, 2 * n, 0, 1);
            float[] b = Numbers.normals(2, n, 0, 1);
            for (int i = 0; i < n; i++) {
                b[i] *= (float) Math.pow(10, i / 1024 % 5);
            }
            SumTree tree = SumTree.ofProducts();
            try (Resources own = new Resources(device)) {
                Buffer left = own.copyOf(a);
                Buffer right = own.copyOf(b);
                Buffer out = own.allocate(2);
                for (int part = 0; part < parts; part++) {
                    int first = part * 1024;
                    int depth = Math.min(1024, n - first);
                    Matrix rows = new Matrix(left, first, 2, depth, n, 1);
                    device.run(new GemmOps.Gemm(
                            rows, new Matrix(right, first, depth, 1, 1, 1), false, Matrix.of(out, 2, 1)));
                    float[] chains = out.toFloats();
                    tree.add(part, new double[] {chains[0], chains[1]});
                }
                device.run(
                        new GemmOps.Gemm(Matrix.of(left, 2, n), Matrix.of(right, n, 1), false, Matrix.of(out, 2, 1)));
                double[] sums = tree.total(parts);
                assertThat(new float[] {(float) sums[0], (float) sums[1]}).isEqualTo(out.toFloats());
            }
        }
    }

    @Test
    void sumsOfProductsDoNotDependOnWhoMerges() {
        double[] x = numbers(777);
        double[] once = anyhow(SumTree.ofProducts(), x, 1).total(777);
        assertThat(anyhow(SumTree.ofProducts(), x, 3).total(777)).isEqualTo(once);
        assertThat(once[0])
                .isEqualTo(Order.tree(x))
                .isNotEqualTo(Arrays.stream(x).sum());
    }

    @Test
    void aMissingOrDoublePartIsRefused() {
        SumTree tree = SumTree.ofRows();
        LongStream.of(0, 1, 3).forEach(part -> tree.add(part, new double[1]));
        assertThatThrownBy(() -> tree.total(4)).hasMessage("the tree does not have parts 0 to 3, each of them once");
        assertThatThrownBy(() -> tree.total(2)).hasMessageContaining("parts 0 to 1");
        assertThatThrownBy(() -> tree.add(3, new double[1])).hasMessage("part 3 is there already");
        tree.add(2, new double[1]);
        assertThat(tree.total(4)).containsExactly(0);
        assertThatThrownBy(() -> SumTree.ofProducts().merge(tree))
                .hasMessage("one tree is of rows and the other of products");
    }
}

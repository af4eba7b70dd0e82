package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.PointDensity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Paths that walk side by side. */
class WalksTest {
    private static final Key KEY = new Key(3);
    private static final int PATHS = 5;

    /** Where paths begin, of which each is longer or shorter than the others: the first at 0, the others further and further out. */
    private static List<double[]> places(Device device, int dimensions) {
        float[] offsets = Starts.normals(device, KEY, DrawBlock.of(1, PATHS, dimensions));
        List<double[]> places = new ArrayList<>();
        for (int p = 0; p < PATHS; p++) {
            int path = p;
            double[] place = new double[dimensions];
            Arrays.setAll(place, d -> path * (double) offsets[path * dimensions + d]);
            places.add(place);
        }
        return places;
    }

    /** A path with all that is told of it. */
    private static final class Told {
        final LbfgsPath path;
        final List<List<Double>> numbers = new ArrayList<>();

        Told(PointDensity density, double[] from) {
            path = new LbfgsPath(Objective.of(density), from, () -> false).visitedBy((x, gradient, h) -> {
                add(x);
                add(gradient);
                add(h.times(gradient));
            });
        }

        private void add(double[] values) {
            numbers.add(Arrays.stream(values).boxed().toList());
        }

        List<Object> all() {
            return List.of(
                    numbers,
                    Arrays.stream(path.end()).boxed().toList(),
                    path.logP(),
                    path.arrived(),
                    path.evaluations());
        }
    }

    private static void walk(PointDensity density, List<Told> told) {
        LbfgsPath.walk(
                Objective.of(density), told.stream().map(each -> each.path).toList(), () -> {});
    }

    /** Each point, gradient and step of a path, while others take more and fewer evaluations. */
    @EveryDevice
    void aPathIsTheSameBesideOthersAsAlone(Device device) {
        for (boolean isLogistic : new boolean[] {true, false}) {
            try (LogJoint joint = MethodCases.joint(device, isLogistic);
                    PointDensity density = new PointDensity(device, joint)) {
                List<double[]> places = places(device, joint.dimensions());
                List<Told> together =
                        places.stream().map(from -> new Told(density, from)).toList();
                walk(density, together);
                assertThat(together.stream()
                                .map(told -> told.path.evaluations())
                                .distinct())
                        .hasSizeGreaterThan(2);
                for (int p = 0; p < PATHS; p++) {
                    Told alone = new Told(density, places.get(p));
                    walk(density, List.of(alone));
                    assertThat(together.get(p).all()).as("path %d", p).isEqualTo(alone.all());
                }
            }
        }
    }

    /** The normals along paths and at their ends, and their ELBOs, which are measured for all paths at once. */
    @EveryDevice
    void normalsOfAPathAreTheSameBesideOthersAsAlone(Device device) {
        assertThat(normalsAreTheSame(device, false)).isEqualTo(PATHS); // of a hierarchy, log p of which has no mode
        assertThat(normalsAreTheSame(device, true)).isEqualTo(2 * PATHS);
    }

    /** How many normals there are. */
    private static int normalsAreTheSame(Device device, boolean isLogistic) {
        try (LogJoint joint = MethodCases.joint(device, isLogistic);
                PointDensity density = new PointDensity(device, joint);
                VariationalFamily q = Family.fullRank().create(device, 1, joint.dimensions())) {
            float[] epsilon = Starts.normals(device, KEY.fork("paths"), q.block(Walks.DRAWS, 0));
            List<double[]> places = places(device, joint.dimensions());
            Walks together = new Walks(density, Geometry.of(q), () -> false, epsilon);
            together.walk(places);
            List<List<Object>> alone = new ArrayList<>();
            int evaluations = 0;
            for (double[] place : places) {
                Walks walk = new Walks(density, Geometry.of(q), () -> false, epsilon);
                walk.walk(List.of(place));
                alone.addAll(numbers(walk.candidates()));
                evaluations += walk.evaluations();
            }
            assertThat(numbers(together.candidates())).containsExactlyInAnyOrderElementsOf(alone);
            assertThat(together.evaluations()).isEqualTo(evaluations);
            return together.candidates().size();
        }
    }

    private static List<List<Object>> numbers(List<Walks.Candidate> candidates) {
        return candidates.stream()
                .map(each -> List.<Object>of(each.normal().gaussian(), each.elbo()))
                .toList();
    }

    /** A round is one evaluation: there are as many as the longest path takes, not as all take together. */
    @Test
    void aRoundIsOneEvaluation() {
        int[] calls = {0};
        HostLogJoint joint = HostLogJoint.ofBlock(List.of("x", "y"), (rows, z, logP, gradient) -> {
            calls[0]++;
            quartic(rows, z, logP, gradient);
        });
        try (PointDensity density = new PointDensity(TestDevices.scalar(), joint)) {
            List<Told> together = places(TestDevices.scalar(), 2).stream()
                    .map(from -> new Told(density, from))
                    .toList();
            walk(density, together);
            // 2 of a path's evaluations are the differences of its first scale, which are one call
            int longest = together.stream()
                    .mapToInt(told -> told.path.evaluations() - 1)
                    .max()
                    .orElseThrow();
            assertThat(calls[0]).isEqualTo(longest);
        }
    }

    /** log p = −x⁴/4 − x²/2 − x·y/2 − y²: its one mode is 0. */
    private static void quartic(int rows, double[] z, double[] logP, double @Nullable [] gradient) {
        for (int r = 0; r < rows; r++) {
            double x = z[2 * r];
            double y = z[2 * r + 1];
            logP[r] = -x * x * x * x / 4 - x * x / 2 - x * y / 2 - y * y;
            if (gradient != null) {
                gradient[2 * r] = -x * x * x - x - y / 2;
                gradient[2 * r + 1] = -x / 2 - 2 * y;
            }
        }
    }

    /** What is left to gain is {@code gᵀ·H·g/2 = d²/2} at a distance of d standard deviations: of 1e-6 nats, 1.5e-3 of them at most. */
    @Test
    void pathsArriveAndWhereLogPIsNotFiniteTheOthersGoOn() {
        HostLogJoint joint = HostLogJoint.ofBlock(List.of("x", "y"), (rows, z, logP, gradient) -> {
            quartic(rows, z, logP, gradient);
            for (int r = 0; r < rows; r++) {
                logP[r] = z[2 * r] > 4 ? Double.NEGATIVE_INFINITY : logP[r];
            }
        });
        try (PointDensity density = new PointDensity(TestDevices.scalar(), joint)) {
            List<Told> together = List.of(
                    new Told(density, new double[] {3, -2}),
                    new Told(density, new double[] {5, 0}),
                    new Told(density, new double[] {-1, 30}));
            walk(density, together);
            assertThat(together.get(1).path.isFinite()).isFalse();
            assertThat(together.get(1).path.arrived()).isFalse();
            assertThat(together.get(1).numbers).isEmpty();
            for (int p : new int[] {0, 2}) {
                assertThat(together.get(p).path.arrived()).isTrue();
                for (double d : together.get(p).path.end()) {
                    assertThat(d).isCloseTo(0, within(1.5e-3));
                }
            }
        }
    }
}
